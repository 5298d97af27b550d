/**
 * The classes of the public interface: which C pointer each stands for and what identifies it.
 *
 * @module
 */

import type { ProgramName } from "./model.ts";

/** A property that the handle carries. */
export interface PropertyInfo {
  /** The property's name. */
  readonly name: string;
  /** The handle's field, as the wire names it. */
  readonly field: string;
  /** The C function that reads it. */
  readonly cName: string;
}

/** A class with a generated base. */
export interface ClassInfo {
  /** The class that a person wrote on the base. */
  readonly name: string;
  readonly program: ProgramName;
  /** The type of the C functions' first argument. */
  readonly pointer: string;
  /** The words that the C functions' names begin with after `vir`. */
  readonly noun: readonly string[];
  /** What other classes' methods call it where they take or give one. */
  readonly as: string;
  /** The struct that identifies it on the wire; absent for a connection. */
  readonly handle?: string;
  /** The first field of its procedures where that is not the handle but one field of it. */
  readonly handleField?: string;
  readonly properties: readonly PropertyInfo[];
  /** The base's file. */
  readonly base: string;
  /** The class's file. */
  readonly file: string;
}

function remote(
  name: string,
  file: string,
  noun: string,
  properties: readonly (readonly [name: string, field: string, cName: string])[],
  extra: Partial<ClassInfo> = {},
): ClassInfo {
  return {
    name,
    program: "remote",
    pointer: `vir${extra.pointer ?? name}Ptr`,
    noun: noun.split(" "),
    as: extra.as ?? name,
    handle: `remote_nonnull_${file}`,
    properties: properties.map(([name, field, cName]) => ({ name, field, cName })),
    base: `gen/remote/${file}_base.ts`,
    file: `src/objects/${file}.ts`,
    ...(extra.handleField === undefined ? {} : { handleField: extra.handleField }),
  };
}

function facade(
  name: string,
  program: ProgramName,
  pointer: string,
  base: string,
  file: string,
): ClassInfo {
  return { name, program, pointer, noun: ["connect"], as: name, properties: [], base, file };
}

function admin(
  name: string,
  noun: string,
  properties: readonly (readonly [name: string, field: string, cName: string])[],
): ClassInfo {
  return {
    name: `Admin${name}`,
    program: "admin",
    pointer: `virAdm${name}Ptr`,
    noun: [noun],
    as: name,
    handle: `admin_nonnull_${noun}`,
    properties: properties.map(([name, field, cName]) => ({ name, field, cName })),
    base: `gen/admin/${noun}_base.ts`,
    file: "src/admin_objects.ts",
  };
}

/** Every class, longest noun first, so that the first whose noun begins a name is the right one. */
export const CLASSES: readonly ClassInfo[] = [
  remote("NwFilterBinding", "nwfilter_binding", "nw filter binding", [
    ["portDev", "portdev", "virNWFilterBindingGetPortDev"],
    ["filterName", "filtername", "virNWFilterBindingGetFilterName"],
  ], { pointer: "NWFilterBinding" }),
  remote("DomainSnapshot", "domain_snapshot", "domain snapshot", [
    ["name", "name", "virDomainSnapshotGetName"],
  ], { as: "Snapshot" }),
  remote("DomainCheckpoint", "domain_checkpoint", "domain checkpoint", [
    ["name", "name", "virDomainCheckpointGetName"],
  ], { as: "Checkpoint" }),
  remote("NetworkPort", "network_port", "network port", [
    ["uuid", "uuid", "virNetworkPortGetUUIDString"],
  ], { as: "Port" }),
  remote("StoragePool", "storage_pool", "storage pool", [
    ["name", "name", "virStoragePoolGetName"],
    ["uuid", "uuid", "virStoragePoolGetUUIDString"],
  ]),
  remote("StorageVol", "storage_vol", "storage vol", [
    ["name", "name", "virStorageVolGetName"],
    ["key", "key", "virStorageVolGetKey"],
  ], { as: "StorageVol" }),
  remote("NodeDevice", "node_device", "node device", [
    ["name", "name", "virNodeDeviceGetName"],
  ], { handleField: "name" }),
  remote("NwFilter", "nwfilter", "nw filter", [
    ["name", "name", "virNWFilterGetName"],
    ["uuid", "uuid", "virNWFilterGetUUIDString"],
  ], { pointer: "NWFilter" }),
  remote("Domain", "domain", "domain", [
    ["name", "name", "virDomainGetName"],
    ["uuid", "uuid", "virDomainGetUUIDString"],
    ["id", "id", "virDomainGetID"],
  ]),
  remote("Network", "network", "network", [
    ["name", "name", "virNetworkGetName"],
    ["uuid", "uuid", "virNetworkGetUUIDString"],
  ]),
  remote("Interface", "interface", "interface", [
    ["name", "name", "virInterfaceGetName"],
    ["mac", "mac", "virInterfaceGetMACString"],
  ]),
  remote("Secret", "secret", "secret", [
    ["uuid", "uuid", "virSecretGetUUIDString"],
    ["usageType", "usageType", "virSecretGetUsageType"],
    ["usageId", "usageID", "virSecretGetUsageID"],
  ]),
  facade(
    "Connection",
    "remote",
    "virConnectPtr",
    "gen/remote/connect_base.ts",
    "src/connection.ts",
  ),
  admin("Server", "server", [["name", "name", "virAdmServerGetName"]]),
  admin("Client", "client", [
    ["id", "id", "virAdmClientGetID"],
    ["timestamp", "timestamp", "virAdmClientGetTimestamp"],
    ["transport", "transport", "virAdmClientGetTransport"],
  ]),
  facade(
    "AdminConnection",
    "admin",
    "virAdmConnectPtr",
    "gen/admin/connect_base.ts",
    "src/admin_objects.ts",
  ),
];

/** The name of a class's base: `DomainBase`, and `ConnectBase` after libvirt's own noun. */
export function baseName(info: ClassInfo): string {
  return `${info.name.replace("Connection", "Connect")}Base`;
}
