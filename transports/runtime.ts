/**
 * The seam between the transports and the runtime they run on: types only.
 *
 * @module
 */

import type { ByteDuplex } from "../src/transport.ts";

/** Something that a runtime with permissions (Deno) may have to be told to allow. */
export type Permission =
  | { readonly kind: "read" | "write"; readonly path: string }
  | { readonly kind: "net"; readonly address: string }
  | { readonly kind: "env" | "sys" | "run"; readonly name: string };

/** What is known about a path, its last part not followed when it is a symbolic link. */
export interface PathInfo {
  /** Whether it is a socket. */
  readonly isSocket: boolean;
}

/** A socket that takes connections. */
export interface RuntimeListener {
  /** The TCP port that it got; 0 for a unix socket. */
  readonly port: number;
  /** Says whether listening keeps the process alive. */
  setKeepsAlive(alive: boolean): void;
  /** Takes no more connections, and removes a unix socket's file. Called once. */
  close(): Promise<void>;
}

/** What a listening socket reports. */
export interface ListenEvents {
  /** A client has connected. */
  connection(duplex: ByteDuplex): void;
  /** No further client can be taken, for the reason given. */
  failed(error: unknown): void;
}

/** How a program has ended. */
export interface ProgramEnd {
  /** Its exit status; `null` when a signal ended it, or when it still runs. */
  readonly status: number | null;
  /** The signal that ended it. */
  readonly signal: string | null;
  /** What it has written to its standard error, the last part of it when that is long. */
  readonly errors: string;
}

/** What a program is run with. */
export interface SpawnOptions {
  /** Names the connection in messages. */
  readonly label: string;
  /** Whether nobody can read along. */
  readonly secure: boolean;
  /** Whether the bytes are encrypted on their way. */
  readonly encrypted: boolean;
  /**
   * Words for why the program has ended, `undefined` for an end in order.
   *
   * @param received Whether anything was read from it.
   */
  explain(end: ProgramEnd, received: boolean): string | undefined;
}

/**
 * What this library needs of Deno, Bun or Node.
 *
 * Whatever a runtime throws is passed on as it is; {@linkcode Runtime.errorCode} and
 * {@linkcode Runtime.permissionHint} make sense of it.
 */
export interface Runtime {
  /** Which runtime it is. */
  readonly name: "deno" | "bun" | "node";

  /** Connects to a unix socket; an abort leaves nothing open and rejects with the signal's reason. */
  dialUnix(path: string, signal?: AbortSignal): Promise<ByteDuplex>;
  /** Connects to a TCP port; an abort leaves nothing open and rejects with the signal's reason. */
  dialTcp(host: string, port: number, signal?: AbortSignal): Promise<ByteDuplex>;
  /** Listens on a path where nothing is yet; the socket never has more permissions than `mode`. */
  listenUnix(path: string, mode: number, events: ListenEvents): Promise<RuntimeListener>;
  /** Listens on a TCP port, 0 for one that is free. */
  listenTcp(host: string, port: number, events: ListenEvents): Promise<RuntimeListener>;

  /**
   * Runs a program whose standard input and output are the connection; the program ends with it.
   * Found by PATH when its name has no slash.
   */
  spawn(program: string, args: readonly string[], options: SpawnOptions): Promise<ByteDuplex>;

  /** Starts a program that goes on by itself, also when we end. */
  startDetached(program: string, args: readonly string[]): Promise<void>;

  /** Value of an environment variable; `undefined` when it is not set. */
  env(name: string): string | undefined;
  /** The user's id; `undefined` where the system has none. */
  uid(): number | undefined;
  /** The user's home directory; `undefined` when there is none. */
  home(): string | undefined;
  /** Whether a path exists, links followed. */
  exists(path: string): boolean;
  /** What a path is; `undefined` when it does not exist. */
  pathInfo(path: string): PathInfo | undefined;
  /** Contents of a text file; `undefined` when it does not exist. */
  readTextFile(path: string): Promise<string | undefined>;
  /**
   * Contents of a text file that one can do without, at once; `undefined` when it does not exist or
   * may not be read. A runtime with permissions does not ask the user for it.
   */
  readOptionalFile(path: string): string | undefined;
  /** Removes a file. */
  remove(path: string): void;

  /** The system's name of a failure (`ENOENT`), the same on every runtime, if it has one. */
  errorCode(error: unknown): string | undefined;
  /**
   * What to start the program with when the runtime itself refused, all of `needs` at once;
   * `undefined` for any other failure.
   */
  permissionHint(error: unknown, needs: readonly Permission[]): string | undefined;
}
