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
};

/** Member prefixes where the longest common one is too short or too long. */
export const MEMBER_PREFIXES: Readonly<Record<string, string>> = {
  virErrorNumber: "VIR_ERR_",
  virErrorDomain: "VIR_FROM_",
  virErrorLevel: "VIR_ERR_",
};
