/**
 * A TCP socket for Deno's version of Node's TLS, which goes on reading while it is paused, for as
 * long as memory lasts: it is held back by what it reads from instead.
 *
 * @module
 */

import type { NetSocket } from "./node_socket.ts";

// The part of Node that is used.
type Callback = (error?: unknown) => void;
interface Duplex {
  push(chunk: Uint8Array | null): boolean;
  destroy(error?: unknown): unknown;
}
interface DuplexOptions {
  read(): void;
  write(chunk: Uint8Array, encoding: unknown, written: Callback): void;
  final(finished: Callback): void;
  destroy(error: unknown, destroyed: Callback): void;
}
interface RawSocket extends NetSocket {
  end(ended: Callback): this;
}
interface Process {
  getBuiltinModule(id: "node:net"): {
    connect(options: { readonly host: string; readonly port: number }): RawSocket;
  };
  getBuiltinModule(id: "node:stream"): { Duplex: new (options: DuplexOptions) => Duplex };
}
const { process } = globalThis as unknown as { process: Process };

/** A socket that takes its pauses. */
export interface GatedSocket {
  /** The TCP socket. */
  readonly raw: NetSocket;
  /** What TLS is to read and write. */
  readonly stream: unknown;
  /** Stops reading. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
}

/** Connects to a TCP port. */
export function connectGated(host: string, port: number): GatedSocket {
  const raw = process.getBuiltinModule("node:net").connect({ host, port });
  let paused = false;
  const stream = new (process.getBuiltinModule("node:stream").Duplex)({
    read(): void {}, // whatever comes is pushed
    write(chunk, _encoding, written): void {
      raw.write(chunk, written);
    },
    final(finished): void {
      raw.end(finished);
    },
    destroy(error, destroyed): void {
      raw.destroy();
      destroyed(error);
    },
  });
  raw.on("data", (chunk: Uint8Array) => {
    stream.push(chunk);
    if (paused) raw.pause();
  });
  raw.on("end", () => stream.push(null));
  raw.on("error", (error: unknown) => stream.destroy(error));
  return {
    raw,
    stream,
    pause(): void {
      paused = true;
      raw.pause();
    },
    resume(): void {
      paused = false;
      raw.resume();
    },
  };
}
