/**
 * Recording what passes over connections.
 *
 * @module
 */

import { type FileHandle, open } from "node:fs/promises";
import { connectWith } from "../connect.ts";
import type { ConnectOptions } from "../connect.ts";
import type { Connection } from "../connection.ts";
import { localContext } from "../local_context.ts";
import type { ByteDuplex } from "../transport.ts";
import { fileError } from "./files.ts";
import { LIBVIRT_PORT, pcapFileHeader, pcapRecords, type RecordedSide } from "./pcap.ts";

// Where connections that never had a port seem to come from.
const FIRST_PORT = 50_000;

/**
 * A pcap file of what the protocol says, in the clear whatever the transport: passwords and secrets
 * too, so that nobody but its owner may read it.
 */
export class Capture {
  readonly #file: FileHandle;
  #connections = 0;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
    this.#write(pcapFileHeader());
  }

  /** Makes the file anew. */
  static async start(path: string): Promise<Capture> {
    try {
      return new Capture(await open(path, "w", 0o600));
    } catch (error) {
      throw fileError("write", path, error);
    }
  }

  /** Connects, and records this connection and those that are opened beside it for transfers. */
  async connect(uri: string | undefined, options: ConnectOptions): Promise<Connection> {
    const context = localContext();
    return await connectWith(
      {
        ...context,
        dial: async (endpoint, dialOptions) => this.#tap(await context.dial(endpoint, dialOptions)),
      },
      uri,
      options,
    );
  }

  /** Writes the rest and closes the file; throws where something could not be written. */
  async finish(): Promise<void> {
    try {
      await this.#writing;
    } finally {
      await this.#file.close();
    }
  }

  #tap(duplex: ByteDuplex): ByteDuplex {
    const client: RecordedSide = { sent: 0, port: FIRST_PORT + this.#connections++ };
    const daemon: RecordedSide = { sent: 0, port: LIBVIRT_PORT };
    const recorder = (from: RecordedSide, to: RecordedSide) =>
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          // a reader may give the buffer away
          for (const record of pcapRecords(from, to, chunk, now())) this.#write(record);
          controller.enqueue(chunk);
        },
      });
    const outgoing = recorder(client, daemon);
    // what goes wrong with the connection is told by its other half
    outgoing.readable.pipeTo(duplex.writable).catch(() => {});
    return {
      readable: duplex.readable.pipeThrough(recorder(daemon, client)),
      writable: outgoing.writable,
      secure: duplex.secure,
      encrypted: duplex.encrypted,
      label: duplex.label,
      setKeepsAlive: (alive) => duplex.setKeepsAlive?.(alive),
    };
  }

  #write(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(() => this.#file.write(bytes));
    this.#writing.catch(() => {}); // told by finish()
  }
}

/** Milliseconds since 1970, with a fraction. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
