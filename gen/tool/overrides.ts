/**
 * What cannot be derived from libvirt's files, each with its reason.
 *
 * @module
 */

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
