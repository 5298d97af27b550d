/**
 * What disks, controllers and file systems of a domain hold.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline.
 *
 * @module
 */

/** What disks, controllers and file systems of a domain hold. */
export const STORAGE_DEVICES_OUTLINE: string = `
emulator #
disk*! @type @device @model @rawio @sgio @snapshot
  driver @name @type @cache=default|none|writethrough|writeback|directsync|unsafe @io=native|threads|io_uring @copy_on_read @discard @detect_zeroes @error_policy @rerror_policy @ioeventfd @iommu @ats @packed @queues @queue_size @event_idx @iothread @page_per_vq
    metadata_cache
      max_size # @unit
  auth @username
    secret @type @uuid @usage
  source @file @dev @protocol @name @startupPolicy @query @tls @tlsHostname @type @managed @namespace @pool @volume @mode @path @dir
    host* @name @port @transport @socket
    ssl @verify
    cookies
      cookie* # @name
    readahead @size
    timeout @seconds
    initiator
      iqn @name
    auth @username
      secret @type @uuid @usage
    identity @user @group
    snapshot @name
    config @file
    address @domain @bus @slot @function
    slices
      slice* @type @offset @size
    seclabel* @model @relabel
      label #
    encryption @format @engine
      cipher @name @size @mode @hash
      ivgen @name @hash
      secret* @type @uuid @usage
    reservations @managed
      source @type @path @mode
    reconnect @enabled @timeout
  backenddomain @name
  backingStore! @type
    format @type
      metadata_cache
        max_size # @unit
    source @file @dev @protocol @name @startupPolicy @query @tls @tlsHostname @type @managed @namespace @pool @volume @mode @path @dir
      host* @name @port @transport @socket
      ssl @verify
      cookies
        cookie* # @name
      readahead @size
      timeout @seconds
      initiator
        iqn @name
      identity @user @group
      snapshot @name
      config @file
      address @domain @bus @slot @function
      slices
        slice* @type @offset @size
      seclabel* @model @relabel
        label #
      encryption @format @engine
        cipher @name @size @mode @hash
        ivgen @name @hash
        secret* @type @uuid @usage
      reservations @managed
        source @type @path @mode
      reconnect @enabled @timeout
    backingStore! &
  blockio @logical_block_size @physical_block_size @discard_granularity
  geometry @cyls @heads @secs @trans
  target @dev @bus=none|ide|fdc|scsi|virtio|xen|usb|uml|sata|sd @tray=closed|open @removable @rotation_rate
  iotune
    total_bytes_sec #
    read_bytes_sec #
    write_bytes_sec #
    total_iops_sec #
    read_iops_sec #
    write_iops_sec #
    total_bytes_sec_max #
    read_bytes_sec_max #
    write_bytes_sec_max #
    total_iops_sec_max #
    read_iops_sec_max #
    write_iops_sec_max #
    size_iops_sec #
    group_name #
    total_bytes_sec_max_length #
    read_bytes_sec_max_length #
    write_bytes_sec_max_length #
    total_iops_sec_max_length #
    read_iops_sec_max_length #
    write_iops_sec_max_length #
  readonly!
  shareable!
  transient! @shareBacking
  serial #
  wwn #
  vendor #
  product #
  encryption @format @engine
    cipher @name @size @mode @hash
    ivgen @name @hash
    secret* @type @uuid @usage
  boot @order @loadparm
  alias @name
  acpi @index
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @controller @bus @target @unit @slot @function @multifunction @cssid @ssid @devno
    zpci @uid @fid
controller*! @type=ide|fdc|scsi|sata|virtio-serial|ccid|usb|pci|xenbus|isa|nvme @index:int @model @ports @vectors @maxEventChannels @maxGrantFrames
  model @name
  target @chassisNr @chassis @port @index @hotplug @busNr
    node #
  driver @queues @cmd_per_lun @max_sectors @ioeventfd @iothread @iommu @ats @packed @page_per_vq
  pcihole64 # @unit
  alias @name
  master @startport
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @port @function @multifunction @cssid @ssid @devno @reg
    zpci @uid @fid
lease!
  lockspace #
  key #
  target @path @offset
filesystem*! @type @accessmode @fmode @dmode @multidevs @model
  driver @type @format @wrpolicy @queue @iommu @ats @packed @page_per_vq
  binary @path @xattr
    cache @mode
    sandbox @mode
    lock @posix @flock
    thread_pool @size
  source @dir @file @usage @units @socket
  target @dir
  readonly!
  boot @order
  alias @name
  address @type=none|pci|drive|virtio-serial|ccid|usb|spapr-vio|virtio-s390|ccw|virtio-mmio|isa|dimm|unassigned @domain @bus @slot @function @multifunction
    zpci @uid @fid
`;
