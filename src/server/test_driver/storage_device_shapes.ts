/**
 * What disks, controllers and file systems of a domain hold.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline, and
 * `outline_parts.ts` what stands in angle brackets.
 *
 * @module
 */

/** What disks, controllers and file systems of a domain hold. */
export const STORAGE_DEVICES_OUTLINE: string = `
emulator #
disk*! @type @device @model @rawio @sgio @snapshot
  driver @name @type @cache=default|none|writethrough|writeback|directsync|unsafe @error_policy=default|stop|report|ignore|enospace @rerror_policy=stop|report|ignore|default @io=native|threads|io_uring @ioeventfd=on|off @event_idx=on|off @copy_on_read=on|off @discard=unmap|ignore|default @iothread @detect_zeroes=off|on|unmap|default @queues @queue_size @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off @discard_no_unref=on|off
    metadata_cache
      max_size # @unit
    iothreads
      iothread* @id
        queue* @id
    statistics
      statistic* @interval
      latency-histogram*! @type
        bin* @start
  auth @username
    secret @type @uuid @usage
  source <source>
    <storage>
    dataStore @type
      format @type
      source <source>
        <storage>
  backenddomain @name
  backingStore! @type
    format @type
      metadata_cache
        max_size # @unit
    source <source>
      <storage>
    backingStore! &
  blockio @logical_block_size @physical_block_size @discard_granularity
  geometry @cyls @heads @secs @trans
  target @dev @bus=none|ide|fdc|scsi|virtio|xen|usb|uml|sata|sd|nvme @tray=closed|open @removable=on|off @rotation_rate @dpofua=on|off
  throttlefilters
    throttlefilter* @group
  iotune
    <throttle>
  readonly!
  shareable!
  transient! @shareBacking=yes|no
  serial #
  wwn #
  vendor #
  product #
  encryption @format @engine
    cipher @name @size @mode @hash
    ivgen @name @hash
    secret* @type @uuid @usage
  <info>
controller*! @type=ide|fdc|scsi|sata|virtio-serial|ccid|usb|pci|xenbus|isa|nvme @index:int @model @ports @vectors @maxEventChannels @maxGrantFrames
  serial #
  model @name
  target @chassisNr @chassis @port @index @busNr @hotplug=on|off @memReserve
    node #
  driver @queues @cmd_per_lun @max_sectors @ioeventfd=on|off @iothread @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
    iothreads
      iothread* @id
        queue* @id
  pcihole64 # @unit
  alias @name
  acpi @index:int @nodeset
  master @startport
  <info>
lease!
  lockspace #
  key #
  target @path @offset
filesystem*! @type @accessmode @model @multidevs @fmode @dmode
  driver @type @format @wrpolicy @queue @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
  idmap
    uid* @start @target @count
    gid* @start @target @count
  binary @path @xattr=on|off
    cache @mode
    sandbox @mode
    lock @posix=on|off @flock=on|off
    thread_pool @size
    openfiles @max
  source @dir @socket @dev @file @name @usage @units @pool @volume
  target @dir
  readonly!
  <info>
  space_hard_limit # @unit
  space_soft_limit # @unit
`;
