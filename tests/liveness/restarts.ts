/**
 * A libvirtd that is restarted under load, and a mirror of its domains that is kept by events.
 *
 * @module
 */

import {
  connect,
  ConnectionError,
  DomainEvent,
  DomainState,
  LibvirtError,
  Resync,
  supervise,
  type SupervisedConnection,
} from "../../mod.ts";
import { Random } from "../codec/random.ts";
import type { DaemonVersion } from "../daemons/daemons.ts";
import { RestartableDaemon } from "./restartable.ts";

/** What came of it. */
export interface RestartReport {
  restarts: number;
  resyncs: number;
  /** Calls that were answered, refused, and lost with their connection. */
  answered: number;
  refused: number;
  lost: number;
  events: number;
  /** The longest outage in milliseconds. */
  longestOutage: number;
}

const RECONNECT = { delay: 20, longest: 400 };
const NAMES = ["a", "b", "c", "d", "e"];
const CALLERS = 4;
const PATIENCE = 30_000;

/** What is known of the domains: their states by name. */
type Domains = Map<string, number>;

async function listed(conn: Pick<SupervisedConnection, "listAllDomains">): Promise<Domains> {
  const found: Domains = new Map();
  for (const domain of await conn.listAllDomains()) {
    try {
      found.set(domain.name, (await domain.getState()).state);
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error; // it is gone by now
    }
  }
  return found;
}

const STATES: Readonly<Record<string, number>> = {
  STARTED: DomainState.RUNNING,
  RESUMED: DomainState.RUNNING,
  SUSPENDED: DomainState.PAUSED,
};

/** Domains as a loop over events knows them. */
class Mirror {
  domains: Domains = new Map();
  resyncs = 0;
  events = 0;
  longestOutage = 0;

  async follow(conn: SupervisedConnection, ready: () => void): Promise<void> {
    for await (const event of conn.watch(DomainEvent.LIFECYCLE, { resyncAtStart: true })) {
      if (event instanceof Resync) {
        this.longestOutage = Math.max(this.longestOutage, event.outage);
        try {
          this.domains = await listed(conn);
          this.resyncs++;
          ready();
        } catch (error) {
          if (!(error instanceof ConnectionError)) throw error; // the next mark comes
        }
        continue;
      }
      this.events++;
      const { domain, eventName } = event;
      const state = STATES[eventName ?? ""];
      if (state !== undefined) this.domains.set(domain.name, state);
      else if (eventName === "STOPPED" || eventName === "UNDEFINED") {
        this.domains.delete(domain.name); // all of them are transient
      }
    }
  }
}

function domainXml(name: string): string {
  return `<domain type='test'><name>${name}</name><memory>8192</memory>` +
    `<os><type>hvm</type></os></domain>`;
}

/** Calls without pause until told to stop. */
class Load {
  answered = 0;
  refused = 0;
  lost = 0;
  #running = true;
  #paused: PromiseWithResolvers<void> | undefined;
  #idle = 0;
  readonly #callers: Promise<void>[];

  constructor(conn: SupervisedConnection) {
    this.#callers = Array.from({ length: CALLERS }, (_, n) => this.#call(conn, new Random(n)));
  }

  /** Lets the calls under way end, and makes no more. */
  async pause(): Promise<void> {
    this.#paused = Promise.withResolvers();
    await until("all callers pause", () => this.#idle === CALLERS);
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.resume();
    await Promise.all(this.#callers);
  }

  async #call(conn: SupervisedConnection, random: Random): Promise<void> {
    while (this.#running) {
      if (this.#paused !== undefined) {
        this.#idle++;
        await this.#paused.promise;
        this.#idle--;
        continue;
      }
      try {
        await change(conn, random);
        this.answered++;
      } catch (error) {
        if (error instanceof LibvirtError) this.refused++;
        else if (error instanceof ConnectionError) {
          this.lost++;
          await conn.connected();
        } else throw error;
      }
    }
  }
}

async function change(conn: SupervisedConnection, random: Random): Promise<void> {
  const name = random.pick(NAMES);
  switch (random.below(6)) {
    case 0:
      await conn.createDomainXml(domainXml(name));
      return;
    case 1:
      await (await conn.lookupDomainByName(name)).destroy();
      return;
    case 2:
      await (await conn.lookupDomainByName(name)).suspend();
      return;
    case 3:
      await (await conn.lookupDomainByName(name)).resume();
      return;
    default:
      await conn.getHostname();
  }
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const started = performance.now();
  while (!await isSo()) {
    if (performance.now() - started > PATIENCE) {
      throw new Error(`Waited ${PATIENCE} ms in vain until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function same(left: Domains, right: Domains): boolean {
  return left.size === right.size && [...left].every(([name, state]) => right.get(name) === state);
}

/** Restarts a daemon so many times, every second time by killing it. */
export async function restartUnderLoad(
  version: DaemonVersion,
  restarts: number,
  progress: (done: number) => void = () => {},
): Promise<RestartReport> {
  await using daemon = await RestartableDaemon.start({ version });
  const uri = `test+unix:///default?socket=${daemon.socket}`;
  const conn = await supervise(uri, { reconnect: RECONNECT });
  const mirror = new Mirror();
  const first = Promise.withResolvers<void>();
  const following = mirror.follow(conn, first.resolve);
  await first.promise;
  const load = new Load(conn);
  try {
    for (let n = 0; n < restarts; n++) {
      const answered = load.answered;
      await until("there is some load", () => load.answered > answered + 50);
      const resyncs = mirror.resyncs;
      if (n % 2 === 0) await daemon.kill();
      else await daemon.stop();
      await daemon.start();
      await until("the loop goes on", () => mirror.resyncs > resyncs);
      const back = load.answered;
      await until("calls are answered again", () => load.answered > back + 50);
      await load.pause();
      await using witness = await connect(uri);
      await until(
        "what the loop knows is so",
        async () => same(mirror.domains, await listed(witness)),
      );
      load.resume();
      progress(n + 1);
    }
  } finally {
    await load.stop();
    await conn.close();
    await following;
  }
  const { answered, refused, lost } = load;
  const { resyncs, events, longestOutage } = mirror;
  return { restarts, resyncs, answered, refused, lost, events, longestOutage };
}
