/**
 * One seeded run of a supervised connection: each of its connections breaks some time, while events
 * are caused and loops follow them.
 *
 * @module
 */

import { DomainMetadataType } from "../../gen/enums/domain.ts";
import { connectWith } from "../../src/connect.ts";
import type { Connection } from "../../src/connection.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { ConnectionError, LibvirtError, ProtocolError } from "../../src/errors.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { ServerSession } from "../../src/server/server.ts";
import { Resync } from "../../src/supervised_state.ts";
import { type SupervisedConnection, superviseWith } from "../../src/supervised/connection.ts";
import type { SupervisedEvents } from "../../src/supervised/watch.ts";
import type { DomainMetadataChangeEvent } from "../../src/objects/domain_event_state.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";
import { Random } from "../codec/random.ts";
import { type FaultPlan, faultyDuplex, noFaults } from "./fault_duplex.ts";
import { TurnClock } from "./turn_clock.ts";
import { Violation } from "./world.ts";

/** What a run has done. */
export interface ReconnectTally {
  connections: number;
  events: number;
  marks: number;
  lost: number;
}

/** What a loop has seen: numbers of events, and marks in between. */
type Seen = (number | Resync)[];

const STEPS = 40;

function planOf(random: Random): FaultPlan {
  const often = () => random.pick([0, 3, 8]);
  const shape = { split: often(), coalesce: often(), delay: often() };
  const fault = { kind: random.pick(["eof", "reset"] as const), at: random.below(4000) };
  return random.oneIn(2) ? { shape, incoming: fault } : { shape, outgoing: fault };
}

/** Runs a seed; throws a Violation where a promise is not kept. */
export async function runReconnects(seed: number): Promise<ReconnectTally> {
  const random = new Random(seed);
  const clock = new TurnClock();
  const servers: ServerSession[] = [];
  const tally: ReconnectTally = { connections: 0, events: 0, marks: 0, lost: 0 };
  await using hypervisor = createTestHypervisor({ seed });
  const connectOver = (plan: FaultPlan | undefined, options = {}): Promise<Connection> => {
    const dial = () => {
      const [near, far] = memoryPair("the run");
      servers.push(hypervisor.serve(far));
      return Promise.resolve(
        plan === undefined ? near : faultyDuplex(near, plan, random, clock, noFaults()),
      );
    };
    return connectWith({ dial, facts: NO_FACTS }, "test:///default", options);
  };
  const control = await connectOver(undefined, { keepalive: false });
  const happened = follow(control.events(DomainEvent.METADATA_CHANGE), tally);
  const conn = await superviseWith(
    (options) => {
      tally.connections++;
      // the first has to stand, or there is nothing to supervise
      const plan = tally.connections === 1 ? undefined : planOf(random);
      return connectOver(plan, { ...options, keepalive: false, timeout: undefined });
    },
    { whileLost: random.oneIn(2) ? "wait" : "fail" },
    {
      random: () => random.below(1000) / 1000,
      sleep: async (_, signal) => {
        const stopped = new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener("abort", () => resolve(), { once: true });
        });
        await Promise.race([clock.sleep(random.below(20)), stopped]);
      },
    },
  );
  const domain = await control.lookupDomainByName("test");
  const open = (): Loop => watch(conn, random.oneIn(2) ? { domain } : {}, tally);
  const loops = [open(), open()];
  const made: Promise<void>[] = [];
  for (let number = 0; number < STEPS; number++) {
    const by = random.oneIn(2) ? control : conn;
    made.push(cause(by, number, tally));
    if (random.oneIn(3)) await clock.sleep(random.below(10));
    if (random.oneIn(8)) conn.session.abort(new ConnectionError("cut by the run"));
    if (random.oneIn(10)) loops.push(open());
    if (random.oneIn(12)) await loops[random.below(loops.length)]!.events.close();
  }
  await Promise.all(made);
  await conn.close();
  await Promise.all(loops.map(({ over }) => over));
  await control.close();
  const all = await happened;
  if (new Set(all).size !== all.length) throw new Violation(`a call was made twice: ${all}`);
  for (const { seen } of loops) check(seen, all, tally);
  for (const server of servers) await server.closed;
  return tally;
}

async function cause(
  by: Connection | SupervisedConnection,
  number: number,
  tally: ReconnectTally,
): Promise<void> {
  try {
    const domain = await by.lookupDomainByName("test");
    const element = { key: "t", uri: `urn:${number}` };
    await domain.setMetadata(DomainMetadataType.ELEMENT, "<a/>", element);
  } catch (error) {
    if (error instanceof LibvirtError) throw error;
    if (!(error instanceof ConnectionError || error instanceof ProtocolError)) throw error;
    tally.lost++;
  }
}

function numberOf({ nsuri }: DomainMetadataChangeEvent): number {
  return Number(nsuri!.slice("urn:".length));
}

async function follow(
  events: AsyncIterable<DomainMetadataChangeEvent>,
  tally: ReconnectTally,
): Promise<number[]> {
  const all: number[] = [];
  for await (const event of events) {
    tally.events++;
    all.push(numberOf(event));
  }
  return all;
}

interface Loop {
  readonly events: SupervisedEvents<DomainMetadataChangeEvent>;
  readonly seen: Seen;
  readonly over: Promise<void>;
}

function watch(conn: SupervisedConnection, filter: object, tally: ReconnectTally): Loop {
  const events = conn.watch(DomainEvent.METADATA_CHANGE, filter);
  const seen: Seen = [];
  async function loop(): Promise<void> {
    for await (const event of events) {
      if (event instanceof Resync) tally.marks++;
      seen.push(event instanceof Resync ? event : numberOf(event));
    }
  }
  return { events, seen, over: loop() };
}

/** Nothing comes twice or in another order, and nothing is missing but before a mark and at the end. */
function check(seen: Seen, all: readonly number[], tally: ReconnectTally): void {
  let at = -1;
  let marked = 1;
  let gap = true; // what happened before the loop began is not for it
  for (const one of seen) {
    if (one instanceof Resync) {
      if (one.connections <= marked || one.connections > tally.connections) {
        throw new Violation(`mark ${one.connections} after ${marked}`);
      }
      marked = one.connections;
      gap = true;
      continue;
    }
    const found = all.indexOf(one);
    const isNext = gap ? found > at : found === at + 1;
    if (!isNext) {
      const shown = seen.map((each) => each instanceof Resync ? `(${each.connections})` : each);
      throw new Violation(`${one} is out of order in ${shown}, where ${all} happened`);
    }
    at = found;
    gap = false;
  }
}
