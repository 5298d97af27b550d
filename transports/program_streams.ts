/**
 * Web streams over a program's standard input and output, the same for every runtime.
 *
 * @module
 */

import { settledWithin } from "../src/settled_within.ts";
import type { ByteDuplex } from "../src/transport.ts";
import type { ProgramEnd, SpawnOptions } from "./runtime.ts";
import { type SocketControl, SocketStreams } from "./socket_streams.ts";

/** How much of the standard error is kept, in characters: enough for any program's last words. */
const MAX_ERRORS = 8 * 1024;

/** Milliseconds that a program has to end after it has closed a pipe, and after SIGTERM. */
const PATIENCE = 1000;

/**
 * Milliseconds that are waited for the rest of the standard error once the program has ended. What
 * it has left running (ssh's master of a shared connection) may hold it open for ever.
 */
const LAST_WORDS = 100;

/** The program below a {@linkcode ProgramStreams}. */
export interface ProgramHandle {
  /** Writes to its standard input; settles when the kernel has all bytes, if the pipe holds. */
  write(chunk: Uint8Array): Promise<void>;
  /** Closes its standard input after what was written. */
  endInput(): void;
  /** Goes on reading after {@linkcode ProgramStreams.output} has said `false`. */
  resume(): void;
  /** Closes our ends of its pipes at once; harmless when they are closed. */
  release(): void;
  /** Sends it a signal; harmless when it has ended. */
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Says whether it keeps our process alive. */
  setKeepsAlive(alive: boolean): void;
}

/** A program that runs, as a connection. */
export class ProgramStreams implements SocketControl {
  readonly #options: SpawnOptions;
  readonly #handle: ProgramHandle;
  readonly #streams: SocketStreams;
  readonly #decoder = new TextDecoder();
  readonly #exited: Promise<void>;
  readonly #errorsEnded: Promise<void>;
  #resolveExited!: () => void;
  #resolveErrorsEnded!: () => void;
  #end: { status: number | null; signal: string | null } | undefined;
  #errors = "";
  #received = false;
  #over: Promise<void> | undefined;
  #destroyed: Promise<void> | undefined;
  #failWrite: ((error: Error) => void) | undefined;

  /** Takes a program over; `start` connects it with what it reports to. */
  constructor(options: SpawnOptions, start: (events: ProgramStreams) => ProgramHandle) {
    this.#options = options;
    this.#streams = new SocketStreams(options.label, this);
    this.#exited = new Promise((resolve) => this.#resolveExited = resolve);
    this.#errorsEnded = new Promise((resolve) => this.#resolveErrorsEnded = resolve);
    this.#handle = start(this);
  }

  /** The connection. */
  duplex(): ByteDuplex {
    const { label, secure, encrypted } = this.#options;
    const { readable, writable } = this.#streams;
    const setKeepsAlive = (alive: boolean) => this.#handle.setKeepsAlive(alive);
    return { readable, writable, secure, encrypted, label, setKeepsAlive };
  }

  /** Takes bytes of its standard output; `false` means to stop reading until `resume()`. */
  output(bytes: Uint8Array): boolean {
    this.#received = true;
    return this.#streams.push(bytes);
  }

  /** Takes bytes of its standard error. */
  errors(bytes: Uint8Array): void {
    this.#errors = (this.#errors + this.#decoder.decode(bytes, { stream: true }))
      .slice(-MAX_ERRORS);
  }

  /** Its standard error has ended. */
  errorsEnded(): void {
    this.#resolveErrorsEnded();
  }

  /** It has ended. */
  exited(status: number | null, signal: string | null): void {
    this.#end = { status, signal };
    this.#resolveExited();
  }

  /** It has closed its output, or no longer reads: the connection is over once it is known why. */
  pipeClosed(): void {
    this.#over ??= this.#tellWhy();
  }

  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      // "Broken pipe" tells nothing: the reason comes with the program's end.
      this.#handle.write(chunk).then(resolve, () => this.pipeClosed());
    });
  }

  resume(): void {
    this.#handle.resume();
  }

  async finish(): Promise<void> {
    this.#handle.endInput();
    await this.#exited;
    this.#handle.release();
  }

  destroy(): Promise<void> {
    return this.#destroyed ??= this.#destroy();
  }

  async #destroy(): Promise<void> {
    this.#handle.release();
    // first, the stream that has called this notes why
    queueMicrotask(() => this.#failWrite?.(this.#streams.end()));
    if (this.#end !== undefined) return;
    this.#handle.kill("SIGTERM");
    const timer = setTimeout(() => this.#handle.kill("SIGKILL"), PATIENCE);
    await this.#exited;
    clearTimeout(timer);
  }

  async #tellWhy(): Promise<void> {
    await settledWithin(this.#exited, PATIENCE);
    if (this.#end !== undefined) await settledWithin(this.#errorsEnded, LAST_WORDS);
    const end: ProgramEnd = { status: null, signal: null, ...this.#end, errors: this.#errors };
    const why = this.#options.explain(end, this.#received);
    if (why === undefined) this.#streams.end();
    else this.#streams.fail(new Error(why));
  }
}
