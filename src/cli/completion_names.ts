/**
 * The names that a hypervisor has for what is being typed.
 *
 * @module
 */

import { DomainListFlags } from "../../gen/enums/domain.ts";
import { NetworkListFlags } from "../../gen/enums/network.ts";
import { StoragePoolListFlags } from "../../gen/enums/storage.ts";
import type { Connection } from "../connection.ts";
import type { Domain } from "../objects/mod.ts";
import type { CallOptions } from "../session/caller.ts";
import type { Given } from "./completion.ts";
import { disksOf, nicsOf } from "./devices.ts";

/** What a name is looked for with. */
export interface Search {
  readonly conn: Connection;
  readonly call: CallOptions;
  /** The command that is being typed. */
  readonly command: string;
  readonly given: Given;
}

type Names = (search: Search) => Promise<readonly string[]>;

const ACTIVE = /^(shutdown|reboot|reset|destroy|suspend|console|screenshot|managedsave|migrate)$/;

async function domains({ conn, call, command }: Search): Promise<string[]> {
  const flags = command === "start"
    ? DomainListFlags.INACTIVE
    : command === "resume"
    ? DomainListFlags.PAUSED
    : ACTIVE.test(command)
    ? DomainListFlags.ACTIVE
    : 0;
  return names(await conn.listAllDomains(flags === 0 ? call : { ...call, flags }));
}

/** Those that can be started, or stopped, where the command does that. */
function selected({ call, command }: Search, flags: { ACTIVE: number; INACTIVE: number }) {
  if (/-start$/.test(command)) return { ...call, flags: flags.INACTIVE };
  return /-destroy$/.test(command) ? { ...call, flags: flags.ACTIVE } : call;
}

function names(objects: readonly { readonly name: string }[]): string[] {
  return objects.map(({ name }) => name);
}

async function volumes({ conn, call, given }: Search): Promise<string[]> {
  const pool = given.options.get("--pool");
  if (pool !== undefined) {
    return names(await (await conn.lookupStoragePoolByName(pool, call)).listAllVolumes(call));
  }
  const flags = StoragePoolListFlags.ACTIVE;
  const pools = await conn.listAllStoragePools({ ...call, flags });
  const each = await Promise.all(pools.map((pool) => pool.listAllVolumes(call)));
  return await Promise.all(each.flat().map((volume) => volume.getPath(call)));
}

async function domainOf({ conn, call, given }: Search): Promise<Domain> {
  const name = given.options.get("--domain") ?? given.arguments[0] ?? "";
  return await conn.lookupDomainByName(name, call);
}

const descriptionOf = async (search: Search) =>
  await (await domainOf(search)).getXmlDesc(search.call);

const disks: Names = async (search) =>
  disksOf(await descriptionOf(search)).map(({ target }) => target);

const LISTS: Readonly<Record<string, Names>> = {
  domain: domains,
  network: async (search) =>
    names(await search.conn.listAllNetworks(selected(search, NetworkListFlags))),
  pool: async (search) =>
    names(await search.conn.listAllStoragePools(selected(search, StoragePoolListFlags))),
  volume: volumes,
  port: async ({ conn, call, given }) => {
    const name = given.options.get("--network") ?? given.arguments[0] ?? "";
    const ports = await (await conn.lookupNetworkByName(name, call)).listAllPorts(call);
    return ports.map(({ uuid }) => uuid);
  },
  device: async ({ conn, call }) => names(await conn.listAllNodeDevices(call)),
  interface: async ({ conn, call }) => names(await conn.listAllInterfaces(call)),
  nwfilter: async ({ conn, call }) => names(await conn.listAllNwFilters(call)),
  secret: async ({ conn, call }) => (await conn.listAllSecrets(call)).map(({ uuid }) => uuid),
  snapshot: async (search) => names(await (await domainOf(search)).listAllSnapshots(search.call)),
  "nodedev-list name": async () => (await import("./commands/node_device.ts")).capabilityNames(),
  "domblkinfo device": disks,
  "domblkstat device": disks,
  "detach-disk target": disks,
  "blockresize path": disks,
  "domifstat interface": async (search) =>
    nicsOf(await descriptionOf(search)).flatMap(({ interface: name, mac }) => name ?? mac ?? []),
};

/** What needs no hypervisor to be known: kinds of events, and of devices. */
export async function knownNames(
  command: string,
  argument: string,
): Promise<readonly string[] | undefined> {
  if (argument !== "name") return undefined;
  if (command === "nodedev-list") {
    return (await import("./commands/node_device.ts")).capabilityNames();
  }
  return /(^|-)event$/.test(command)
    ? (await import("./commands/event.ts")).eventNames(command)
    : undefined;
}

/** Finds the names that an argument of a command may be, if a hypervisor can know them. */
export function namesFor(command: string, argument: string): Names | undefined {
  return LISTS[`${command} ${argument}`] ?? LISTS[argument];
}
