/**
 * Programs as connections, by Node's `child_process`, which Bun has too.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import { type ProgramHandle, ProgramStreams } from "./program_streams.ts";
import type { SpawnOptions } from "./runtime.ts";

// The part of Node that is used.
interface Emitter {
  on(event: string, listener: (...args: never[]) => void): this;
  once(event: string, listener: (...args: never[]) => void): this;
  off(event: string, listener: (...args: never[]) => void): this;
}
interface Pipe extends Emitter {
  destroy(): this;
  // Bun's standard input of a child has neither, and keeps nothing alive.
  ref?(): this;
  unref?(): this;
}
interface Input extends Pipe {
  write(bytes: Uint8Array, written: (error?: unknown) => void): boolean;
  end(): this;
}
interface Output extends Pipe {
  pause(): this;
  resume(): this;
}
interface Child extends Emitter {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  kill(signal: "SIGTERM" | "SIGKILL"): boolean;
  ref(): this;
  unref(): this;
}
interface ChildProcess {
  spawn(
    program: string,
    args: readonly string[],
    options: { stdio: readonly string[]; detached?: boolean },
  ): Child;
}

const { process } = globalThis as unknown as {
  process: { getBuiltinModule(id: "node:child_process"): ChildProcess };
};

/** Runs a program whose standard input and output are the connection. */
export function spawnByNode(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ByteDuplex> {
  return new Promise((resolve, reject) => {
    const child = process.getBuiltinModule("node:child_process")
      .spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    child.once("error", reject);
    child.once("spawn", () => {
      child.off("error", reject);
      resolve(new ProgramStreams(options, (events) => watch(child, events)).duplex());
    });
  });
}

/** Starts a program that goes on by itself. */
export function detachByNode(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = process.getBuiltinModule("node:child_process")
      .spawn(program, args, { stdio: ["ignore", "ignore", "ignore"], detached: true });
    child.once("error", reject);
    child.once("spawn", () => resolve());
    child.unref();
  });
}

function watch(child: Child, events: ProgramStreams): ProgramHandle {
  const { stdin, stdout, stderr } = child;
  const pipes: readonly Pipe[] = [stdin, stdout, stderr];
  // A pipe's own failure tells less than the program's end, which follows.
  stdin.on("error", () => events.pipeClosed());
  stdout.on("error", () => events.pipeClosed());
  stderr.on("error", () => {});
  child.on("error", () => {}); // a signal that could not be sent
  child.on("exit", (status: number | null, signal: string | null) => {
    events.exited(status, signal);
  });
  stdout.on("end", () => events.pipeClosed());
  stdout.on("data", (chunk: Uint8Array) => {
    // A Buffer would do, were it not for its own slice().
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!events.output(bytes)) stdout.pause();
  });
  stderr.on("data", (chunk: Uint8Array) => events.errors(chunk));
  stderr.on("close", () => events.errorsEnded());
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stdin.write(chunk, (error) => error ? reject(error) : resolve());
      }),
    endInput(): void {
      stdin.end();
    },
    resume(): void {
      stdout.resume();
    },
    release(): void {
      for (const pipe of pipes) pipe.destroy();
    },
    kill(signal): void {
      child.kill(signal);
    },
    setKeepsAlive(alive): void {
      for (const each of [child, ...pipes]) {
        if (alive) each.ref?.();
        else each.unref?.();
      }
    },
  };
}
