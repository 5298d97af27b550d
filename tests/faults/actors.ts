/**
 * What clients do in a run, and what they may see of it.
 *
 * @module
 */

import type { Connection } from "../../src/connection.ts";
import type { Domain } from "../../src/objects/domain.ts";
import type { StorageVol } from "../../src/objects/storage_vol.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { DomainMetadataType, DomainState } from "../../gen/enums/domain.ts";
import type { EventStream } from "../../src/events.ts";
import type { DomainMetadataChangeEvent } from "../../src/objects/domain_event_state.ts";
import { isHole } from "../../src/streams.ts";
import { isNotFound, LibvirtError } from "../../src/errors.ts";
import type { Random } from "../codec/random.ts";
import { isLoss, type World } from "./world.ts";

/** A client of a run. */
export interface Client {
  readonly world: World;
  readonly conn: Connection;
  /** The domain that only this client changes. */
  readonly domain: string;
  /** The volume that only this client changes. */
  readonly volume: string;
  /** Whether what comes may be false: some bytes of the connection are. */
  readonly corrupt: boolean;
  /** States that the domain may have. */
  states: Set<number>;
  /** Numbers of the events that this client's calls may have caused. */
  caused: number;
}

/** Domains that any client looks up. */
export const COMMON: readonly string[] = ["test", "vm0", "vm1", "vm2"];

/** The name space of a client's event. */
export function nsuriOf(domain: string, number: number): string {
  return `urn:${domain}:${number}`;
}

/** Suspends, resumes and asks for the state, one after another. */
export async function changeState(client: Client, random: Random, steps: number): Promise<void> {
  const { world, conn, corrupt } = client;
  const found = await world.outcome("look-up", conn.lookupDomainByName(client.domain));
  if (found.kind !== "value") return;
  const domain = found.value;
  for (let n = 0; n < steps; n++) {
    const { signal, reason } = world.signal(random);
    const choice = random.below(3);
    if (choice === 2) {
      const got = await world.outcome("getState", domain.getState({ signal }), reason);
      if (got.kind === "lost") return;
      if (got.kind !== "value" || corrupt) continue;
      const { state } = got.value;
      world.expect(
        client.states.has(state),
        () => `${client.domain} is ${state}, expected ${[...client.states]}`,
      );
      client.states = new Set([state]);
      continue;
    }
    const [call, from, to] = choice === 0
      ? ["suspend", DomainState.RUNNING, DomainState.PAUSED] as const
      : ["resume", DomainState.PAUSED, DomainState.RUNNING] as const;
    const done = await world.outcome(call, domain[call]({ signal }), reason);
    if (done.kind === "lost") {
      client.states.add(to);
      return;
    }
    if (corrupt) continue;
    if (done.kind === "aborted") client.states.add(to);
    else if (done.kind === "value") {
      world.expect(client.states.has(from), () => `${call} went well from ${[...client.states]}`);
      client.states = new Set([to]);
    } else {
      world.expect(client.states.has(to), () => `${call}: ${done.error.message}`);
      client.states = new Set([to]);
    }
  }
}

/** Causes events with numbers that count up. */
export async function causeEvents(client: Client, random: Random, steps: number): Promise<void> {
  const { world, conn } = client;
  const found = await world.outcome("look-up", conn.lookupDomainByName(client.domain));
  if (found.kind !== "value") return;
  const pending: Promise<unknown>[] = [];
  for (let n = 0; n < steps; n++) {
    const { signal, reason } = world.signal(random);
    pending.push(world.outcome(
      "setMetadata",
      found.value.setMetadata(DomainMetadataType.ELEMENT, "<a/>", {
        key: "t",
        uri: nsuriOf(client.domain, client.caused++),
        signal,
      }),
      reason,
    ));
    if (random.oneIn(3)) await pending.at(-1);
  }
  await Promise.all(pending);
}

/** Makes many look-ups at once: each gets the answer to its own question. */
export async function lookUp(client: Client, random: Random, calls: number): Promise<void> {
  const { world, conn, corrupt } = client;
  const answers = Array.from({ length: calls }, async (_, n) => {
    const { signal, reason } = world.signal(random);
    const missing = random.oneIn(4);
    const name = missing ? `missing-${n}` : random.pick(COMMON);
    const got = await world.outcome("look-up", conn.lookupDomainByName(name, { signal }), reason);
    if (corrupt) return;
    if (got.kind === "value") {
      world.expect(!missing && got.value.name === name, () => `${name} is ${got.value.name}`);
    } else if (got.kind === "refused") {
      world.expect(missing && isNotFound(got.error), () => `${name}: ${got.error.message}`);
    }
  });
  await Promise.all(answers);
}

/** A piece of a volume: the same for the same number. */
export function contentOf(number: number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, n) => (n * 31 + number * 7 + (n >> 8)) & 0xff);
}

/** Uploads, downloads, gives up now and then; what was confirmed is what is read. */
export async function moveBytes(client: Client, random: Random, steps: number): Promise<void> {
  const { world, conn, corrupt } = client;
  const path = await world.outcome("pool", conn.lookupStoragePoolByName("default-pool"));
  if (path.kind !== "value") return;
  const volume = await world.outcome("volume", path.value.lookupVolumeByName(client.volume));
  if (volume.kind !== "value") return;
  let known: Uint8Array | undefined;
  for (let n = 0; n < steps && conn.isAlive; n++) {
    world.tally.streams++;
    if (random.oneIn(2)) known = await upload(client, random, volume.value, n);
    else await download(client, random, volume.value, corrupt ? undefined : known);
  }
}

async function upload(
  { world }: Client,
  random: Random,
  volume: StorageVol,
  number: number,
): Promise<Uint8Array | undefined> {
  const content = contentOf(number, 1 + random.below(random.oneIn(4) ? 300_000 : 3000));
  const { signal, reason } = world.signal(random);
  const giveUp = random.oneIn(5);
  try {
    const target = await world.watch("upload", volume.upload({ signal }));
    const writer = target.getWriter();
    writer.closed.catch(ignore);
    for (let at = 0; at < content.length;) {
      const size = 1 + random.below(70_000);
      await world.watch("write", writer.write(content.subarray(at, at + size)));
      at += size;
      if (giveUp && random.oneIn(2)) {
        await world.watch("giving an upload up", writer.abort(new Error("enough")));
        return undefined;
      }
    }
    await world.watch("the end of an upload", writer.close());
    world.tally.bytes += content.length;
    return content;
  } catch (error) {
    note(world, "upload", error, reason);
    return undefined;
  }
}

async function download(
  { world }: Client,
  random: Random,
  volume: StorageVol,
  known: Uint8Array | undefined,
): Promise<void> {
  const { signal, reason } = world.signal(random);
  const length = known === undefined ? 50_000n : BigInt(known.length);
  const giveUp = random.oneIn(5);
  const slow = random.oneIn(3);
  let at = 0;
  try {
    const reader = random.oneIn(3)
      ? (await world.watch("download", volume.download({ signal, length, sparse: true })))
        .getReader()
      : (await world.watch("download", volume.download({ signal, length }))).getReader();
    reader.closed.catch(ignore);
    for (;;) {
      const { done, value } = await world.watch("read", reader.read());
      if (done) break;
      if (isHole(value)) {
        at += Number(value.hole);
        continue;
      }
      if (known !== undefined) {
        const right = value.every((byte, n) => byte === known[at + n]);
        world.expect(right, () => `bytes at ${at} of a download are not those that were uploaded`);
      }
      at += value.length;
      world.tally.bytes += value.length;
      if (slow) await world.clock.sleep(random.below(6));
      if (giveUp && random.oneIn(2)) {
        await world.watch("giving a download up", reader.cancel(new Error("enough")));
        return;
      }
    }
    if (known !== undefined) {
      world.expect(at === known.length, () => `a download ended after ${at} of ${known.length}`);
    }
  } catch (error) {
    note(world, "download", error, reason);
  }
}

/** Talks to a console that sends back what it gets, in order and once. */
export async function talk(client: Client, random: Random): Promise<void> {
  const { world, conn, corrupt } = client;
  const found = await world.outcome("look-up", conn.lookupDomainByName(client.domain));
  if (found.kind !== "value") return;
  const { signal, reason } = world.signal(random);
  world.tally.streams++;
  const sent = contentOf(random.below(100), 200 + random.below(5000));
  try {
    const console = await world.watch("console", found.value.openConsole({ signal, force: true }));
    const writer = console.writable.getWriter();
    const reader = console.readable.getReader();
    writer.closed.catch(ignore);
    reader.closed.catch(ignore);
    const writing = (async () => {
      for (let at = 0; at < sent.length;) {
        const size = 1 + random.below(900);
        await world.watch("typing", writer.write(sent.subarray(at, at + size)));
        at += size;
      }
    })();
    writing.catch(ignore);
    for (let at = 0; at < sent.length;) {
      const { done, value } = await world.watch("console read", reader.read());
      if (done) break;
      const from = at;
      const right = corrupt || value.every((byte, n) => byte === sent[from + n]);
      world.expect(
        right,
        () => `the console's echo differs within ${value.length} bytes at ${from}`,
      );
      at += value.length;
      world.tally.bytes += value.length;
    }
    await writing;
    await world.watch("hanging up", console.close());
  } catch (error) {
    note(world, "console", error, reason);
  }
}

// What a web stream throws beside our errors is its own TypeError about a stream that has ended.
function note(world: World, what: string, error: unknown, reason: Error | undefined): void {
  if (error === reason && reason !== undefined) world.tally.aborted++;
  else if (isLoss(error)) world.tally.lost++;
  else if (error instanceof LibvirtError) world.tally.refused++;
  else if (!(error instanceof TypeError && /stream|closed|Cannot write/i.test(error.message))) {
    world.violate(`${what} failed with what nobody may see`, error);
  }
}

/** The numbers of the events that a loop got, by the domain they concern. */
export class Seen {
  readonly #numbers = new Map<string, number[]>();
  /** How the loop ended. */
  ended: "open" | "ended" | "lost" | "left" = "open";
  /** Events that its client had caused before it was registered, or was about to. */
  causedAtReady: number | undefined;
  /** Whether it was registered. */
  ready = false;
  /** Whether it was registered before the last events. */
  inTime = false;

  /** Adds one. */
  add({ domain, nsuri }: { readonly domain: Domain; readonly nsuri: string | null }): void {
    const [, name, number] = /^urn:(.*):(\d+)$/.exec(nsuri ?? "") ?? [];
    if (name !== domain.name) return;
    const numbers = this.#numbers.get(name) ?? [];
    numbers.push(Number(number));
    this.#numbers.set(name, numbers);
  }

  /** Those of a domain. */
  of(domain: string): readonly number[] {
    return this.#numbers.get(domain) ?? [];
  }
}

/** Starts a loop over the events that clients cause. */
export function listen(
  client: Pick<Client, "world" | "conn"> & { readonly caused?: number },
  options: { readonly leaveAfter?: number; readonly call?: boolean; readonly domain?: Domain } = {},
): { readonly seen: Seen; readonly over: Promise<void>; readonly ready: Promise<void> } {
  const { world, conn } = client;
  const seen = new Seen();
  const { domain, leaveAfter = Infinity } = options;
  const events: EventStream<DomainMetadataChangeEvent> = conn.events(
    DomainEvent.METADATA_CHANGE,
    domain === undefined ? {} : { domain },
  );
  async function loop(): Promise<void> {
    let count = 0;
    try {
      for await (const event of events) {
        seen.add(event);
        world.tally.events++;
        if (options.call) await world.outcome("a call in a loop", conn.getHostname());
        if (++count >= leaveAfter) {
          seen.ended = "left";
          break;
        }
      }
      if (seen.ended === "open") seen.ended = "ended";
    } catch (error) {
      seen.ended = "lost";
      note(world, "a loop over events", error, undefined);
    }
  }
  const ready = events.ready.then(() => {
    seen.ready = true;
    seen.causedAtReady = client.caused;
  }, ignore);
  return { seen, ready: world.watch("a registration", ready), over: world.watch("a loop", loop()) };
}

function ignore(): void {}
