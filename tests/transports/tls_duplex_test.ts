import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { dialTls } from "../../transports/tls.ts";
import { fs, process } from "../daemons/builtin.ts";
import { skipWithoutOpenssl } from "../daemons/pki.ts";
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
import { release } from "./pairs.ts";
import { tlsEndpoint, withPki, withServer } from "./tls_servers.ts";

const skip = skipWithoutOpenssl();
const tls = process.getBuiltinModule("node:tls");
const MIB = 1024 * 1024;

type Socket = import("node:tls").TLSSocket;

/** Runs `use` with a connection to a server that treats it as it is told to. */
function withConnection(
  take: (socket: Socket) => void,
  use: (client: ByteDuplex) => Promise<void>,
): Promise<void> {
  return withPki(async ({ ca, pkiPath }) => {
    await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    const sockets = new Set<Socket>();
    const server = tls.createServer({
      cert: fs.readFileSync(ca.cert("server")),
      key: fs.readFileSync(ca.key("server")),
    }, (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      take(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const client = await dialTls(
        tlsEndpoint((server.address() as { port: number }).port, pkiPath),
      );
      await use(client);
      if (!client.readable.locked && !client.writable.locked) await release(client);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

function echo(socket: Socket): void {
  socket.write(new Uint8Array([1]));
  socket.pipe(socket);
}

test(
  "transports: tls: 8 MiB there and back in chunks of any size",
  () =>
    withConnection(echo, async (client) => {
      await Promise.all([
        writeBytes(client.writable, 8 * MIB),
        readBytes(client.readable, 8 * MIB),
      ]);
      await client.writable.close();
      assertEquals(await readToEnd(client.readable), 0);
    }),
  { skip },
);

test(
  "transports: tls: many small messages, one after the other",
  () =>
    withConnection(echo, async (client) => {
      for (let i = 0; i < 500; i++) {
        await writeOnce(client.writable, bytesAt(i, 50));
        const answer = await readOnce(client.readable);
        assertEquals(answer!.byteLength, 50);
        assertBytesAt(i, answer!);
      }
    }),
  { skip },
);

for (const size of [1000, 100_000]) {
  test(
    `transports: tls: ${size} bytes are free to be used again once written`,
    () =>
      withConnection(echo, async (client) => {
        const reading = (async () => {
          let at = 0;
          const reader = client.readable.getReader();
          while (at < 100 * size) {
            const { value } = await reader.read();
            for (const byte of value!) assertEquals(byte, Math.floor(at++ / size));
          }
          reader.releaseLock();
        })();
        const writer = client.writable.getWriter();
        const chunk = new Uint8Array(size);
        for (let i = 0; i < 100; i++) {
          chunk.fill(i);
          await writer.write(chunk);
          chunk.fill(0xff);
        }
        writer.releaseLock();
        await reading;
      }),
    { skip },
  );
}

test(
  "transports: tls: what comes with the byte of acceptance is not lost",
  () =>
    withConnection((socket) => socket.end(new Uint8Array([1, 7, 8])), async (client) => {
      assertEquals(await readOnce(client.readable), new Uint8Array([7, 8]));
      assertEquals(await readOnce(client.readable), undefined);
      await assertRejects(
        () => writeOnce(client.writable, new Uint8Array(1)),
        ConnectionError,
        "was closed by the peer",
      );
    }),
  { skip },
);

test(
  "transports: tls: a peer that does not read holds the writer up",
  () =>
    withPki(async ({ ca, pkiPath }) => {
      await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
      await withServer(ca, "server", {}, async (port, processId) => {
        const client = await dialTls(tlsEndpoint(port, pkiPath));
        process.kill(processId, "SIGSTOP");
        const writer = client.writable.getWriter();
        let taken = 0;
        const writing = (async () => {
          for (;;) {
            await writer.write(new Uint8Array(MIB));
            taken++;
          }
        })();
        const ended = assertRejects(() => writing, ConnectionError);
        for (let last = -1; last !== taken;) {
          last = taken;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        assertEquals(taken < 32, true, `${taken} MiB`);
        await client.readable.cancel();
        await ended;
        writer.releaseLock();
      });
    }),
  { skip },
);

test("transports: tls: a client that does not read holds its peer up", () => {
  let sent = 0;
  function send(socket: Socket): void {
    socket.write(new Uint8Array(MIB), (error) => {
      if (error) return;
      sent++;
      send(socket);
    });
  }
  return withConnection((socket) => {
    socket.write(new Uint8Array([1]));
    send(socket);
  }, async (client) => {
    for (let last = -1; last !== sent;) {
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assertEquals(sent < 32, true, `${sent} MiB`);
    const reader = client.readable.getReader();
    for (let total = 0; total < 32 * MIB;) total += (await reader.read()).value!.byteLength;
    await reader.cancel();
    reader.releaseLock();
  });
}, { skip });
