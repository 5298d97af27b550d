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

/**
 * Runs a command line, without the program's name, and resolves with the exit status.
 *
 * Prints to the process's standard output and error. Never rejects.
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
  // importing this module loads nothing and asks for nothing
  const { runCommandLine } = await import("./run.ts");
  return await runCommandLine(args);
}

/** Runs the process's own command line and ends the process. */
export async function runProcess(): Promise<never> {
  const status = await main(process.argv.slice(2));
  // a terminal that was read from would keep the process alive on some runtimes
  process.exit(status);
}

if (import.meta.main) await runProcess();
