/**
 * Faults by script, for tests of programs that must live with them.
 *
 * @module
 */

import type { LxcHandlers } from "../../gen/lxc/dispatch.ts";
import type { QemuHandlers } from "../../gen/qemu/dispatch.ts";
import type { RemoteHandlers } from "../../gen/remote/dispatch.ts";
import type { Interceptor } from "./interceptor.ts";
import { SERVED_PROGRAMS } from "./dispatcher.ts";

/** A procedure of libvirt's protocol by its name in camelCase, such as `domainSuspend`. */
export type ProcedureName =
  | keyof RemoteHandlers<unknown>
  | keyof QemuHandlers<unknown>
  | keyof LxcHandlers<unknown>;

type Fate = () => ReturnType<Interceptor>;

const ANY = "*";

/**
 * What happens to the next calls of clients, whichever of them calls.
 *
 * The faults of a procedure happen in the order that they were asked for, each to one call; those for
 * `"*"` happen to calls of any procedure that has none of its own left, the start of a connection
 * among them. All other calls are answered as always.
 *
 * @example
 * ```ts
 * import { ErrorDomain, ErrorNumber } from "@virtwire/libvirt";
 * import { createTestHypervisor, failure } from "@virtwire/libvirt/testing";
 *
 * await using hypervisor = createTestHypervisor();
 * const busy = failure(ErrorDomain.QEMU, ErrorNumber.RESOURCE_BUSY, "try again");
 * hypervisor.faults.failNext("domainSuspend", 3, busy); // three calls fail
 * hypervisor.faults.delayNext("domainSuspend", 1, 250); // the fourth takes 250 ms
 * hypervisor.faults.stallNext("domainResume"); // is never answered
 * hypervisor.faults.dropNext("domainDestroy"); // the connection breaks
 * ```
 */
export class Faults {
  readonly #fates = new Map<string, Fate[]>();
  readonly #waits = new Map<ReturnType<typeof setTimeout>, () => void>();

  /** Lets the next calls of a procedure fail with an error; one call when `count` is left out. */
  failNext(procedure: ProcedureName | "*", count: number, error: Error): void {
    this.#add(procedure, count, () => {
      throw error;
    });
  }

  /**
   * Lets the next calls of a procedure wait before they are handled: so many milliseconds, or until
   * a promise resolves; when it rejects, they fail with its reason.
   */
  delayNext(procedure: ProcedureName | "*", count: number, wait: number | Promise<unknown>): void {
    if (typeof wait === "number" && !(wait >= 0)) {
      throw new RangeError(`Not milliseconds to wait: ${wait}`);
    }
    // one that rejects before a call needs it is no fault of anybody's
    if (typeof wait !== "number") wait.catch(() => {});
    this.#add(
      procedure,
      count,
      () => typeof wait === "number" ? this.#sleep(wait) : wait.then(() => {}),
    );
  }

  /**
   * Leaves the next calls of a procedure without an answer.
   *
   * Each takes one of the places that a client has for unanswered calls, as it would in a daemon that
   * hangs: after five of them nothing of that client is read.
   */
  stallNext(procedure: ProcedureName | "*", count = 1): void {
    this.#add(procedure, count, () => "stall");
  }

  /** Breaks the connection of whoever makes the next call of a procedure. */
  dropNext(procedure: ProcedureName | "*", count = 1): void {
    this.#add(procedure, count, () => "drop");
  }

  /** How many faults have not happened yet, of one procedure or of all. */
  pending(procedure?: ProcedureName | "*"): number {
    if (procedure !== undefined) return this.#fates.get(procedure)?.length ?? 0;
    let count = 0;
    for (const fates of this.#fates.values()) count += fates.length;
    return count;
  }

  /** Forgets what has not happened yet, and lets go on what waits a number of milliseconds. */
  clear(): void {
    this.#fates.clear();
    for (const [timer, resolve] of this.#waits) {
      clearTimeout(timer);
      resolve();
    }
    this.#waits.clear();
  }

  /** The fate of a call: what a server's `intercept` option takes. */
  readonly intercept: Interceptor = (procedure) => {
    const own = this.#fates.get(procedure);
    const fates = own !== undefined && own.length > 0 ? own : this.#fates.get(ANY);
    return fates?.shift()?.();
  };

  #add(procedure: string, count: number, fate: Fate): void {
    if (procedure !== ANY && !isProcedure(procedure)) {
      throw new TypeError(
        `No procedure of libvirt's is called "${procedure}": expected a name in camelCase, as ` +
          `"domainSuspend", or "*"`,
      );
    }
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`Not a number of calls: ${count}`);
    }
    let fates = this.#fates.get(procedure);
    if (fates === undefined) this.#fates.set(procedure, fates = []);
    for (let n = 0; n < count; n++) fates.push(fate);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waits.delete(timer);
        resolve();
      }, milliseconds);
      this.#waits.set(timer, resolve);
    });
  }
}

function isProcedure(name: string): boolean {
  return SERVED_PROGRAMS.some(({ procedures }) =>
    Object.values(procedures).some((entry) => entry?.name === name)
  );
}
