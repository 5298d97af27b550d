/**
 * A host: its connection, which is made anew when it is lost, and its domains, kept up to date.
 *
 * @module
 */

import {
  type Connection,
  type Domain,
  DomainEvent,
  DomainStatsTypes,
  isNotFound,
  type NodeInfo,
  Resync,
  type SupervisedConnection,
} from "../web.ts";
import { countersOf, SingleCounters } from "./counters.ts";
import { explain, SILENCE } from "./format.ts";
import { LiveDomain } from "./live_domain.ts";
import { type ProxyApi, type Target, TokenError } from "./proxy_api.ts";

/** Milliseconds from one look at the statistics to the next. */
const SAMPLING = 2000;
/** Milliseconds from one time that listeners are told to the next: events may come by hundreds. */
const PACE = 150;
/** Milliseconds before another attempt where the first connection could not be made. */
const FIRST_WAIT = 5000;

const { STATE, CPU_TOTAL, BALLOON, VCPU, INTERFACE, BLOCK } = DomainStatsTypes;
const STATS = STATE | CPU_TOTAL | BALLOON | VCPU | INTERFACE | BLOCK;

const BY_NAME = new Intl.Collator(undefined, { numeric: true });

/** How the connection is. */
export type LinkStatus =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  | { readonly kind: "lost"; readonly reason: string; readonly retryAt: number }
  | { readonly kind: "stopped" };

/** A host behind the proxy. */
export class HostLink {
  /** The target that it is. */
  readonly target: Target;
  /** The domains by UUID; they stay while the connection is lost. */
  readonly domains: Map<string, LiveDomain> = new Map();
  /** How the connection is. */
  status: LinkStatus = { kind: "connecting" };
  /** The host's own name, once it is known. */
  hostname: string | undefined;
  /** What the host has, once it is known. */
  node: NodeInfo | undefined;
  /** Connections that were made. */
  connections = 0;
  readonly #api: ProxyApi;
  readonly #listeners: Set<() => void> = new Set();
  readonly #single: SingleCounters = new SingleCounters();
  readonly #stop: AbortController = new AbortController();
  readonly #refreshing: Map<string, { now: Promise<void>; next?: Promise<void> }> = new Map();
  #hurry: (() => void) | undefined;
  #changed = false;
  #told = -Infinity;
  #sorted: readonly LiveDomain[] | undefined;

  /** Creates it; nothing happens before `run()`. */
  constructor(api: ProxyApi, target: Target) {
    this.#api = api;
    this.target = target;
  }

  /** The domains by name; the same array for as long as they are the same. */
  get sorted(): readonly LiveDomain[] {
    return this.#sorted ??= [...this.domains.values()]
      .sort((a, b) => BY_NAME.compare(a.domain.name, b.domain.name));
  }

  /** Whether the domains are known: there was a connection. */
  get known(): boolean {
    return this.connections > 0;
  }

  /** Tells of changes, many at once; answers what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A connection besides: what a guest does not read of a console would hold up the others' calls. */
  async connect(signal?: AbortSignal): Promise<Connection> {
    return await this.#api.connect(this.target.name, signal);
  }

  /** Connects at once where it waits before another attempt. */
  retry(): void {
    this.#hurry?.();
  }

  /** Ends it. */
  stop(): void {
    this.#stop.abort();
    this.#hurry?.();
  }

  /** Keeps the host connected until `stop()`; rejects only with a TokenError. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await using conn = await this.#api.supervise(this.target.name, signal);
        await this.#live(conn);
      } catch (error) {
        if (error instanceof TokenError) throw error;
        if (signal.aborted) break;
        this.#setStatus({
          kind: "lost",
          reason: explain(error),
          retryAt: Date.now() + FIRST_WAIT,
        });
        await this.#pause(FIRST_WAIT);
      }
      if (!signal.aborted) this.#setStatus({ kind: "connecting" });
    }
    this.#setStatus({ kind: "stopped" });
  }

  /** Asks for a domain's state again; one that is gone is forgotten. */
  refresh(domain: Domain): Promise<void> {
    const { uuid } = domain;
    const running = this.#refreshing.get(uuid);
    if (running === undefined) {
      const now = this.#refresh(domain).catch(() => {}).finally(() => {
        if (this.#refreshing.get(uuid)?.next === undefined) this.#refreshing.delete(uuid);
      });
      this.#refreshing.set(uuid, { now });
      return now;
    }
    // what is asked for now may have been answered already; one that has not begun will do for all
    return running.next ??= running.now.then(() => {
      this.#refreshing.delete(uuid);
      return this.refresh(domain);
    });
  }

  async #refresh(domain: Domain): Promise<void> {
    try {
      const { state, nrVirtCpu, maxMem } = await domain.getInfo();
      this.#liveDomain(domain).learn(domain, state, nrVirtCpu, Number(maxMem) * 1024);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#forget(domain.uuid);
    }
    this.changed();
  }

  /**
   * Everything that there is to know, over any number of connections, until it is stopped or somebody
   * wants another at once; rejects when it is given up.
   */
  async #live(conn: SupervisedConnection): Promise<void> {
    const over = new AbortController();
    const end = () => over.abort();
    this.#stop.signal.addEventListener("abort", end, { signal: over.signal });
    this.#hurry = () => {
      if (!conn.isAlive) end();
    };
    this.#hurryWhenWanted(this.#hurry, over.signal);
    const events = conn.watch(DomainEvent.LIFECYCLE, { resyncAtStart: true });
    over.signal.addEventListener("abort", () => void events.close());
    const following = Promise.all([this.#followStates(conn), this.#sample(conn, over.signal)]);
    try {
      for await (const event of events) {
        // the next event waits for no answer: several of a domain are asked for in order
        if (event instanceof Resync) this.#resync(conn, event).catch(() => {});
        else void this.refresh(event.domain);
      }
    } finally {
      this.#hurry = undefined;
      end();
      await conn.close();
      await following;
    }
  }

  async #followStates(conn: SupervisedConnection): Promise<void> {
    for await (const state of conn.states()) {
      if (state.state === "waiting") {
        const reason = state.error !== undefined
          ? explain(state.error)
          : state.reason === "keepalive"
          ? SILENCE
          : "The proxy closed the connection";
        this.#setStatus({ kind: "lost", reason, retryAt: Date.now() + state.delay });
      } else if (state.state === "connecting") this.#setStatus({ kind: "connecting" });
    }
  }

  /** There is a connection, and what happened before it was not seen. */
  async #resync(conn: Connection, { connections }: Resync): Promise<void> {
    await this.#list(conn);
    this.connections = connections;
    this.#setStatus({ kind: "connected" });
    [this.hostname, this.node] = await Promise.all([conn.getHostname(), conn.getNodeInfo()]);
    this.changed();
  }

  async #list(conn: Connection): Promise<void> {
    const domains = await conn.listAllDomains();
    const known = new Set(domains.map(({ uuid }) => uuid));
    for (const uuid of this.domains.keys()) if (!known.has(uuid)) this.#forget(uuid);
    await Promise.all(domains.map((domain) => this.refresh(domain)));
  }

  async #sample(conn: Connection, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      try {
        // a page that nobody sees needs no statistics
        if (conn.isAlive && document.visibilityState === "visible") await this.#sampleOnce(conn);
      } catch {
        // refused by the filter, or the connection is ending: the list is of use without
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, SAMPLING);
        function done(): void {
          clearTimeout(timer);
          over.removeEventListener("abort", done);
          resolve();
        }
        over.addEventListener("abort", done);
      });
    }
  }

  async #sampleOnce(conn: Connection): Promise<void> {
    const askedAt = performance.now();
    const records = await conn.getAllDomainStats({ stats: STATS });
    await Promise.all(records.map(async ({ domain, stats }) => {
      const live = this.domains.get(domain.uuid);
      if (live === undefined) return;
      const state = stats["state.state"];
      // an event may have told more meanwhile
      if (typeof state === "number" && live.learnedAt < askedAt) live.state = state;
      const bulk = countersOf(stats);
      const known = bulk.cpu !== undefined || (!live.active && bulk.memory !== undefined);
      const counters = known ? bulk : await this.#single.get(domain, live.active);
      live.sample(counters, performance.now());
    }));
    this.changed();
  }

  #liveDomain(domain: Domain): LiveDomain {
    let live = this.domains.get(domain.uuid);
    if (live === undefined) this.domains.set(domain.uuid, live = new LiveDomain(domain));
    else if (live.domain.name === domain.name) return live;
    this.#sorted = undefined;
    return live;
  }

  #forget(uuid: string): void {
    this.domains.delete(uuid);
    this.#sorted = undefined;
  }

  #setStatus(status: LinkStatus): void {
    this.status = status;
    this.changed();
  }

  /** Tells the listeners soon, once for all changes meanwhile. */
  changed(): void {
    if (this.#changed) return;
    this.#changed = true;
    setTimeout(() => {
      this.#changed = false;
      this.#told = performance.now();
      for (const listener of this.#listeners) listener();
    }, this.#told + PACE - performance.now());
  }

  /** The network is back, or somebody looks at the page again. */
  #hurryWhenWanted(hurry: () => void, signal: AbortSignal): void {
    addEventListener("online", hurry, { signal });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") hurry();
    }, { signal });
  }

  async #pause(wait: number): Promise<void> {
    const over = new AbortController();
    await new Promise<void>((resolve) => {
      this.#hurry = resolve;
      const timer = setTimeout(resolve, wait);
      over.signal.addEventListener("abort", () => clearTimeout(timer));
      this.#hurryWhenWanted(resolve, over.signal);
    });
    over.abort();
    this.#hurry = undefined;
  }
}
