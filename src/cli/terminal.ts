/**
 * The terminal as it is used by what takes it over.
 *
 * @module
 */

import process from "node:process";

/**
 * Takes the keys one by one and as they are, without echo; ctrl-C too.
 *
 * The terminal is as before after disposal, and also when the process ends without it.
 */
export class RawInput implements Disposable {
  readonly #restore = () => {
    process.stdin.setRawMode(false);
  };

  /** Takes the terminal over. */
  constructor() {
    process.on("exit", this.#restore);
    process.stdin.setRawMode(true);
  }

  /** Gives it back. */
  [Symbol.dispose](): void {
    process.off("exit", this.#restore);
    this.#restore();
    process.stdin.pause();
  }
}

/** A screen of its own, with no cursor; what was on the terminal comes back after disposal. */
export class AlternateScreen implements Disposable {
  readonly #restore = () => {
    process.stdout.write("\x1b[?25h\x1b[?1049l");
  };

  /** Switches to it. */
  constructor() {
    process.on("exit", this.#restore);
    process.stdout.write("\x1b[?1049h\x1b[?25l");
  }

  /** Switches back. */
  [Symbol.dispose](): void {
    process.off("exit", this.#restore);
    this.#restore();
  }
}

/** Writes to standard output and resolves when there is room for more. */
export async function writeOut(chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
  const { stdout } = process;
  if (stdout.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (end: () => void) => {
      stdout.off("drain", onRoom).off("close", onRoom).off("error", onError);
      signal?.removeEventListener("abort", onAbort);
      end();
    };
    const onRoom = () => settle(resolve);
    const onError = (error: Error) => settle(() => reject(error));
    const onAbort = () => settle(() => reject(signal!.reason));
    stdout.once("drain", onRoom).once("close", onRoom).once("error", onError);
    signal?.addEventListener("abort", onAbort);
  });
}

/** Standard output as a web stream, which closing leaves open; it fails with the signal. */
export function standardOutput(signal: AbortSignal): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    start(controller) {
      signal.addEventListener("abort", () => controller.error(signal.reason), { once: true });
    },
    write: (chunk) => writeOut(chunk, signal),
  });
}
