/**
 * How much a proxy takes on, and from whom.
 *
 * @module
 */

import { LENGTH_SIZE, MESSAGE_MAX } from "../rpc/limits.ts";

/** Limits of a proxy; each has a default. */
export interface ProxyLimits {
  /** Bytes that a WebSocket message may have; 32 MiB + 4, libvirt's largest packet, is the most. */
  readonly message: number;
  /** WebSockets in all; 256. Twice as many connections and 64 more may be open below. */
  readonly connections: number;
  /** WebSockets from one address; 32. */
  readonly connectionsPerClient: number;
  /** Milliseconds without a whole packet either way after which a connection is closed; 15 min. */
  readonly idleTimeout: number;
  /**
   * Milliseconds that a client has for its HTTP request, TLS included, and again for its first
   * calls up to the opening of the target; 10 s.
   */
  readonly handshakeTimeout: number;
  /** Milliseconds for connecting to a target and saying there who we are; 20 s. */
  readonly targetTimeout: number;
  /**
   * Milliseconds between WebSocket pings; a client that shows no sign until the next is given up.
   * 30 s, which also keeps proxies in between from taking a quiet connection for a dead one.
   */
  readonly pingInterval: number;
}

const DEFAULTS: ProxyLimits = {
  message: MESSAGE_MAX + LENGTH_SIZE,
  connections: 256,
  connectionsPerClient: 32,
  idleTimeout: 15 * 60_000,
  handshakeTimeout: 10_000,
  targetTimeout: 20_000,
  pingInterval: 30_000,
};

/** setTimeout takes no more. */
const LONGEST = 2 ** 31 - 1;

/** Completes and checks limits; throws a RangeError for one that cannot be. */
export function checkLimits(given: Partial<ProxyLimits>): ProxyLimits {
  const limits = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    const most = name === "message" ? DEFAULTS.message : LONGEST;
    const least = name === "message" ? 65536 : 1;
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new RangeError(`Not a limit "${name}" of ${least} to ${most}: ${value}`);
  }
  return limits;
}

/** Who has how many connections. */
export class Places {
  readonly #limits: ProxyLimits;
  readonly #byClient = new Map<string, number>();
  #taken = 0;

  /** Starts with none taken. */
  constructor(limits: ProxyLimits) {
    this.#limits = limits;
  }

  /** Whether no further connection can be taken from anybody. */
  get full(): boolean {
    return this.#taken >= this.#limits.connections;
  }

  /** Takes a place for a client; `undefined` when it has too many. Call the result to free it. */
  take(client: string): (() => void) | undefined {
    const taken = this.#byClient.get(client) ?? 0;
    if (this.full || taken >= this.#limits.connectionsPerClient) return undefined;
    this.#byClient.set(client, taken + 1);
    this.#taken++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken--;
      const left = this.#byClient.get(client)! - 1;
      if (left === 0) this.#byClient.delete(client);
      else this.#byClient.set(client, left);
    };
  }
}
