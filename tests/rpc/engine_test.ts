import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { connectGetHostname, connectOpen } from "../../gen/remote/connect.ts";
import { encodeConnectGetHostnameRet } from "../../gen/remote/connect_server.ts";
import { domainLookupByName } from "../../gen/remote/domain.ts";
import type { RpcEvent } from "../../src/rpc/rpc_event.ts";
import { nextSerial } from "../../src/rpc/serials.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { encodeRaw, line, newClient, newServer, output, rawProcedure, receive } from "./engines.ts";
import {
  call,
  concat,
  errorBody,
  errorReply,
  message,
  optional,
  packet,
  ping,
  pong,
  PROGRAM,
  reply,
  text,
  TYPE,
  withDescriptors,
  words,
} from "./frames.ts";

test("engine: calls are the bytes of the protocol, with serials from 1", () => {
  const client = newClient();
  assertEquals(client.hasOutput, false);
  assertEquals(client.sendCall(connectGetHostname, undefined, "a").serial, 1);
  assertEquals(client.hasOutput, true);
  assertEquals(client.sendCall(connectOpen, { name: "test:///default", flags: 1 }, "b").serial, 2);
  assertEquals(client.sendCall(domainLookupByName, { name: "é" }, "c").serial, 3);
  assertEquals(
    output(client),
    concat(
      call(59, 1),
      call(1, 2, concat(optional("test:///default", text), words(1))),
      call(23, 3, text("é")),
    ),
  );
  assertEquals(client.hasOutput, false);
  assertEquals(client.takeOutput(), []);
  assertEquals(client.pendingCalls, 3);
});

test("engine: calls made between two takeOutput() leave as one chunk", () => {
  const client = newClient();
  for (let i = 0; i < 100; i++) client.sendCall(connectGetHostname, undefined, i);
  assertEquals(client.takeOutput().length, 1);
  const kept = (client.sendCall(connectGetHostname, undefined, "kept"), client.takeOutput());
  const before = concat(...kept);
  for (let i = 0; i < 100; i++) client.sendCall(connectGetHostname, undefined, i);
  client.takeOutput();
  assertEquals(concat(...kept), before, "what was handed over is not written to again");
});

test("engine: replies match their calls by serial, in any order", () => {
  const client = newClient();
  const contexts = ["first", "second", "third"];
  for (const context of contexts) client.sendCall(connectGetHostname, undefined, context);
  const events = client.receive(concat(
    reply(59, 3, text("c")),
    errorReply(59, 1, errorBody({ code: 42, message: "no" })),
    reply(59, 2, text("b")),
  ));
  assertEquals(events.map(line), [
    "reply 3 [0000000163000000] fds 0",
    "error 1 code 42 no",
    "reply 2 [0000000162000000] fds 0",
  ]);
  const found = events.map((event) => (event as RpcEvent & { type: "reply" }).call);
  assertEquals(found.map(({ context }) => context), ["third", "first", "second"]);
  for (const { procedure } of found) assertStrictEquals(procedure, connectGetHostname);
  assertEquals(client.pendingCalls, 0);
});

test("engine: an error reply gives all eleven fields", () => {
  const uuid = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
  const body = errorBody({
    code: 42,
    domain: 10,
    message: "Domain not found: no domain with matching name 'ü'",
    level: 2,
    dom: { name: "vm", uuid, id: -1 },
    str1: "Domain not found: %s",
    str2: "",
    str3: "three",
    int1: -1,
    int2: 0x7fffffff,
    net: { name: "default", uuid: uuid.slice().reverse() },
  });
  const client = newClient({ strict: true });
  client.sendCall(domainLookupByName, { name: "ü" }, undefined);
  const [event] = client.receive(errorReply(23, 1, body));
  assert(event?.type === "error");
  assertEquals(event.error, {
    code: 42,
    domain: 10,
    message: "Domain not found: no domain with matching name 'ü'",
    level: 2,
    dom: { name: "vm", uuid: Uuid.parse("00112233-4455-6677-8899-aabbccddeeff"), id: -1 },
    str1: "Domain not found: %s",
    str2: "",
    str3: "three",
    int1: -1,
    int2: 2147483647,
    net: { name: "default", uuid: Uuid.parse("ffeeddcc-bbaa-9988-7766-554433221100") },
  });
});

test("engine: an error reply with every optional field absent", () => {
  const client = newClient({ strict: true });
  client.sendCall(connectGetHostname, undefined, undefined);
  const [event] = client.receive(errorReply(59, 1, errorBody({ code: 1 })));
  assert(event?.type === "error");
  const { message, dom, str1, str2, str3, net } = event.error;
  assertEquals([message, dom, str1, str2, str3, net], [null, null, null, null, null, null]);
});

test("engine: a reply with descriptors says how many were lost", () => {
  const client = newClient();
  client.sendCall(rawProcedure(210), words(), undefined);
  client.sendCall(connectGetHostname, undefined, undefined);
  const fields = { procedure: 210, serial: 1, type: TYPE.replyWithDescriptors, body: words(5) };
  const bytes = concat(withDescriptors({ ...fields, descriptors: 2 }), reply(59, 2, text("h")));
  assertEquals(receive(client, bytes), [
    "reply 1 [00000005] fds 2",
    "reply 2 [0000000168000000] fds 0",
  ]);
});

test("engine: events go through with their program, whatever their procedure", () => {
  const client = newClient();
  const qemu = packet({ program: PROGRAM.qemu, procedure: 6, type: TYPE.message, body: words(2) });
  assertEquals(receive(client, message(318, words(1)), qemu, message(99999)), [
    "message 20008086:318 [00000001]",
    "message 20008087:6 [00000002]",
    "message 20008086:99999 []",
  ]);
});

test("engine: a server sees calls and answers with the bytes of the protocol", () => {
  const server = newServer();
  const events = server.receive(concat(call(59, 7), call(23, 0xffffffff, text("vm"))));
  assertEquals(events.map(line), [
    "call 20008086/1:59 serial 7 [] fds 0 known",
    "call 20008086/1:23 serial 4294967295 [00000002766d0000] fds 0 known",
  ]);
  const calls = events.map((event) => (event as RpcEvent & { type: "call" }).call);
  const error = {
    code: 42,
    domain: 10,
    message: "no",
    level: 2,
    dom: null,
    str1: "s",
    str2: null,
    str3: null,
    int1: -1,
    int2: 0,
    net: null,
  };
  server.sendError(calls[1]!, error);
  server.sendReply(calls[0]!, encodeConnectGetHostnameRet, { hostname: "host" });
  server.sendMessage({ ...rawProcedure(318), encode: encodeRaw }, words(9));
  assertEquals(
    output(server),
    concat(
      errorReply(
        23,
        0xffffffff,
        errorBody({ code: 42, domain: 10, message: "no", level: 2, str1: "s", int1: -1 }),
      ),
      reply(59, 7, text("host")),
      message(318, words(9)),
    ),
  );
});

test("engine: a server sees calls with descriptors", () => {
  const fields = { procedure: 207, serial: 3, type: TYPE.callWithDescriptors, body: words(5) };
  const bytes = concat(withDescriptors({ ...fields, descriptors: 1 }), call(59, 4));
  assertEquals(receive(newServer(), bytes), [
    "call 20008086/1:207 serial 3 [00000005] fds 1 known",
    "call 20008086/1:59 serial 4 [] fds 0 known",
  ]);
});

test("engine: a server sees calls of programs that it lacks, to refuse them in words", () => {
  const server = newServer();
  const lxc = packet({ program: PROGRAM.lxc, procedure: 1, serial: 5 });
  const newer = packet({ version: 2, procedure: 1, serial: 6 });
  assertEquals(receive(server, lxc, newer, call(59, 7)), [
    "call 20008088/1:1 serial 5 [] fds 0 unknown",
    "call 20008086/2:1 serial 6 [] fds 0 unknown",
    "call 20008086/1:59 serial 7 [] fds 0 known",
  ]);
});

test("engine: pings are answered at once in either role, pongs are only noted", () => {
  for (const engine of [newClient(), newServer()]) {
    assertEquals(receive(engine, concat(ping(), pong(), ping())), ["ping", "pong", "ping"]);
    assertEquals(output(engine), concat(pong(), pong()));
  }
});

test("engine: serials wrap past 2^32 - 1 to 1 and pass over those in use", () => {
  const inUse = new Set([1, 2, 4]);
  const found = [0xfffffffd];
  for (let i = 0; i < 5; i++) found.push(nextSerial(found.at(-1)!, (s) => inUse.has(s)));
  assertEquals(found, [0xfffffffd, 0xfffffffe, 0xffffffff, 3, 5, 6]);
});

test("engine: the context of a call is handed back untouched", () => {
  const client = newClient();
  const context = { of: "the caller" };
  const pending = client.sendCall(connectGetHostname, undefined, context);
  assertStrictEquals(pending.context, context);
  const [event] = client.receive(reply(59, 1));
  assert(event?.type === "reply");
  assertStrictEquals(event.call, pending);
});

test("engine: nothing is read after the end, and an end between packets is no failure", () => {
  const client = newClient();
  client.sendCall(connectGetHostname, undefined, 0);
  assertEquals(receive(client, reply(59, 1, text("h"))).length, 1);
  assertEquals(client.receiveEnd(), []);
  assertEquals(client.receiveEnd(), []);
});

test("engine: an end inside a packet is a failure, once", () => {
  for (const n of [1, 3, 4, 27, 28, 31]) {
    const client = newClient();
    client.receive(packet({ body: words(1) }).slice(0, n));
    const [event, ...rest] = client.receiveEnd();
    assert(event?.type === "failure");
    assertInstanceOf(event.error, Error);
    assert(event.error.message.includes(`after ${n} bytes`), event.error.message);
    assertEquals(rest, []);
    assertEquals(client.receiveEnd(), []);
    assertEquals(client.receive(ping()), []);
  }
});
