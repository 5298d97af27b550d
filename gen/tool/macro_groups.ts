/**
 * Which of libvirt's macros are names of fields, in groups, and which have no place here.
 *
 * @module
 */

import type { LibraryName, TypedParamType } from "./model.ts";

/** The macros that begin alike, which become one object of constants. */
export interface MacroGroup {
  /** The object's name. */
  readonly name: string;
  readonly library: LibraryName;
  /** How the macros begin; of several groups that of the longest beginning takes a macro. */
  readonly prefix: string;
  /** The type of the fields that libvirt's description gives none; `"none"` where they are no fields. */
  readonly type?: TypedParamType | "none";
}

function group(prefix: string, name: string, type?: TypedParamType | "none"): MacroGroup {
  return { name, library: "libvirt", prefix, ...type === undefined ? {} : { type } };
}

function adminGroup(prefix: string, name: string): MacroGroup {
  return { name, library: "libvirt-admin", prefix };
}

/** Every group, in the order of the output. */
export const MACRO_GROUPS: readonly MacroGroup[] = [
  group("VIR_CONNECT_IDENTITY_", "ConnectIdentityField"),
  // structs of a name and an unsigned 64-bit number, which are older than typed parameters
  group("VIR_NODE_CPU_STATS_", "NodeCpuStatsField", "ullong"),
  group("VIR_NODE_MEMORY_STATS_", "NodeMemoryStatsField", "ullong"),
  group("VIR_NODE_MEMORY_SHARED_", "NodeMemorySharedField"),
  group("VIR_NODE_SEV_", "NodeSevField"),
  group("VIR_DOMAIN_ANNOUNCE_INTERFACE_", "DomainAnnounceInterfaceField", "uint"),
  group("VIR_DOMAIN_BANDWIDTH_", "DomainBandwidthField"),
  group("VIR_DOMAIN_BLKIO_", "DomainBlkioField"),
  group("VIR_DOMAIN_BLOCK_COPY_", "DomainBlockCopyField"),
  group("VIR_DOMAIN_BLOCK_IOTUNE_", "DomainBlockIoTuneField"),
  group("VIR_DOMAIN_BLOCK_STATS_", "DomainBlockStatsField"),
  group("VIR_DOMAIN_CPU_STATS_", "DomainCpuStatsField"),
  group("VIR_DOMAIN_GUEST_INFO_", "DomainGuestInfoField"),
  group("VIR_DOMAIN_IOTHREAD_", "DomainIoThreadField"),
  group("VIR_DOMAIN_JOB_", "DomainJobField"),
  group("VIR_DOMAIN_LAUNCH_SECURITY_", "DomainLaunchSecurityField"),
  group("VIR_DOMAIN_MEMORY_", "DomainMemoryField"),
  group("VIR_DOMAIN_NUMA_", "DomainNumaField"),
  group("VIR_DOMAIN_SAVE_PARAM_", "DomainSaveParamField"),
  group("VIR_DOMAIN_SAVE_PARAM_IMAGE_FORMAT_", "DomainSaveImageFormat", "none"),
  group("VIR_DOMAIN_SCHEDULER_", "DomainSchedulerField"),
  group("VIR_DOMAIN_STATS_", "DomainStatsField"),
  group("VIR_DOMAIN_TUNABLE_", "DomainTunableField"),
  group("VIR_MIGRATE_PARAM_", "MigrateParamField"),
  group("VIR_PERF_PARAM_", "PerfParamField", "boolean"),
  group("VIR_NETWORK_PORT_BANDWIDTH_", "NetworkPortBandwidthField"),
  adminGroup("VIR_CLIENT_INFO_", "ClientInfoField"),
  adminGroup("VIR_SERVER_CLIENTS_", "ServerClientsField"),
  adminGroup("VIR_THREADPOOL_", "ThreadPoolField"),
];

/**
 * Types of fields where libvirt's description states none that a pattern can read, or where the
 * pattern was misled; taken from how its drivers fill the fields in.
 */
export const MACRO_TYPES: Readonly<Record<string, TypedParamType>> = {
  VIR_DOMAIN_GUEST_INFO_DISK_SUFFIX_GUEST_BUS: "string",
  VIR_DOMAIN_GUEST_INFO_FS_SUFFIX_DISK_COUNT: "uint",
  VIR_DOMAIN_GUEST_INFO_OS_ID: "string",
  VIR_DOMAIN_JOB_ERRMSG: "string",
  VIR_DOMAIN_STATS_CUSTOM_SUFFIX_TYPE_CUR: "ullong",
  VIR_DOMAIN_STATS_CUSTOM_SUFFIX_TYPE_MAX: "ullong",
  VIR_DOMAIN_STATS_CUSTOM_SUFFIX_TYPE_SUM: "ullong",
  VIR_DOMAIN_STATS_MEMORY_BANDWIDTH_MONITOR_SUFFIX_NODE_COUNT: "uint",
  VIR_NODE_SEV_CBITPOS: "uint",
  VIR_NODE_SEV_CERT_CHAIN: "string",
  VIR_NODE_SEV_CPU0_ID: "string",
  VIR_NODE_SEV_PDH: "string",
  VIR_NODE_SEV_REDUCED_PHYS_BITS: "uint",
};

/** Macros that are numbers of use to a program, each with the constant's name. */
export const MACRO_NUMBERS: Readonly<Record<string, string>> = {
  VIR_DOMAIN_MEMORY_PARAM_UNLIMITED: "DOMAIN_MEMORY_PARAM_UNLIMITED",
};

const VERSION = "the release of the C headers";
const BUFFER = "the size of a buffer in C";
const CALLBACK = "a cast of a function's type in C";
const CPU_MAP = "arithmetic on the bits of a CPU map, which is an array of booleans here";
const STRUCT = "an older name for a struct in C";

/** Macros without a constant, each with the reason. */
export const EXCUSED_MACROS: Readonly<Record<string, string>> = {
  LIBVIR_CHECK_VERSION: VERSION,
  LIBVIR_VERSION_NUMBER: VERSION,
  VIR_COPY_CPUMAP: CPU_MAP,
  VIR_CPU_MAPLEN: CPU_MAP,
  VIR_CPU_USABLE: CPU_MAP,
  VIR_CPU_USED: CPU_MAP,
  VIR_DOMAIN_BLKIO_FIELD_LENGTH: BUFFER,
  VIR_DOMAIN_BLOCK_STATS_FIELD_LENGTH: BUFFER,
  VIR_DOMAIN_EVENT_CALLBACK: CALLBACK,
  VIR_DOMAIN_MEMORY_FIELD_LENGTH: BUFFER,
  VIR_DOMAIN_SCHED_FIELD_LENGTH: BUFFER,
  VIR_DOMAIN_SEND_KEY_MAX_KEYS: "a limit that the protocol's encoding enforces",
  VIR_GET_CPUMAP: CPU_MAP,
  VIR_KEYCODE_SET_RFB: "an older name for a member of an enumeration, KeycodeSet.QNUM",
  VIR_NETWORK_EVENT_CALLBACK: CALLBACK,
  VIR_NODEINFO_MAXCPUS: "arithmetic on the fields of a struct: nodes * sockets * cores * threads",
  VIR_NODE_CPU_STATS_FIELD_LENGTH: BUFFER,
  VIR_NODE_DEVICE_EVENT_CALLBACK: CALLBACK,
  VIR_NODE_MEMORY_STATS_FIELD_LENGTH: BUFFER,
  VIR_SECRET_EVENT_CALLBACK: CALLBACK,
  VIR_SECURITY_DOI_BUFLEN: BUFFER,
  VIR_SECURITY_LABEL_BUFLEN: BUFFER,
  VIR_SECURITY_MODEL_BUFLEN: BUFFER,
  VIR_STORAGE_POOL_EVENT_CALLBACK: CALLBACK,
  VIR_TYPED_PARAM_FIELD_LENGTH: BUFFER,
  VIR_UNUSE_CPU: CPU_MAP,
  VIR_USE_CPU: CPU_MAP,
  VIR_UUID_BUFLEN: BUFFER,
  VIR_UUID_STRING_BUFLEN: BUFFER,
  _virBlkioParameter: STRUCT,
  _virMemoryParameter: STRUCT,
  _virSchedParameter: STRUCT,
};
