/**
 * What an engine takes for a sign of life of its peer.
 *
 * @module
 */

import { Keepalive, type KeepaliveOptions } from "./keepalive.ts";
import { DAEMON_READS, LIFE_SIGN, PEER_PINGS, STALLED_SPANS } from "./limits.ts";

/** Whether the peer lives, as far as what came and what went can tell. */
export class Pulse {
  /** Whether this side does not read at the moment: the peer's silence then means nothing. */
  standing = false;
  #keepalive: Keepalive | undefined;
  #heard = false;
  // so much of an incomplete packet is the next sign of life
  #lifeAt = LIFE_SIGN;
  // stream packets sent since anything was heard
  #unheard = 0;
  // when a stall was first seen
  #stalledSince: number | undefined;
  // how long a silent peer is waited for, in milliseconds
  #span = 0;
  // whether the peer pings by itself, and often enough to be heard in that time
  #mustPing = false;

  /** When `tick()` wants to be called; `undefined` when it need not. */
  get deadline(): number | undefined {
    return this.#keepalive?.deadline;
  }

  /** Starts to ping a silent peer. */
  start(options: KeepaliveOptions, now: number): void {
    this.#keepalive = new Keepalive(options, now);
    this.#span = options.interval * (options.count + 1);
  }

  /** Stops to do so. */
  stop(): void {
    this.#keepalive = undefined;
  }

  /** Bytes have come, and with them a whole packet, or `pending` bytes of one that is incomplete. */
  received(whole: boolean, pending: number, now: number | undefined): void {
    this.#unheard = 0;
    this.#stalledSince = undefined;
    // answers to pings that drip into a packet of a wrong length are no sign of life
    if (!whole && pending < this.#lifeAt) return;
    this.#lifeAt = pending + LIFE_SIGN;
    if (now === undefined) this.#heard = true;
    else this.#keepalive?.heard(now);
  }

  /** The peer has sent a ping. */
  pinged(): void {
    this.#mustPing = this.#span >= PEER_PINGS;
  }

  /** A stream packet was sent. */
  sent(): void {
    this.#unheard++;
  }

  /** What to do now, with so many calls unanswered: nothing, send a ping, or close. */
  tick(now: number, calls: number): "wait" | "ping" | "dead" {
    const keepalive = this.#keepalive;
    if (keepalive === undefined) return "wait";
    // A daemon reads nothing, pings included, while it has that many messages to deal with; stream
    // packets count until they are written, which a slow disk or a guest can put off for long.
    // It goes on to send its own pings, if it has any; one that is dead does not.
    const stalled = this.#unheard > 0 && this.#unheard + calls >= DAEMON_READS &&
      !this.#mustPing && now - (this.#stalledSince ??= now) < STALLED_SPANS * this.#span;
    if (this.#heard || this.standing || stalled) {
      this.#heard = false;
      keepalive.heard(now);
      return "wait";
    }
    const verdict = keepalive.tick(now);
    if (verdict === "dead") this.#keepalive = undefined;
    return verdict;
  }
}
