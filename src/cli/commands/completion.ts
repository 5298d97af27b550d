/**
 * Completion in shells.
 *
 * @module
 */

import process from "node:process";
import { type Candidate, complete, type Completion } from "../completion.ts";
import { knownNames, namesFor } from "../completion_names.ts";
import { UsageError } from "../failures.ts";
import type { Invocation } from "../invocation.ts";
import { PROGRAM } from "../program.ts";
import { SCRIPTS } from "../shell_scripts.ts";
import { readlineWord, splitShellLine } from "../shell_words.ts";

/** Whoever presses a key does not want to wait for a host that does not answer. */
const PATIENCE = 1500;

/** Prints a shell's script; or, with `--words` or `--line`, the candidates for the last word. */
export async function completion(run: Invocation): Promise<void> {
  const words = run.rest("shell");
  const typed = run.text("line");
  if (run.flag("words")) return print(run, await candidatesFor(run, words), (text) => text);
  if (typed !== undefined) {
    const line = splitShellLine(typed);
    const found = await candidatesFor(run, line.words.slice(1));
    const replaced = run.text("replaced") ?? line.raw;
    return print(run, found, (text) => readlineWord(line, text, replaced));
  }
  const script = SCRIPTS[words[0] ?? ""];
  if (script === undefined || words.length !== 1) {
    const shells = Object.keys(SCRIPTS).join(", ");
    throw new UsageError(`Cannot complete in "${words.join(" ")}": expected one of ${shells}`);
  }
  run.out.write(script(PROGRAM));
}

function print(
  run: Invocation,
  found: readonly Candidate[] | "files",
  inShell: (text: string) => string,
): void {
  if (found === "files") return run.out.line(":files");
  for (const { text, description } of found) run.out.line(`${inShell(text)}\t${description}`);
}

async function candidatesFor(
  run: Invocation,
  words: readonly string[],
): Promise<readonly Candidate[] | "files"> {
  const found = complete(words);
  if ("files" in found) return "files";
  if ("candidates" in found) return found.candidates;
  const { argument, prefix, start } = found;
  // no name of libvirt's has such characters, and a line could not hold them
  return (await objects(run, found).catch(() => []))
    .filter((name) => name.startsWith(start) && !/\p{Cc}/u.test(name))
    .map((name) => ({ text: prefix + name, description: argument }));
}

/** The names that an argument may be, asked of the hypervisor that the words name. */
async function objects(
  run: Invocation,
  { command, argument, given }: Extract<Completion, { argument: string }>,
): Promise<readonly string[]> {
  const known = await knownNames(command.name, argument);
  if (known !== undefined) return known;
  const list = namesFor(command.name, argument);
  if (list === undefined) return [];
  const { connect } = await import("../../../mod.ts");
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(PATIENCE)]);
  const uri = given.options.get("--connect") ?? process.env["LIBVIRT_DEFAULT_URI"];
  const conn = await connect(uri && quiet(uri), { signal, readOnly: true });
  try {
    return await list({ conn, call: { signal }, command: command.name, given });
  } finally {
    // not awaited: whoever has not answered would be waited for once more
    conn.close().catch(() => {});
  }
}

/** While a line is being typed, ssh must not ask for a password on its terminal. */
function quiet(uri: string): string {
  if (!/^[a-z]+\+(ssh|libssh2?):/.test(uri) || /[?&]no_tty=/.test(uri)) return uri;
  return `${uri}${uri.includes("?") ? "&" : "?"}no_tty=1`;
}
