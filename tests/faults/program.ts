/**
 * The random program of a run.
 *
 * @module
 */

import { DomainMetadataType, DomainState } from "../../gen/enums/domain.ts";
import { ConnectionError } from "../../src/errors.ts";
import type { Random } from "../codec/random.ts";
import {
  causeEvents,
  changeState,
  type Client,
  COMMON,
  listen,
  lookUp,
  moveBytes,
  nsuriOf,
  type Seen,
  talk,
} from "./actors.ts";
import type { Fault, FaultPlan } from "./fault_duplex.ts";
import { type Pairs, type Tally, World } from "./world.ts";

const DOMAINS = 3;
// the number of an event after all others
const LAST = 1_000_000;

/** Chooses what a connection has to bear. */
export function planOf(random: Random): FaultPlan {
  const often = () => random.pick([0, 2, 3, 8]);
  const shape = { split: often(), coalesce: often(), delay: often() };
  if (random.oneIn(3)) return { shape };
  const kind = random.pick(
    ["eof", "reset", "eof", "reset", "corrupt", "corrupt", "stall"] as const,
  );
  // mostly within the program's own traffic, some in the start of the connection
  const fault: Fault = { kind, at: random.below(random.oneIn(5) ? 300 : 12_000) };
  return random.oneIn(2) ? { shape, incoming: fault } : { shape, outgoing: fault };
}

function isCorrupt({ incoming, outgoing }: FaultPlan): boolean {
  return incoming?.kind === "corrupt" || outgoing?.kind === "corrupt";
}

function isSound({ incoming, outgoing }: FaultPlan): boolean {
  return incoming === undefined && outgoing === undefined;
}

function domainXml(name: string, number: number): string {
  return `<domain type='test'><name>${name}</name>` +
    `<uuid>4a64cc71-19c4-2fd0-2323-3050941ea3c${number}</uuid><memory>8192</memory>` +
    `<os><type>hvm</type></os></domain>`;
}

/** Runs the program of a seed; throws a Violation where the library does not keep a promise. */
export async function runSeed(seed: number, pairs?: Pairs): Promise<Tally> {
  const world = new World(seed, pairs);
  return await world.run(() => program(world));
}

async function program(world: World): Promise<void> {
  const random = world.random();
  const pool = await world.control.lookupStoragePoolByName("default-pool");
  for (let n = 0; n < DOMAINS; n++) {
    await world.control.createDomainXml(domainXml(`vm${n}`, n));
    await pool.createVolumeXml(
      `<volume><name>v${n}</name><capacity>400000</capacity><allocation>0</allocation></volume>`,
    );
  }
  const master = listen({ world, conn: world.control });
  await master.ready;
  const count = 1 + random.below(DOMAINS);
  const plans = Array.from({ length: count }, () => planOf(random));
  const clients = await Promise.all(plans.map((plan, n) => liveOf(world, plan, n, world.random())));
  const soundOnes = plans.every((plan) => !isCorrupt(plan));
  for (const { seen } of clients.flatMap(({ loops }) => loops)) seen.inTime = seen.ready;
  for (let n = 0; n < DOMAINS; n++) {
    const name = `vm${n}`;
    const domain = await world.control.lookupDomainByName(name).catch(() => undefined);
    const live = clients[n];
    if (live?.client !== undefined && soundOnes) await checkState(world, live.client);
    if (domain === undefined) continue; // a damaged call has undefined it
    // the last event of each domain, which who still listens must have got
    const uri = nsuriOf(name, LAST);
    await world.outcome(
      "setMetadata",
      domain.setMetadata(DomainMetadataType.ELEMENT, "<a/>", { key: "t", uri }),
    );
  }
  await world.outcome("a round trip", world.control.getHostname());
  for (const live of clients) await live.finish();
  await world.control.close();
  await master.over;
  const damaged = new Set(clients.flatMap(({ client }) => client?.corrupt ? client.domain : []));
  for (const live of clients) check(world, live, master.seen, damaged);
}

async function checkState(world: World, client: Client): Promise<void> {
  const domain = await world.control.lookupDomainByName(client.domain);
  const { state } = await domain.getState();
  // a client whose connection was lost may have left calls that are still under way
  if (client.conn.isAlive) {
    const expected = [...client.states];
    world.expect(client.states.has(state), () => `${client.domain} is ${state}, not ${expected}`);
  }
}

interface Live {
  readonly client: Client | undefined;
  readonly loops: readonly { readonly seen: Seen; readonly over: Promise<void> }[];
  /** Whether a loop that goes on must get every event. */
  complete: boolean;
  /** Ends it. */
  finish(): Promise<void>;
}

/** One client from its start to the end of its program; its loops go on until `finish()`. */
async function liveOf(world: World, plan: FaultPlan, n: number, random: Random): Promise<Live> {
  const connecting = await world.outcome("connect", world.connect(plan));
  if (connecting.kind !== "value") {
    world.expect(!isSound(plan), () => `cannot connect: ${JSON.stringify(connecting)}`);
    return { client: undefined, loops: [], complete: false, finish: () => Promise.resolve() };
  }
  const conn = connecting.value;
  const client: Client = {
    world,
    conn,
    domain: `vm${n}`,
    volume: `v${n}`,
    corrupt: isCorrupt(plan),
    states: new Set([DomainState.RUNNING]),
    caused: 0,
  };
  const loops = [listen(client, { call: random.oneIn(2) })];
  if (random.oneIn(2)) await loops[0]!.ready;
  if (random.oneIn(2)) loops.push(listen(client, { leaveAfter: random.below(5) }));
  const steps = () => 1 + random.below(6);
  const lanes = [
    changeState(client, world.random(), steps()),
    causeEvents(client, world.random(), steps()),
    lookUp(client, world.random(), 1 + random.below(20)),
  ];
  if (random.oneIn(2)) lanes.push(moveBytes(client, world.random(), steps()));
  if (random.oneIn(3)) lanes.push(talk(client, world.random()));
  if (random.oneIn(6)) {
    const turns = random.below(200);
    lanes.push(world.clock.sleep(turns).then(() => world.watch("closing", conn.close())));
  }
  const stalled = plan.incoming?.kind === "stall" || plan.outgoing?.kind === "stall";
  const done = Promise.all(lanes);
  if (client.corrupt) await giveUpLate(client, done);
  await done;
  const live: Live = {
    client,
    loops,
    complete: false,
    async finish() {
      if (conn.isAlive && isSound(plan)) {
        const { kind } = await world.outcome("a round trip", conn.getHostname());
        live.complete = kind === "value";
      }
      // a stalled daemon is noticed by keepalive, where close() would wait for it for a second
      if (stalled && !random.oneIn(20)) await within(200, conn.closed);
      await world.watch("closing", conn.close());
      const reason = await world.watch("closed", conn.closed);
      world.expect(!conn.isAlive, () => `alive after its end by ${reason}`);
      if (isSound(plan)) {
        const why = () => `a sound connection ended by ${reason}: ${conn.closeError}`;
        world.expect(reason === "client", why);
      }
      const late = await world.outcome("a late call", conn.getHostname());
      world.expect(late.kind === "lost", () => `a call after the end: ${late.kind}`);
      for (const { over } of loops) await over;
    },
  };
  return live;
}

// A damaged stream packet may leave either side waiting for the other, as does a damaged answer.
async function giveUpLate({ conn }: Client, done: Promise<unknown>): Promise<void> {
  await within(200, done);
  conn.session.abort(new ConnectionError("given up by the run"));
}

// A call that was given up may happen later than all others, but not later than its client's next.
function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, n) => n === 0 || number > numbers[n - 1]!);
}

async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Order is kept, nothing comes twice, nothing is missing in between, nor at either end. */
function check(world: World, live: Live, all: Seen, damaged: ReadonlySet<string>): void {
  const { client } = live;
  if (client === undefined || client.corrupt) return;
  for (const { seen } of live.loops) {
    for (const domain of COMMON) {
      if (damaged.has(domain)) continue;
      const numbers = seen.of(domain);
      const happened = all.of(domain);
      world.expect(
        isRising(numbers.filter((number) => number !== LAST)),
        () => `events of ${domain} in the order ${numbers}`,
      );
      const start = numbers.length === 0 ? happened.length : happened.indexOf(numbers[0]!);
      const expected = happened.slice(start, start + numbers.length);
      world.expect(
        expected.join() === numbers.join(),
        () => `events of ${domain}: ${numbers}, where ${expected} happened`,
      );
      if (seen.ended !== "ended" || !live.complete || !seen.inTime) continue;
      const end = start + numbers.length;
      world.expect(
        end === happened.length,
        () => `${happened.slice(end)} of ${domain} are missing`,
      );
      if (domain !== client.domain || seen.causedAtReady === undefined) continue;
      const first = happened.findIndex((number) => number >= seen.causedAtReady!);
      world.expect(
        start <= first,
        () => `${happened.slice(first, start)} of ${domain} are missing`,
      );
    }
  }
}
