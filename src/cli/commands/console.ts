/**
 * A domain's console and screen.
 *
 * @module
 */

import { createWriteStream } from "node:fs";
import process from "node:process";
import { Writable } from "node:stream";
import type { Domain } from "../../objects/mod.ts";
import type { DuplexStream } from "../../streams.ts";
import type { Handlers } from "../command.ts";
import { CommandError, UsageError } from "../failures.ts";
import { fileError } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { findDomain } from "../lookup.ts";
import { RawInput, standardOutput, writeOut } from "../terminal.ts";

const ESCAPE = "^]";

/** The byte that a key with control sends: `^]`, `^A`. */
function controlByte(key: string): number {
  const [, letter] = /^\^([@-_a-z?])$/.exec(key) ?? [];
  if (letter === undefined) {
    throw new UsageError(
      `Cannot use the key "${key}": expected ^ and a letter or sign, such as ^]`,
    );
  }
  return letter === "?" ? 127 : letter.toUpperCase().charCodeAt(0) & 0x1f;
}

async function openConsole(run: Invocation): Promise<void> {
  controlByte(run.text("escape") ?? ESCAPE); // a wrong one is told before anything is opened
  await attach(run, await findDomain(run));
}

/** Connects the terminal to a domain's console until the escape is typed or the console ends. */
export async function attach(run: Invocation, domain: Domain): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new CommandError("Cannot open a console: standard input is not a terminal");
  }
  const escape = run.text("escape") ?? ESCAPE;
  await using console = await domain.openConsole({
    device: run.text("devname"),
    force: run.flag("force"),
    safe: run.flag("safe"),
    signal: run.signal,
  });
  using _raw = new RawInput(); // from here on ctrl-C is the guest's
  run.out.notice(`Connected to domain "${domain.name}"; the key ${escape} leaves its console\r`);
  const left = await relay(console, controlByte(escape), run.signal);
  run.out.notice(left ? "\r\nLeft the console\r" : "\r\nThe console has ended\r");
}

/** Passes keys and output on; answers whether the escape was typed. */
async function relay(console: DuplexStream, escape: number, signal: AbortSignal): Promise<boolean> {
  const { stdin } = process;
  const writer = console.writable.getWriter();
  const output = console.readable.getReader();
  const left = Promise.withResolvers<boolean>();
  const onKeys = async (keys: Uint8Array) => {
    const at = keys.indexOf(escape);
    stdin.pause(); // until the daemon has taken them
    try {
      if (at !== 0) await writer.write(at < 0 ? keys : keys.subarray(0, at));
      if (at >= 0) left.resolve(true);
      else stdin.resume();
    } catch {
      // why the console takes no more is told by its output
    }
  };
  const onAbort = () => left.reject(signal.reason);
  const show = async () => {
    for (;;) {
      const { done, value } = await output.read();
      if (done) return left.resolve(false);
      await writeOut(value);
    }
  };
  stdin.on("data", onKeys);
  stdin.resume();
  signal.addEventListener("abort", onAbort);
  show().catch(left.reject);
  try {
    return await left.promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    stdin.off("data", onKeys);
    writer.closed.catch(() => {});
    await output.cancel().catch(() => {});
  }
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/x-portable-pixmap": "ppm",
};

async function screenshot(run: Invocation): Promise<void> {
  const screen = run.count("screen") ?? 0;
  const domain = await findDomain(run);
  const { mimeType, body } = await domain.screenshot(screen, run.call);
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const file = run.maybe("file") ?? `${domain.name}-${time}.${EXTENSIONS[mimeType] ?? "img"}`;
  if (file === "-") return await body.pipeTo(standardOutput(run.signal));
  try {
    await body.pipeTo(Writable.toWeb(createWriteStream(file)) as WritableStream<Uint8Array>);
  } catch (error) {
    throw fileError("write", file, error);
  }
  if (run.out.json) run.out.value({ file, mimeType });
  else run.out.message(`The screen of domain "${domain.name}" is in ${file} (${mimeType})`);
}

/** The commands of this file. */
export const handlers: Handlers = { console: openConsole, screenshot };
