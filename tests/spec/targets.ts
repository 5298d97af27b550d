/**
 * One suite of behaviour for every server of the test driver: ours in memory, and real daemons.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { connect, type Connection, type ConnectOptions } from "../../mod.ts";
import { connectAdmin } from "../../src/admin.ts";
import {
  type DaemonVersion,
  type RealDaemon,
  skipWithoutDaemon,
  startDaemon,
} from "../daemons/daemons.ts";
import { test } from "../harness.ts";

/** A behaviour: given an open connection to a fresh test driver, it asserts. */
export type Behaviour = (conn: Connection, target: Target) => Promise<void>;

/** A server of the test driver. */
export interface Target extends AsyncDisposable {
  /** `memory`, `libvirtd 9`, `libvirtd 12` or `LIBVIRT_TEST_URI`. */
  readonly name: string;
  /** Opens a connection; the state is new when no other is open. */
  open(options?: ConnectOptions): Promise<Connection>;
  /** Waits until the server has let go of every connection. */
  idle(): Promise<void>;
}

interface TargetKind {
  readonly name: string;
  readonly skip?: string | false;
  start(): Promise<Target>;
}

function uriTarget(
  name: string,
  uri: string,
  stop: () => Promise<void>,
  idle: () => Promise<void> = () => Promise.resolve(),
): Target {
  return {
    name,
    idle,
    open: (options) => connect(uri, { strict: true, ...options }),
    [Symbol.asyncDispose]: stop,
  };
}

// A daemon drops the connection, and with it the state, some time after the answer to the close.
async function withoutClients({ adminSocket }: RealDaemon): Promise<void> {
  await using admin = await connectAdmin(`libvirtd:///system?socket=${adminSocket}`);
  const server = await admin.lookupServer("libvirtd");
  const until = performance.now() + 10_000;
  while ((await server.listClients()).length > 0) {
    if (performance.now() > until) throw new Error("The daemon still has clients after 10 s");
  }
}

function daemonKind(version: DaemonVersion): TargetKind {
  const name = `libvirtd ${version}`;
  return {
    name,
    skip: skipWithoutDaemon(version),
    async start() {
      const daemon = await startDaemon(version);
      const uri = `test+unix:///default?socket=${daemon.socket}`;
      return uriTarget(name, uri, () => daemon.stop(), () => withoutClients(daemon));
    },
  };
}

function targetKinds(): TargetKind[] {
  const nothing = () => Promise.resolve();
  const memory = {
    name: "memory",
    start: () => Promise.resolve(uriTarget("memory", "test:///default", nothing)),
  };
  const given = process.env["LIBVIRT_TEST_URI"];
  const named = given === undefined ? [] : [{
    name: "LIBVIRT_TEST_URI",
    start: () => Promise.resolve(uriTarget("LIBVIRT_TEST_URI", given, nothing)),
  }];
  return [memory, daemonKind("9"), daemonKind("12"), ...named];
}

/** The lines `target | subject | behaviour | reason` of `known_differences.txt`. */
function knownDifferences(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL("./known_differences.txt", import.meta.url), "utf8");
  const known = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [target, subject, behaviour, reason] = line.split("|").map((part) => part.trim());
    if (!reason) throw new Error(`known_differences.txt: a line without a reason: ${line}`);
    known.set(`${target} | ${subject} | ${behaviour}`, reason);
  }
  return known;
}

/**
 * Declares behaviours of one subject, to be found alike on every target.
 *
 * One test a target: it starts the server once and gives each behaviour a connection of its own. A
 * difference that `known_differences.txt` lists must be there: when it is gone, its line must go.
 */
export function spec(subject: string, behaviours: Readonly<Record<string, Behaviour>>): void {
  const known = knownDifferences();
  for (const kind of targetKinds()) {
    test(`spec: ${subject} on ${kind.name}`, async () => {
      await using target = await kind.start();
      const openNew = await opener(target);
      const failures: Error[] = [];
      for (const [title, behaviour] of Object.entries(behaviours)) {
        const excused = known.has(`${kind.name} | ${subject} | ${title}`);
        try {
          await using conn = await openNew();
          await behaviour(conn, target);
          if (excused) failures.push(new Error(`${title}: no longer differs; remove its line`));
        } catch (error) {
          if (!excused) failures.push(new Error(`${title}: ${(error as Error).stack ?? error}`));
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, messages(failures));
    }, { skip: kind.skip });
  }
}

/**
 * Opens connections to a state that is new. A daemon lets go of the old one some time after it has
 * forgotten its last client; whoever comes in between still finds it.
 */
async function opener(target: Target): Promise<() => Promise<Connection>> {
  let first: string;
  {
    await using conn = await target.open();
    first = await outlineOf(conn);
  }
  return async () => {
    const until = performance.now() + 10_000;
    for (;;) {
      await target.idle();
      const conn = await target.open();
      const found = await outlineOf(conn);
      if (found === first) return conn;
      await conn.close();
      if (performance.now() > until) throw new Error(`The daemon keeps what was: ${found}`);
    }
  };
}

async function outlineOf(conn: Connection): Promise<string> {
  const [domains, networks, pools, interfaces, devices] = await Promise.all([
    conn.listAllDomains(),
    conn.listAllNetworks(),
    conn.listAllStoragePools(),
    conn.listAllInterfaces(),
    conn.listAllNodeDevices(),
  ]);
  const parts = [
    ...domains.map(async (one) =>
      `${one.id} ${(await one.getState()).state} ${await one.getXmlDesc()}`
    ),
    ...[...networks, ...pools, ...interfaces].map(async (one) =>
      `${await one.isActive()} ${await one.getXmlDesc()}`
    ),
    ...devices.map(({ name }) => Promise.resolve(name)),
  ];
  return (await Promise.all(parts)).join("\n");
}

// an AggregateError shows its parts on some runtimes only
function messages(failures: readonly Error[]): string {
  return failures.map(({ message }) => message).join("\n\n");
}
