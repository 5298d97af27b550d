/**
 * What becomes of what is printed.
 *
 * @module
 */

import process from "node:process";

/** Notices, while it lives, when standard output takes no more. */
export class OutputWatch implements Disposable {
  readonly #gone = new AbortController();
  #failure: unknown;
  /** Takes an error of standard output. */
  readonly fail = (error: { readonly code?: unknown }): void => {
    // whoever read the output has left, as `head` does: there is nobody to tell
    if (error.code !== "EPIPE") this.#failure ??= error;
    this.#gone.abort();
  };

  /** Listens. */
  constructor() {
    process.stdout.on("error", this.fail);
    process.stderr.on("error", ignore);
  }

  /** Aborted when there is no use in printing more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Waits until what was printed has left, and answers why it could not, if somebody should know. */
  async flush(): Promise<unknown> {
    for (const stream of [process.stdout, process.stderr]) {
      if (stream === process.stdout && this.#gone.signal.aborted) continue;
      if (!stream.destroyed && stream.writable) {
        await new Promise<void>((resolve) => stream.write("", () => resolve()));
      }
    }
    // Bun tells of an error only after that
    await new Promise<void>((resolve) => setImmediate(resolve));
    return this.#failure;
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    process.stdout.off("error", this.fail);
    process.stderr.off("error", ignore);
  }
}

function ignore(): void {}
