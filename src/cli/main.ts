/**
 * The command line `virtwire`: virsh's commands, in TypeScript alone.
 *
 * @example Run it with Deno
 * ```sh
 * deno run -A jsr:@virtwire/libvirt/cli -c test:///default list --all
 * ```
 *
 * @module
 */

import process from "node:process";
import { nodeTooOld } from "./version.ts";

/**
 * Runs a command line, without the program's name, and resolves with the exit status.
 *
 * Prints to the process's standard output and error.
 *
 * @example
 * ```ts
 * import { main } from "@virtwire/libvirt/cli";
 *
 * const status = await main(["--connect", "test:///default", "list", "--all"]);
 * console.log(status); // 0
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const tooOld = nodeTooOld(process.versions);
  if (tooOld !== undefined) {
    process.stderr.write(`Error: ${tooOld}\n`);
    return 1;
  }
  // importing this module loads nothing and asks for nothing
  const run = await import("./run.ts").catch(refused);
  return run === undefined ? 1 : await run.runCommandLine(args);
}

// Deno lets nothing read the environment, which the libraries for colours do when they are loaded.
function refused(error: unknown): undefined {
  if ((error as Error | null)?.name !== "NotCapable") throw error;
  process.stderr.write(
    `Error: ${(error as Error).message}; the command line is run best with all permissions: ` +
      "deno run -A\n",
  );
}

/** Runs the process's own command line and ends the process. */
export async function runProcess(): Promise<never> {
  const status = await main(process.argv.slice(2));
  // a terminal that was read from would keep the process alive on some runtimes
  process.exit(status);
}

if (import.meta.main) await runProcess();
