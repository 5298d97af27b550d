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
export async function writeOut(chunk: Uint8Array): Promise<void> {
  const { stdout } = process;
  if (stdout.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => {
      stdout.off("drain", onDrain).off("close", onDrain).off("error", done);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = () => done();
    stdout.once("drain", onDrain).once("close", onDrain).once("error", done);
  });
}

/** Standard output as a web stream; closing it leaves it open. */
export function standardOutput(): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({ write: writeOut }, { highWaterMark: 0 });
}
