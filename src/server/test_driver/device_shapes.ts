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
interface*! @type @managed @trustGuestRxFilters
  mac @address @type @check @currentAddress
  source! @bridge @network @portgroup @portid @connectionid @switchid @name @address @port @dev @type @path @mode @macTableManager @missing
    ip* @address @family @prefix @peer
    route* @family @address @netmask @prefix @gateway @metric
    address @type @domain @bus @slot @function @multifunction @device @port
    vendor @id
    product @id
    local @address @port
    reconnect @enabled @timeout @delay
  vlan @trunk
    tag* @id @nativeMode
  virtualport @type
    parameters @managerid @typeid @typeidversion @instanceid @interfaceid @profileid
  bandwidth @classID
    inbound @average @peak @burst @floor
    outbound @average @peak @burst
  port @isolated
  ip* @address @family @prefix @peer
  route* @family @address @netmask @prefix @gateway @metric
  portForward* @proto @address @dev
    range* @start @end @to @exclude
  script @path
  downscript @path
  backenddomain @name
  target @dev @managed
  guest @dev @actual
  model @type
  driver @name @txmode=iothread|timer @ioeventfd=on|off @event_idx=on|off @queues @rx_queue_size @tx_queue_size @rss=on|off @rss_hash_report=on|off @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off @model @iommufd
    host @csum @gso @tso4 @tso6 @ecn @ufo @mrg_rxbuf
    guest @csum @tso4 @tso6 @ecn @ufo
  backend @type @tap @vhost @logFile @hostname @fqdn
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
  <info>
smartcard*! @mode!=host|host-certificates|passthrough @type
  certificate* #
  database #
  <chardev>
  <info>
serial*! @type
  <chardev>
  target @type @port
    model @name
  <info>
parallel*! @type
  <chardev>
  target @type @port
    model @name
  <info>
console*! @type
  <chardev>
  target @type @port
    model @name
  <info>
channel*! @type
  <chardev>
  target @type @name @address @port @state
  <info>
input*! @type @bus @model
  driver @iommu @ats @packed @page_per_vq
  source @dev @grab @grabToggle @repeat @evdev
  <info>
tpm*! @model
  backend @type @version @persistent_state=yes|no @debug
    device @path
    encryption @secret
    active_pcr_banks
      sha1!
      sha256!
      sha384!
      sha512!
    source @type @mode @path @file @dir
    profile @source @name @removeDisabled
  <info>
graphics*! @type @port:int @socket @tlsPort:int @autoport @address @p2p @display @xauth @fullscreen @websocket @multiUser @replaceUser @wait @listen @username @passwd @defaultMode @passwdValidTo @connected @sharePolicy @powerControl @keymap
  listen* @type @address @socket @network
  audio @id
  channel* @name @mode
  gl @enable @rendernode
  mouse @mode
  image @compression
  jpeg @compression
  zlib @compression
  playback @compression
  streaming @mode
  clipboard @copypaste
  filetransfer @enable
sound*! @model!=sb16|es1370|pcspk|ac97|ich6|ich9|usb|ich7|virtio @multichannel @streams
  audio @id
  driver @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
  <info>
  codec* @type
audio*! @id @type @timerPeriod @path @tryMMap @exclusive @dspPolicy @serverName @driver @runtimeDir
  input @mixingEngine @fixedSettings @voices @bufferLength @dev @bufferCount @serverName @clientName @connectPorts @exactName @tryPoll @name @streamName @latency
    settings @frequency @channels @format
  output @mixingEngine @fixedSettings @voices @bufferLength @dev @bufferCount @serverName @clientName @connectPorts @exactName @tryPoll @name @streamName @latency
    settings @frequency @channels @format
video*!
  driver @vgaconf @iommu @ats @packed @page_per_vq @name
  model @type=default|vga|cirrus|vmvga|xen|vbox|qxl|parallels|virtio|gop|none|bochs|ramfb @ram @vram @vram64 @vgamem @heads @primary @blob @device @edid
    resolution @x @y
    acceleration @accel2d @accel3d @rendernode
  <info>
hostdev*! @mode @type! @managed @sgio @rawio @model @display @ramfb
  driver @name @model @iommufd
  source @protocol @name @wwpn @startupPolicy @guestReset @writeFiltering
    vendor @id
    product @id
    block #
    char #
    interface #
    adapter @name @type @parent @parent_wwnn @parent_wwpn @parent_fabric_wwn @managed @wwnn @wwpn
      parentaddr @unique_id
        address @domain @bus @slot @function @multifunction
    address @uuid @domain @bus @port @device @slot @function @multifunction @target @unit
    host @name @port
    auth @username
      secret @type @uuid @usage
    initiator
      iqn @name
  ip* @address @family @prefix @peer
  route* @family @address @netmask @prefix @gateway @metric
  readonly!
  shareable!
  <info>
  teaming @type @persistent
  rom @bar @file
redirdev*! @bus @type
  <chardev>
  <info>
redirfilter!
  usbdev* @class @vendor @product @version @allow
hub*! @type
  <info>
watchdog*! @model!=i6300esb|ib700|diag288|itco @action=reset|shutdown|poweroff|pause|none|dump|inject-nmi
  <info>
memballoon! @model!=virtio|xen|none|virtio-transitional|virtio-non-transitional @autodeflate @freePageReporting
  stats @period
  <info>
  driver @iommu @ats @packed @page_per_vq
rng*! @model!=virtio|virtio-transitional|virtio-non-transitional
  rate @bytes @period
  backend # @model @type
    <chardev>
  driver @iommu @ats @packed @page_per_vq
  <info>
nvram!
  <info>
panic* @model
  <info>
shmem*! @name @role
  model @type
  size # @unit
  <info>
  server! @path
  msi @vectors @ioeventfd
memory*! @model!=dimm|nvdimm|virtio-pmem|virtio-mem|sgx-epc @access @discard
  uuid #
  source
    nodemask #
    pagesize # @unit
    path #
    alignsize # @unit
    pmem!
  target @dynamicMemslots
    size # @unit
    node #
    label
      size # @unit
    readonly!
    block # @unit
    requested # @unit
    current # @unit
    address @base
  driver @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
  <info>
iommu*! @model!=intel|smmuv3|virtio|amd|smmuv3Dev
  driver @intremap @caching_mode @eim @iotlb @aw_bits @dma_translation @xtsup @passthrough @pciBus @accel @ats @ril @ssidsize @oas @cmdqv
    granule @size @unit @mode
  <info>
vsock! @model
  cid @auto @address
  <info>
  driver @iommu @ats @packed @page_per_vq
crypto*! @model @type
  backend @model @queues
  driver @iommu @ats @packed @page_per_vq
  <info>
pstore! @backend
  path #
  size # @unit
  <info>
`;
