import { assert, assertEquals } from "@std/assert";
import { connectGetHostname } from "../../gen/remote/connect.ts";
import {
  decodeConnectOpenArgs,
  encodeConnectGetHostnameRet,
} from "../../gen/remote/connect_server.ts";
import { connectOpen } from "../../gen/remote/connect.ts";
import type { RpcEngine } from "../../src/rpc/engine.ts";
import type { IncomingCall, RpcEvent } from "../../src/rpc/rpc_event.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import {
  encodeRaw,
  line,
  newClient,
  newServer,
  NO_ERROR,
  output,
  rawProcedure,
} from "./engines.ts";
import { words } from "./frames.ts";

/** Carries what `from` has to send to `to`, cut at random. */
function carry(from: RpcEngine, to: RpcEngine, random = new Random(1)): RpcEvent[] {
  const bytes = output(from);
  const events: RpcEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const n = 1 + random.below(90);
    events.push(...to.receive(bytes.slice(at, at + n)));
    at += n;
  }
  return events;
}

function callIn(events: readonly RpcEvent[]): RpcEvent & { type: "call" } {
  const [event] = events;
  assert(events.length === 1 && event?.type === "call", events.map(line).join());
  return event;
}

test("two engines: an ordinary call", () => {
  const [client, server] = [newClient({ strict: true }), newServer({ strict: true })];
  client.sendCall(connectOpen, { name: "test:///default", flags: 1 }, undefined);
  const opening = callIn(carry(client, server));
  const args = decodeConnectOpenArgs(new XdrReader(opening.body, { strict: true }));
  assertEquals(args, { name: "test:///default", flags: 1 });
  server.sendReply(opening.call, () => {}, undefined);
  assertEquals(carry(server, client).map(line), ["reply 1 [] fds 0"]);

  client.sendCall(connectGetHostname, undefined, undefined);
  const asking = callIn(carry(client, server));
  server.sendReply(asking.call, encodeConnectGetHostnameRet, { hostname: "höst" });
  const [event] = carry(server, client);
  assert(event?.type === "reply");
  const result = event.call.procedure.decode(new XdrReader(event.body, { strict: true }));
  assertEquals(result, { hostname: "höst" });
});

test("two engines: a refused call", () => {
  const [client, server] = [newClient({ strict: true }), newServer({ strict: true })];
  client.sendCall(connectGetHostname, undefined, undefined);
  const error = {
    code: 3,
    domain: 7,
    message: "this function is not supported",
    level: 2,
    dom: null,
    str1: "%s",
    str2: "two",
    str3: null,
    int1: -7,
    int2: 8,
    net: null,
  };
  server.sendError(callIn(carry(client, server)).call, error);
  const [event] = carry(server, client);
  assert(event?.type === "error");
  assertEquals(event.error, error);
});

test("two engines: an event between two replies", () => {
  const [client, server] = [newClient(), newServer()];
  client.sendCall(connectGetHostname, undefined, "a");
  client.sendCall(connectGetHostname, undefined, "b");
  const calls = callsIn(carry(client, server));
  server.sendReply(calls[1]!, encodeRaw, words(2));
  server.sendMessage(rawProcedure(318), words(3));
  server.sendReply(calls[0]!, encodeRaw, words(1));
  assertEquals(carry(server, client).map(line), [
    "reply 2 [00000002] fds 0",
    "message 20008086:318 [00000003]",
    "reply 1 [00000001] fds 0",
  ]);
});

test("two engines: a call whose stream the server writes", () => {
  const [client, server] = [newClient(), newServer()];
  client.sendCall(rawProcedure(209), words(), undefined, true);
  const { call } = callIn(carry(client, server));
  const stream = server.openStream(call, undefined);
  server.sendReply(call, encodeRaw, words());
  server.sendData(stream, words(1));
  server.sendHole(stream, 1n << 33n);
  server.sendData(stream, words(2));
  server.sendData(stream, new Uint8Array(0));
  assertEquals(carry(server, client).map(line), [
    "reply 1 [] fds 0",
    "data 1 [00000001]",
    "hole 1 8589934592 flags 0",
    "data 1 [00000002]",
    "end 1",
  ]);
  client.sendFinish(client.stream(1)!);
  assertEquals(carry(client, server).map(line), ["finish 1"]);
  server.sendFinish(stream);
  assertEquals(carry(server, client).map(line), ["finish 1"]);
  assertEquals([client.stream(1), server.stream(1)], [undefined, undefined]);
});

test("two engines: a call whose stream the client writes", () => {
  const [client, server] = [newClient(), newServer()];
  client.sendCall(rawProcedure(208), words(), undefined, true);
  const upload = client.stream(1)!;
  client.sendData(upload, words(7)); // without waiting for the reply
  const [opening, ...early] = carryAccepting(client, server);
  assertEquals(early.map(line), ["data 1 [00000007]"]);
  assert(opening?.type === "call");
  server.sendReply(opening.call, encodeRaw, words());
  carry(server, client);
  const payload = new Random(5).bytes(300_000);
  client.sendData(upload, payload);
  client.sendHole(upload, 5n);
  client.sendData(upload, new Uint8Array(0));
  client.sendFinish(upload);
  const events = server.receive(output(client));
  assertEquals(events.map(({ type }) => type), ["data", "hole", "end", "finish"]);
  assertEquals((events[0] as RpcEvent & { type: "data" }).data, payload);
  server.sendFinish(server.stream(1)!);
  assertEquals(carry(server, client).map(line), ["finish 1"]);
});

test("two engines: streams that either side gives up", () => {
  const [client, server] = [newClient(), newServer()];
  for (const serial of [1, 2]) {
    client.sendCall(rawProcedure(209), words(), undefined, true);
    const { call } = callIn(carry(client, server));
    const stream = server.openStream(call, undefined);
    server.sendReply(call, encodeRaw, words());
    carry(server, client);
    server.sendData(stream, words(1));
    if (serial === 1) {
      client.sendAbort(client.stream(1)!);
      assertEquals(carry(client, server).map(line), ["abort 1 null"]);
      assertEquals(carry(server, client).map(line), ["data 1 [00000001]"]);
      assertEquals(server.stream(1), undefined);
    } else {
      const error = { ...NO_ERROR, code: 38, message: "gone" };
      server.sendAbort(stream, error);
      assertEquals(carry(server, client).map(line), ["data 2 [00000001]", "abort 2 code 38"]);
      assertEquals(client.stream(2), undefined);
    }
  }
});

test("two engines: keepalive between live peers goes on for ever", () => {
  const [client, server] = [newClient(), newServer()];
  client.startKeepalive({ interval: 100, count: 1 }, 0);
  server.startKeepalive({ interval: 70, count: 1 }, 0);
  let pings = 0;
  for (let now = 0; now < 5000; now += 10) {
    for (const engine of [client, server]) assertEquals(engine.tick(now), []);
    const events = [
      ...server.receive(output(client), now),
      ...client.receive(output(server), now),
      ...server.receive(output(client), now),
    ];
    pings += events.filter((event) => line(event) === "ping").length;
  }
  assert(pings >= 60, `${pings} pings`);
});

test("two engines: a conversation at random, every call answered once", () => {
  const random = new Random(11);
  const [client, server] = [newClient({ strict: true }), newServer({ strict: true })];
  const open: IncomingCall[] = [];
  const answered = new Map<number, string>();
  const sent = new Map<number, string>();
  for (let step = 0; step < 600; step++) {
    for (let n = random.below(4); n > 0; n--) {
      const body = random.bytes(4 * random.below(200));
      const { serial } = client.sendCall(rawProcedure(1 + random.below(400)), body, step);
      sent.set(serial, body.join());
    }
    for (const event of carry(client, server, random)) {
      assert(event.type === "call", line(event));
      assertEquals(event.body.join(), sent.get(event.call.serial));
      open.push(event.call);
    }
    for (let n = random.below(4); n > 0 && open.length > 0; n--) {
      const [call] = open.splice(random.below(open.length), 1);
      if (random.oneIn(3)) server.sendError(call!, { ...NO_ERROR, code: call!.serial });
      else server.sendReply(call!, encodeRaw, words(call!.serial));
      if (random.oneIn(2)) server.sendMessage(rawProcedure(318), words(step));
    }
    for (const event of carry(server, client, random)) {
      if (event.type === "message") continue;
      assert(event.type === "reply" || event.type === "error", line(event));
      const { serial } = event.call;
      assert(!answered.has(serial), `${serial} answered twice`);
      answered.set(serial, event.type);
      const value = event.type === "reply"
        ? new XdrReader(event.body).uint32("serial")
        : event.error.code;
      assertEquals(value, serial);
    }
  }
  assertEquals(answered.size + client.pendingCalls, sent.size);
  assertEquals(client.pendingCalls, open.length);
  assert(answered.size > 500);
});

function callsIn(events: readonly RpcEvent[]): IncomingCall[] {
  return events.map((event) => (event as RpcEvent & { type: "call" }).call);
}

// As `carry()` where the server opens the stream before it reads on, as a dispatcher does.
function carryAccepting(client: RpcEngine, server: RpcEngine): RpcEvent[] {
  const events: RpcEvent[] = [];
  for (const byte of output(client)) {
    for (const event of server.receive(Uint8Array.of(byte))) {
      if (event.type === "call") server.openStream(event.call, undefined);
      events.push(event);
    }
  }
  return events;
}
