/**
 * One run of a command: what it was called with, and what it may use.
 *
 * @module
 */

import process from "node:process";
import type { Connection } from "../connection.ts";
import type { ConnectOptions } from "../connect.ts";
import type { CallOptions, FlagOptions } from "../session/caller.ts";
import { UsageError } from "./failures.ts";
import type { Output } from "./output.ts";
import type { Signals } from "./signals.ts";
import { parseCount, parseSize } from "./values.ts";

/** Milliseconds after which it is said that the daemon has not answered. */
const PATIENCE = 5000;

/** The global options. */
export interface Settings {
  /** The URI to connect to; libvirt's own choice when left out. */
  readonly uri: string | undefined;
  /** Whether to connect so that nothing can be changed. */
  readonly readOnly: boolean;
  /** Milliseconds that connecting, and each call, may take. */
  readonly timeout: number | undefined;
  /** A file that gets all that passes over the connection. */
  readonly capture: string | undefined;
}

/** What the command line said. */
export interface ParsedCommand {
  /** Arguments by name; several where the name takes several. */
  readonly arguments: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Options by name in camelCase. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** One run of a command. */
export class Invocation {
  /** Where results go. */
  readonly out: Output;
  /** The global options. */
  readonly settings: Settings;
  /** Ends the command: ctrl-C. */
  readonly signal: AbortSignal;
  /** Ends the command as ctrl-C does, for what reads that key itself. */
  readonly interrupt: () => void;
  readonly #command: ParsedCommand;
  #connection: Promise<Connection> | undefined;
  #finishCapture: (() => Promise<void>) | undefined;
  #asked = false;

  /** Takes what the command line said. */
  constructor(
    out: Output,
    settings: Settings,
    command: ParsedCommand,
    { signal, interrupt }: Pick<Signals, "signal" | "interrupt">,
  ) {
    this.interrupt = interrupt;
    this.out = out;
    this.settings = settings;
    this.signal = signal;
    this.#command = command;
  }

  /** What every call is made with. */
  get call(): CallOptions {
    return { signal: this.signal, timeout: this.settings.timeout };
  }

  /** What every call with flags is made with; flags of 0 are left out, so that old daemons answer. */
  flags(...flags: readonly (number | false)[]): FlagOptions {
    const all = flags.reduce((sum: number, flag) => sum | (flag || 0), 0) >>> 0;
    return all === 0 ? this.call : { ...this.call, flags: all };
  }

  /** A required argument. */
  argument(name: string): string {
    return this.#command.arguments[name] as string;
  }

  /** An argument that may be left out. */
  maybe(name: string): string | undefined {
    return this.#command.arguments[name] as string | undefined;
  }

  /** An argument of which there may be several. */
  rest(name: string): readonly string[] {
    return (this.#command.arguments[name] ?? []) as readonly string[];
  }

  /** Whether an option was given that takes no value. */
  flag(name: string): boolean {
    return this.#command.options[name] === true;
  }

  /** Whether an option was given, or the same with `no-` before it, or neither. */
  choice(name: string): boolean | undefined {
    return this.#command.options[name] as boolean | undefined;
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    return this.#command.options[name] as string | undefined;
  }

  /** The values of an option that takes several. */
  texts(name: string): readonly string[] {
    return (this.#command.options[name] ?? []) as readonly string[];
  }

  /** The value of an option that has to be there. */
  required(name: string, syntax: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`The option ${syntax} is missing`);
    return value;
  }

  /** The size that an option says, in bytes. */
  size(name: string): bigint | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseSize(text, `the value of --${name}`);
  }

  /** The whole number that an option says. */
  count(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseCount(text, `the value of --${name}`);
  }

  /** The connection, opened when it is first asked for. */
  connect(): Promise<Connection> {
    return this.#connection ??= this.#connect();
  }

  /** Closes what was opened; never rejects. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
    await this.#finishCapture?.();
  }

  /** What every connection is opened with. */
  get connectOptions(): ConnectOptions {
    const { readOnly, timeout } = this.settings;
    return {
      readOnly,
      timeout,
      signal: this.signal,
      credentials: async (request) => {
        this.#asked = true; // whoever types a password is not to be disturbed
        return await (await import("./credentials.ts")).askCredential(request, this.signal);
      },
    };
  }

  async #connect(): Promise<Connection> {
    // on a terminal somebody waits, and does not see for what
    const patience = setTimeout(() => {
      if (process.stderr.isTTY === true && !this.#asked) {
        this.out.notice(`No answer yet; ctrl-C gives up, and so does --timeout SECONDS`);
      }
    }, PATIENCE);
    try {
      return await this.#open();
    } finally {
      clearTimeout(patience);
    }
  }

  async #open(): Promise<Connection> {
    const { uri, capture } = this.settings;
    if (capture === undefined) {
      const { connect } = await import("../../mod.ts");
      return await connect(uri, this.connectOptions);
    }
    const { Capture } = await import("./capture.ts");
    const recording = await Capture.start(capture);
    this.#finishCapture = () => recording.finish();
    return await recording.connect(uri, this.connectOptions);
  }
}
