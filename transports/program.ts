/**
 * What the connections through a program have in common.
 *
 * @module
 */

import type { ByteDuplex, DialOptions } from "../src/transport.ts";
import { detectRuntime } from "./detect.ts";
import { failure } from "./failure.ts";
import type { ProgramEnd, Runtime } from "./runtime.ts";

/** A program to run. */
export interface ProgramCall {
  /** Its name or path. */
  readonly program: string;
  /** Its arguments, the name left out. */
  readonly args: readonly string[];
  /** Names the connection in messages. */
  readonly label: string;
  /** Whether nobody can read along. */
  readonly secure: boolean;
  /** Whether the bytes are encrypted on their way. */
  readonly encrypted: boolean;
  /** What to do when there is no such program. */
  readonly install: string;
  /** Takes out of its last words what is not to be shown. */
  shown?(errors: string): string;
  /** What to do about the end that it has come to, if one can tell. */
  advise?(end: ProgramEnd): string | undefined;
}

/** Runs the program; what it writes to its standard error becomes the connection's error. */
export async function runProgram(call: ProgramCall, options: DialOptions): Promise<ByteDuplex> {
  const { signal } = options;
  signal?.throwIfAborted();
  const runtime = detectRuntime();
  const duplex = await spawn(runtime, call);
  if (signal?.aborted) {
    await duplex.readable.cancel();
    throw signal.reason;
  }
  return duplex;
}

async function spawn(runtime: Runtime, call: ProgramCall): Promise<ByteDuplex> {
  const { program, args, label, secure, encrypted } = call;
  try {
    return await runtime.spawn(program, args, {
      label,
      secure,
      encrypted,
      explain: (end, received) => explain(call, end, received),
    });
  } catch (error) {
    throw failure(runtime, {
      what: `Cannot connect to ${label}: running ${program} failed`,
      needs: [{ kind: "run", name: program }],
      advice: {
        ENOENT: `there is no such program; ${call.install}`,
        EACCES: `permission denied; ${call.install}`,
      },
    }, error);
  }
}

/** Puts an end into words; `undefined` for one in order. */
function explain(call: ProgramCall, end: ProgramEnd, received: boolean): string | undefined {
  const words = tidy(call.shown?.(end.errors) ?? end.errors);
  if (end.status === 0 && (received || words === "")) return undefined;
  const how = end.signal !== null
    ? `${call.program} was ended by ${end.signal}`
    : end.status !== null
    ? `${call.program} ended with status ${end.status}`
    : `${call.program} closed its output`;
  const advice = call.advise?.(end);
  return [words === "" ? how : `${words} (${how})`, ...(advice === undefined ? [] : [advice])]
    .join("; ");
}

/** A program's last words in one line, without frames around them. */
function tidy(text: string): string {
  return text.split(/[\r\n]+/).map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("@"))
    .join("; ").replace(/\.$/, "");
}
