/**
 * Events as they come.
 *
 * @module
 */

import type { Connection } from "../../connection.ts";
import { isUnsupported } from "../../errors.ts";
import type { EventStream } from "../../events.ts";
import { DomainEvent } from "../../objects/domain_event.ts";
import type { EventKind } from "../../objects/event_kind.ts";
import { NetworkEvent } from "../../objects/network_event.ts";
import { NodeDeviceEvent } from "../../objects/node_device_event.ts";
import { SecretEvent } from "../../objects/secret_event.ts";
import { StoragePoolEvent } from "../../objects/storage_pool_event.ts";
import type { Handler, Handlers } from "../command.ts";
import { CommandError, UsageError } from "../failures.ts";
import type { Invocation } from "../invocation.ts";
import { findDomain, findNetwork, findPool } from "../lookup.ts";
import { display, type Row } from "../output.ts";

type AnyKind = EventKind<object, object>;
type Event = Readonly<Record<string, unknown>>;

/** The events of one kind of object. */
interface Subject {
  /** Them, in words. */
  readonly title: string;
  readonly kinds: Readonly<Record<string, AnyKind>>;
  /** The filter for the object of a name. */
  filter(run: Invocation, name: string): Promise<object>;
}

/** `PMSUSPEND_DISK` to `pm-suspend-disk`, which is virsh's name of it. */
function nameOf(key: string): string {
  return key.replace(/^PM(?=[A-Z])/, "PM_").toLowerCase().replaceAll("_", "-");
}

/** The kinds that the options name, by name. */
function chosenKinds(run: Invocation, { kinds }: Subject): [string, AnyKind][] {
  const all = Object.entries(kinds).map(([key, kind]) => [nameOf(key), kind] as [string, AnyKind]);
  if (run.flag("all")) return all;
  return (run.text("event") ?? "lifecycle").split(",").map((text) => {
    const wanted = text.trim().toLowerCase().replaceAll("_", "-");
    const found = all.find(([name]) => name === wanted);
    if (found !== undefined) return found;
    throw new UsageError(
      `Cannot wait for "${text}": expected one of ${all.map(([name]) => name).join(", ")}`,
    );
  });
}

/** Subscribes; with `--all`, to what the daemon has. */
async function subscribe(
  run: Invocation,
  conn: Connection,
  subject: Subject,
  filter: object,
): Promise<[string, EventStream<object>][]> {
  const streams = chosenKinds(run, subject).map(([name, kind]) =>
    [name, conn.events(kind, filter as never)] as [string, EventStream<object>]
  );
  const there = await Promise.all(streams.map(async (each) => {
    try {
      await each[1].ready;
      return [each];
    } catch (error) {
      if (run.flag("all") && isUnsupported(error)) return [];
      throw error;
    }
  }));
  return there.flat();
}

function follow(subject: Subject): Handler {
  return async (run) => {
    const { out } = run;
    if (run.flag("list")) {
      const rows = Object.entries(subject.kinds).map(([key, { since }]) => ({
        name: nameOf(key),
        since,
      }));
      return out.table(rows, [{ key: "name", title: "Event" }, {
        key: "since",
        title: "Since libvirt",
      }]);
    }
    const conn = await run.connect();
    const name = ["domain", "network", "pool", "device", "secret"].map((each) => run.maybe(each))
      .find((each) => each !== undefined);
    const filter = name === undefined ? {} : await subject.filter(run, name);
    const streams = await subscribe(run, conn, subject, filter);
    if (streams.length === 0) {
      throw new CommandError(`The daemon has no events of ${subject.title}`);
    }
    out.notice(
      `Waiting for events of ${subject.title}: ${streams.map(([name]) => name).join(", ")}`,
    );
    const count = await printAll(run, streams);
    if (count === 0) throw new CommandError("No event came in this time");
  };
}

/** Prints what comes until there is enough of it; answers how many came. */
async function printAll(
  run: Invocation,
  streams: readonly [string, EventStream<object>][],
): Promise<number> {
  let count = 0;
  const stop = () => {
    for (const [, stream] of streams) void stream.close();
  };
  const { timeout } = run.settings;
  const timer = timeout === undefined ? undefined : setTimeout(stop, timeout);
  run.signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.all(streams.map(async ([name, stream]) => {
      for await (const event of stream) {
        if (count > 0 && !run.flag("loop")) break; // another stream was first
        count++;
        print(run, name, event as Event);
        if (!run.flag("loop")) {
          stop();
          break;
        }
      }
    }));
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener("abort", stop);
    stop();
  }
  run.signal.throwIfAborted();
  return count;
}

function print(run: Invocation, kind: string, event: Event): void {
  const time = new Date().toISOString();
  const { object, fields } = parts(event);
  if (run.out.json) return run.out.item({ time, kind, ...object, ...fields }, "");
  const texts = Object.entries(fields).map(([key, value]) => `${key}=${display(value)}`);
  const { colors } = run.out;
  run.out.line([
    ...(run.flag("timestamp") ? [colors.dim(time)] : []),
    kind,
    ...Object.values(object).map((name) => colors.bold(`${name}`)),
    ...texts,
  ].join("  "));
}

/**
 * The object that an event concerns, by name, and what else it says; a constant by its name alone
 * where it has one.
 */
function parts(event: Event): { object: Row; fields: Row } {
  const object: Record<string, unknown> = {};
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(event)) {
    if (typeof value === "object" && value !== null && "handle" in value) {
      const { name, uuid } = value as unknown as { name?: string; uuid?: string };
      object[key] = name ?? uuid;
    } else if (!(key.endsWith("Name") && key.slice(0, -"Name".length) in event)) {
      const name = event[`${key}Name`];
      fields[key] = typeof name === "string" ? name.toLowerCase() : value;
    }
  }
  return { object, fields };
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "event": {
    title: "domains",
    kinds: DomainEvent as unknown as Subject["kinds"],
    filter: async (run, name) => ({ domain: await findDomain(run, name) }),
  },
  "net-event": {
    title: "networks",
    kinds: NetworkEvent as unknown as Subject["kinds"],
    filter: async (run, name) => ({ network: await findNetwork(run, name) }),
  },
  "pool-event": {
    title: "pools",
    kinds: StoragePoolEvent as unknown as Subject["kinds"],
    filter: async (run, name) => ({ pool: await findPool(run, name) }),
  },
  "nodedev-event": {
    title: "node devices",
    kinds: NodeDeviceEvent as unknown as Subject["kinds"],
    filter: async (run, name) => ({
      device: await (await run.connect()).lookupNodeDeviceByName(name, run.call),
    }),
  },
  "secret-event": {
    title: "secrets",
    kinds: SecretEvent as unknown as Subject["kinds"],
    filter: async (run, name) => ({
      secret: await (await run.connect()).lookupSecretByUuid(name, run.call),
    }),
  },
};

/** The kinds of events that such a command knows. */
export function eventNames(command: string): string[] {
  return Object.keys(SUBJECTS[command]?.kinds ?? {}).map(nameOf);
}

/** The commands of this file. */
export const handlers: Handlers = Object.fromEntries(
  Object.entries(SUBJECTS).map(([command, subject]) => [command, follow(subject)]),
);
