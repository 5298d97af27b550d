import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { test } from "../harness.ts";
import {
  assertBytesAt,
  bytesAt,
  readBytes,
  readOnce,
  readToEnd,
  writeBytes,
  writeOnce,
} from "./bytes.ts";
import { fs } from "./host.ts";
import { type Pair, PAIR_KINDS, type PairKind, withPair } from "./pairs.ts";

const MIB = 1024 * 1024;
/** More than any of the kinds holds unread. */
const MUCH = 32 * MIB;

for (const kind of PAIR_KINDS) testKind(kind);

function testKind(kind: PairKind): void {
  const pairTest = (name: string, use: (pair: Pair) => Promise<void>): void =>
    test(`transports: ${kind.name}: ${name}`, () => withPair(kind, use));

  pairTest("says what it is", ({ client, server }) => {
    for (const end of [client, server]) {
      assertEquals(end.secure, kind.secure);
      assertEquals(end.encrypted, false);
      assertEquals(end.label.split(":")[0], kind.name);
    }
    return Promise.resolve();
  });

  pairTest("8 MiB there and back in chunks of any size", async ({ client, server }) => {
    const echo = server.readable.pipeTo(server.writable);
    await Promise.all([writeBytes(client.writable, 8 * MIB), readBytes(client.readable, 8 * MIB)]);
    await client.writable.close();
    await echo;
    assertEquals(await readToEnd(client.readable), 0);
  });

  pairTest("many small messages, one after the other", async ({ client, server }) => {
    const echo = server.readable.pipeTo(server.writable);
    const writer = client.writable.getWriter();
    const reader = client.readable.getReader();
    for (let i = 0; i < 1000; i++) {
      const [, { value }] = await Promise.all([writer.write(bytesAt(i, 50)), reader.read()]);
      assertEquals(value!.byteLength, 50);
      assertBytesAt(i, value!);
    }
    writer.releaseLock();
    reader.releaseLock();
    await client.writable.close();
    await echo;
  });

  for (const size of [1000, 100_000]) {
    pairTest(`${size} bytes are free to be used again once written`, async (pair) => {
      let reading: Promise<void> | undefined;
      const writer = pair.client.writable.getWriter();
      const chunk = new Uint8Array(size);
      for (let i = 0; i < 200; i++) {
        chunk.fill(i);
        await writer.write(chunk);
        chunk.fill(0xff);
        // Two that nobody reads yet, then as fast as it goes.
        if (i === 1) reading = readToEndExpecting(pair.server, 200, size);
      }
      await writer.close();
      writer.releaseLock();
      await reading;
    });
  }

  pairTest("an empty chunk is nothing", async ({ client, server }) => {
    await writeOnce(client.writable, new Uint8Array());
    await writeOnce(client.writable, bytesAt(0, 3));
    await writeOnce(client.writable, new Uint8Array());
    assertEquals(await readOnce(server.readable), bytesAt(0, 3));
    await client.writable.close();
    assertEquals(await readOnce(server.readable), undefined);
  });

  pairTest("a writer waits for a reader that does not read", async ({ client, server }) => {
    let written = 0;
    async function write(): Promise<void> {
      const writer = client.writable.getWriter();
      while (written < MUCH) {
        const chunk = bytesAt(written, MUCH - written);
        await writer.write(chunk);
        written += chunk.byteLength;
      }
      await writer.close();
      writer.releaseLock();
    }
    const writing = write();
    for (let before = -1; written !== before;) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert(written > 0 && written <= kind.bound, `${written} bytes were taken`);

    const reader = server.readable.getReader();
    let read = 0;
    let ahead = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      assertBytesAt(read, value);
      read += value.byteLength;
      ahead = Math.max(ahead, written - read);
    }
    reader.releaseLock();
    await writing;
    assertEquals(read, MUCH);
    assert(ahead <= kind.bound, `the writer was ${ahead} bytes ahead`);
  });

  for (const side of ["client", "server"] as const) {
    pairTest(`the ${side} closes, what it wrote arrives`, async (pair) => {
      const [near, far] = side === "client"
        ? [pair.client, pair.server]
        : [pair.server, pair.client];
      const pending = readOnce(near.readable);
      const reading = readBytes(far.readable, MIB);
      await writeBytes(near.writable, MIB);
      await near.writable.close();
      assertEquals(await pending, undefined);
      await reading;
      assertEquals(await readOnce(far.readable), undefined);

      const refused = await assertRejects(
        () => writeOnce(far.writable, bytesAt(0, 1)),
        ConnectionError,
        "was closed by the peer",
      );
      assertEquals(refused.reason, "eof");
      await far.readable.cancel();
      await near.readable.cancel();
    });
  }

  pairTest("closing after the peer has closed is harmless", async ({ client, server }) => {
    await server.writable.close();
    assertEquals(await readOnce(client.readable), undefined);
    await client.writable.close();
    await client.readable.cancel();
  });

  pairTest("cancel releases an idle connection", async ({ client, server }) => {
    await client.readable.cancel();
    assertEquals(await readOnce(server.readable), undefined);
    const refused = await assertRejects(
      () => writeOnce(client.writable, bytesAt(0, 1)),
      ConnectionError,
      "is closed",
    );
    assertEquals(refused.reason, "client");
  });

  pairTest("abort releases an idle connection", async ({ client, server }) => {
    const pending = readOnce(client.readable);
    await client.writable.abort();
    assertEquals(await pending, undefined);
    assertEquals(await readOnce(server.readable), undefined);
  });

  pairTest("abort releases a connection whose write waits", async ({ client, server }) => {
    const { writing, writer } = await writeUntilStuck(client);
    const pending = readOnce(client.readable);
    await writer.abort(new Error("enough"));
    const error = await writing;
    assertInstanceOf(error, Error);
    assertEquals(await pending, undefined);
    await readToEnd(server.readable);
  });

  pairTest("cancel releases a connection whose write waits", async ({ client, server }) => {
    const { writing } = await writeUntilStuck(client);
    await client.readable.cancel();
    const error = await writing;
    assertInstanceOf(error, ConnectionError);
    assertEquals(error.reason, "client");
    // a WebSocket has no way to say goodbye past what the peer does not read
    const end = await readToEnd(server.readable).catch((error) => error);
    assert(typeof end === "number" || end instanceof ConnectionError, `${end}`);
  });

  pairTest("a peer that goes away fails the write that waits", async ({ client, server }) => {
    const { writing } = await writeUntilStuck(client);
    await server.readable.cancel();
    const error = await writing;
    assertInstanceOf(error, ConnectionError);
    assert(error.reason === "error" || error.reason === "eof", error.reason);
    // Whether the system calls it a reset depends on the kind; neither keeps a reader waiting.
    const end = await readToEnd(client.readable).catch((error) => error);
    assert(end === 0 || end instanceof ConnectionError, `${end}`);
  });
}

/** What either side may do to end a connection, the other only reading to its end. */
const ENDINGS: readonly [string, (duplex: ByteDuplex) => Promise<void>][] = [
  ["closing", (duplex) => duplex.writable.close()],
  ["cancelling", (duplex) => duplex.readable.cancel()],
  ["aborting", (duplex) => duplex.writable.abort()],
];
const DESCRIPTORS = "/proc/self/fd";

for (const [name, end] of ENDINGS) {
  test(`transports: ${name} leaves no descriptor open`, async () => {
    // The first use of anything may open what stays open by right.
    await useAllKinds(end);
    const before = fs.readdirSync(DESCRIPTORS).length;
    for (let i = 0; i < 5; i++) await useAllKinds(end);
    // Some runtimes close a little later; a leak has 20 of them, and hangs here.
    while (fs.readdirSync(DESCRIPTORS).length > before) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }, { skip: !fs.existsSync(DESCRIPTORS) && "the system does not list them" });
}

async function useAllKinds(end: (duplex: ByteDuplex) => Promise<void>): Promise<void> {
  for (const kind of PAIR_KINDS) {
    const ends = async ({ client, server }: Pair): Promise<void> => {
      await end(client);
      await readToEnd(server.readable).catch((error) => assertInstanceOf(error, ConnectionError));
    };
    await kind.open(ends);
    await kind.open(({ client, server }) => ends({ client: server, server: client }));
  }
}

async function readToEndExpecting(duplex: ByteDuplex, runs: number, size: number): Promise<void> {
  const reader = duplex.readable.getReader();
  let offset = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const byte of value) {
      if (byte !== Math.floor(offset++ / size)) throw new Error(`wrong byte at ${offset - 1}`);
    }
  }
  reader.releaseLock();
  assertEquals(offset, runs * size);
}

interface Stuck {
  /** How the writing ends. */
  readonly writing: Promise<unknown>;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
}

/** Writes to a peer that does not read, until that has to wait. */
function writeUntilStuck(duplex: ByteDuplex): Promise<Stuck> {
  const writer = duplex.writable.getWriter();
  const chunk = bytesAt(0, 65536);
  return new Promise((resolve) => {
    async function write(): Promise<unknown> {
      try {
        for (;;) {
          const timer = setTimeout(() => resolve({ writing, writer }), 100);
          await writer.write(chunk).finally(() => clearTimeout(timer));
        }
      } catch (error) {
        return error;
      } finally {
        writer.releaseLock();
      }
    }
    const writing = write();
  });
}
