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
import { CommanderError } from "commander";
import { explain } from "./explain.ts";
import { CommandError, ExitStatus, Interrupted, UsageError } from "./failures.ts";
import { hintFor } from "./hints.ts";
import { Invocation } from "./invocation.ts";
import { colorsWanted, flushOutput, Output } from "./output.ts";
import { type Chosen, createProgram, PROGRAM } from "./program.ts";
import { Signals } from "./signals.ts";
import { parseSeconds } from "./values.ts";

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
  let chosen: Chosen | undefined;
  try {
    createProgram((each) => chosen = each).parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    await flushOutput(); // the text is printed
    return error.exitCode === 0 ? ExitStatus.OK : ExitStatus.USAGE;
  }
  return chosen === undefined ? ExitStatus.OK : await runCommand(chosen);
}

async function runCommand({ spec, group, parsed, globals }: Chosen): Promise<number> {
  using signals = new Signals();
  const out = new Output({ json: globals.json ?? false, quiet: globals.quiet ?? false });
  let gone = false;
  // whoever read the output has left, as `head` does: there is nobody to tell
  const onOutputError = () => gone = true;
  process.stdout.on("error", onOutputError);
  let run: Invocation | undefined;
  try {
    const { timeout } = globals;
    const settings = {
      uri: globals.connect,
      readOnly: globals.readonly ?? false,
      timeout: timeout === undefined ? undefined : parseSeconds(timeout, "--timeout") * 1000,
      capture: globals.capture,
    };
    run = new Invocation(out, settings, parsed, signals);
    const { handlers } = await group.load();
    await handlers[spec.name]!(run);
    return ExitStatus.OK;
  } catch (error) {
    const interrupted = signals.signal.aborted ? signals.signal.reason : error;
    if (interrupted instanceof Interrupted) return interrupted.status;
    if (gone) return ExitStatus.OK;
    report(error);
    return error instanceof UsageError ? ExitStatus.USAGE : ExitStatus.FAILURE;
  } finally {
    await run?.close();
    await flushOutput();
    process.stdout.off("error", onOutputError);
  }
}

function report(error: unknown): void {
  const red = colorsWanted(process.stderr) ? (text: string) => `\x1b[31m${text}\x1b[39m` : String;
  if (error instanceof CommandError && error.message === "") return; // it is said already
  const hint = hintFor(error);
  process.stderr.write(`${red("Error:")} ${explain(error)}${hint ? `; ${hint}` : ""}\n`);
}

/** Runs the process's own command line and ends the process. */
export async function runProcess(): Promise<never> {
  const status = await main(process.argv.slice(2));
  // a terminal that was read from would keep the process alive on some runtimes
  process.exit(status);
}

/** The program's name. */
export { PROGRAM };

if (import.meta.main) await runProcess();
