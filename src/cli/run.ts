/**
 * One command line from its words to the exit status.
 *
 * @module
 */

import process from "node:process";
import { type Command, CommanderError } from "commander";
import { explain } from "./explain.ts";
import { CommandError, ExitStatus, Interrupted, UsageError } from "./failures.ts";
import { fileError, STANDARD_OUTPUT } from "./files.ts";
import { hintFor } from "./hints.ts";
import { Invocation } from "./invocation.ts";
import { colorsWanted, Output } from "./output.ts";
import { OutputWatch } from "./output_watch.ts";
import { type Chosen, createProgram } from "./program.ts";
import { Signals } from "./signals.ts";
import { parseSeconds } from "./values.ts";

/** As `main()`. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  using watch = new OutputWatch();
  let status: number;
  try {
    const chosen = chosenCommand(args);
    status = typeof chosen === "number" ? chosen : await runCommand(chosen, watch.gone);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    watch.fail(error); // help that could not be printed
    status = ExitStatus.FAILURE;
  }
  const failure = await watch.flush();
  if (failure !== undefined) {
    report(fileError("write", STANDARD_OUTPUT, failure));
    status = ExitStatus.FAILURE;
  }
  return status;
}

function isSystemError(error: unknown): error is { readonly code: string } {
  return typeof (error as { code?: unknown } | null)?.code === "string" &&
    !(error instanceof CommanderError);
}

/** What the words ask for; the exit status where that has been said: help, or what is wrong. */
function chosenCommand(args: readonly string[]): Chosen | number {
  let chosen: Chosen | undefined;
  try {
    const program = createProgram((each) => chosen = each);
    program.parse(withoutVainHelp(args, program), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitStatus.OK : ExitStatus.USAGE;
  }
  return chosen ?? ExitStatus.OK;
}

// Help for a command that does not exist would be all of the help, without a word of what is wrong.
function withoutVainHelp(args: readonly string[], program: Command): string[] {
  const [help, name = "", ...rest] = args;
  const isVain = help === "help" && /^[^-]/.test(name) &&
    !["help", ...program.commands.map((command) => command.name())].includes(name);
  return isVain ? [name, ...rest] : [...args];
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
    report(error, globals.connect);
    return error instanceof UsageError ? ExitStatus.USAGE : ExitStatus.FAILURE;
  } finally {
    await run?.close();
  }
}

function report(error: unknown, uri?: string): void {
  const red = colorsWanted(process.stderr) ? (text: string) => `\x1b[31m${text}\x1b[39m` : String;
  if (error instanceof CommandError && error.message === "") return; // it is said already
  const hint = hintFor(error, uri);
  process.stderr.write(`${red("Error:")} ${explain(error)}${hint ? `; ${hint}` : ""}\n`);
}
