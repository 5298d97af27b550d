/**
 * Ctrl-C and SIGTERM.
 *
 * @module
 */

import process from "node:process";
import { ExitStatus, Interrupted } from "./failures.ts";

/** Signals that end a command in order, while they are listened to. */
export class Signals implements Disposable {
  readonly #controller = new AbortController();
  /** Ends the command as ctrl-C does. */
  readonly interrupt = (): void => this.end(ExitStatus.INTERRUPTED);
  readonly #onTerminate = () => this.end(ExitStatus.TERMINATED);

  /** Listens. */
  constructor() {
    process.on("SIGINT", this.interrupt);
    process.on("SIGTERM", this.#onTerminate);
  }

  /** Aborted by the first of them. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    process.off("SIGINT", this.interrupt);
    process.off("SIGTERM", this.#onTerminate);
  }

  /** Ends the command with a status; a second time at once. */
  end(status: number): void {
    // who asks twice does not want to wait for a daemon that no longer answers
    if (this.signal.aborted) process.exit(status);
    this.#controller.abort(new Interrupted(status));
  }
}
