/**
 * What cannot be derived from libvirt's files, each with its reason.
 *
 * @module
 */

import type { TypedParamType } from "./model.ts";

/** Enumerations whose C name says less than another name. */
export const ENUM_NAMES: Readonly<Record<string, string>> = {
  // named after what is listed, like virDomainSnapshotListFlags
  virConnectListAllDomainsFlags: "DomainListFlags",
  virConnectListAllNetworksFlags: "NetworkListFlags",
  virConnectListAllInterfacesFlags: "InterfaceListFlags",
  virConnectListAllNodeDeviceFlags: "NodeDeviceListFlags",
  virConnectListAllSecretsFlags: "SecretListFlags",
  virConnectListAllStoragePoolsFlags: "StoragePoolListFlags",
  // acronyms that the word splitter cannot see
  virDomainFDAssociateFlags: "DomainFdAssociateFlags",
  virNodeGetCPUStatsAllCPUs: "NodeGetCpuStatsAllCpus",
};

/** Member prefixes where the longest common one is too short or too long; the first that fits counts. */
export const MEMBER_PREFIXES: Readonly<Record<string, readonly string[]>> = {
  virErrorNumber: ["VIR_ERR_"],
  virErrorDomain: ["VIR_FROM_"],
  virErrorLevel: ["VIR_ERR_"],
  virDomainCreateFlags: ["VIR_DOMAIN_START_", "VIR_DOMAIN_"],
  virDomainBlockJobSetSpeedFlags: ["VIR_DOMAIN_BLOCK_JOB_SPEED_"],
  virDomainSetTimeFlags: ["VIR_DOMAIN_TIME_"],
  virDomainSetUserPasswordFlags: ["VIR_DOMAIN_PASSWORD_"],
  virNodeGetCPUStatsAllCPUs: ["VIR_NODE_CPU_STATS_"],
  virNodeGetMemoryStatsAllCells: ["VIR_NODE_MEMORY_STATS_"],
};

/** Methods whose names the rule would make poor. */
export const METHOD_NAMES: Readonly<Record<string, string>> = {
  virDomainRevertToSnapshot: "revertTo",
  virDomainSnapshotCurrent: "currentSnapshot",
  virDomainSnapshotNum: "numSnapshots",
  virDomainUpdateDeviceFlags: "updateDevice", // there never was one without flags
  virNodeDeviceDettach: "detach", // libvirt's misspelling lives on in the function's name only
  virNodeNumOfDevices: "numOfNodeDevices",
  virStoragePoolLookupByVolume: "lookupPool",
};

/** Functions that took another's place under a name that does not follow the rule. */
export const NEWER_FUNCTIONS: Readonly<Record<string, string>> = {
  virDomainCoreDump: "virDomainCoreDumpWithFormat",
  virNodeDeviceDettach: "virNodeDeviceDetachFlags",
};

/** Functions whose counterpart with `Flags` answers something else. */
export const NOT_ONE_METHOD: ReadonlySet<string> = new Set([
  "virDomainBlockStats", // a struct; virDomainBlockStatsFlags has typed parameters
]);

/**
 * Methods where flags of 0 mean something else than no flags: the older function affects the
 * running guest, flags of 0 (AFFECT_CURRENT) also the definition of one that does not run.
 */
export const ZERO_FLAGS_DIFFER: ReadonlySet<string> = new Set([
  "virDomainAttachDevice",
  "virDomainDetachDevice",
  "virDomainPinVcpu",
  "virDomainSetMemory",
  "virDomainSetVcpus",
]);

/** How an argument appears in a method. */
export interface ArgumentRule {
  /** The name that libvirt's C function gives it. */
  readonly name?: string;
  /** Positional although it may be absent, or an option although it is required. */
  readonly place?: "positional" | "option";
  /** What an option is when it is left out, as source text. */
  readonly fallback?: string;
  /** Whether it is a truth value that C calls an `int`. */
  readonly boolean?: true;
}

const DISK: ArgumentRule = { name: "disk" };
const XML_DESC: ArgumentRule = { name: "xmlDesc" };
const ZERO: ArgumentRule = { place: "option", fallback: "0n" };
const NULLABLE: ArgumentRule = { place: "positional" };

/** Arguments by function and the wire's name for them; `*` is every function. */
export const ARGUMENTS: Readonly<Record<string, ArgumentRule>> = {
  "*.autostart": { boolean: true },
  "*.maxnames": { place: "option" },
  "*.maxids": { place: "option" },
  "*.maxuuids": { place: "option" },
  "*.maxerrors": { place: "option" },
  "*.xmlCPU": { name: "xmlCpu" },
  "*.xmlCPUs": { name: "xmlCpus" },
  "virAdmConnectSetLoggingFilters.filters": NULLABLE,
  "virAdmConnectSetLoggingOutputs.outputs": NULLABLE,
  "virConnectCompareCPU.xml": XML_DESC,
  "virDomainAnnounceInterface.device": NULLABLE,
  "virDomainBlockCommit.bandwidth": ZERO,
  "virDomainBlockCopy.path": DISK,
  "virDomainBlockJobAbort.path": DISK,
  "virDomainBlockJobSetSpeed.path": DISK,
  "virDomainBlockPeek.path": DISK,
  "virDomainBlockPull.bandwidth": ZERO,
  "virDomainBlockPull.path": DISK,
  "virDomainBlockRebase.bandwidth": ZERO,
  "virDomainBlockRebase.path": DISK,
  "virDomainBlockStats.path": DISK,
  "virDomainBlockStatsFlags.path": DISK,
  "virDomainCoreDumpWithFormat.dumpformat": { place: "option", fallback: "0" },
  "virDomainDelThrottleGroup.group": NULLABLE,
  "virDomainFSFreeze.mountpoints": { place: "option", fallback: "[]" },
  "virDomainFSThaw.mountpoints": { place: "option", fallback: "[]" },
  "virDomainFSTrim.minimum": ZERO,
  "virDomainGetBlockInfo.path": DISK,
  "virDomainGetBlockIoTune.disk": NULLABLE,
  "virDomainManagedSaveDefineXML.dxml": NULLABLE,
  "virDomainMemoryPeek.offset": { name: "start" },
  "virDomainPMSuspendForDuration.duration": ZERO,
  "virDomainPinIOThread.iothreads_id": { name: "iothreadId" },
  "virDomainSetGuestVcpus.state": { boolean: true },
  "virDomainSetMetadata.metadata": NULLABLE,
  "virDomainSetTime.nseconds": { place: "option", fallback: "0" },
  "virDomainSetUserPassword.password": NULLABLE,
  "virDomainSetUserPassword.user": NULLABLE,
  "virDomainSetVcpu.cpumap": { name: "vcpumap" },
  "virDomainSetVcpu.state": { boolean: true },
  "virInterfaceLookupByMACString.mac": { name: "macstr" },
  "virNWFilterBindingLookupByPortDev.name": { name: "portdev" },
  "virNWFilterDefineXML.xml": XML_DESC,
  "virNWFilterDefineXMLFlags.xml": XML_DESC,
  "virNetworkCreateXML.xml": XML_DESC,
  "virNetworkCreateXMLFlags.xml": XML_DESC,
  "virNetworkPortCreateXML.xml": XML_DESC,
  "virNetworkSetMetadata.metadata": NULLABLE,
  "virStoragePoolCreateXML.xml": XML_DESC,
  "virStorageVolCreateXML.xml": XML_DESC,
  "virStorageVolCreateXMLFrom.xml": XML_DESC,
};

/** Functions whose `int` is a truth value, beside those named `Is…`, `Has…` and `GetAutostart…`. */
export const BOOLEAN_RESULTS: ReadonlySet<string> = new Set([]);

/**
 * Functions that leave parameters with text out unless a flag says that the caller understands
 * them, as was not always so; libvirt's client sets it by itself.
 */
export const STRING_PARAMS: ReadonlySet<string> = new Set([
  "virDomainBlockStatsFlags",
  "virDomainGetBlkioParameters",
  "virDomainGetBlockIoTune",
  "virDomainGetInterfaceParameters",
  "virDomainGetLaunchSecurityInfo",
  "virDomainGetMemoryParameters",
  "virDomainGetNumaParameters",
  "virNodeGetMemoryParameters",
  "virNodeGetSEVInfo",
]);

/** Fields of results that are truth values. */
export const BOOLEAN_FIELDS: ReadonlySet<string> = new Set(["virSecurityLabel.enforcing"]);

/** Functions whose number says nothing: 0, or an error. */
export const VOID_RESULTS: ReadonlySet<string> = new Set(["virDomainAgentSetResponseTimeout"]);

/**
 * The family of typed-parameter fields that a function takes: a key of `FIELD_FAMILIES`, which
 * says what type a number gets.
 */
export const PARAM_FAMILIES: Readonly<Record<string, string>> = {
  virAdmServerSetClientLimits: "clientLimits",
  virAdmServerSetThreadPoolParameters: "threadPool",
  virConnectSetIdentity: "identity",
  virDomainAnnounceInterface: "announceInterface",
  virDomainBlockCopy: "blockCopy",
  virDomainRestoreParams: "save",
  virDomainSaveParams: "save",
  virDomainSetBlkioParameters: "blkio",
  virDomainSetBlockIoTune: "blockIoTune",
  virDomainSetIOThreadParams: "ioThread",
  virDomainSetInterfaceParameters: "interface",
  virDomainSetLaunchSecurityState: "launchSecurity",
  virDomainSetMemoryParameters: "memory",
  virDomainSetNumaParameters: "numa",
  virDomainSetPerfEvents: "perf",
  virDomainSetSchedulerParameters: "scheduler",
  virDomainSetSchedulerParametersFlags: "scheduler",
  virDomainSetThrottleGroup: "blockIoTune",
  virNetworkPortSetParameters: "networkPort",
  virNodeSetMemoryParameters: "nodeMemory",
};

/** The macros of each family of typed-parameter fields, by prefix. */
export const FIELD_FAMILIES: Readonly<Record<string, string>> = {
  announceInterface: "VIR_DOMAIN_ANNOUNCE_INTERFACE_",
  blkio: "VIR_DOMAIN_BLKIO_",
  blockCopy: "VIR_DOMAIN_BLOCK_COPY_",
  blockIoTune: "VIR_DOMAIN_BLOCK_IOTUNE_",
  clientLimits: "VIR_SERVER_CLIENTS_",
  identity: "VIR_CONNECT_IDENTITY_",
  interface: "VIR_DOMAIN_BANDWIDTH_",
  ioThread: "VIR_DOMAIN_IOTHREAD_",
  launchSecurity: "VIR_DOMAIN_LAUNCH_SECURITY_",
  memory: "VIR_DOMAIN_MEMORY_",
  migrate: "VIR_MIGRATE_PARAM_",
  networkPort: "VIR_NETWORK_PORT_BANDWIDTH_",
  nodeMemory: "VIR_NODE_MEMORY_SHARED_",
  numa: "VIR_DOMAIN_NUMA_",
  perf: "VIR_PERF_PARAM_",
  save: "VIR_DOMAIN_SAVE_PARAM_",
  scheduler: "VIR_DOMAIN_SCHEDULER_",
  threadPool: "VIR_THREADPOOL_",
};

/**
 * Types of typed-parameter fields where libvirt's description states none that a pattern can read;
 * as the qemu driver of libvirt 12.8.0 names them when it refuses another.
 */
export const FIELD_TYPES: Readonly<Record<string, TypedParamType>> = {
  VIR_DOMAIN_ANNOUNCE_INTERFACE_INITIAL: "uint",
  VIR_DOMAIN_ANNOUNCE_INTERFACE_MAX: "uint",
  VIR_DOMAIN_ANNOUNCE_INTERFACE_ROUNDS: "uint",
  VIR_DOMAIN_ANNOUNCE_INTERFACE_STEP: "uint",
  VIR_DOMAIN_BLOCK_COPY_BANDWIDTH: "ullong",
  VIR_DOMAIN_SAVE_PARAM_DXML: "string",
  VIR_DOMAIN_SAVE_PARAM_FILE: "string",
  VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER: "ullong",
  VIR_MIGRATE_PARAM_COMPRESSION: "string",
  VIR_MIGRATE_PARAM_LISTEN_ADDRESS: "string",
  VIR_MIGRATE_PARAM_MIGRATE_DISKS: "string",
  VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES: "string",
  VIR_MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO: "string",
  VIR_NODE_MEMORY_SHARED_FULL_SCANS: "ullong",
  VIR_NODE_MEMORY_SHARED_MERGE_ACROSS_NODES: "uint",
  VIR_NODE_MEMORY_SHARED_PAGES_SHARED: "ullong",
  VIR_NODE_MEMORY_SHARED_PAGES_SHARING: "ullong",
  VIR_NODE_MEMORY_SHARED_PAGES_TO_SCAN: "uint",
  VIR_NODE_MEMORY_SHARED_PAGES_UNSHARED: "ullong",
  VIR_NODE_MEMORY_SHARED_PAGES_VOLATILE: "ullong",
  VIR_NODE_MEMORY_SHARED_SLEEP_MILLISECS: "uint",
};

const DOMAIN = "src/objects/domain.ts";
const DOMAIN_CPUS = "src/objects/domain_cpus.ts";
const DOMAIN_STREAMS = "src/objects/domain_streams.ts";
const CONNECTION = "src/connection.ts";
const PHASES3 = "src/migration/phases3.ts";

/** Procedures that a person wrote the methods of: the file that calls them. */
export const BY_HAND: Readonly<Record<string, string>> = {
  // the object learns its new id or name
  domainCreate: DOMAIN,
  domainCreateWithFlags: DOMAIN,
  domainRename: DOMAIN,
  // the size of the answer has to be asked for elsewhere, or CPU maps have to be cut apart
  domainGetVcpus: DOMAIN_CPUS,
  domainGetVcpuPinInfo: DOMAIN_CPUS,
  domainGetEmulatorPinInfo: DOMAIN_CPUS,
  domainGetIothreadInfo: DOMAIN_CPUS,
  domainGetCpuStats: DOMAIN_CPUS,
  domainGetSchedulerType: DOMAIN,
  domainGetSchedulerParameters: DOMAIN,
  domainGetSchedulerParametersFlags: DOMAIN,
  domainMemoryStats: DOMAIN,
  // the answer means something that its fields do not say
  domainGetBlockJobInfo: DOMAIN,
  domainGetSecurityLabelList: DOMAIN,
  connectGetAllDomainStats: CONNECTION,
  connectIsSecure: CONNECTION,
  nodeGetCpuMap: CONNECTION,
  nodeGetCpuStats: CONNECTION,
  nodeGetMemoryStats: CONNECTION,
  // programs of one hypervisor, with functions of their own
  qemuDomainAgentCommand: "src/qemu.ts",
  qemuDomainAttach: "src/qemu.ts",
  qemuDomainMonitorCommand: "src/qemu.ts",
  // the order of two arguments depends on the daemon
  networkUpdate: "src/objects/network.ts",
  // the session, its start and its end
  authList: "src/auth/auth.ts",
  authPolkit: "src/auth/auth.ts",
  authSaslInit: "src/auth/sasl.ts",
  authSaslStart: "src/auth/sasl.ts",
  authSaslStep: "src/auth/sasl.ts",
  connectOpen: "src/connect.ts",
  connectClose: CONNECTION,
  connectSupportsFeature: "src/session/features.ts",
  adminConnectOpen: "src/admin_connect.ts",
  adminConnectClose: "src/admin_connect.ts",
  // streams, and what needs descriptors: refused before anything is sent
  domainOpenChannel: DOMAIN_STREAMS,
  domainOpenConsole: DOMAIN_STREAMS,
  domainScreenshot: DOMAIN_STREAMS,
  storageVolDownload: "src/objects/storage_vol_streams.ts",
  storageVolUpload: "src/objects/storage_vol_streams.ts",
  domainOpenGraphics: DOMAIN_STREAMS,
  domainOpenGraphicsFd: DOMAIN_STREAMS,
  lxcDomainOpenNamespace: "src/lxc.ts",
  // the steps of a migration, which one method takes
  domainMigrateBegin3: PHASES3,
  domainMigrateBegin3Params: PHASES3,
  domainMigrateConfirm3: PHASES3,
  domainMigrateConfirm3Params: PHASES3,
  domainMigrateFinish: "src/migration/version1.ts",
  domainMigrateFinish2: "src/migration/version2.ts",
  domainMigrateFinish3: PHASES3,
  domainMigrateFinish3Params: PHASES3,
  domainMigratePerform: "src/migration/version2.ts",
  domainMigratePerform3: PHASES3,
  domainMigratePerform3Params: PHASES3,
  domainMigratePrepare: "src/migration/version1.ts",
  domainMigratePrepare2: "src/migration/version2.ts",
  domainMigratePrepare3: PHASES3,
  domainMigratePrepare3Params: PHASES3,
  // registrations of events
  connectRegisterCloseCallback: "src/objects/connection_event.ts",
  connectUnregisterCloseCallback: "src/objects/connection_event.ts",
  connectDomainEventRegisterAny: "src/objects/domain_event_kind.ts",
  connectDomainEventDeregisterAny: "src/objects/domain_event_kind.ts",
  connectDomainEventCallbackRegisterAny: "src/objects/domain_event_kind.ts",
  connectDomainEventCallbackDeregisterAny: "src/objects/domain_event_kind.ts",
  connectNetworkEventRegisterAny: "src/objects/network_event.ts",
  connectNetworkEventDeregisterAny: "src/objects/network_event.ts",
  connectNodeDeviceEventRegisterAny: "src/objects/node_device_event.ts",
  connectNodeDeviceEventDeregisterAny: "src/objects/node_device_event.ts",
  connectSecretEventRegisterAny: "src/objects/secret_event.ts",
  connectSecretEventDeregisterAny: "src/objects/secret_event.ts",
  connectStoragePoolEventRegisterAny: "src/objects/storage_pool_event.ts",
  connectStoragePoolEventDeregisterAny: "src/objects/storage_pool_event.ts",
  qemuConnectDomainMonitorEventRegister: "src/qemu/monitor_event.ts",
  qemuConnectDomainMonitorEventDeregister: "src/qemu/monitor_event.ts",
};

const EVENTS = "an older registration of events, which daemons of libvirt 6.0 need no more";
const DESCRIPTORS = "passes file descriptors, for which JavaScript has no path";
const TUNNEL = "a step of tunnelled migration, in which the source's daemon is the client";

/** Procedures without a method, each with the reason. */
export const EXCUSED: Readonly<Record<string, string>> = {
  connectDomainEventRegister: EVENTS,
  connectDomainEventDeregister: EVENTS,
  domainCreateWithFiles: DESCRIPTORS,
  domainCreateXmlWithFiles: DESCRIPTORS,
  domainFdAssociate: DESCRIPTORS,
  qemuDomainMonitorCommandWithFiles: DESCRIPTORS,
  domainMigratePrepareTunnel: TUNNEL,
  domainMigratePrepareTunnel3: TUNNEL,
  domainMigratePrepareTunnel3Params: TUNNEL,
};
