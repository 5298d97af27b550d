/**
 * What the other devices of a domain hold.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline.
 *
 * @module
 */

/** What the other devices of a domain hold. */
export const DEVICES_OUTLINE: string = `
interface*! @type @managed @trustGuestRxFilters
  mac @address @type @check
  source! @bridge @network @address @port @dev @type @path @mode @portgroup
    ip* @address @family @prefix @peer
    route* @family @address @prefix @gateway
    address @type @domain @bus @slot @function
    local @address @port
    reconnect @enabled @timeout
  vlan @trunk
    tag* @id
  virtualport @type
    parameters @managerid @typeid @typeidversion @instanceid @interfaceid @profileid
  bandwidth
    inbound @average @peak @burst @floor
    outbound @average @peak @burst
  port @isolated
  ip* @address @family @prefix @peer
  route* @family @address @prefix @gateway
  portForward* @proto @address @dev
    range* @start @end @to @exclude
  script @path
  downscript @path
  backenddomain @name
  target @dev @managed
  guest @dev
  model @type
  driver @name @txmode @ioeventfd @event_idx @queues @rss @rss_hash_report @rx_queue_size @tx_queue_size @iommu @ats @packed @page_per_vq
    host @csum @gso @tso4 @tso6 @ecn @ufo @mrg_rxbuf
    guest @csum @tso4 @tso6 @ecn @ufo
  backend @tap @type @logFile @vhost
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
  boot @order @loadparm
  alias @name
  acpi @index
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @cssid @ssid @devno
    zpci @uid @fid
  rom @file @enabled @bar
smartcard*! @mode!=host|host-certificates|passthrough @type
  source @mode @path @host @service
  certificate* #
  database #
  protocol @type
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @controller @slot
    zpci @uid @fid
serial*! @type
  source* @master @slave @mode @path @channel @append @host @service @tls
    seclabel @model @relabel
  log @file @append
  protocol @type
  target @type @port
    model @name
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @reg @iobase @irq
    zpci @uid @fid
parallel*! @type
  source @mode @path @host @service
  protocol @type
  target @port
console*! @type
  source* @master @slave @mode @path @channel @append @host @service
    seclabel @model @relabel
  log @file @append
  protocol @type
  target @type @port
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @cssid @ssid @devno @reg @iobase @irq
    zpci @uid @fid
channel*! @type
  source* @mode @host @service @path
    reconnect @enabled @timeout
    clipboard @copypaste
    mouse @mode
  protocol @type
  target @type @name @address @port
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @controller @bus @port
input*! @type @bus @model
  driver @iommu @ats @packed @page_per_vq
  source @dev @grab @grabToggle @repeat @evdev
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @port @function @multifunction
    zpci @uid @fid
tpm*! @model
  backend @type @version @persistent_state
    device @path
    encryption @secret
    active_pcr_banks
      sha256!
      sha512!
    source @type @mode @path
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @reg
graphics*! @type @port:int @socket @tlsPort:int @autoport @address @p2p @display @xauth @fullscreen @websocket @listen @passwd @defaultMode @passwdValidTo @connected @sharePolicy @powerControl @keymap
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
sound*! @model!=sb16|es1370|pcspk|ac97|ich6|ich9|usb|ich7|virtio
  audio @id
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction
    zpci @uid @fid
  codec* @type
audio*! @id @type @timerPeriod @path @tryMMap @exclusive @dspPolicy @serverName @driver
  input @mixingEngine @fixedSettings @voices @bufferLength @dev @bufferCount @serverName @clientName @connectPorts @tryPoll @name @streamName @latency
    settings @frequency @channels @format
  output @mixingEngine @fixedSettings @voices @bufferLength @dev @bufferCount @serverName @clientName @connectPorts @tryPoll @name @streamName @latency
    settings @frequency @channels @format
video*!
  driver @vgaconf @iommu @ats @packed @page_per_vq @name
  model @type=default|vga|cirrus|vmvga|xen|vbox|qxl|parallels|virtio|gop|none|bochs|ramfb @ram @vram @vgamem @vram64 @heads @primary
    resolution @x @y
    acceleration @accel3d @rendernode
  alias @name
  acpi @index
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @cssid @ssid @devno
    zpci @uid @fid
hostdev*! @mode @type! @managed @model @display @ramfb
  driver @name
  source @protocol @name @wwpn @guestReset @writeFiltering
    block #
    char #
    interface #
    adapter @name
    address @uuid @domain @bus @device @slot @function @target @unit
    host @name @port
    auth @username
      secret @type @usage
    initiator
      iqn @name
  ip* @address @family @prefix
  route* @family @address @gateway
  readonly!
  shareable!
  boot @order
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @controller @bus @target @unit @slot @port @function @multifunction @cssid @ssid @devno
    zpci @uid @fid
  teaming @type @persistent
  rom @bar @file
redirdev*! @bus @type
  source @mode @path @channel @host @service
  protocol @type
  boot @order
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @bus @port
redirfilter!
  usbdev* @class @vendor @product @version @allow
hub*! @type
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @bus @port
watchdog*! @model!=i6300esb|ib700|diag288|itco @action=reset|shutdown|poweroff|pause|none|dump|inject-nmi
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @iobase
    zpci @uid @fid
memballoon! @model!=virtio|xen|none|virtio-transitional|virtio-non-transitional @autodeflate @freePageReporting
  stats @period
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @cssid @ssid @devno
    zpci @uid @fid
  driver @iommu @ats @packed @page_per_vq
rng*! @model!=virtio|virtio-transitional|virtio-non-transitional
  rate @bytes @period
  backend # @model @type
    source @mode @path @host @service
    protocol @type
  driver @iommu @ats @packed @page_per_vq
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction
    zpci @uid @fid
nvram!
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @reg
panic* @model
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @cssid @ssid @devno @iobase
shmem*! @name @role
  model @type
  size # @unit
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction
    zpci @uid @fid
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
  target
    size # @unit
    node #
    label
      size # @unit
    readonly!
    block # @unit
    requested # @unit
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @base
    zpci @uid @fid
iommu*! @model!=intel|smmuv3|virtio|amd|smmuv3Dev
  driver @intremap @aw_bits @caching_mode @iotlb @eim
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction
    zpci @uid @fid
vsock! @model
  cid @auto @address
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction @cssid @ssid @devno
    zpci @uid @fid
  driver @iommu
crypto*! @model @type
  backend @model @queues
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction
    zpci @uid @fid
pstore!
`;
