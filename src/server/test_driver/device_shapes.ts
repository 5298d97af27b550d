/**
 * What the other devices of a domain hold.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline, and
 * `outline_parts.ts` what stands in angle brackets.
 *
 * @module
 */

/** What the other devices of a domain hold. */
export const DEVICES_OUTLINE: string = `
interface*! @type=bridge|client|direct|ethernet|hostdev|internal|mcast|network|null|server|udp|user|vdpa|vds|vhostuser @managed @trustGuestRxFilters=no|yes
  mac @address @type=generated|static @check=no|yes @currentAddress
  source! @switchid @bridge @network @portgroup @portid @portgroupid @connectionid @name @address @port @dev @type @path @mode @macTableManager @missing
    ip* @address @family @prefix @peer
    route* @family @address @netmask @prefix:uint @gateway @metric:uint+
    address @type @domain @bus @slot @function @multifunction @device @port
    vendor @id
    product @id
    local @address @port
    reconnect @enabled @timeout @delay
  vlan @trunk
    tag* @id!:uint @nativeMode=tagged|untagged
  virtualport @type=802.1Qbg|802.1Qbh|midonet|openvswitch
    parameters @managerid:uint @typeid:uint @typeidversion:uint @instanceid @interfaceid @profileid
  bandwidth @classID:uint
    inbound! @average:uint @peak:uint @burst:ull @floor:uint
    outbound! @average:uint @peak:uint @burst:ull @floor:uint
  port @isolated=no|yes
  ip* @address @family @prefix @peer
  route* @family @address @netmask @prefix:uint @gateway @metric:uint+
  portForward* @proto!=tcp|udp @address @dev
    range* @start:uint @end:uint @to:uint @exclude=no|yes
  script @path
  downscript @path
  backenddomain @name
  target @dev @managed=no|yes
  guest @dev @actual
  model @type
  driver @name @txmode=iothread|timer @ioeventfd=on|off @event_idx=on|off @queues:uint @rx_queue_size:uint @tx_queue_size:uint @rss=on|off @rss_hash_report=on|off @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off @model @iommufd
    host @csum @gso @tso4 @tso6 @ecn @ufo @mrg_rxbuf
    guest @csum @tso4 @tso6 @ecn @ufo
  backend @type=default|passt @tap @vhost @logFile @hostname @fqdn
  filterref @filter
    parameter* @name @value
  tune
    sndbuf #
  teaming @type @persistent
  link @state
  mtu @size
  coalesce
    rx
      frames @max
  <rominfo>
smartcard*! @mode!=host|host-certificates|passthrough @type
  certificate*! #
  database #
  <chardev>
  <info>
serial*! @type
  <chardev>
  target @type @port:nat
    model @name
  <info>
parallel*! @type
  <chardev>
  target @type @port:nat
    model @name
  <info>
console*! @type
  <chardev>
  target @type @port:nat
    model @name
  <info>
channel*! @type
  <chardev>
  target! @type @name @address @port
  <info>
input*! @type @bus @model
  driver @iommu=off|on @ats=off|on @packed=off|on @page_per_vq=off|on
  source @dev @grab @grabToggle @repeat @evdev
  <info>
tpm*! @model=spapr-tpm-proxy|tpm-crb|tpm-spapr|tpm-tis
  backend*! @type!=emulator|external|passthrough @version @persistent_state @debug
    device @path
    encryption @secret
    active_pcr_banks
      sha1!
      sha256!
      sha384!
      sha512!
    source! @type @mode @path
    profile! @source @name @removeDisabled
  <info>
graphics*! @type @port @socket @tlsPort @autoport @address @p2p @display @xauth @fullscreen @websocket @multiUser @replaceUser @listen @keymap @username @passwd @defaultMode @passwdValidTo @connected @sharePolicy @powerControl
  listen* @type!=address|network|none|socket @address @socket @network
  audio! @id
  channel*! @name @mode
  gl! @enable @rendernode
  mouse! @mode
  image! @compression
  jpeg! @compression
  zlib! @compression
  playback! @compression
  streaming! @mode
  clipboard! @copypaste
  filetransfer! @enable
sound*! @model!=sb16|es1370|pcspk|ac97|ich6|ich9|usb|ich7|virtio @multichannel @streams
  codec*! @type
  audio! @id!:uint+
  <info>
  driver @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
audio*! @id!:uint+ @type!=alsa|coreaudio|dbus|file|jack|none|oss|pipewire|pulseaudio|sdl|spice @timerPeriod:uint+ @path @tryMMap @exclusive @dspPolicy @serverName @driver @runtimeDir
  input @mixingEngine=no|yes @fixedSettings=no|yes @voices:uint @bufferLength:uint @dev @bufferCount @serverName @clientName @connectPorts @exactName @tryPoll @name @streamName @latency:uint
    settings! @frequency @channels @format
  output @mixingEngine=no|yes @fixedSettings=no|yes @voices:uint @bufferLength:uint @dev @bufferCount @serverName @clientName @connectPorts @exactName @tryPoll @name @streamName @latency:uint
    settings! @frequency @channels @format
video*!
  driver @vgaconf @iommu=off|on @ats=off|on @packed=off|on @page_per_vq=off|on @name=qemu|vhostuser
  model @type=default|vga|cirrus|vmvga|xen|vbox|qxl|parallels|virtio|gop|none|bochs|ramfb @ram:uint @vram:uint @vram64:uint @vgamem:uint @heads:uint @primary @blob=off|on @device @edid=off|on
    resolution @x!:uint @y!:uint
    acceleration! @accel2d=no|yes @accel3d=no|yes @rendernode
  <info>
hostdev*! @mode=capabilities|subsystem @type! @managed @sgio=filtered|unfiltered @rawio=no|yes @model=vfio-ap|vfio-ccw|vfio-pci|virtio|virtio-non-transitional|virtio-transitional @display @ramfb
  driver @name @model @iommufd
  source! @protocol @name @wwpn @startupPolicy=mandatory|optional|requisite @guestReset @writeFiltering
    vendor! @id
    product! @id
    block #
    char #
    interface #
    adapter! @name @type @parent @parent_wwnn @parent_wwpn @parent_fabric_wwn @managed @wwnn @wwpn
      parentaddr @unique_id
        address @domain @bus @slot @function @multifunction
    address! @uuid @domain @bus @port @device @slot @function @multifunction @target @unit
    host @name @port
    auth! @username
      secret! @type @uuid @usage
    initiator
      iqn @name
  teaming @type @persistent
  ip* @address @family @prefix @peer
  route* @family @address @netmask @prefix @gateway @metric
  readonly!
  shareable!
  <rominfo>
redirdev*!+ @bus @type
  <chardev>
  <bootinfo>
redirfilter*!
  usbdev*! @class @vendor @product @version @allow!=no|yes
hub*! @type
  <info>
watchdog*! @model!=i6300esb|ib700|diag288|itco @action=reset|shutdown|poweroff|pause|none|dump|inject-nmi
  <info>
memballoon*! @model!=virtio|xen|none|virtio-transitional|virtio-non-transitional @autodeflate=off|on @freePageReporting=off|on
  stats @period:int
  <info>
  driver @iommu=off|on @ats=off|on @packed=off|on @page_per_vq=off|on
rng*! @model!=virtio|virtio-transitional|virtio-non-transitional
  rate @bytes @period
  backend! # @model!=builtin|egd|random @type
    <chardev>
  driver @iommu=off|on @ats=off|on @packed=off|on @page_per_vq=off|on
  <info>
nvram*!
  <info>
panic* @model
  <info>
shmem*! @name @role
  model @type=ivshmem|ivshmem-doorbell|ivshmem-plain
  size # @unit
  server! @path
  msi! @vectors:uint @ioeventfd=off|on
  <info>
memory*! @model!=dimm|nvdimm|virtio-pmem|virtio-mem|sgx-epc @access=private|shared @discard=no|yes
  uuid #
  driver @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
  source
    nodemask #
    pagesize # @unit
    path #
    alignsize # @unit
    pmem!
  target! @dynamicMemslots
    size # @unit
    node #
    label
      size # @unit
    readonly!
    block # @unit
    requested # @unit
    current # @unit
    address @base
  <info>
iommu*! @model!=intel|smmuv3|virtio|amd
  driver @intremap=off|on @caching_mode=off|on @eim=off|on @iotlb=off|on @aw_bits:uint @dma_translation=off|on @xtsup=off|on @passthrough=off|on @pciBus:int @accel=off|on @ats=off|on @ril=off|on @ssidsize:int @oas:int @cmdqv=off|on
    granule @size @unit @mode
  <info>
vsock*! @model=virtio|virtio-non-transitional|virtio-transitional
  cid @auto=no|yes @address:uint+
  <info>
  driver @iommu=off|on @ats=off|on @packed=off|on @page_per_vq=off|on
crypto*! @model!=virtio @type!=qemu
  backend! @model!=builtin|lkcf @queues:uint
  driver @iommu=off|on @ats=off|on @packed=off|on @page_per_vq=off|on
  <info>
pstore*! @backend!=acpi-erst
  path #
  size # @unit
  <info>
`;
