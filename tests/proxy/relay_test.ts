import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decodeNetMessageError } from "../../gen/rpc/error.ts";
import { decodeConnectOpenArgs } from "../../gen/remote/connect_server.ts";
import { connectOpen, decodeAuthListRet } from "../../gen/remote/connect.ts";
import { type FilterRules, ProcedureFilter } from "../../src/proxy/filter.ts";
import { Relay } from "../../src/proxy/relay.ts";
import { FrameDecoder } from "../../src/rpc/frame.ts";
import { ProtocolError, XdrError } from "../../src/xdr/errors.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { XdrWriter } from "../../src/xdr/writer.ts";
import { test } from "../harness.ts";
import {
  call,
  errorBody,
  errorReply,
  hole,
  message,
  packet,
  PROGRAM,
  reply,
  STATUS,
  streamAbort,
  streamData,
  streamFinish,
  TYPE,
} from "../rpc/frames.ts";

const OPEN = 1;
const GET_INFO = 16;
const DESTROY = 12;
const XML_DESC = 14;
const SUPPORTS_FEATURE = 60;
const AUTH_LIST = 66;
const DOWNLOAD = 209;
const DENIED = 88;

function relayWith(rules: FilterRules = { preset: "monitor" }, readOnly = false): Relay {
  return new Relay({ filter: new ProcedureFilter(rules), name: "qemu:///system", readOnly });
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** What goes to the daemon and to the client, for what comes of both. */
function pass(relay: Relay, fromClient: readonly Uint8Array[], fromDaemon: Uint8Array[] = []) {
  const up: Uint8Array[] = [];
  const down: Uint8Array[] = [];
  for (const chunk of fromClient) {
    for (let at = 0; at < chunk.length;) {
      at += relay.receive(chunk.subarray(at));
      up.push(...relay.takeForDaemon());
      down.push(...relay.takeForClient());
    }
  }
  for (const chunk of fromDaemon) {
    relay.receiveFromDaemon(chunk);
    down.push(...relay.takeForClient());
  }
  return { up: join(up), down: join(down) };
}

function packets(bytes: Uint8Array) {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  const found = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) found.push(next);
  assertEquals(decoder.pending, 0);
  return found;
}

function errorOf(bytes: Uint8Array) {
  const [frame] = packets(bytes);
  assertEquals([frame!.type, frame!.status], [TYPE.reply, STATUS.error]);
  return decodeNetMessageError(new XdrReader(frame!.body, { strict: true }));
}

function openArgs(name: string | null, flags = 0): Uint8Array {
  const writer = new XdrWriter();
  connectOpen.encode(writer, { name, flags });
  return writer.bytes();
}

function words(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, i) => new DataView(bytes.buffer).setUint32(4 * i, value));
  return bytes;
}

test("proxy relay: what passes is what came, cut at any byte", () => {
  const up = join([
    call(GET_INFO, 1, words(1, 2, 3)),
    call(GET_INFO, 2),
    packet({ program: PROGRAM.keepalive, procedure: 1, type: TYPE.message }),
    call(GET_INFO, 3, new Uint8Array(500)),
  ]);
  const down = join([reply(GET_INFO, 1, words(7)), message(300, words(1)), reply(GET_INFO, 2)]);
  for (let at = 0; at <= up.length; at++) {
    const cut = [up.subarray(0, at), up.subarray(at)];
    const half = Math.min(at, down.length);
    const result = pass(relayWith(), cut, [down.subarray(0, half), down.subarray(half)]);
    assertEquals(result.up, up);
    assertEquals(result.down, down);
  }
});

test("proxy relay: a refused call is answered, and those around it pass, cut at any byte", () => {
  const first = call(GET_INFO, 1, words(1));
  const last = call(GET_INFO, 3, words(3));
  const up = join([first, call(DESTROY, 2, words(2, 2, 2)), last]);
  for (let at = 0; at <= up.length; at++) {
    const relay = relayWith();
    const result = pass(relay, [up.subarray(0, at), up.subarray(at)]);
    assertEquals(result.up, join([first, last]));
    const error = errorOf(result.down);
    assertEquals([error.code, error.domain, error.level], [DENIED, 55, 2]);
    assertStringIncludes(error.message!, "access denied");
    assertStringIncludes(error.message!, "domainDestroy");
    assertEquals(packets(result.down)[0]!.serial, 2);
    assertEquals([relay.calls, relay.refusals], [2, 1]);
  }
});

test("proxy relay: an answer of its own never falls into a packet of the daemon's", () => {
  const large = reply(GET_INFO, 1, new Uint8Array(400).fill(9));
  for (let at = 0; at <= large.length; at++) {
    const relay = relayWith();
    const down: Uint8Array[] = [];
    relay.receive(call(GET_INFO, 1));
    relay.receiveFromDaemon(large.subarray(0, at));
    down.push(...relay.takeForClient());
    relay.receive(call(DESTROY, 2));
    down.push(...relay.takeForClient());
    relay.receiveFromDaemon(large.subarray(at));
    down.push(...relay.takeForClient());
    const found = packets(join(down));
    assertEquals(found.map(({ serial }) => serial).sort(), [1, 2]);
    assertEquals(found.find(({ serial }) => serial === 1)!.body, large.subarray(28));
  }
});

test("proxy relay: an answer does not wait for the daemon's stream to pause", () => {
  const relay = relayWith({ preset: "all", deny: ["domainDestroy"] });
  const data = join([streamData(DOWNLOAD, 1, new Uint8Array(100)), streamData(DOWNLOAD, 1)]);
  relay.receive(call(DOWNLOAD, 1));
  relay.receiveFromDaemon(join([reply(DOWNLOAD, 1), data.subarray(0, 50)]));
  relay.receive(call(DESTROY, 2));
  const before = relay.takeForClient();
  relay.receiveFromDaemon(join([data.subarray(50), data.subarray(0, 50)]));
  const found = join([...before, ...relay.takeForClient()]);
  const decoder = new FrameDecoder();
  decoder.push(found);
  const serials = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) {
    serials.push(next.serial);
  }
  assertEquals(serials, [1, 1, 2, 1]);
});

test("proxy relay: the daemon is opened by the target's name, read-only where that is set", () => {
  for (const readOnly of [false, true]) {
    for (const name of [null, "", "qemu:///system"]) {
      const whole = call(OPEN, 5, openArgs(name, 2));
      for (const at of [0, 3, 27, 28, 30, whole.length]) {
        const relay = relayWith({ preset: "all" }, readOnly);
        const { up, down } = pass(relay, [whole.subarray(0, at), whole.subarray(at)]);
        const [frame] = packets(up);
        assertEquals([frame!.procedure, frame!.serial, frame!.type], [OPEN, 5, TYPE.call]);
        const args = decodeConnectOpenArgs(new XdrReader(frame!.body, { strict: true }));
        assertEquals(args, { name: "qemu:///system", flags: readOnly ? 3 : 2 });
        assertEquals(down.length, 0);
      }
    }
  }
});

test("proxy relay: another name is refused, and nothing reaches the daemon", () => {
  const { up, down } = pass(relayWith({ preset: "all" }), [
    call(OPEN, 1, openArgs("qemu+tcp://10.0.0.1/system")),
  ]);
  assertEquals(up.length, 0);
  const error = errorOf(down);
  assertEquals(error.code, DENIED);
  assertStringIncludes(error.message!, 'the target is "qemu:///system"');
});

test("proxy relay: who we are is settled already", () => {
  const { up, down } = pass(relayWith({ preset: "all" }), [call(AUTH_LIST, 1)]);
  assertEquals(up.length, 0);
  assertEquals(decodeAuthListRet(new XdrReader(packets(down)[0]!.body)), { types: [0] });
  for (const procedure of [67, 68, 69, 70]) {
    const refused = pass(relayWith({ preset: "all" }), [call(procedure, 1)]);
    assertEquals(refused.up.length, 0);
    assertStringIncludes(errorOf(refused.down).message!, "authenticated already");
  }
});

test("proxy relay: flags that ask for more than the filter allows are refused", () => {
  const relay = relayWith();
  const plain = call(XML_DESC, 1, words(1, 2, 0));
  const secure = call(XML_DESC, 2, words(1, 2, 1));
  const { up, down } = pass(relay, [join([plain, secure])]);
  assertEquals(up, plain);
  assertStringIncludes(errorOf(down).message!, "domain:read_secure");
  const short = pass(relayWith(), [call(XML_DESC, 3)]);
  assertEquals(short.up.length, 0);
  assertEquals(errorOf(short.down).code, DENIED);
  const all = pass(relayWith({ preset: "all" }), [secure]);
  assertEquals(all.up, secure);
});

test("proxy relay: the client learns that descriptors cannot be passed", () => {
  const { up, down } = pass(relayWith({ preset: "all" }), [call(SUPPORTS_FEATURE, 1, words(8))]);
  assertEquals(up.length, 0);
  assertEquals(packets(down)[0]!.body, words(0));
  const other = call(SUPPORTS_FEATURE, 1, words(14));
  assertEquals(pass(relayWith({ preset: "all" }), [other]).up, other);
});

test("proxy relay: no frame with descriptors passes, either way, with its bytes behind it", () => {
  const withDescriptors = (type: number, serial: number) =>
    join([
      packet({ procedure: GET_INFO, serial, type, body: words(3, 42) }),
      new Uint8Array(3), // one byte a descriptor, outside the packet's length
    ]);
  const next = call(GET_INFO, 2, words(1));
  const up = join([withDescriptors(TYPE.callWithDescriptors, 1), next]);
  const after = message(300, words(5));
  const down = join([withDescriptors(TYPE.replyWithDescriptors, 2), after]);
  for (let at = 0; at <= up.length; at++) {
    const relay = relayWith({ preset: "all" });
    const result = pass(relay, [up.subarray(0, at), up.subarray(at)]);
    assertEquals(result.up, next);
    assertStringIncludes(errorOf(result.down).message!, "file descriptors");
    const half = Math.min(at, down.length);
    const answered = pass(relay, [], [down.subarray(0, half), down.subarray(half)]);
    const found = packets(answered.down);
    assertEquals(found.map(({ type }) => type).sort(), [TYPE.reply, TYPE.message]);
    assertStringIncludes(
      decodeNetMessageError(new XdrReader(found.find((f) => f.type === TYPE.reply)!.body)).message!,
      "file descriptors",
    );
  }
  assertThrows(
    () => relayWith().receive(packet({ type: TYPE.callWithDescriptors, body: words(33) })),
    ProtocolError,
    "file descriptors",
  );
});

test("proxy relay: a stream's packets pass while the call that opened it has passed", () => {
  const relay = relayWith({ preset: "all" });
  const data = streamData(DOWNLOAD, 1, words(1));
  // before the call nobody has opened it
  assertEquals(pass(relay, [data]).up.length, 0);
  assertEquals(pass(relay, [call(DOWNLOAD, 1), data]).up.length, 28 + data.length);
  assert(!relay.idle);
  // of another stream
  assertEquals(pass(relay, [streamData(DOWNLOAD, 9, words(1))]).up.length, 0);
  pass(relay, [], [reply(DOWNLOAD, 1), hole(DOWNLOAD, 1, 5n)]);
  assertEquals(pass(relay, [hole(DOWNLOAD, 1, 5n)]).up.length, 28 + 12);
  pass(relay, [], [streamFinish(DOWNLOAD, 1)]);
  assertEquals(pass(relay, [data]).up.length, 0);
  assert(relay.idle);
  for (const end of [streamAbort(DOWNLOAD, 2, errorBody()), errorReply(DOWNLOAD, 2)]) {
    pass(relay, [call(DOWNLOAD, 2)], [reply(DOWNLOAD, 2), end]);
    assertEquals(pass(relay, [streamData(DOWNLOAD, 2, words(1))]).up.length, 0);
    assert(relay.idle);
  }
});

test("proxy relay: the packets of a refused stream are dropped", () => {
  const relay = relayWith();
  const { up, down } = pass(relay, [
    join([call(DOWNLOAD, 1), streamData(DOWNLOAD, 1, words(1)), streamFinish(DOWNLOAD, 1)]),
  ]);
  assertEquals(up.length, 0);
  assertEquals(errorOf(down).code, DENIED);
  assert(relay.idle);
});

test("proxy relay: streams are bounded in number", () => {
  const relay = relayWith({ preset: "all" });
  const calls = Array.from({ length: 257 }, (_, i) => call(DOWNLOAD, i + 1));
  const { up, down } = pass(relay, calls);
  assertEquals(up.length, 256 * 28);
  assertStringIncludes(errorOf(down).message!, "256 streams");
});

test("proxy relay: a client that only asks for what is refused fills no memory", () => {
  const relay = relayWith();
  // the daemon stands inside a packet, so that no answer of ours can leave
  relay.receive(call(GET_INFO, 1));
  relay.receiveFromDaemon(reply(GET_INFO, 1, words(1, 2)).subarray(0, 30));
  relay.takeForClient();
  const many = join(Array.from({ length: 10_000 }, (_, i) => call(DESTROY, i + 2)));
  const taken = relay.receive(many);
  assert(taken < 300 * 28, `${taken}`);
  assertEquals(relay.receive(many.subarray(taken)), 0);
});

test("proxy relay: unknown programs are answered, and other packets end the connection", () => {
  const { up, down } = pass(relayWith({ preset: "all" }), [
    packet({ program: 0x06900690, procedure: 1, serial: 4 }), // the administration's
  ]);
  assertEquals(up.length, 0);
  assertStringIncludes(errorOf(down).message!, "Cannot find program");
  for (const type of [TYPE.reply, TYPE.message, 7, 0xffffffff]) {
    assertThrows(
      () => relayWith().receive(packet({ procedure: 1, type })),
      ProtocolError,
      "client",
    );
  }
  for (const type of [TYPE.call, 7]) {
    assertThrows(
      () => relayWith().receiveFromDaemon(packet({ procedure: 1, type })),
      ProtocolError,
      "daemon",
    );
  }
});

test("proxy relay: lengths that cannot be end the connection, and nothing of them goes on", () => {
  for (const length of [0, 27, 33554437, 0x7fffffff, 0xffffffff]) {
    const relay = relayWith();
    assertThrows(
      () => relay.receive(packet({ procedure: GET_INFO, length })),
      ProtocolError,
      "length",
    );
    assertEquals(relay.takeForDaemon(), []);
  }
  assertThrows(
    () => relayWith().receive(packet({ procedure: OPEN, length: 33554436 })),
    ProtocolError,
    "65536 bytes",
  );
  assertThrows(() => relayWith().receive(call(OPEN, 1, words(1, 0xffffffff))), XdrError);
});

test("proxy relay: a packet passes before its end has come", () => {
  const relay = relayWith({ preset: "all" });
  relay.receive(call(DOWNLOAD, 1));
  relay.takeForDaemon();
  const large = packet({
    procedure: DOWNLOAD,
    serial: 1,
    type: TYPE.stream,
    status: STATUS.more,
    length: 33554436,
  });
  relay.receive(large);
  assertEquals(join(relay.takeForDaemon()), large);
  relay.receive(new Uint8Array(1000));
  assertEquals(join(relay.takeForDaemon()).length, 1000);
});
