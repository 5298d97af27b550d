/**
 * A temporary directory, and what a script of this folder keeps running in it.
 *
 * @module
 */

import { childProcess, fs, os, path, process, run } from "./builtin.ts";

/** What was started. */
export interface KeptDirectory {
  /** Where its files are; gone on `stop()`. */
  readonly directory: string;
  /** Ends it and removes the directory; idempotent. */
  stop(): Promise<void>;
}

interface Running {
  readonly script: string;
  readonly directory: string;
}

const running = new Set<Running>();

/** Notes that a script keeps something running in a directory; returns what forgets it again. */
export function noteRunning(script: string, directory: string): () => void {
  const one = { script, directory };
  running.add(one);
  return () => void running.delete(one);
}

/** Makes ctrl-C and SIGTERM end what runs too: for programs, since the tests dispose of theirs. */
export function endAtSignals(): void {
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) {
    process.once(signal, () => {
      for (const { script, directory } of running) {
        childProcess.spawnSync(script, ["stop", directory]);
        fs.rmSync(directory, { recursive: true, force: true });
      }
      process.exit(128 + number);
    });
  }
}

/**
 * Has a script start something in a new directory; on `stop()` its command `stop DIR` ends it.
 *
 * @param prefix What the directory's name begins with.
 * @param start The arguments of the script, of the directory.
 * @throws {Error} with what the script has written to its standard error, where it fails
 */
export async function startIn(
  prefix: string,
  script: string,
  start: (directory: string) => readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<KeptDirectory> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
  const forget = noteRunning(script, directory);
  function remove(): void {
    forget();
    fs.rmSync(directory, { recursive: true, force: true });
  }
  let stopped: Promise<void> | undefined;
  function stop(): Promise<void> {
    return stopped ??= run(script, ["stop", directory]).then(remove);
  }
  try {
    await run(script, start(directory), { env: { ...process.env, ...env } });
  } catch (error) {
    // it may have come half the way
    await stop().catch(remove);
    throw error;
  }
  return { directory, stop };
}
