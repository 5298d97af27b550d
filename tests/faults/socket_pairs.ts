/**
 * Pairs of connected unix sockets.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteDuplex } from "../../src/transport.ts";
import { type Listener, listenUnix } from "../../transports/listen.ts";
import { dialUnix } from "../../transports/unix.ts";

/** Connects to itself. */
export class SocketPairs {
  #directory = "";
  #listener!: Listener;
  #accepted!: AsyncIterator<ByteDuplex>;

  /** Starts to listen. */
  async open(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), "virtwire-faults-"));
    this.#listener = await listenUnix(join(this.#directory, "sock"));
    this.#accepted = this.#listener[Symbol.asyncIterator]();
  }

  /** Two ends of one connection. */
  async pair(): Promise<[ByteDuplex, ByteDuplex]> {
    const path = join(this.#directory, "sock");
    const [near, { value }] = await Promise.all([
      dialUnix({ kind: "unix", path }),
      this.#accepted.next(),
    ]);
    return [near, value];
  }

  /** Stops to listen. */
  async close(): Promise<void> {
    await this.#listener.close();
    await rm(this.#directory, { recursive: true });
  }
}
