import { assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { ConnectionError, UnsupportedError } from "../../src/errors.ts";
import type { ByteDuplex, Endpoint, TcpEndpoint } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { detectRuntime } from "../../transports/detect.ts";
import { listenTcp, listenUnix } from "../../transports/listen.ts";
import { dialTcp } from "../../transports/tcp.ts";
import { dialUnix } from "../../transports/unix.ts";
import { test } from "../harness.ts";
import { readToEnd } from "./bytes.ts";
import { fs, process, withTempDir } from "./host.ts";
import { release } from "./pairs.ts";

const DENIED = "permission denied; run as root or as a member of the group that owns the socket, " +
  "usually libvirt";

async function refusalOf(dialing: Promise<ByteDuplex>): Promise<ConnectionError> {
  const error = await assertRejects(() => dialing, ConnectionError);
  assertEquals(error.reason, "error");
  assertInstanceOf(error.cause, Error);
  return error;
}

for (
  const [what, name] of [["that does not exist", "none.sock"], ["below a file", "file/none.sock"]]
) {
  test(`transports: dial: a unix socket ${what}`, () =>
    withTempDir(async (dir) => {
      fs.writeFileSync(`${dir}/file`, "");
      const path = `${dir}/${name}`;
      const error = await refusalOf(dialUnix({ kind: "unix", path }));
      assertEquals(
        error.message,
        `Cannot connect to unix:${path}: there is no such socket; ` +
          "start the libvirt daemon or check the path",
      );
    }));
}

test("transports: dial: a unix socket that its server left behind", () =>
  withTempDir(async (dir) => {
    const path = await staleSocket(dir);
    const error = await refusalOf(dialUnix({ kind: "unix", path }));
    assertEquals(
      error.message,
      `Cannot connect to unix:${path}: nothing listens on this socket; start the libvirt daemon`,
    );
  }));

/** Leaves a socket without a server, as a server that was killed does. */
async function staleSocket(dir: string): Promise<string> {
  const listener = await listenUnix(`${dir}/bound.sock`);
  fs.renameSync(`${dir}/bound.sock`, `${dir}/stale.sock`);
  await listener.close();
  return `${dir}/stale.sock`;
}

test("transports: dial: a unix socket that the user may not use", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/private.sock`;
    const listener = await listenUnix(path);
    fs.chmodSync(path, 0);
    fs.chmodSync(dir, 0o755);
    const isRoot = process.getuid() === 0;
    if (isRoot) process.seteuid!(65534);
    try {
      const error = await refusalOf(dialUnix({ kind: "unix", path }));
      assertEquals(error.message, `Cannot connect to unix:${path}: ${DENIED}`);
    } finally {
      if (isRoot) process.seteuid!(0);
      await listener.close();
    }
  }), {
  skip: process.getuid() === 0 && !process.seteuid &&
    "root may use every socket, and cannot be left",
});

test("transports: dial: a path that is none", async () => {
  for (const path of ["", "libvirt-sock", "/run/\0", `/${"x".repeat(107)}`]) {
    await assertRejects(() => dialUnix({ kind: "unix", path }), TypeError);
  }
  await assertRejects(
    () => dialUnix({ kind: "unix", path: `/${"é".repeat(60)}` }),
    TypeError,
    "at most 107 bytes, this one has 121",
  );
});

test("transports: dial: a TCP port where nobody listens", async () => {
  const listener = await listenTcp("127.0.0.1", 0);
  await listener.close();
  const { port } = listener.endpoint as TcpEndpoint;
  const error = await refusalOf(dialTcp({ kind: "tcp", host: "127.0.0.1", port }));
  assertEquals(
    error.message,
    `Cannot connect to tcp:127.0.0.1:${port}: connection refused; start the libvirt daemon there ` +
      "with TCP turned on, or check the port",
  );
});

test("transports: dial: a host that does not exist", async () => {
  const error = await refusalOf(
    dialTcp({ kind: "tcp", host: "no-such-host.invalid", port: 16509 }),
  );
  // Without a name server the answer is that there is none.
  assertMatch(
    error.message,
    /^Cannot connect to tcp:no-such-host\.invalid:16509: host not found[;,] /,
  );
});

test("transports: dial: a host or port that is none", async () => {
  await assertRejects(() => dialTcp({ kind: "tcp", host: "", port: 1 }), TypeError);
  for (const port of [0, -1, 65536, 1.5, NaN]) {
    await assertRejects(() => dialTcp({ kind: "tcp", host: "localhost", port }), RangeError);
  }
});

test("transports: dial: hosts by name and address", async () => {
  for (const [bound, host, name] of HOSTS) {
    const listener = await listenTcp(bound, 0);
    const { port } = listener.endpoint as TcpEndpoint;
    const client = await dialTcp({ kind: "tcp", host, port });
    assertEquals(client.label, `tcp:${name}:${port}`);
    await release(client);
    await listener.close();
  }
});

const HOSTS = [
  ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
  ["127.0.0.1", "localhost", "localhost"],
  ["::1", "::1", "[::1]"],
] as const;

for (const kind of ["unix", "tcp"] as const) {
  test(`transports: dial: ${kind}: an abort before it starts`, () =>
    withTempDir(async (dir) => {
      const listener = await listen(kind, dir);
      const signal = AbortSignal.abort(new RangeError("mine"));
      const error = await assertRejects(() => dialDefault(listener.endpoint, { signal }));
      assertEquals(error, signal.reason);
      await listener.close();
    }));

  test(`transports: dial: ${kind}: an abort at every moment`, () =>
    withTempDir(async (dir) => {
      const listener = await listen(kind, dir);
      const runtime = detectRuntime();
      const { endpoint } = listener;
      async function endAll(): Promise<number> {
        let count = 0;
        for await (const duplex of listener) {
          // A connection that was made nevertheless must not be left open.
          await readToEnd(duplex.readable).catch(() => {});
          count++;
        }
        return count;
      }
      const ended = endAll();
      let connected = 0;
      // From the same turn to one in which the connection is there already.
      for (let turns = 0; turns < 20; turns++) {
        const controller = new AbortController();
        const { signal } = controller;
        const reason = new Error(`after ${turns}`);
        const dialing = endpoint.kind === "unix"
          ? runtime.dialUnix(endpoint.path, signal)
          : runtime.dialTcp(endpoint.host, endpoint.port, signal);
        const outcome = dialing.then(release, (error) => assertEquals(error, reason));
        dialing.then(() => connected++, () => {});
        for (let i = 0; i < turns; i++) await Promise.resolve();
        controller.abort(reason);
        await outcome;
      }
      const last = await dialDefault(endpoint);
      await release(last);
      await listener.close();
      await ended;
      assertEquals(connected < 20, true);
    }));
}

function listen(kind: "unix" | "tcp", dir: string): ReturnType<typeof listenUnix> {
  return kind === "unix" ? listenUnix(`${dir}/a.sock`) : listenTcp("127.0.0.1", 0);
}

test("transports: dial: kinds that cannot be dialed", async () => {
  const cases: [Endpoint, string][] = [
    [{ kind: "memory", path: "/default" }, "test:///default"],
  ];
  for (const [endpoint, text] of cases) {
    const error = await assertRejects(() => dialDefault(endpoint), UnsupportedError, text);
    assertEquals(error.origin, "local");
  }
});
