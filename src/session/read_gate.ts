/**
 * When a session stops to read because the reader of a stream is too slow.
 *
 * @module
 */

// What may lie before the answer to a call on a unix socket: its buffer (208 KiB) and the one packet of
// 256 KiB that the daemon keeps in flight (remote_daemon_stream.c), with room for a second stream.
const BURST = 1024 * 1024;

// What may lie there on a TCP connection: the daemon's buffer and ours (Linux, the largest of tcp_wmem
// and tcp_rmem). The bursts double until they have reached it, within some 50 ms, and are small again
// after it.
const REACH = 10 * 1024 * 1024;

// A quick call is answered by then; a slow one makes the later bursts rare, so that waiting for it
// costs little memory, at most half its time again, and never more than a second.
const FIRST_PAUSE = 4;
const LONGEST_PAUSE = 1000;

// How often a side that does not read shows that it lives: well inside any keepalive that a daemon is
// configured with (libvirtd gives a client up after 30 s unless told otherwise).
const SIGN_OF_LIFE = 2000;

/** What the gate needs of its session. */
export interface ReadGateOwner {
  /** Whether somebody waits for what the daemon sends: a call, the reader of another stream. */
  needed(): boolean;
  /** Reading stops, or goes on. */
  standing(standing: boolean): void;
  /** Shows the daemon that this side lives. */
  signOfLife(): void;
}

/**
 * Holds the session's reading back while a stream has more than its reader takes.
 *
 * While nobody waits for anything else, nothing is read at all: the daemon then sends no more, and
 * the connection may stand for as long as the reader likes. While somebody waits, reading goes on in
 * bursts with pauses between them that grow.
 */
export class ReadGate {
  readonly #owner: ReadGateOwner;
  readonly #full = new Set<unknown>();
  #budget = 0;
  #burst = BURST;
  #read = 0;
  #pause = FIRST_PAUSE;
  #held: PromiseWithResolvers<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #life: ReturnType<typeof setInterval> | undefined;

  /** Starts open. */
  constructor(owner: ReadGateOwner) {
    this.#owner = owner;
  }

  /** Whether reading is held back. */
  get standing(): boolean {
    return this.#held !== undefined;
  }

  /** A stream has more than its mark, or has it no longer. */
  mark(stream: unknown, full: boolean): void {
    if (full) {
      if (this.#full.size === 0) this.#renew();
      this.#full.add(stream);
    } else if (this.#full.delete(stream) && this.#full.size === 0) {
      this.#open();
    }
  }

  /** Somebody has begun to wait. */
  wake(): void {
    if (this.#full.size === 0) return;
    this.#renew();
    this.#open();
  }

  /** So many bytes were read. */
  passed(bytes: number): void {
    this.#budget -= bytes;
    this.#read += bytes;
  }

  /** What to wait for before the next read; `undefined` when there is nothing. */
  hold(): Promise<void> | undefined {
    if (this.#full.size === 0) return undefined;
    const needed = this.#owner.needed();
    if (needed && this.#budget > 0) return undefined;
    if (this.#held === undefined) {
      this.#held = Promise.withResolvers<void>();
      this.#owner.standing(true);
      this.#life = setInterval(() => this.#owner.signOfLife(), SIGN_OF_LIFE);
      letGo(this.#life);
    }
    if (needed) {
      this.#timer = setTimeout(() => {
        this.#budget = this.#nextBurst();
        this.#open();
      }, this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    }
    return this.#held.promise;
  }

  /** Lets everything through: the session has ended. */
  close(): void {
    this.#full.clear();
    this.#open();
  }

  #nextBurst(): number {
    if (this.#read >= REACH) return BURST / 2;
    this.#burst = Math.min(this.#burst * 2, REACH - this.#read);
    return this.#burst;
  }

  #renew(): void {
    this.#budget = this.#burst = BURST;
    this.#read = 0;
    this.#pause = FIRST_PAUSE;
  }

  #open(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#life);
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#owner.standing(false);
    held.resolve();
  }
}

// A timer must not keep a program alive that has nothing else to do; browsers have numbers here.
function letGo(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
