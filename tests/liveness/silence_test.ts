/**
 * Servers that let a client come and then say nothing, on each transport: neither a time limit nor a
 * signal waits for them, and nothing of the attempt is left.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { connect } from "../../mod.ts";
import { fs, net, process } from "../daemons/builtin.ts";
import { Authority, skipWithoutOpenssl } from "../daemons/pki.ts";
import { runtime, test } from "../harness.ts";
import { withTempDir } from "../transports/host.ts";
import { withServer } from "../transports/tls_servers.ts";
import { until } from "./restarts.ts";

/** Where nobody answers, and what is still there of those who tried. */
interface Silence {
  readonly uri: string;
  /** Connections and programs. */
  left(): number;
}

type UseSilence = (silence: Silence) => Promise<void>;

/** A server that answers each connection with `greeting`, whatever it is asked. */
async function withListener(
  at: string | number,
  greeting: (request: string) => string,
  use: (port: number, left: () => number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<import("node:net").Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array) => {
      const answer = greeting(new TextDecoder().decode(chunk));
      if (answer !== "") socket.write(answer);
    });
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    if (typeof at === "string") server.listen(at, resolve);
    else server.listen(at, "127.0.0.1", resolve);
  });
  const address = server.address();
  try {
    await use(typeof address === "object" ? address!.port : 0, () => sockets.size);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function nothing(): string {
  return "";
}

/** What a WebSocket server says to a handshake. */
function upgrade(request: string): string {
  const [, key] = /sec-websocket-key: (\S+)/i.exec(request) ?? [];
  const [, protocols] = /sec-websocket-protocol: ([^\r\n]+)/i.exec(request) ?? [];
  if (key === undefined) return ""; // frames
  const { createHash } = process.getBuiltinModule("node:crypto");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return [
    "HTTP/1.1 101 Switching Protocols",
    ...["Upgrade: websocket", "Connection: Upgrade"],
    `Sec-WebSocket-Accept: ${accept.digest("base64")}`,
    `Sec-WebSocket-Protocol: ${protocols!.split(",")[0]!.trim()}`,
    ...["", ""],
  ].join("\r\n");
}

/** Our children that run this program. */
function children(program: string): number {
  return fs.readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, parent] = /^\d+ \(.*\) \S (\d+) /s.exec(
        fs.readFileSync(`/proc/${name}/stat`, "utf8"),
      )!;
      const command = fs.readFileSync(`/proc/${name}/cmdline`, "utf8");
      return parent === `${process.pid}` && command.includes(program);
    } catch {
      return false; // it ended between the two reads
    }
  }).length;
}

/** An `ssh` that hangs, and at that ignores to be told to end. */
function withHangingSsh(use: UseSilence): Promise<void> {
  return withTempDir((dir) => {
    const program = `${dir}/ssh`;
    fs.writeFileSync(program, "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n");
    fs.chmodSync(program, 0o755);
    const uri = `test+ssh://nobody.invalid/default?command=${program}`;
    return use({ uri, left: () => children(program) });
  });
}

/** A TLS server that is silent, before the handshake or where it should say that it accepts us. */
async function withTls(shakesHands: boolean, use: UseSilence): Promise<void> {
  await withTempDir(async (dir) => {
    const ca = await Authority.create(dir, "ca");
    const uriOf = (port: number) =>
      `test+tls://127.0.0.1:${port}/default?pkipath=${ca.pkiPath(`${dir}/pki`)}`;
    if (!shakesHands) {
      await withListener(0, nothing, (port, left) => use({ uri: uriOf(port), left }));
      return;
    }
    await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    await withServer(ca, "server", { greeting: "" }, async (port, processId) => {
      const left = () => descriptors(processId, "socket:") - listening;
      const listening = descriptors(processId, "socket:");
      await use({ uri: uriOf(port), left });
    });
  });
}

function descriptors(processId: number, kind: string): number {
  return fs.readdirSync(`/proc/${processId}/fd`).filter((name) => {
    try {
      return fs.readlinkSync(`/proc/${processId}/fd/${name}`).startsWith(kind);
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

const SILENCES: Readonly<Record<string, (use: UseSilence) => Promise<void>>> = {
  "a unix socket": (use) =>
    withTempDir((dir) => {
      const path = `${dir}/sock`;
      const uri = `test+unix:///default?socket=${path}`;
      return withListener(path, nothing, (_, left) => use({ uri, left }));
    }),
  "a TCP port": (use) =>
    withListener(
      0,
      nothing,
      (port, left) => use({ uri: `test+tcp://127.0.0.1:${port}/default`, left }),
    ),
  "TLS without a handshake": (use) => withTls(false, use),
  "TLS after the handshake": (use) => withTls(true, use),
  "an ssh that hangs": withHangingSsh,
  "a program that hangs": (use) =>
    use({
      uri: "test+ext:///default?command=/bin/sleep&argv=12345",
      left: () => children("/bin/sleep"),
    }),
  "a proxy without a handshake": (use) =>
    withListener(0, nothing, (port, left) => use({ uri: `ws://127.0.0.1:${port}/x`, left })),
  "a proxy after the handshake": (use) =>
    withListener(0, upgrade, (port, left) => use({ uri: `ws://127.0.0.1:${port}/x`, left })),
};

const ALIVE = 400;

for (const [name, silence] of Object.entries(SILENCES)) {
  const skip = name.startsWith("TLS") && skipWithoutOpenssl();
  // Deno's WebSocket waits for the answer to its closing as long as the connection stands
  const stays = runtime === "deno" && name === "a proxy after the handshake";

  test(`silence: ${name}: a time limit ends the attempt`, () =>
    silence(async ({ uri, left }) => {
      const started = performance.now();
      const connecting = connect(uri, { timeout: ALIVE });
      const failed = assertRejects(() => connecting, DOMException);
      await until("somebody has come", () => left() > 0);
      assertEquals((await failed).name, "TimeoutError");
      const took = performance.now() - started;
      assertEquals(took >= ALIVE - 5 && took < ALIVE + 3000, true, `${took} ms`);
      if (!stays) await until("nothing is left", () => left() === 0);
    }), { skip });

  test(`silence: ${name}: a signal ends the attempt`, () =>
    silence(async ({ uri, left }) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const connecting = connect(uri, { signal: controller.signal });
      const failed = assertRejects(() => connecting, Error, "enough");
      await until("somebody has come", () => left() > 0);
      controller.abort(reason);
      assertEquals(await failed, reason);
      if (!stays) await until("nothing is left", () => left() === 0);
      const before = left();
      const late = await assertRejects(() => connect(uri, { signal: controller.signal }));
      assertEquals([late, left()], [reason, before]);
    }), { skip });
}
