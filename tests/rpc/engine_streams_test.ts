import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { RpcEngine } from "../../src/rpc/engine.ts";
import type { StreamState } from "../../src/rpc/stream_state.ts";
import { ProtocolError } from "../../src/xdr/errors.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import { line, newClient, newServer, NO_ERROR, output, rawProcedure, receive } from "./engines.ts";
import {
  call,
  concat,
  errorBody,
  errorReply,
  hole,
  reply,
  streamAbort,
  streamData,
  streamFinish,
  words,
} from "./frames.ts";

const PROC = 209;
const download = rawProcedure(PROC);
const DATA = words(1, 2, 3);
const IO_ERROR = errorBody({ code: 38, message: "disk full" });

const wireError = { ...NO_ERROR, code: 38, message: "disk full" };

test("streams: a client's stream is there from the moment of its call", () => {
  const client = newClient();
  const context = {};
  const { serial } = client.sendCall(download, DATA, context, true);
  const stream = client.stream(serial)!;
  assertEquals(stream.phase, "open");
  assertStrictEquals(stream.context, context);
  assertEquals(output(client), call(PROC, 1, DATA));
  // the daemon's packets may overtake its reply
  const bytes = concat(
    streamData(PROC, 1, words(7)),
    reply(PROC, 1),
    streamData(PROC, 1, words(8)),
  );
  assertEquals(receive(client, bytes), [
    "data 1 [00000007]",
    "reply 1 [] fds 0",
    "data 1 [00000008]",
  ]);
});

test("streams: what the server sends on a download", () => {
  const [client, stream] = opened();
  const bytes = concat(
    streamData(PROC, 1, DATA),
    hole(PROC, 1, 1n << 40n),
    hole(PROC, 1, -5n, 3),
    streamData(PROC, 1),
    streamFinish(PROC, 1),
  );
  assertEquals(receive(client, bytes), [
    "data 1 [000000010000000200000003]",
    "hole 1 1099511627776 flags 0",
    "hole 1 -5 flags 3",
    "end 1",
    "finish 1",
  ]);
  assertEquals(stream.ended, true);
  assertEquals(stream.phase, "closed");
  assertEquals(client.stream(1), undefined);
});

test("streams: what a client sends on an upload", () => {
  const [client, stream] = opened();
  client.sendData(stream, DATA);
  client.sendHole(stream, 4096n);
  client.sendHole(stream, 1n, 1);
  client.sendData(stream, new Uint8Array(0));
  client.sendFinish(stream);
  assertEquals(
    output(client),
    concat(
      streamData(PROC, 1, DATA),
      hole(PROC, 1, 4096n),
      hole(PROC, 1, 1n, 1),
      streamData(PROC, 1),
      streamFinish(PROC, 1),
    ),
  );
});

test("streams: after OK a client sends nothing, still hears, and ends with the server's OK", () => {
  const [client, stream] = opened();
  client.sendFinish(stream);
  assertEquals(stream.phase, "ending");
  output(client);
  sendEverything(client, stream);
  assertEquals(client.hasOutput, false);
  assertEquals(receive(client, streamData(PROC, 1, DATA), streamFinish(PROC, 1)), [
    "data 1 [000000010000000200000003]",
    "finish 1",
  ]);
  assertEquals(stream.phase, "closed");
});

test("streams: a client that aborts drains until the server's last word", () => {
  for (const last of [streamFinish(PROC, 1), streamAbort(PROC, 1, IO_ERROR)]) {
    const [client, stream] = opened();
    client.sendAbort(stream);
    assertEquals(output(client), streamAbort(PROC, 1));
    assertEquals(stream.phase, "ending");
    sendEverything(client, stream);
    assertEquals(client.hasOutput, false);
    client.receive(streamData(PROC, 1, DATA));
    assertEquals(client.stream(1), stream);
    assertEquals(client.receive(last).length, 1);
    assertEquals(client.stream(1), undefined);
    assertEquals(stream.phase, "closed");
  }
});

test("streams: the server's error ends a stream, as STREAM and as REPLY", () => {
  for (const bytes of [streamAbort(PROC, 1, IO_ERROR), errorReply(PROC, 1, IO_ERROR)]) {
    const [client, stream] = opened();
    assertEquals(receive(client, bytes, streamData(PROC, 1, DATA)), ["abort 1 code 38"]);
    assertEquals(stream.phase, "closed");
    assertEquals(client.stream(1), undefined);
    sendEverything(client, stream);
    assertEquals(client.hasOutput, false);
  }
});

test("streams: a second good reply to the call of an open stream is a fault", () => {
  const [client] = opened();
  const [found] = receive(client, reply(PROC, 1));
  assert(found?.startsWith("failure ProtocolError remote: Expected a reply to a call"), found);
});

test("streams: a refused call takes its stream along", () => {
  const client = newClient();
  client.sendCall(download, DATA, undefined, true);
  const stream = client.stream(1)!;
  output(client);
  assertEquals(receive(client, errorReply(PROC, 1, IO_ERROR)), ["error 1 code 38 disk full"]);
  assertEquals(client.stream(1), undefined);
  assertEquals(stream.phase, "closed");
  sendEverything(client, stream);
  assertEquals(client.hasOutput, false);
});

test("streams: packets of a serial without a stream are dropped", () => {
  for (const engine of [newClient(), newServer()]) {
    const bytes = concat(
      streamData(PROC, 9, DATA),
      streamData(PROC, 9),
      hole(PROC, 9, 1n),
      streamFinish(PROC, 9),
      streamAbort(PROC, 9, IO_ERROR),
    );
    assertEquals(receive(engine, bytes), []);
    assertEquals(engine.hasOutput, false);
  }
});

test("streams: several at once keep apart", () => {
  const client = newClient();
  for (let i = 0; i < 3; i++) client.sendCall(download, words(), i, true);
  const bytes = concat(
    streamData(PROC, 2, words(2)),
    reply(PROC, 3),
    streamAbort(PROC, 1, IO_ERROR),
    streamData(PROC, 3, words(3)),
    streamData(PROC, 2),
  );
  assertEquals(receive(client, bytes), [
    "data 2 [00000002]",
    "reply 3 [] fds 0",
    "abort 1 code 38",
    "data 3 [00000003]",
    "end 2",
  ]);
  assertEquals([1, 2, 3].map((serial) => client.stream(serial)?.phase), [
    undefined,
    "open",
    "open",
  ]);
});

test("streams: a server's stream lives until the server has said the last word", () => {
  const [server, stream] = accepted();
  const bytes = concat(
    streamData(PROC, 5, DATA),
    hole(PROC, 5, 7n),
    streamData(PROC, 5),
    streamFinish(PROC, 5),
  );
  assertEquals(receive(server, bytes), [
    "data 5 [000000010000000200000003]",
    "hole 5 7 flags 0",
    "end 5",
    "finish 5",
  ]);
  assertEquals(server.stream(5), stream);
  server.sendFinish(stream);
  assertEquals(output(server), streamFinish(PROC, 5));
  assertEquals([server.stream(5), stream.phase], [undefined, "closed"]);
  assertEquals(receive(server, streamData(PROC, 5, DATA)), []);
});

test("streams: a client's abort ends the server's stream", () => {
  const [server, stream] = accepted();
  assertEquals(receive(server, streamAbort(PROC, 5)), ["abort 5 null"]);
  assertEquals([server.stream(5), stream.phase], [undefined, "closed"]);
  sendEverything(server, stream);
  assertEquals(server.hasOutput, false);
});

test("streams: a server gives a stream up with an error, as STREAM or as the call's reply", () => {
  const [server, stream] = accepted();
  server.sendAbort(stream, wireError);
  assertEquals(output(server), streamAbort(PROC, 5, IO_ERROR));
  assertEquals([server.stream(5), stream.phase], [undefined, "closed"]);

  const [other, refused] = accepted();
  other.sendError(callOf(5), wireError);
  assertEquals(output(other), errorReply(PROC, 5, IO_ERROR));
  assertEquals([other.stream(5), refused.phase], [undefined, "closed"]);
  sendEverything(other, refused);
  assertEquals(other.hasOutput, false);
});

test("streams: large payload leaves as it is, in its place, without a copy", () => {
  const [client, stream] = opened();
  const large = new Random(3).bytes(262120);
  client.sendData(stream, DATA);
  client.sendData(stream, large);
  client.sendData(stream, DATA);
  const chunks = client.takeOutput();
  assert(chunks.some((chunk) => chunk.buffer === large.buffer), "copied");
  assertEquals(
    concat(...chunks),
    concat(streamData(PROC, 1, DATA), streamData(PROC, 1, large), streamData(PROC, 1, DATA)),
  );
});

test("streams: payload beyond the protocol's limit is refused and leaves the output as it was", () => {
  const [client, stream] = opened();
  const most = new Uint8Array(32 * 1024 * 1024 - 24);
  client.sendData(stream, DATA);
  const tooMuch = new Uint8Array(most.length + 1);
  const error = assertThrows(
    () => client.sendData(stream, tooMuch),
    ProtocolError,
    "33554437 bytes",
  );
  assertEquals(error.origin, "local");
  assertEquals(stream.phase, "open");
  assertEquals(output(client), streamData(PROC, 1, DATA));
  client.sendData(stream, most);
  assertEquals(client.takeOutput().map(({ length }) => length), [28, most.length]);
});

test("streams: after a broken protocol nothing is sent on a stream", () => {
  const [client, stream] = opened();
  assertEquals(client.receive(words(3)).map(({ type }) => type), ["failure"]);
  sendEverything(client, stream);
  assertEquals(client.hasOutput, false);
});

test("streams: data is a view into what was received", () => {
  const [client] = opened();
  const bytes = streamData(PROC, 1, DATA);
  const [event] = client.receive(bytes);
  assert(event?.type === "data", line(event!));
  assertStrictEquals(event.data.buffer, bytes.buffer);
});

/** A client whose stream is open and whose output is empty. */
function opened(): [RpcEngine, StreamState] {
  const client = newClient();
  const { serial } = client.sendCall(download, DATA, undefined, true);
  output(client);
  receive(client, reply(PROC, serial));
  return [client, client.stream(serial)!];
}

/** A server whose stream of serial 5 is open. */
function accepted(): [RpcEngine, StreamState] {
  const server = newServer();
  receive(server, call(PROC, 5, DATA));
  return [server, server.openStream(callOf(5), undefined)];
}

function callOf(serial: number) {
  return { program: 0x20008086, version: 1, procedure: PROC, serial };
}

function sendEverything(engine: RpcEngine, stream: StreamState): void {
  engine.sendData(stream, DATA);
  engine.sendData(stream, new Uint8Array(0));
  engine.sendHole(stream, 1n);
  engine.sendFinish(stream);
  engine.sendAbort(stream);
}
