/**
 * How many calls are on the wire.
 *
 * @module
 */

/** What the window needs to know of a call. */
export interface Windowed {
  /** Whether the daemon runs it on a worker kept free for calls that cannot block. */
  readonly priority: boolean;
}

interface Queued<C> {
  readonly call: C;
  readonly order: number;
}

/**
 * Places for calls: `limit` for ordinary ones and one more for a call of high priority.
 *
 * The daemon stops reading a client that has `max_client_requests` (5) unanswered messages,
 * whatever their priority, so that the next call, and the answer to the daemon's own ping, would
 * sit in the socket. What finds no place waits here in the order in which it came, where it can
 * still be withdrawn.
 */
export class CallWindow<C extends Windowed> {
  readonly #limit: number;
  #ordinary = 0;
  #total = 0;
  #order = 0;
  readonly #waitingOrdinary: Queued<C>[] = [];
  readonly #waitingPriority: Queued<C>[] = [];

  /** Starts with all places free; throws a RangeError where there would be none. */
  constructor(limit: number) {
    checkPlaces(limit);
    this.#limit = limit;
  }

  /** Calls that wait for a place. */
  get waiting(): number {
    return this.#waitingOrdinary.length + this.#waitingPriority.length;
  }

  /** Takes a place for the call, or puts it in the queue; says whether it may be sent. */
  enter(call: C): boolean {
    const queue = this.#queue(call);
    if (queue.length === 0 && this.#free(call)) {
      this.#occupy(call);
      return true;
    }
    queue.push({ call, order: this.#order++ });
    return false;
  }

  /** Frees the place of a call whose reply has come. */
  leave(call: C): void {
    this.#total--;
    if (!call.priority) this.#ordinary--;
  }

  /** The next call that has waited and now has a place. */
  next(): C | undefined {
    const ordinary = this.#waitingOrdinary[0];
    const priority = this.#waitingPriority[0];
    const first = priority !== undefined && this.#free(priority.call) &&
        !(ordinary !== undefined && ordinary.order < priority.order && this.#free(ordinary.call))
      ? priority
      : ordinary !== undefined && this.#free(ordinary.call)
      ? ordinary
      : undefined;
    if (first === undefined) return undefined;
    this.#queue(first.call).shift();
    this.#occupy(first.call);
    return first.call;
  }

  /** Takes a call that is still waiting out of the queue; says whether it was there. */
  withdraw(call: C): boolean {
    const queue = this.#queue(call);
    const at = queue.findIndex((queued) => queued.call === call);
    if (at < 0) return false;
    queue.splice(at, 1);
    return true;
  }

  /** Takes all waiting calls out. */
  clear(): C[] {
    const calls = [...this.#waitingOrdinary, ...this.#waitingPriority].map(({ call }) => call);
    this.#waitingOrdinary.length = 0;
    this.#waitingPriority.length = 0;
    return calls;
  }

  #queue(call: C): Queued<C>[] {
    return call.priority ? this.#waitingPriority : this.#waitingOrdinary;
  }

  #free(call: C): boolean {
    return this.#total <= this.#limit && (call.priority || this.#ordinary < this.#limit);
  }

  #occupy(call: C): void {
    this.#total++;
    if (!call.priority) this.#ordinary++;
  }
}

/** Throws a RangeError where no call would ever find a place. */
export function checkPlaces(callsInFlight: number): void {
  if (Number.isInteger(callsInFlight) && callsInFlight > 0) return;
  throw new RangeError(
    `Cannot limit callsInFlight to ${callsInFlight}: expected a whole number from 1 up`,
  );
}
