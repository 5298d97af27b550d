/**
 * Examples as programs that run, each in a process of this runtime.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../harness.ts";

const ARGUMENTS = {
  deno: ["run", "-A"],
  bun: [],
  node: ["--import", fileURLToPath(new URL("../std_names.mjs", import.meta.url))],
};

/** A program that runs. */
export interface Running {
  /** Waits for a line of its output that matches; rejects when it ends without. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for its end: its status, `null` for a signal, and all that it printed. */
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Starts an example. */
export function start(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...ARGUMENTS[runtime], file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  let [output, errors] = ["", ""];
  let over = false;
  const waiting = new Set<() => void>();
  function wake(): void {
    for (const check of waiting) check();
  }
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    child.on("close", (code) => {
      over = true;
      wake();
      resolve({ code, output, errors });
    });
  });
  return {
    ended,
    line(pattern) {
      return new Promise((resolve, reject) => {
        function check(): void {
          const found = pattern.exec(output);
          if (found === null && !over) return;
          waiting.delete(check);
          if (found !== null) resolve(found);
          else reject(new Error(`${name} ended without ${pattern}:\n${output}${errors}`));
        }
        waiting.add(check);
        check();
      });
    },
    async stop() {
      if (!over) child.kill();
      await ended;
    },
  };
}

/** Runs an example to its end, which must be a good one, and answers its lines. */
export async function run(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { code, output, errors } = await start(name, args, env).ended;
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output}${errors}`);
  return output.trimEnd().split("\n");
}
