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
  memory # @dumpCore=off|on @unit
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
  vcpu # @placement=static|auto @current:uint @cpuset
  vcpus
    vcpu* @id!:uint @enabled! @hotpluggable @order
  iothreads #
  iothreadids
    iothread* @id!:uint @thread_pool_min @thread_pool_max
      poll @max @grow @shrink @weight
  defaultiothread @thread_pool_min:int @thread_pool_max:int
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
    vcpupin* @vcpu!:uint @cpuset:cpuset
    emulatorpin! @cpuset:cpuset
    iothreadpin* @iothread!:uint @cpuset:cpuset
    emulatorsched @scheduler!=batch|fifo|idle|rr @priority
    vcpusched* @vcpus @scheduler! @priority
    iothreadsched* @iothreads @scheduler! @priority
    cachetune* @vcpus:cpuset
      cache* @id!:uint @level! @type @size @unit
      monitor* @level!:uint @vcpus
    memorytune* @vcpus:cpuset
      node* @id!:uint @bandwidth!
      monitor* @vcpus
    energytune* @vcpus @id
      monitor* @vcpus
  numatune
    memory @mode @placement @nodeset
    memnode* @cellid @mode @nodeset
  resource
    fibrechannel @appid
    partition #
  sysinfo* @type!=fwcfg|smbios
    bios
      entry* # @name
    system
      entry* # @name
    baseBoard*
      entry* # @name
    entry*! # @name @file
    chassis
      entry* # @name
    oemStrings
      entry*! #
  bootloader #
  bootloader_args #
  os @firmware
    type # @arch @machine
    firmware
      feature* @enabled @name
    init #
    initarg* #
    initenv # @name
    initdir #
    inituser #
    initgroup #
    loader # @readonly=no|yes @secure=no|yes @type=pflash|rom @stateless=no|yes @format=qcow2|raw
    nvram # @type=block|ctl|dir|file|network|nvme|vhostuser|vhostvdpa|volume @template @templateFormat=qcow2|raw @format=qcow2|raw
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
      table # @type!=msdm|raw|rawset|slic
    boot* @dev=fd|cdrom|hd|network
    bootmenu @enable=no|yes @timeout
    smbios @mode
    bios @useserial @rebootTimeout:int
  idmap
    uid*! @start @target @count
    gid*! @start @target @count
  features
    acpi!
    apic! @eoi=off|on
    pae!
    hap! @state=off|on
    viridian!
    privnet!
    hyperv @mode=custom|host-model|passthrough
      relaxed @state=off|on
      vapic @state=off|on
      spinlocks @state!=off|on @retries
      vpindex @state=off|on
      runtime @state=off|on
      synic @state=off|on
      stimer @state!=off|on
        direct @state
      reset @state=off|on
      vendor_id @state!=off|on @value
      frequencies @state=off|on
      reenlightenment @state=off|on
      tlbflush @state!=off|on
        direct @state
        extended @state
      ipi @state=off|on
      evmcs @state=off|on
      avic @state=off|on
      emsr_bitmap @state=off|on
      xmm_input @state=off|on
    kvm
      hidden @state=off|on
      hint-dedicated @state=off|on
      poll-control @state=off|on
      pv-ipi @state=off|on
      dirty-ring @state!=off|on @size
    pvspinlock! @state=off|on
    capabilities @policy=allow|default|deny
      audit_control @state=off|on
      audit_write @state=off|on
      block_suspend @state=off|on
      chown @state=off|on
      dac_override @state=off|on
      dac_read_search @state=off|on
      fowner @state=off|on
      fsetid @state=off|on
      ipc_lock @state=off|on
      ipc_owner @state=off|on
      kill @state=off|on
      lease @state=off|on
      linux_immutable @state=off|on
      mac_admin @state=off|on
      mac_override @state=off|on
      mknod @state=off|on
      net_admin @state=off|on
      net_bind_service @state=off|on
      net_broadcast @state=off|on
      net_raw @state=off|on
      setgid @state=off|on
      setfcap @state=off|on
      setpcap @state=off|on
      setuid @state=off|on
      sys_admin @state=off|on
      sys_boot @state=off|on
      sys_chroot @state=off|on
      sys_module @state=off|on
      sys_nice @state=off|on
      sys_pacct @state=off|on
      sys_ptrace @state=off|on
      sys_rawio @state=off|on
      sys_resource @state=off|on
      sys_time @state=off|on
      sys_tty_config @state=off|on
      syslog @state=off|on
      wake_alarm @state=off|on
    pmu! @state=off|on
    vmport! @state=off|on
    gic! @version=2|3|host
    smm! @state=off|on
      tseg # @unit
    ioapic @driver=kvm|qemu
    hpt @resizing=disabled|enabled|required
      maxpagesize # @unit
    vmcoreinfo! @state=off|on
    htm @state=off|on
    nested-hv @state=off|on
    msrs @unknown=fault|ignore
    ccf-assist @state=off|on
    xen
      e820_host @state=off|on
      passthrough @state!=off|on @mode
    cfpc @value=broken|fixed|workaround
    sbbc @value=broken|fixed|workaround
    ibs @value=broken|fixed-ccd|fixed-ibs|fixed-na|workaround
    tcg
      tb-cache # @unit
    async-teardown @enabled=no|yes
    ras @state=off|on
    ps2 @state=off|on
    aia @value=aplic|aplic-imsic|none
    virtualization!
  throttlegroups
    throttlegroup*
      <throttle>
  cpu @mode @match=exact|minimum|strict @check=full|none|partial @migratable=off|on @deprecated_features=off|on
    model # @fallback @vendor_id
    vendor #
    topology @sockets!:uint @dies @clusters @cores! @threads
    cache @level:int @mode!=disable|emulate|passthrough
    maxphysaddr @mode!=emulate|passthrough @bits @limit
    feature* @policy @name
    numa
      cell* @id:uint @cpus @memory @unit @memAccess=shared|private @discard
        distances
          sibling* @id @value
        cache @level @associativity @policy
          size @value @unit
          line @value @unit
      interconnects
        latency* @initiator @target @cache @type @value
        bandwidth* @initiator @target @cache @type @value @unit
  clock @offset @start @timezone @adjustment @basis
    timer* @name!=armvtimer|hpet|hypervclock|kvmclock|pit|platform|rtc|tsc @present=no|yes @tickpolicy=catchup|delay|discard|merge @track=boot|guest|realtime|wall @frequency:ull @mode=auto|emulate|native|paravirt|smpsafe
      catchup @threshold:uint @slew:uint @limit:uint
  on_poweroff #
  on_reboot #
  on_crash #
  on_lockfailure #
  pm
    suspend-to-mem @enabled=no|yes
    suspend-to-disk @enabled=no|yes
  perf
    event* @name!=alignment_faults|branch_instructions|branch_misses|bus_cycles|cache_misses|cache_references|cmt|context_switches|cpu_clock|cpu_cycles|cpu_migrations|emulation_faults|instructions|mbml|mbmt|page_faults|page_faults_maj|page_faults_min|ref_cpu_cycles|stalled_cycles_backend|stalled_cycles_frontend|task_clock @enabled!=no|yes
  devices!
  seclabel*! @type=dynamic|none|static @model @relabel=no|yes
    baselabel #
    label #
  keywrap
    cipher* @name!=aes|dea @state!=on|off
  launchSecurity @type!=s390-pv|sev|sev-snp|tdx @kernelHashes @authorKey @vcek
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
