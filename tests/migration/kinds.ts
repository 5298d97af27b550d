/**
 * Every kind of migration that libvirtd and QEMU allow, each as a way from one host to the other.
 *
 * @module
 */

import {
  type Caller,
  type Connection,
  Domain,
  DomainMigrateFlags,
  DomainXmlFlags,
  Feature,
} from "../../mod.ts";
import { fs, run } from "../daemons/builtin.ts";
import type { PairedDaemon } from "../daemons/pair.ts";
import { CountingGuest } from "./counting_guest.ts";

/** One host of the pair with a connection to it. */
export interface Host {
  readonly daemon: PairedDaemon;
  readonly conn: Connection;
}

/** A way to migrate a domain. */
export interface Kind {
  readonly name: string;
  /** What it needs: a guest without a disk, one whose disk each host has for itself, or one that is stopped. */
  readonly needs?: "disk" | "stopped";
  /** Takes a domain from one host to the other. */
  move(domain: Domain, from: Host, to: Host): Promise<Domain>;
}

const { LIVE, PEER2PEER, TUNNELLED, PERSIST_DEST, UNDEFINE_SOURCE } = DomainMigrateFlags;
const { MIGRATION_PARAMS } = Feature;

/** A caller whose daemon seems to lack some features. */
export function withoutFeatures(caller: Caller, ...lacking: readonly number[]): Caller {
  return {
    call: (procedure, args, options) => caller.call(procedure, args, options),
    hasFeature: async (feature, options) =>
      !lacking.includes(feature) && await caller.hasFeature!(feature, options),
    openAnother: (options) => caller.openAnother!(options),
  };
}

function managed(name: string, flags: number, params = {}): Kind {
  return { name, move: (domain, _, to) => domain.migrate(to.conn, { flags, params }) };
}

function byDaemon(name: string, flags: number): Kind {
  return {
    name,
    async move(domain, _, to) {
      await domain.migrateToUri(to.daemon.peerUri, { flags });
      return await to.conn.lookupDomainByName(domain.name);
    },
  };
}

function older(name: string, ...lacking: readonly number[]): Kind {
  return {
    name,
    async move(domain, from, to) {
      const old = new Domain(withoutFeatures(from.conn.session, ...lacking), domain.handle);
      const session = withoutFeatures(to.conn.session, ...lacking);
      const moved = await old.migrate({ session }, { flags: LIVE });
      return new Domain(to.conn.session, moved.handle);
    },
  };
}

/** Where the disk of a guest is on a host. */
export function diskOf({ daemon }: Host, name: string): string {
  return `${daemon.directory}/${name}.qcow2`;
}

function copying(name: string, flags: number): Kind {
  return {
    name,
    needs: "disk",
    async move(domain, from, to) {
      const [here, there] = [diskOf(from, domain.name), diskOf(to, domain.name)];
      fs.rmSync(there, { force: true });
      await run("qemu-img", ["create", "-q", "-f", "qcow2", there, "16M"]);
      const xml = await domain.getXmlDesc({ flags: DomainXmlFlags.MIGRATABLE });
      const moved = await domain.migrate(to.conn, {
        flags: LIVE | flags,
        params: { destination_xml: xml.replaceAll(here, there), migrate_disks: ["vda"] },
      });
      return moved;
    },
  };
}

const postCopy: Kind = {
  name: "post-copy",
  async move(domain, _, to) {
    let started: Promise<void> | undefined;
    const moved = await domain.migrate(to.conn, {
      flags: LIVE | DomainMigrateFlags.POSTCOPY,
      params: { bandwidth: 2 },
      progressInterval: 50,
      onProgress({ iteration = 0 }) {
        if (iteration > 0) started ??= domain.migrateStartPostCopy();
      },
    });
    if (started === undefined) throw new Error("It was over before post-copy could begin");
    await started;
    return moved;
  },
};

/** The kinds in which a running guest migrates. */
export const KINDS: readonly Kind[] = [
  managed("managed, live", LIVE),
  managed("managed, paused meanwhile", 0),
  managed("managed, persistent", LIVE | PERSIST_DEST | UNDEFINE_SOURCE),
  managed("auto-converge", LIVE | DomainMigrateFlags.AUTO_CONVERGE, {
    "auto_converge.initial": 20,
    "auto_converge.increment": 10,
  }),
  managed("compressed", LIVE | DomainMigrateFlags.COMPRESSED, {
    compression: "xbzrle",
    "compression.xbzrle.cache": 67108864,
  }),
  managed("parallel", LIVE | DomainMigrateFlags.PARALLEL, { "parallel.connections": 2 }),
  older("version 3 without parameters", MIGRATION_PARAMS),
  // version 2 is not among them: libvirtd 9.0.0 and 12.8.0 die of its first call
  byDaemon("peer-to-peer", LIVE | PEER2PEER),
  byDaemon("tunnelled", LIVE | PEER2PEER | TUNNELLED),
  postCopy,
  {
    name: "another name and address",
    move: (domain, _, to) =>
      domain.migrate(to.conn, {
        flags: LIVE,
        params: {
          destination_name: domain.name.endsWith("-2")
            ? domain.name.slice(0, -2)
            : `${domain.name}-2`,
          migrate_uri: `tcp://${to.daemon.address}`,
          listen_address: to.daemon.address,
        },
      }),
  },
  copying("copied disk", DomainMigrateFlags.NON_SHARED_DISK),
  copying(
    "copied disk, written on both sides",
    DomainMigrateFlags.NON_SHARED_DISK | DomainMigrateFlags.NON_SHARED_SYNCHRONOUS_WRITES,
  ),
  {
    name: "stopped definition",
    needs: "stopped",
    move: (domain, _, to) =>
      domain.migrate(to.conn, {
        flags: DomainMigrateFlags.OFFLINE | PERSIST_DEST | UNDEFINE_SOURCE,
      }),
  },
];

const DISK = `<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/>
  <source file='FILE'/><target dev='vda' bus='virtio'/></disk>`;

/**
 * Takes a guest there and back so many times by each of some kinds with the same needs, and checks
 * that it counted all the while.
 */
export async function roundTrips(
  kinds: readonly Kind[],
  hosts: readonly [Host, Host],
  directory: string,
  count: number,
): Promise<void> {
  const needs = kinds[0]!.needs;
  const name = `counting-${needs ?? "guest"}`;
  const [here, there] = hosts;
  const disk = diskOf(here, name);
  if (needs === "disk") {
    await run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "16M"]);
    await run("qemu-io", ["-f", "qcow2", "-c", "write -P 0x5a 1M 4M", disk]);
  }
  const options = needs === "disk" ? { devices: DISK.replace("FILE", disk) } : {};
  const guest = new CountingGuest(directory, name, options);
  let domain = needs === "stopped"
    ? await here.conn.defineDomainXml(guest.xml)
    : await here.conn.createDomainXml(guest.xml);
  try {
    if (needs !== "stopped") await guest.countsOn(5, 60_000);
    for (const kind of kinds) {
      for (let trip = 0; trip < count; trip++) {
        for (const [from, to] of [[here, there], [there, here]] as const) {
          domain = await move(kind, domain, from, to);
          if (needs === "stopped") await checkDefinition(domain, from);
          else await guest.countsOn(3);
        }
      }
      guest.checkUnbroken();
    }
    if (needs === "disk") {
      await run("qemu-io", ["-U", "-r", "-f", "qcow2", "-c", "read -P 0x5a 1M 4M", disk]);
    }
  } finally {
    if (needs !== "stopped") await domain.destroy();
    if (await domain.isPersistent().catch(() => false)) await domain.undefine();
  }
}

async function move(kind: Kind, domain: Domain, from: Host, to: Host): Promise<Domain> {
  try {
    return await kind.move(domain, from, to);
  } catch (error) {
    const route = `from ${from.daemon.version} to ${to.daemon.version}`;
    throw new Error(`${kind.name}, ${route}: ${error}`, { cause: error });
  }
}

async function checkDefinition(domain: Domain, from: Host): Promise<void> {
  if (!await domain.isPersistent()) throw new Error("It is not defined at the destination");
  const left = await from.conn.listAllDomains();
  if (left.some(({ uuid }) => uuid === domain.uuid)) throw new Error("It is left at the source");
}
