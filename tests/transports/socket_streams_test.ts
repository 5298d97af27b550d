import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { READ_AHEAD, type SocketControl, SocketStreams } from "../../transports/socket_streams.ts";
import { test } from "../harness.ts";
import { readOnce } from "./bytes.ts";

/** A socket that fails when it is told to, which none does in time for a test. */
class FailingSocket implements SocketControl {
  readonly streams: SocketStreams = new SocketStreams("somewhere", this);
  resumed = 0;
  destroyed = 0;

  write(): undefined {}

  resume(): void {
    this.resumed++;
  }

  finish(): undefined {}

  destroy(): void {
    this.destroyed++;
  }
}

test("transports: streams: what came before a failure can be read", async () => {
  const socket = new FailingSocket();
  const { streams } = socket;
  streams.push(new Uint8Array([1]));
  streams.push(new Uint8Array([2]));
  const cause = new Error("connection reset by peer");
  const failure = streams.fail(cause);
  assertEquals(failure.message, "The connection to somewhere failed: connection reset by peer");
  assertStrictEquals(failure.cause, cause);
  assertEquals(await readOnce(streams.readable), new Uint8Array([1]));
  assertEquals(await readOnce(streams.readable), new Uint8Array([2]));
  assertStrictEquals(await assertRejects(() => readOnce(streams.readable)), failure);
  assertStrictEquals(
    await assertRejects(() => streams.writable.getWriter().write(new Uint8Array([3]))),
    failure,
  );
  assertEquals(socket.destroyed, 1);
});

test("transports: streams: a failure ends a read that waits", async () => {
  const { streams } = new FailingSocket();
  const reading = readOnce(streams.readable);
  const failure = streams.fail(new Error("x"));
  assertStrictEquals(await assertRejects(() => reading), failure);
});

test("transports: streams: only the first end counts", async () => {
  const { streams } = new FailingSocket();
  const first = streams.end();
  assertEquals(first.reason, "eof");
  assertStrictEquals(streams.fail(new Error("an echo")), first);
  assertStrictEquals(streams.end(), first);
  assertEquals(streams.push(new Uint8Array([1])), false);
  assertEquals(await readOnce(streams.readable), undefined);
});

test("transports: streams: abort after a failure that nobody has read", async () => {
  const { streams } = new FailingSocket();
  streams.push(new Uint8Array([1]));
  const failure = streams.fail(new Error("x"));
  await streams.writable.abort();
  assertStrictEquals(await assertRejects(() => readOnce(streams.readable)), failure);
});

test("transports: streams: reading pauses at the mark and goes on below it", async () => {
  const socket = new FailingSocket();
  const { streams } = socket;
  const half = READ_AHEAD / 2;
  assertEquals(streams.push(new Uint8Array(half)), true);
  assertEquals(streams.push(new Uint8Array(half)), false);
  assertEquals(socket.resumed, 0);
  await readOnce(streams.readable);
  assertEquals(socket.resumed, 1);
  await readOnce(streams.readable);
  assertEquals(socket.resumed, 1);
  await streams.readable.cancel();
  const refused = await assertRejects(
    () => streams.writable.getWriter().write(new Uint8Array([1])),
    ConnectionError,
    "The connection to somewhere is closed",
  );
  assertEquals(refused.reason, "client");
});
