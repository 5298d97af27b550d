/**
 * The kinds of connection that the same tests run over.
 *
 * @module
 */

import type { ByteDuplex } from "../../src/transport.ts";
import { type Listener, listenTcp, listenUnix } from "../../transports/listen.ts";
import { memoryPair } from "../../transports/memory.ts";
import { dialDefault } from "../../transports/default.ts";
import { dialTcp } from "../../transports/tcp.ts";
import { dialUnix } from "../../transports/unix.ts";
import { PAUSING_SUBPROTOCOL } from "../../transports/websocket_protocol.ts";
import { withTempDir } from "./host.ts";
import { acceptedDuplex, serveWebSockets } from "./websocket_server.ts";

/** Two ends of a connection. */
export interface Pair {
  readonly client: ByteDuplex;
  readonly server: ByteDuplex;
}

/** A kind of connection. */
export interface PairKind {
  readonly name: string;
  readonly secure: boolean;
  /** What an unread connection may hold at most: our own and the kernel's buffers. */
  readonly bound: number;
  /** Runs `use` with a new pair, which it must end. */
  open(use: (pair: Pair) => Promise<void>): Promise<void>;
}

const MIB = 1024 * 1024;

const WEB_SOCKET: PairKind = {
  name: "ws",
  secure: false,
  bound: 24 * MIB, // the kernel's buffers grow, and what each end keeps
  open: async (use) => {
    const arrived = Promise.withResolvers<ByteDuplex>();
    await using server = await serveWebSockets({
      select: PAUSING_SUBPROTOCOL,
      accepted: ({ socket }) => arrived.resolve(acceptedDuplex(socket)),
    });
    const client = await dialDefault({ kind: "websocket", url: `${server.url}/pair` });
    await use({ client, server: await arrived.promise });
  },
};

/** Every kind. */
export const PAIR_KINDS: readonly PairKind[] = [
  {
    name: "unix",
    secure: true,
    bound: MIB,
    open: (use) =>
      withTempDir(async (dir) => {
        const path = `${dir}/pair.sock`;
        await useListener(await listenUnix(path), () => dialUnix({ kind: "unix", path }), use);
      }),
  },
  {
    name: "tcp",
    secure: false,
    bound: 16 * MIB, // the kernel's buffers grow
    open: async (use) => {
      const listener = await listenTcp("127.0.0.1", 0);
      const { endpoint } = listener;
      if (endpoint.kind !== "tcp") throw new TypeError(endpoint.kind);
      await useListener(listener, () => dialTcp(endpoint), use);
    },
  },
  {
    name: "memory",
    secure: true,
    bound: MIB / 2,
    open: async (use) => {
      const [client, server] = memoryPair();
      await use({ client, server });
    },
  },
  WEB_SOCKET,
];

async function useListener(
  listener: Listener,
  dial: () => Promise<ByteDuplex>,
  use: (pair: Pair) => Promise<void>,
): Promise<void> {
  try {
    const [client, next] = await Promise.all([dial(), listener[Symbol.asyncIterator]().next()]);
    await use({ client, server: next.value! });
  } finally {
    await listener.close();
  }
}

/** Runs `use` with a new pair, and releases both ends afterwards. */
export function withPair(kind: PairKind, use: (pair: Pair) => Promise<void>): Promise<void> {
  return kind.open(async (pair) => {
    try {
      await use(pair);
    } finally {
      await release(pair.client);
      await release(pair.server);
    }
  });
}

/** Releases a connection whatever state it is in; its streams must not be locked. */
export async function release(duplex: ByteDuplex): Promise<void> {
  if (duplex.readable.locked || duplex.writable.locked) throw new TypeError("still locked");
  await duplex.readable.cancel().catch(() => {});
  await duplex.writable.abort().catch(() => {});
}
