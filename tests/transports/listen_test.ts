import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import type { ByteDuplex, TcpEndpoint } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { type Listener, listenTcp, listenUnix } from "../../transports/listen.ts";
import { test } from "../harness.ts";
import { readOnce, writeOnce } from "./bytes.ts";
import { fs, process, withTempDir } from "./host.ts";
import { release } from "./pairs.ts";

async function take(listener: Listener): Promise<ByteDuplex> {
  const { value } = await listener[Symbol.asyncIterator]().next();
  return value!;
}

/** Proves that two ends are of one connection. */
async function assertJoined(client: ByteDuplex, server: ByteDuplex): Promise<void> {
  await writeOnce(client.writable, new Uint8Array([1, 2, 3]));
  assertEquals(await readOnce(server.readable), new Uint8Array([1, 2, 3]));
  await writeOnce(server.writable, new Uint8Array([4]));
  assertEquals(await readOnce(client.readable), new Uint8Array([4]));
}

for (const kind of ["unix", "tcp"] as const) testKind(kind);

function testKind(kind: "unix" | "tcp"): void {
  function listenTest(name: string, use: (listener: Listener) => Promise<void>): void {
    test(`transports: listen: ${kind}: ${name}`, () =>
      withTempDir(async (dir) => {
        const listener = kind === "unix"
          ? await listenUnix(`${dir}/a.sock`)
          : await listenTcp("127.0.0.1", 0);
        try {
          await use(listener);
        } finally {
          await listener.close();
        }
      }));
  }

  listenTest("several clients, each with its own connection", async (listener) => {
    const clients: ByteDuplex[] = [];
    const servers: ByteDuplex[] = [];
    for (let i = 0; i < 5; i++) clients.push(await dialDefault(listener.endpoint));
    for (let i = 0; i < 5; i++) servers.push(await take(listener));
    for (const [i, client] of clients.entries()) await assertJoined(client, servers[i]!);
    await listener.close();
    // What has been taken stays open.
    for (const [i, client] of clients.entries()) await assertJoined(client, servers[i]!);
    for (const duplex of [...clients, ...servers]) await release(duplex);
  });

  listenTest("a loop waits for clients, and closes when it is left", async (listener) => {
    const dialing = dialDefault(listener.endpoint);
    for await (const server of listener) {
      const client = await dialing;
      await assertJoined(client, server);
      await release(client);
      await release(server);
      break;
    }
    await assertRejects(() => dialDefault(listener.endpoint), ConnectionError);
    assertEquals((await listener[Symbol.asyncIterator]().next()).done, true);
  });

  listenTest("close ends loops that wait, and may be called again", async (listener) => {
    const [first, second] = [listener[Symbol.asyncIterator](), listener[Symbol.asyncIterator]()];
    const waiting = [first.next(), second.next()];
    await listener.close();
    await listener.close();
    for (const { done } of await Promise.all(waiting)) assertEquals(done, true);
    await assertRejects(() => dialDefault(listener.endpoint), ConnectionError);
  });

  listenTest("close ends connections that nobody has taken", async (listener) => {
    const first = await dialDefault(listener.endpoint);
    const second = await dialDefault(listener.endpoint);
    const server = await take(listener);
    await listener.close();
    // On TCP the system may call it a reset.
    assertEquals(await readOnce(second.readable).catch(() => undefined), undefined);
    await assertJoined(first, server);
    for (const duplex of [first, second, server]) await release(duplex);
  });

  listenTest("is disposed of by `await using`", async (listener) => {
    {
      await using used = listener;
      used.setKeepsAlive(true);
    }
    await assertRejects(() => dialDefault(listener.endpoint), ConnectionError);
  });
}

test("transports: listen: unix: the file is removed on close", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/a.sock`;
    const listener = await listenUnix(path);
    assertEquals(listener.endpoint, { kind: "unix", path });
    assertEquals(fs.existsSync(path), true);
    await listener.close();
    assertEquals(fs.existsSync(path), false);
    fs.writeFileSync(path, "of someone else");
    await listener.close();
    assertEquals(fs.existsSync(path), true);
  }));

test("transports: listen: unix: permissions of the file", () =>
  withTempDir(async (dir) => {
    const umask = process.umask(0);
    try {
      for (const mode of [undefined, 0o777, 0o660, 0o600]) {
        const path = `${dir}/${mode ?? "default"}.sock`;
        const listener = await listenUnix(path, mode === undefined ? {} : { mode });
        assertEquals((fs.lstatSync(path).mode & 0o777).toString(8), (mode ?? 0o700).toString(8));
        assertEquals(process.umask(0), 0);
        await listener.close();
      }
    } finally {
      process.umask(umask);
    }
    for (const mode of [-1, 0o1000, 1.5]) {
      await assertRejects(() => listenUnix(`${dir}/a.sock`, { mode }), RangeError);
    }
  }));

test("transports: listen: unix: what a server left behind is replaced", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/a.sock`;
    const dead = await listenUnix(`${dir}/bound.sock`);
    fs.renameSync(`${dir}/bound.sock`, path);
    await dead.close();
    const listener = await listenUnix(path);
    const [client, server] = await Promise.all([dialDefault(listener.endpoint), take(listener)]);
    await assertJoined(client, server);
    await release(client);
    await release(server);
    await listener.close();
    assertEquals(fs.existsSync(path), false);
  }));

test("transports: listen: unix: a socket in use is left alone", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/a.sock`;
    const listener = await listenUnix(path);
    await assertListenFails(
      listenUnix(path),
      `Cannot listen on unix:${path}: another server listens there already; ` +
        "stop it or choose another path",
    );
    await release(await take(listener)); // that was the question whether it is in use
    const [client, server] = await Promise.all([dialDefault(listener.endpoint), take(listener)]);
    await assertJoined(client, server);
    await release(client);
    await release(server);
    await listener.close();
  }));

test("transports: listen: unix: a path that cannot be had", () =>
  withTempDir(async (dir) => {
    fs.writeFileSync(`${dir}/file`, "kept");
    await assertListenFails(
      listenUnix(`${dir}/file`),
      `Cannot listen on unix:${dir}/file: the path exists and is not a socket; ` +
        "remove it or choose another path",
    );
    await assertListenFails(
      listenUnix(`${dir}/none/a.sock`),
      `Cannot listen on unix:${dir}/none/a.sock: the directory does not exist; ` +
        "create it or choose another path",
    );
    assertEquals(fs.existsSync(`${dir}/file`), true);
    await assertRejects(() => listenUnix("a.sock"), TypeError);
  }));

test("transports: listen: tcp: a port in use", async () => {
  const listener = await listenTcp("127.0.0.1", 0);
  const { port } = listener.endpoint as TcpEndpoint;
  await assertListenFails(
    listenTcp("127.0.0.1", port),
    `Cannot listen on tcp:127.0.0.1:${port}: the port is in use; ` +
      "stop the other server or choose another port",
  );
  await listener.close();
});

test("transports: listen: tcp: an address of another machine", async () => {
  await assertListenFails(
    listenTcp("192.0.2.1", 0),
    "Cannot listen on tcp:192.0.2.1:0: this machine does not have the address; " +
      "choose one that it has",
  );
});

test("transports: listen: tcp: a host or port that is none", async () => {
  await assertRejects(() => listenTcp("", 0), TypeError);
  for (const port of [-1, 65536, 1.5]) {
    await assertRejects(() => listenTcp("127.0.0.1", port), RangeError);
  }
});

async function assertListenFails(listening: Promise<Listener>, message: string): Promise<void> {
  const error = await assertRejects(() => listening, ConnectionError);
  assertEquals(error.message, message);
}
