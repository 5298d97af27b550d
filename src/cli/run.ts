/**
 * One command line from its words to the exit status.
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
import { type Chosen, createProgram } from "./program.ts";
import { Signals } from "./signals.ts";
import { parseSeconds } from "./values.ts";

/** As `main()`. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  // whoever read the output has left, as `head` does: there is nobody to go on for, or to tell
  const gone = new AbortController();
  const onOutputError = () => gone.abort();
  process.stdout.on("error", onOutputError);
  try {
    const chosen = chosenCommand(args);
    return typeof chosen === "number" ? chosen : await runCommand(chosen, gone.signal);
  } finally {
    await flushOutput();
    process.stdout.off("error", onOutputError);
  }
}

/** What the words ask for; the exit status where that has been said: help, or what is wrong. */
function chosenCommand(args: readonly string[]): Chosen | number {
  let chosen: Chosen | undefined;
  try {
    createProgram((each) => chosen = each).parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitStatus.OK : ExitStatus.USAGE;
  }
  return chosen ?? ExitStatus.OK;
}

async function runCommand(
  { spec, group, parsed, globals }: Chosen,
  gone: AbortSignal,
): Promise<number> {
  using signals = new Signals();
  gone.addEventListener("abort", () => signals.end(ExitStatus.OK), { once: true });
  const out = new Output({ json: globals.json ?? false, quiet: globals.quiet ?? false });
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
    if (gone.aborted) return ExitStatus.OK;
    report(error);
    return error instanceof UsageError ? ExitStatus.USAGE : ExitStatus.FAILURE;
  } finally {
    await run?.close();
  }
}

function report(error: unknown): void {
  const red = colorsWanted(process.stderr) ? (text: string) => `\x1b[31m${text}\x1b[39m` : String;
  if (error instanceof CommandError && error.message === "") return; // it is said already
  const hint = hintFor(error);
  process.stderr.write(`${red("Error:")} ${explain(error)}${hint ? `; ${hint}` : ""}\n`);
}
