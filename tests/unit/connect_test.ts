import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type ConnectContext, type ConnectOptions, connectWith } from "../../src/connect.ts";
import type { Connection } from "../../src/connection.ts";
import { AuthError, ConnectionError, LibvirtError, UnsupportedError } from "../../src/errors.ts";
import type { Endpoint } from "../../src/transport.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { concat, optional, text, words } from "../rpc/frames.ts";
import { Peer, type PeerCall } from "../session/peer.ts";
import { factsOf } from "./endpoint_facts.ts";

const OPEN = 1;
const CLOSE = 2;
const SUPPORTS_FEATURE = 60;
const AUTH_LIST = 66;
const AUTH_POLKIT = 70;
const NONE = words(1, 0);
const POLKIT = words(1, 2);

/** An attempt to connect to a daemon by hand. */
interface Attempt {
  readonly peer: Peer;
  readonly connecting: Promise<Connection>;
  readonly dialed: Endpoint[];
}

function attempt(options: ConnectOptions = {}, uri = "test+unix:///default"): Attempt {
  const [ours, theirs] = memoryPair();
  const peer = new Peer(theirs);
  const dialed: Endpoint[] = [];
  const context: ConnectContext = {
    facts: factsOf({}),
    dial: (endpoint, given) => {
      given?.signal?.throwIfAborted();
      dialed.push(endpoint);
      return Promise.resolve(ours);
    },
  };
  const connecting = connectWith(context, uri, options);
  connecting.catch(() => {});
  return { peer, connecting, dialed };
}

async function expect(peer: Peer, procedure: number, body = words()): Promise<PeerCall> {
  const call = await peer.next();
  assertEquals([call.procedure, ...call.body], [procedure, ...body]);
  return call;
}

function openArgs(name: string, flags = 0): Uint8Array<ArrayBuffer> {
  return concat(optional(name, text), words(flags));
}

/** Answers the start of a connection up to the reply to its open. */
async function accept({ peer, connecting }: Attempt, keepalive = 0): Promise<Connection> {
  peer.reply(await expect(peer, AUTH_LIST), NONE);
  peer.reply(await expect(peer, SUPPORTS_FEATURE, words(10)), words(keepalive));
  peer.reply(await expect(peer, OPEN, openArgs("test:///default")));
  return await connecting;
}

async function goodbye(connection: Connection, peer: Peer): Promise<void> {
  const closing = connection.close();
  peer.reply(await expect(peer, CLOSE));
  await closing;
  assertEquals(await connection.closed, "client");
  await peer.ended;
}

test("connect: authentication, the keepalive feature, the open, each after the other's reply", async () => {
  const started = attempt();
  const { peer, dialed } = started;
  const list = await expect(peer, AUTH_LIST);
  assertEquals(peer.waiting, 0);
  peer.reply(list, NONE);
  const feature = await expect(peer, SUPPORTS_FEATURE, words(10));
  assertEquals(peer.waiting, 0);
  peer.reply(feature, words(0));
  peer.reply(await expect(peer, OPEN, openArgs("test:///default")));
  const connection = await started.connecting;
  assertEquals(dialed.map(({ kind }) => kind), ["unix"]);
  assertEquals(connection.isAlive, true);
  assertEquals(peer.chunks.length, 3, "nothing was sent ahead of its time");
  await goodbye(connection, peer);
});

test("connect: polkit is settled before anything else is asked", async () => {
  const { peer, connecting } = attempt();
  peer.reply(await expect(peer, AUTH_LIST), POLKIT);
  peer.reply(await expect(peer, AUTH_POLKIT), words(1));
  peer.reply(await expect(peer, SUPPORTS_FEATURE, words(10)), words(0));
  peer.reply(await expect(peer, OPEN, openArgs("test:///default")));
  await goodbye(await connecting, peer);
});

test("connect: read-only is another socket and a flag of the open", async () => {
  const { peer, connecting, dialed } = attempt({ readOnly: true, keepalive: false });
  peer.reply(await expect(peer, AUTH_LIST), NONE);
  peer.reply(await expect(peer, OPEN, openArgs("test:///default", 1)));
  const connection = await connecting;
  assertEquals(dialed, [{ kind: "unix", path: "/var/run/libvirt/libvirt-sock-ro" }]);
  await goodbye(connection, peer);
});

test("connect: the daemon is pinged when it has keepalive", async () => {
  const started = attempt({ keepalive: { interval: 5, count: 1 } });
  const connection = await accept(started, 1);
  const awake = setInterval(() => {}, 1000);
  assertEquals(await connection.closed, "keepalive");
  clearInterval(awake);
  assertEquals(started.peer.keepalive, ["ping"]);
  await connection.close();
});

test("connect: a daemon without keepalive is not pinged, nor asked when it is not wanted", async () => {
  const without = attempt({ keepalive: { interval: 5, count: 0 } });
  const connection = await accept(without);
  await new Promise((resolve) => setTimeout(resolve, 30)); // six intervals
  assertEquals([connection.isAlive, without.peer.keepalive], [true, []]);
  await goodbye(connection, without.peer);

  const { peer, connecting } = attempt({ keepalive: false });
  peer.reply(await expect(peer, AUTH_LIST), NONE);
  peer.reply(await expect(peer, OPEN, openArgs("test:///default")));
  await goodbye(await connecting, peer);
});

test("connect: what the daemon refuses ends the attempt and the connection", async () => {
  for (const step of [AUTH_LIST, AUTH_POLKIT, SUPPORTS_FEATURE, OPEN]) {
    const { peer, connecting } = attempt();
    for (;;) {
      const call = await peer.next();
      if (call.procedure === step) {
        peer.refuse(call, { code: 38, message: `not at ${step}` });
        break;
      }
      peer.reply(
        call,
        { [AUTH_LIST]: POLKIT, [AUTH_POLKIT]: words(1) }[call.procedure] ?? words(0),
      );
    }
    await assertRejects(() => connecting, LibvirtError, `not at ${step}`);
    await peer.ended;
  }
});

test("connect: authentication that the daemon refuses is an AuthError", async () => {
  const { peer, connecting } = attempt();
  peer.reply(await expect(peer, AUTH_LIST), POLKIT);
  peer.refuse(await expect(peer, AUTH_POLKIT), { code: 45, domain: 7, message: "not authorised" });
  const error = await assertRejects(() => connecting, AuthError, "not authorised");
  assertEquals(error.procedure, "authPolkit");
  await peer.ended;
});

test("connect: authentication that this side lacks ends the connection", async () => {
  const { peer, connecting } = attempt();
  peer.reply(await expect(peer, AUTH_LIST), words(1, 99));
  const error = await assertRejects(() => connecting, UnsupportedError);
  assertEquals(error.origin, "local");
  await peer.ended;
});

test("connect: a daemon that hangs up at any step", async () => {
  for (const step of [AUTH_LIST, SUPPORTS_FEATURE, OPEN]) {
    const { peer, connecting } = attempt();
    for (let call = await peer.next(); call.procedure !== step; call = await peer.next()) {
      peer.reply(call, call.procedure === AUTH_LIST ? NONE : words(0));
    }
    await peer.close();
    const error = await assertRejects(() => connecting, ConnectionError);
    assertEquals(error.reason, "eof");
  }
});

test("connect: a signal ends the attempt at any step, with its reason", async () => {
  for (const step of [AUTH_LIST, SUPPORTS_FEATURE, OPEN]) {
    const controller = new AbortController();
    const { peer, connecting } = attempt({ signal: controller.signal });
    for (let call = await peer.next(); call.procedure !== step; call = await peer.next()) {
      peer.reply(call, call.procedure === AUTH_LIST ? NONE : words(0));
    }
    const reason = { at: step };
    controller.abort(reason);
    assertStrictEquals(await connecting.then(() => undefined, (e) => e), reason);
    await peer.ended;
  }
});

test("connect: a signal that is aborted already dials nothing", async () => {
  const { connecting, dialed, peer } = attempt({ signal: AbortSignal.abort(new Error("no need")) });
  await assertRejects(() => connecting, Error, "no need");
  assertEquals(dialed, []);
  await peer.close();
});

test("connect: a timeout is for the whole attempt, the dialing included", async () => {
  const { peer, connecting } = attempt({ timeout: 30 });
  const awake = setInterval(() => {}, 1000);
  peer.reply(await expect(peer, AUTH_LIST), NONE);
  await expect(peer, SUPPORTS_FEATURE, words(10));
  const error = await assertRejects(() => connecting, DOMException);
  assertEquals(error.name, "TimeoutError");
  await peer.ended;

  const context: ConnectContext = {
    facts: factsOf({}),
    dial: (_, options) =>
      new Promise((_, reject) => {
        options!.signal!.addEventListener("abort", () => reject(options!.signal!.reason));
      }),
  };
  const dialing = assertRejects(
    () => connectWith(context, "test+tcp://host/default", { timeout: 5 }),
    DOMException,
  );
  assertEquals((await dialing).name, "TimeoutError");
  clearInterval(awake);
});

test("connect: a timeout that did not happen leaves the connection alone", async () => {
  const controller = new AbortController();
  const started = attempt({ timeout: 20, signal: controller.signal });
  const connection = await accept(started);
  await new Promise((resolve) => setTimeout(resolve, 40));
  controller.abort();
  assertEquals(connection.isAlive, true);
  await goodbye(connection, started.peer);
});

test("connect: what cannot be dialed goes through", async () => {
  const context: ConnectContext = {
    facts: factsOf({}),
    dial: () => Promise.reject(new ConnectionError("Cannot reach tcp:host:1: refused")),
  };
  await assertRejects(
    () => connectWith(context, "test+tcp://host:1/default"),
    ConnectionError,
    "refused",
  );
});

test("connect: options and URIs that cannot be are refused before anything is dialed", async () => {
  for (const callsInFlight of [0, -1, 2.5, NaN]) {
    const { connecting, dialed, peer } = attempt({ callsInFlight });
    await assertRejects(() => connecting, RangeError, "callsInFlight");
    assertEquals(dialed, []);
    await peer.close();
  }
  const { connecting, dialed, peer } = attempt({}, "not a uri");
  await assertRejects(() => connecting, TypeError);
  assertEquals(dialed, []);
  await peer.close();
});

test("connect: bytes that are no libvirt daemon's say so", async () => {
  const { peer, connecting } = attempt();
  await expect(peer, AUTH_LIST);
  peer.send(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2p1\r\n"));
  const error = await assertRejects(() => connecting, Error, "this is not a libvirt daemon");
  assert(error.message.includes('"SSH-"'));
  await peer.ended;
});
