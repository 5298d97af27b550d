/**
 * Changing a description in the user's editor.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { promises } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { explain } from "./explain.ts";
import { CommandError, ExitStatus, Interrupted } from "./failures.ts";
import type { Invocation } from "./invocation.ts";

/** What is edited. */
export interface Editable {
  /** It, in a message: `Domain "web"`. */
  readonly what: string;
  /** Asks for its description. */
  read(): Promise<string>;
  /** Defines it anew. */
  write(xml: string): Promise<void>;
}

/**
 * Lets the user change a description until the daemon takes it, or the user gives up.
 *
 * What the user has written is not lost: where it is not taken, the message names the file.
 */
export async function editXml(run: Invocation, { what, read, write }: Editable): Promise<void> {
  const editor = chooseEditor();
  const before = await read();
  const directory = await promises.mkdtemp(join(tmpdir(), "virtwire-"));
  const file = join(directory, "edit.xml");
  await promises.writeFile(file, before, { mode: 0o600 }); // it may hold passwords
  for (;;) {
    try {
      await runEditor(editor, file);
    } catch (error) {
      await promises.rm(directory, { recursive: true });
      throw error;
    }
    const after = await promises.readFile(file, "utf8");
    if (after === before) {
      run.out.message(`${what} not changed`);
      break;
    }
    try {
      const meanwhile = await read();
      if (meanwhile !== before) {
        throw new CommandError(`${what} was changed by somebody else meanwhile`);
      }
      await wellFormed(after);
      await write(after);
      run.out.message(`${what} changed`);
      break;
    } catch (error) {
      if (run.signal.aborted || !await tryAgain(run, error)) {
        throw new CommandError(`${explain(error)}; your changes are in ${file}`, { cause: error });
      }
    }
  }
  await promises.rm(directory, { recursive: true });
}

// Said by line and column, which the daemon's own message may lack.
async function wellFormed(xml: string): Promise<void> {
  (await import("../xml/parse.ts")).parseXml(xml);
}

/** The editor that is asked for, which may be a script; without one vi, which needs a terminal. */
function chooseEditor(): string {
  const editor = process.env["VISUAL"] || process.env["EDITOR"];
  if (editor) return editor;
  if (process.stdin.isTTY === true) return "vi";
  throw new CommandError(
    "Cannot edit: standard input is not a terminal; name a program that changes a file by EDITOR",
  );
}

/** Runs the editor, which is a command line: `code --wait`. */
function runEditor(editor: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) return resolve();
      reject(
        new CommandError(
          `The editor "${editor}" ended with ${signal ?? `status ${status}`}; ` +
            `nothing was changed; choose another by VISUAL or EDITOR`,
        ),
      );
    });
  });
}

async function tryAgain(run: Invocation, error: unknown): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return false;
  const { confirm, isCancel, log } = await import("@clack/prompts");
  const output = process.stderr;
  log.error(explain(error), { output });
  const answer = await confirm({ message: "Edit it again?", output, signal: run.signal });
  if (isCancel(answer)) throw new Interrupted(ExitStatus.INTERRUPTED);
  return answer;
}
