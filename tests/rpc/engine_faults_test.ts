import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { connectGetHostname, connectOpen } from "../../gen/remote/connect.ts";
import { ProtocolError, XdrError } from "../../src/xdr/errors.ts";
import { test } from "../harness.ts";
import { encodeRaw, line, newClient, newServer, output, rawProcedure, receive } from "./engines.ts";
import {
  call,
  concat,
  errorBody,
  errorReply,
  hole,
  message,
  packet,
  ping,
  PROGRAM,
  reply,
  streamData,
  text,
  TYPE,
  withDescriptors,
  words,
} from "./frames.ts";

const keepalive = PROGRAM.keepalive;

/** What a client that waits for replies 1 (hostname), 2 (stream, answered) must not be sent. */
const CLIENT_FAULTS: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["an unknown program", packet({ program: 0x20008088, type: 2 }), /program 0x20008088 version 1/],
  ["an unknown version", packet({ version: 2, type: 2 }), /program 0x20008086 version 2/],
  ["a call", call(59, 1), /Expected a packet that a server sends.*type 0.*procedure 59/],
  [
    "a call with descriptors",
    withDescriptors({ type: 4, descriptors: 0 }),
    /that a server sends.*type 4/,
  ],
  ["an unknown type", packet({ type: 7 }), /that a server sends.*type 7/],
  ["a huge type", packet({ type: 0xffffffff }), /that a server sends.*type 4294967295/],
  ["a reply to nobody", reply(59, 3), /Expected a reply to a call.*serial 3, which nobody made/],
  ["an error to nobody", errorReply(59, 3), /which nobody made/],
  ["a reply with serial 0", reply(59, 0), /which nobody made/],
  ["a reply of another procedure", reply(60, 1), /reply to "connectGetHostname" \(procedure 59\)/],
  ["an error of another procedure", errorReply(60, 1), /reply to "connectGetHostname"/],
  [
    "a reply of another program",
    packet({ program: PROGRAM.qemu, procedure: 59, type: 1, serial: 1 }),
    /reply to "connectGetHostname"/,
  ],
  [
    "a reply with status CONTINUE",
    packet({ procedure: 59, type: 1, serial: 1, status: 2 }),
    /Expected status 0 or 1 in a reply.*status 2/,
  ],
  [
    "a reply with an unknown status",
    packet({ procedure: 59, type: 1, serial: 1, status: 0xffffffff }),
    /Expected status 0 or 1/,
  ],
  [
    "a stream packet with an unknown status",
    packet({ procedure: 209, type: 3, serial: 2, status: 3 }),
    /Expected status 0 to 2 in a stream packet.*status 3/,
  ],
  ["a keepalive call", packet({ program: keepalive, procedure: 1 }), /Expected a ping or a pong/],
  [
    "an unknown keepalive message",
    packet({ program: keepalive, procedure: 3, type: 2 }),
    /Expected a ping or a pong.*procedure 3/,
  ],
  ["an empty error", errorReply(59, 1, words()), /at byte 0 in "code"/],
  ["a truncated error", errorReply(59, 1, errorBody().slice(0, -4)), /in "net"/],
  [
    "an error whose text is longer than the packet",
    errorReply(59, 1, concat(words(1, 2, 1), words(100))),
    /at byte 16 in "message"/,
  ],
  [
    "an error whose text is longer than its bound",
    errorReply(59, 1, concat(words(1, 2, 1), words(4194305))),
    /4194305 exceeds the limit 4194304 at byte 12 in "message"/,
  ],
  [
    "an error with a flag that is neither 0 nor 1",
    errorReply(59, 1, words(1, 2, 2)),
    /Expected 0 or 1.*found 2 at byte 8 in "message"/,
  ],
  [
    "a truncated hole",
    packet({ procedure: 209, type: 6, serial: 2, body: words(0) }),
    /at byte 0 in "length"/,
  ],
  ["a truncated stream error", packet({ procedure: 209, type: 3, serial: 2, status: 1 }), /"code"/],
  ["an impossible length", words(3), /found the length 3/],
  [
    "33 descriptors",
    packet({ procedure: 59, type: TYPE.replyWithDescriptors, serial: 1, body: words(33) }),
    /at most 32 file descriptors, found 33/,
  ],
];

test("engine: what a client must not be sent is one failure, and nothing after it is read", () => {
  for (const [what, bytes, expected] of CLIENT_FAULTS) {
    for (const chunks of [[bytes], Array.from(bytes, (b) => Uint8Array.of(b))]) {
      const client = newClient();
      client.sendCall(connectGetHostname, undefined, undefined);
      client.sendCall(rawProcedure(209), words(), undefined, true);
      receive(client, reply(209, 2));
      output(client);
      const events = [...chunks, ping(), reply(59, 1, text("h"))].flatMap((c) => client.receive(c));
      assertEquals(events.map(({ type }) => type), ["failure"], what);
      const [failure] = events;
      assert(failure?.type === "failure");
      assertInstanceOf(failure.error, ProtocolError);
      assertEquals(failure.error.origin, "remote", what);
      assert(expected.test(failure.error.message), `${what}: ${failure.error.message}`);
      assertEquals(client.hasOutput, false, what);
      assertEquals(client.receiveEnd(), [], what);
      assertEquals(client.deadline(), undefined);
    }
  }
});

/** What a server must not be sent. */
const SERVER_FAULTS: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["a reply", reply(59, 1), /Expected a packet that a client sends.*type 1/],
  ["an event", message(318), /that a client sends.*type 2/],
  ["a reply with descriptors", withDescriptors({ type: 5, descriptors: 1 }), /type 5/],
  ["an unknown type", packet({ type: 7 }), /type 7/],
  ["an event of an unknown program", packet({ program: 1, type: 2 }), /program 0x1 version 1/],
  [
    "a stream packet with an unknown status",
    packet({ procedure: 209, type: 3, serial: 5, status: 9 }),
    /Expected status 0 to 2/,
  ],
  ["an unknown keepalive message", packet({ program: keepalive, procedure: 9, type: 2 }), /ping/],
  ["an impossible length", words(0xffffffff), /found the length 4294967295/],
];

test("engine: what a server must not be sent is one failure", () => {
  for (const [what, bytes, expected] of SERVER_FAULTS) {
    const server = newServer();
    const to = { program: 0x20008086, version: 1, procedure: 209, serial: 5 };
    server.openStream(to, undefined);
    const found = receive(server, concat(bytes, call(59, 1)), call(59, 2));
    assertEquals(found.length, 1, what);
    assert(expected.test(found[0]!), `${what}: ${found[0]}`);
    assertThrows(() => server.sendReply(to, encodeRaw, words(1)), ProtocolError, "broken");
  }
});

test("engine: a fault in an XDR body tells offset and field", () => {
  const client = newClient();
  client.sendCall(connectGetHostname, undefined, undefined);
  const [event] = client.receive(errorReply(59, 1, words(1, 2, 1, 7, 0x61626364)));
  assert(event?.type === "failure");
  assertInstanceOf(event.error, XdrError);
  assertEquals([event.error.offset, event.error.field], [16, "message"]);
});

test("engine: what came before a fault in the same bytes still counts", () => {
  const client = newClient();
  client.sendCall(connectGetHostname, undefined, undefined);
  const bytes = concat(reply(59, 1, text("h")), ping(), packet({ type: 7 }), message(318));
  assertEquals(client.receive(bytes).map(({ type }) => type), ["reply", "keepalive", "failure"]);
});

test("engine: sending after a fault is refused, with the fault as its cause", () => {
  const client = newClient();
  const [failure] = client.receive(words(3));
  assert(failure?.type === "failure");
  const error = assertThrows(
    () => client.sendCall(connectGetHostname, undefined, undefined),
    ProtocolError,
    "Cannot send after the protocol was broken",
  );
  assertEquals(error.origin, "local");
  assertStrictEquals(error.cause, failure.error);
  assertEquals(client.hasOutput, false);
  assertEquals(client.pendingCalls, 0);
});

test("engine: strict finds padding and trailing bytes that libvirt's decoder lets pass", () => {
  const good = errorBody({ code: 1, message: "abc" });
  const dirtyPadding = good.map((b, i) => i === 19 ? 0xff : b);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [errorReply(59, 1, concat(good, words(0))), /4 trailing bytes/],
    [errorReply(59, 1, dirtyPadding), /[Pp]adding/],
  ];
  for (const [bytes, expected] of cases) {
    for (const strict of [false, true]) {
      const client = newClient({ strict });
      client.sendCall(connectGetHostname, undefined, undefined);
      const [found] = receive(client, bytes);
      if (strict) assert(/^failure XdrError/.test(found!) && expected.test(found!), found);
      else assertEquals(found, "error 1 code 1 abc");
    }
  }
});

test("engine: strict finds trailing bytes in a hole", () => {
  const bytes = packet({
    procedure: 209,
    serial: 1,
    type: TYPE.hole,
    status: 2,
    body: concat(hole(0, 0, 5n).slice(28), words(0)),
  });
  for (const strict of [false, true]) {
    const client = newClient({ strict });
    client.sendCall(rawProcedure(209), words(), undefined, true);
    const [found] = receive(client, bytes);
    if (strict) assert(/4 trailing bytes/.test(found!), found);
    else assertEquals(found, "hole 1 5 flags 0");
  }
});

test("engine: a value that cannot be encoded leaves the output as it was", () => {
  const client = newClient();
  client.sendCall(connectGetHostname, undefined, "good");
  const bad = [
    { name: "x".repeat(100), flags: -1 },
    { name: "a\0b", flags: 0 },
    { name: 5 as unknown as string, flags: 0 },
  ];
  for (const args of bad) {
    const error = assertThrows(() => client.sendCall(connectOpen, args, "bad", true), XdrError);
    assertEquals(error.origin, "local");
  }
  assertEquals(client.pendingCalls, 1);
  const { serial } = client.sendCall(connectGetHostname, undefined, "good");
  assertEquals(output(client), concat(call(59, 1), call(59, serial)));
  for (let unused = 2; unused < serial; unused++) assertEquals(client.stream(unused), undefined);
  assertEquals(receive(client, reply(59, serial), reply(59, 1)).length, 2);
});

test("engine: an encoder that throws anything leaves the output as it was", () => {
  const server = newServer();
  const to = { program: 0x20008086, version: 1, procedure: 59, serial: 5 };
  server.sendReply(to, encodeRaw, words(1));
  assertThrows(
    () =>
      server.sendReply(to, (writer) => {
        writer.raw(new Uint8Array(5000));
        throw new RangeError("of my own");
      }, undefined),
    RangeError,
    "of my own",
  );
  server.sendReply(to, encodeRaw, words(2));
  assertEquals(output(server), concat(reply(59, 5, words(1)), reply(59, 5, words(2))));
});

test("engine: a packet beyond the protocol's limit is refused and leaves the output as it was", () => {
  const client = newClient();
  const most = new Uint8Array(32 * 1024 * 1024 - 24);
  client.sendCall(connectGetHostname, undefined, undefined);
  const error = assertThrows(
    () => client.sendCall(rawProcedure(1), new Uint8Array(most.length + 1), undefined),
    ProtocolError,
    "33554437 bytes",
  );
  assertEquals(error.origin, "local");
  assertEquals(output(client), call(59, 1));
  client.sendCall(rawProcedure(1), most, undefined);
  assertEquals(output(client).length, most.length + 28);
});

test("engine: each role sends only what is its own", () => {
  const to = { program: 0x20008086, version: 1, procedure: 59, serial: 5 };
  const client = newClient();
  const server = newServer();
  for (
    const send of [
      () => client.sendReply(to, encodeRaw, words()),
      () => client.sendMessage(rawProcedure(318), words()),
      () => client.openStream(to, undefined),
      () => server.sendCall(connectGetHostname, undefined, undefined),
    ]
  ) {
    const error = assertThrows(send, ProtocolError, "Cannot send this as a");
    assertEquals(error.origin, "local");
  }
  assertEquals([client.hasOutput, server.hasOutput], [false, false]);
});

test("engine: data of a stream between two replies is no obstacle", () => {
  const client = newClient();
  client.sendCall(connectGetHostname, undefined, undefined);
  client.sendCall(rawProcedure(209), words(), undefined, true);
  const bytes = concat(streamData(209, 2, text("x")), reply(59, 1), reply(209, 2));
  assertEquals(client.receive(bytes).map(line).length, 3);
  assertEquals(client.pendingCalls, 0);
});
