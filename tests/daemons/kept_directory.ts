/**
 * A temporary directory, and what a script of this folder keeps running in it.
 *
 * @module
 */

import { fs, os, path, process, run } from "./builtin.ts";

/** What was started. */
export interface KeptDirectory {
  /** Where its files are; gone on `stop()`. */
  readonly directory: string;
  /** Ends it and removes the directory; idempotent. */
  stop(): Promise<void>;
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
  function remove(): void {
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
