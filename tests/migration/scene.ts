/**
 * A pair of daemons with a guest on the first, to migrate with something that goes wrong.
 *
 * @module
 */

import { assert } from "@std/assert";
import {
  connect,
  type Connection,
  DomainMigrateFlags,
  DomainState,
  isNotFound,
  type MigrateOptions,
  migrationFailure,
} from "../../mod.ts";
import {
  domainMigrateBegin3Params,
  domainMigrateConfirm3Params,
  domainMigrateFinish3Params,
  domainMigratePerform3Params,
  domainMigratePrepare3Params,
} from "../../gen/remote/domain.ts";
import type { DaemonVersion } from "../daemons/daemons.ts";
import { type DaemonPair, startPair } from "../daemons/pair.ts";
import { CountingGuest } from "./counting_guest.ts";
import { Relay } from "./relay.ts";

const { LIVE } = DomainMigrateFlags;

/** A step of a migration, and the side that takes it. */
export interface Step {
  readonly name: string;
  readonly side: "a" | "b";
  readonly procedure: number;
}

/** The steps of version 3, in order. */
export const STEPS: readonly Step[] = [
  { name: "begin", side: "a", procedure: domainMigrateBegin3Params.number },
  { name: "prepare", side: "b", procedure: domainMigratePrepare3Params.number },
  { name: "perform", side: "a", procedure: domainMigratePerform3Params.number },
  { name: "finish", side: "b", procedure: domainMigrateFinish3Params.number },
  { name: "confirm", side: "a", procedure: domainMigrateConfirm3Params.number },
];

/** A pair with a guest on `a`, and relays in which messages can be met. */
export interface Scene {
  readonly pair: DaemonPair;
  readonly guest: CountingGuest;
  readonly relays: { readonly a: Relay; readonly b: Relay };
}

/** How a migration is made and judged, beside its options. */
export interface Attempt extends MigrateOptions {
  /** Has the daemons migrate instead of this client. */
  readonly byDaemon?: boolean;
  /** What has to be over before the end is looked at. */
  readonly settled?: () => Promise<void> | undefined;
  /**
   * Whether what the destination had got ready may be left there, paused, since its daemon was
   * killed before it had noted what it is for.
   */
  readonly shellLeft?: boolean;
  /** Whether nothing comes after it, so that nothing has to be put in order. */
  readonly last?: boolean;
}

/** Where a guest is. */
export type Place = "running" | "paused" | "absent";

/** Starts all, and ends it. */
export async function withScene(
  versions: readonly [DaemonVersion, DaemonVersion],
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  await using pair = await startPair(...versions);
  await using a = new Relay(`${pair.directory}/a.sock`, pair.a.socket);
  await using b = new Relay(`${pair.directory}/b.sock`, pair.b.socket);
  await Promise.all([a.listen(), b.listen()]);
  const guest = new CountingGuest(pair.directory, "counter");
  {
    await using conn = await connect(pair.a.uri);
    await conn.createDomainXml(guest.xml);
  }
  await guest.countsOn(5, 60_000);
  await act({ pair, guest, relays: { a, b } });
}

/** Migrates from `a` to `b` through the relays; then the guest must run on exactly one host. */
export async function migrate(scene: Scene, name: string, attempt: Attempt = {}): Promise<string> {
  const { byDaemon, settled, shellLeft: _shellLeft, last: _last, ...options } = attempt;
  const { pair, guest, relays } = scene;
  let outcome: string;
  {
    await using source = await connect(`qemu+unix:///system?socket=${relays.a.socket}`);
    await using destination = await connect(`qemu+unix:///system?socket=${relays.b.socket}`);
    const domain = await source.lookupDomainByName(guest.name);
    try {
      if (byDaemon) {
        const flags = LIVE | DomainMigrateFlags.PEER2PEER;
        await domain.migrateToUri(pair.b.peerUri, { flags, ...options });
      } else {
        await domain.migrate(destination, { flags: LIVE, settleTimeout: 20_000, ...options });
      }
      outcome = "destination";
    } catch (error) {
      outcome = migrationFailure(error)?.guest ?? `nothing known: ${error}`;
    }
  }
  relays.a.trap = relays.b.trap = undefined;
  await settled?.();
  await checkOnce(scene, name, outcome, attempt);
  return outcome;
}

/** Checks that the guest runs once, where it was said to, and brings it back to `a`. */
async function checkOnce(
  { pair, guest }: Scene,
  name: string,
  outcome: string,
  { shellLeft = false, last = false }: Attempt,
): Promise<void> {
  await using a = await connect(pair.a.uri);
  await using b = await connect(pair.b.uri);
  const places = async () => [await placeOf(a, guest.name), await placeOf(b, guest.name)] as const;
  let found = await places();
  // what a daemon drops because a connection is gone, it drops a little later
  for (let tries = 0; tries < 100 && !isOnce(found, outcome); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    found = await places();
    assert(found[0] !== "running" || found[1] !== "running", `${name}: it runs twice`);
  }
  const [source, destination] = found;
  const text =
    `${name}: said ${outcome}, found ${source} at the source, ${destination} at the other`;
  const fits = isOnce(found, outcome) ||
    (shellLeft && outcome === "source" && source === "running" && destination === "paused");
  assert(fits, text);
  await guest.countsOn(3).catch((error) => {
    throw new Error(`${text}: ${error.message}`);
  });
  guest.checkUnbroken();
  if (last) return;
  if (destination !== "running") return await destroyLeft(b, guest.name);
  await destroyLeft(a, guest.name);
  await (await b.lookupDomainByName(guest.name)).migrate(a, { flags: LIVE });
  await guest.countsOn(3);
}

function isOnce([source, destination]: readonly [Place, Place], outcome: string): boolean {
  const atSource = source === "running" && destination === "absent";
  const atDestination = source !== "running" && destination === "running";
  if (outcome === "unknown") return atSource || atDestination;
  return outcome === "destination" ? atDestination : outcome === "source" && atSource;
}

async function destroyLeft(conn: Connection, name: string): Promise<void> {
  try {
    await (await conn.lookupDomainByName(name)).destroy();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Where a guest is. */
export async function placeOf(conn: Connection, name: string): Promise<Place> {
  try {
    const { state } = await (await conn.lookupDomainByName(name)).getState();
    return state === DomainState.RUNNING ? "running" : "paused";
  } catch (error) {
    if (isNotFound(error)) return "absent";
    throw error;
  }
}
