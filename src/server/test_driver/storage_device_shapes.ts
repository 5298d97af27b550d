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
disk*! @type=block|ctl|dir|file|network|nvme|vhostuser|vhostvdpa|volume @device=cdrom|disk|floppy|lun @model=usb-bot|usb-storage|virtio|virtio-non-transitional|virtio-transitional @rawio=no|yes @sgio=filtered|unfiltered @snapshot=external|internal|manual|no
  driver @name @type @cache=default|none|writethrough|writeback|directsync|unsafe @error_policy=stop|report|ignore|enospace @rerror_policy=stop|report|ignore @io=native|threads|io_uring @ioeventfd=on|off @event_idx=on|off @copy_on_read=on|off @discard=unmap|ignore|default @iothread:uint+ @detect_zeroes=off|on|unmap|default @queues:uint @queue_size:uint @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off @discard_no_unref=on|off
    metadata_cache
      max_size # @unit
    iothreads
      iothread* @id!:uint
        queue* @id:uint
    statistics
      statistic*! @interval!:uint+
      latency-histogram*! @type
        bin* @start:uint
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
  blockio @logical_block_size:uint @physical_block_size:uint @discard_granularity:uint
  geometry @cyls:uint @heads:uint @secs:uint @trans=auto|lba|none
  target @dev @bus=none|ide|fdc|scsi|virtio|xen|usb|uml|sata|sd|nvme @tray=closed|open @removable=on|off @rotation_rate:uint @dpofua=on|off
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
  encryption+ @format @engine
    secret* @type @uuid @usage
    cipher @name @size @mode @hash
    ivgen @name @hash
  <bootinfo>
controller*! @type=ide|fdc|scsi|sata|virtio-serial|ccid|usb|pci|xenbus|isa|nvme @index:nat @model @ports:nat @vectors @maxGrantFrames @maxEventChannels
  serial #
  model @name
  target @chassisNr @chassis @port @index @busNr @hotplug @memReserve
    node #
  driver @queues:uint @cmd_per_lun:uint @max_sectors:uint @ioeventfd=on|off @iothread:uint @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
    iothreads
      iothread* @id!:uint
        queue* @id:uint
  pcihole64 # @unit
  <info>
lease*!
  lockspace #
  key #
  target! @path @offset:uint
filesystem*! @type=bind|block|file|mount|ram|template|volume @accessmode=mapped|passthrough|squash @model=virtio|virtio-non-transitional|virtio-transitional @multidevs=default|forbid|remap|warn @fmode @dmode
  driver @type=handle|loop|mtp|nbd|path|ploop|virtiofs @format @wrpolicy=immediate @queue @iommu=on|off @ats=on|off @packed=on|off @page_per_vq=on|off
  idmap
    uid* @start @target @count
    gid* @start @target @count
  binary @path @xattr=on|off
    cache @mode=none|always|auto|metadata|never
    sandbox @mode=namespace|chroot|none
    lock @posix=on|off @flock=on|off
    thread_pool @size
    openfiles @max
  source @dir @socket @dev @file @name @usage @units @pool @volume
  target @dir
  readonly!
  <bootinfo>
  space_hard_limit # @unit
  space_soft_limit # @unit
`;
