/**
 * What a domain definition holds, its devices aside.
 *
 * The order is that in which libvirtd 12.8.0 prints; `shape.ts` tells how to read the outline, and
 * `outline_parts.ts` what stands in angle brackets.
 *
 * @module
 */

/** What a domain definition holds, its devices aside. */
export const DOMAIN_OUTLINE: string = `
domain @type @id
  name #
  uuid #
  hwuuid #
  genid #
  title #
  description #
  metadata ...
  maxMemory # @slots @unit
  memory # @dumpCore @unit
  currentMemory # @unit
  blkiotune
    weight #
    device*
      path #
      weight #
      read_iops_sec #
      write_iops_sec #
      read_bytes_sec #
      write_bytes_sec #
  memtune
    hard_limit # @unit
    soft_limit # @unit
    min_guarantee # @unit
    swap_hard_limit # @unit
  memoryBacking
    hugepages!
      page* @size @unit @nodeset
    nosharepages!
    locked!
    source @type
    access @mode
    allocation @mode @threads
    discard!
  vcpu # @placement=static|auto @current @cpuset
  vcpus
    vcpu* @id @enabled @hotpluggable @order
  iothreads #
  iothreadids
    iothread* @id @thread_pool_min @thread_pool_max
      poll @max @grow @shrink @weight
  defaultiothread @thread_pool_min @thread_pool_max
  cputune
    shares #
    period #
    quota #
    global_period #
    global_quota #
    emulator_period #
    emulator_quota #
    iothread_period #
    iothread_quota #
    vcpupin* @vcpu @cpuset
    emulatorpin @cpuset
    iothreadpin* @iothread @cpuset
    emulatorsched @scheduler @priority
    vcpusched* @vcpus @scheduler @priority
    iothreadsched* @iothreads @scheduler @priority
    cachetune* @vcpus @id
      cache* @id @level @type @size @unit
      monitor* @level @vcpus
    memorytune* @vcpus
      node* @id @bandwidth
      monitor* @vcpus
    energytune* @vcpus @id
      monitor* @vcpus
  numatune
    memory @mode @placement @nodeset
    memnode* @cellid @mode @nodeset
  resource
    fibrechannel @appid
    partition #
  sysinfo* @type
    bios
      entry* # @name
    system
      entry* # @name
    baseBoard*
      entry* # @name
    entry* # @name @file
    chassis
      entry* # @name
    oemStrings
      entry* #
  bootloader #
  bootloader_args #
  os @firmware
    type # @arch @machine
    firmware
      feature @enabled @name
    init #
    initarg* #
    initenv # @name
    initdir #
    inituser #
    initgroup #
    loader # @readonly @secure @type @stateless @format
    nvram # @type @template @templateFormat @format
      source <source>
        <storage>
    varstore @template @path
    kernel #
    initrd #
    cmdline #
    dtb #
    shim #
    root #
    acpi
      table # @type
    boot* @dev=fd|cdrom|hd|network
    bootmenu @enable @timeout
    smbios @mode
    bios @useserial @rebootTimeout
  idmap
    uid @start @target @count
    gid @start @target @count
  features
    acpi!
    apic! @eoi
    pae!
    hap @state
    viridian!
    privnet!
    hyperv @mode
      relaxed @state
      vapic @state
      spinlocks @state @retries
      vpindex @state
      runtime @state
      synic @state
      stimer @state
        direct @state
      reset @state
      vendor_id @state @value
      frequencies @state
      reenlightenment @state
      tlbflush @state
        direct @state
        extended @state
      ipi @state
      evmcs @state
      avic @state
      emsr_bitmap @state
      xmm_input @state
    kvm
      hidden @state
      hint-dedicated @state
      poll-control @state
      pv-ipi @state
      dirty-ring @state @size
    pvspinlock @state
    capabilities @policy
      audit_control @state
      audit_write @state
      block_suspend @state
      chown @state
      dac_override @state
      dac_read_search @state
      fowner @state
      fsetid @state
      ipc_lock @state
      ipc_owner @state
      kill @state
      lease @state
      linux_immutable @state
      mac_admin @state
      mac_override @state
      mknod @state
      net_admin @state
      net_bind_service @state
      net_broadcast @state
      net_raw @state
      setgid @state
      setfcap @state
      setpcap @state
      setuid @state
      sys_admin @state
      sys_boot @state
      sys_chroot @state
      sys_module @state
      sys_nice @state
      sys_pacct @state
      sys_ptrace @state
      sys_rawio @state
      sys_resource @state
      sys_time @state
      sys_tty_config @state
      syslog @state
      wake_alarm @state
    pmu @state
    vmport @state
    gic! @version
    smm @state
      tseg # @unit
    ioapic @driver
    hpt @resizing
      maxpagesize # @unit
    vmcoreinfo @state
    htm @state
    nested-hv @state
    msrs @unknown
    ccf-assist @state
    xen
      e820_host @state
      passthrough @state @mode
    cfpc @value
    sbbc @value
    ibs @value
    tcg
      tb-cache # @unit
    async-teardown @enabled
    ras @state
    ps2 @state
    aia @value
    virtualization!
  throttlegroups
    throttlegroup*
      <throttle>
  cpu @mode @match @check @migratable @deprecated_features
    model # @fallback @vendor_id
    vendor #
    topology @sockets @dies @clusters @cores @threads
    cache @level @mode
    maxphysaddr @mode @bits @limit
    feature* @policy @name
    numa
      cell* @id @cpus @memory @unit @memAccess @discard
        distances
          sibling* @id @value
        cache @level @associativity @policy
          size @value @unit
          line @value @unit
      interconnects
        latency* @initiator @target @cache @type @value
        bandwidth* @initiator @target @cache @type @value @unit
  clock @offset @start @timezone @adjustment @basis
    timer* @name @tickpolicy @present @track @frequency @mode
      catchup @slew @threshold @limit
  on_poweroff #
  on_reboot #
  on_crash #
  on_lockfailure #
  pm
    suspend-to-mem @enabled
    suspend-to-disk @enabled
  perf
    event* @name @enabled
  devices!
  seclabel* @type @model @relabel
    baselabel #
    label #
  keywrap
    cipher @name @state
  launchSecurity @type @kernelHashes @authorKey @vcek
    cbitpos #
    reducedPhysBits #
    policy #
    dhCert #
    session #
    guestVisibleWorkarounds #
    idBlock #
    idAuth #
    hostData #
    mrConfigId #
    mrOwner #
    mrOwnerConfig #
    quoteGenerationService @path
`;
