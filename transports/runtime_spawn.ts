/**
 * Programs as connections, by Node's `child_process`, which Deno and Bun have too.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";
import type { ProgramEnd, SpawnOptions } from "./runtime.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

// The part of Node that is used.
interface Emitter {
  on(event: string, listener: (...args: never[]) => void): this;
  once(event: string, listener: (...args: never[]) => void): this;
  off(event: string, listener: (...args: never[]) => void): this;
}
interface Pipe extends Emitter {
  destroy(): this;
  // Bun's standard input of a child has neither; it keeps nothing alive either.
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
  spawn(program: string, args: readonly string[], options: { stdio: readonly string[] }): Child;
}

const { process } = globalThis as unknown as {
  process: { getBuiltinModule(id: "node:child_process"): ChildProcess };
};

/** How much of the standard error is kept, in characters: enough for any program's last words. */
const MAX_ERRORS = 8 * 1024;

/** Milliseconds that a program has to end after it has closed its output, and after SIGTERM. */
const PATIENCE = 1000;

/**
 * Milliseconds that are waited for the rest of the standard error once the program has ended. What
 * it has left running (ssh's master of a shared connection) may hold it open for ever.
 */
const LAST_WORDS = 100;

/** A program that runs. */
class ChildControl implements SocketControl {
  readonly streams: SocketStreams;
  readonly #child: Child;
  readonly #options: SpawnOptions;
  readonly #exited: Promise<void>;
  #end: { status: number | null; signal: string | null } | undefined;
  readonly #errorsEnded: Promise<void>;
  #errors = "";
  #received = false;
  #failWrite: ((error: Error) => void) | undefined;

  constructor(child: Child, options: SpawnOptions) {
    this.#child = child;
    this.#options = options;
    this.streams = new SocketStreams(options.label, this);
    this.#exited = new Promise((resolve) => {
      child.on("exit", (status: number | null, signal: string | null) => {
        this.#end = { status, signal };
        resolve();
      });
    });
    const { stdin, stdout, stderr } = child;
    const decoder = new TextDecoder();
    this.#errorsEnded = new Promise((resolve) => {
      stderr.on("data", (bytes: Uint8Array) => {
        this.#errors = (this.#errors + decoder.decode(bytes, { stream: true })).slice(-MAX_ERRORS);
      });
      stderr.on("close", resolve);
    });
    stdout.on("data", (chunk: Uint8Array) => {
      this.#received = true;
      // A Buffer would do, were it not for its own slice().
      const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (!this.streams.push(bytes)) stdout.pause();
    });
    stdout.on("end", () => this.#over());
    // A program that no longer reads is about to end, and tells more than "broken pipe" when it does.
    stdin.on("error", () => this.#over());
    stdout.on("error", (error: unknown) => this.streams.fail(error));
    stderr.on("error", () => {});
    child.on("error", (error: unknown) => this.streams.fail(error));
  }

  duplex(): ByteDuplex {
    const { label, secure, encrypted } = this.#options;
    const { readable, writable } = this.streams;
    const { stdin, stdout, stderr } = this.#child;
    const setKeepsAlive = (alive: boolean) => {
      for (const each of [this.#child, stdin, stdout, stderr]) {
        if (alive) each.ref?.();
        else each.unref?.();
      }
    };
    return { readable, writable, secure, encrypted, label, setKeepsAlive };
  }

  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      this.#child.stdin.write(chunk, (error) => {
        if (!error) resolve(); // else the reason comes with the program's end
      });
    });
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  async finish(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
    this.#close();
  }

  async destroy(): Promise<void> {
    this.#close();
    if (this.#end !== undefined) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE);
    await this.#exited;
    clearTimeout(timer);
  }

  #close(): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const each of [stdin, stdout, stderr]) each.destroy();
    this.#failWrite?.(this.streams.end());
  }

  /** The program has closed one of its ends: finds out why before the streams are told. */
  async #over(): Promise<void> {
    await settledWithin(this.#exited, PATIENCE);
    if (this.#end !== undefined) await settledWithin(this.#errorsEnded, LAST_WORDS);
    const end: ProgramEnd = { status: null, signal: null, ...this.#end, errors: this.#errors };
    const why = this.#options.explain(end, this.#received);
    if (why === undefined) this.streams.end();
    else this.streams.fail(new Error(why));
  }
}

async function settledWithin(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Runs a program whose standard input and output are the connection. */
export function spawnProgram(
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
      resolve(new ChildControl(child, options).duplex());
    });
  });
}
