/**
 * Programs as connections, by `Deno.Command`. Deno's version of Node's `child_process` asks for the
 * permission to read the whole environment, and sends no second signal.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { type ProgramHandle, ProgramStreams } from "./program_streams.ts";
import type { SpawnOptions } from "./runtime.ts";

// The part of Deno that is used. Other runtimes and their compilers have no types for it.
interface Child {
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly status: Promise<{ readonly code: number; readonly signal: string | null }>;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  ref(): void;
  unref(): void;
}
interface CommandOptions {
  readonly args: readonly string[];
  readonly stdin: "piped" | "null";
  readonly stdout: "piped" | "null";
  readonly stderr: "piped" | "null";
  readonly detached?: boolean;
}
interface DenoApi {
  readonly Command: new (program: string, options: CommandOptions) => { spawn(): Child };
}

const deno: DenoApi = (globalThis as unknown as { Deno: DenoApi }).Deno;

/** Runs a program whose standard input and output are the connection. */
export function spawnByDeno(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ByteDuplex> {
  try {
    const child = new deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return Promise.resolve(new ProgramStreams(options, (events) => watch(child, events)).duplex());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Starts a program that goes on by itself. */
export function detachByDeno(program: string, args: readonly string[]): Promise<void> {
  try {
    const options = {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    } as const;
    new deno.Command(program, options).spawn().unref();
    return Promise.resolve();
  } catch (error) {
    return Promise.reject(error);
  }
}

function watch(child: Child, events: ProgramStreams): ProgramHandle {
  const input = child.stdin.getWriter();
  const output = child.stdout.getReader();
  const errors = child.stderr.getReader();
  input.closed.catch(() => {}); // told by the write that it concerns
  child.status.then(({ code, signal }) => {
    events.exited(signal === null ? code : null, signal);
  });

  function readOutput(): void {
    output.read().then(({ done, value }) => {
      if (done) events.pipeClosed();
      else if (events.output(value)) readOutput();
    }, () => events.pipeClosed());
  }

  async function readErrors(): Promise<void> {
    for (;;) {
      const { done, value } = await errors.read();
      if (done) return;
      events.errors(value);
    }
  }

  // `events` may be told only once it has its handle.
  queueMicrotask(readOutput);
  readErrors().catch(() => {}).finally(() => events.errorsEnded());
  return {
    write: (chunk) => input.write(chunk),
    endInput(): void {
      input.close().catch(() => {});
    },
    resume: readOutput,
    release(): void {
      input.abort().catch(() => {});
      output.cancel().catch(() => {});
      errors.cancel().catch(() => {});
    },
    kill(signal): void {
      try {
        child.kill(signal);
      } catch {
        // it has ended
      }
    },
    setKeepsAlive(alive): void {
      if (alive) child.ref();
      else child.unref();
    },
  };
}
