import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { EventOverflowError, EventStream, type EventStreamOptions } from "../../src/events.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import { CountedController } from "../session/calls.ts";

const DONE: IteratorResult<number> = { done: true, value: undefined };

interface Fed {
  readonly stream: EventStream<number>;
  /** How often the producer was told that the consumer has left. */
  released(): number;
}

function fed(options: EventStreamOptions = {}, ready: Promise<void> = Promise.resolve()): Fed {
  let releases = 0;
  const stream = new EventStream<number>(() => ({
    ready,
    release: () => {
      releases++;
      return Promise.resolve();
    },
  }), options);
  return { stream, released: () => releases };
}

function pushAll(stream: EventStream<number>, ...values: readonly number[]): void {
  for (const value of values) stream.push(value);
}

async function rest(stream: EventStream<number>): Promise<number[]> {
  const found: number[] = [];
  for await (const value of stream) found.push(value);
  return found;
}

test("event stream: events come in order, whether they or the consumer were first", async () => {
  const { stream, released } = fed();
  pushAll(stream, 1, 2);
  assertEquals(stream.queued, 2);
  assertEquals(await stream.next(), { done: false, value: 1 });
  assertEquals(await stream.next(), { done: false, value: 2 });
  const waiting = [stream.next(), stream.next(), stream.next()];
  pushAll(stream, 3, 4);
  assertEquals(stream.queued, 0);
  stream.end();
  assertEquals(await Promise.all(waiting), [
    { done: false, value: 3 },
    { done: false, value: 4 },
    DONE,
  ]);
  assertEquals(released(), 1);
});

test("event stream: an end comes after the events that wait", async () => {
  const { stream } = fed();
  pushAll(stream, 1, 2, 3);
  stream.end();
  stream.push(4);
  assertEquals(await rest(stream), [1, 2, 3]);
  assertEquals(await stream.next(), DONE);
});

test("event stream: an error comes after the events that wait, once", async () => {
  const { stream, released } = fed();
  const error = new Error("lost");
  pushAll(stream, 1, 2);
  stream.fail(error);
  stream.fail(new Error("another"));
  stream.end();
  assertEquals([await stream.next(), await stream.next()].map(({ value }) => value), [1, 2]);
  assertStrictEquals(await stream.next().catch((e) => e), error);
  assertEquals(await stream.next(), DONE);
  assertEquals(released(), 1);
});

test("event stream: an error reaches the first who waits, the others are told of the end", async () => {
  const { stream } = fed();
  const waiting = [stream.next().catch((error) => error.message), stream.next(), stream.next()];
  stream.fail(new Error("lost"));
  assertEquals(await Promise.all(waiting), ["lost", DONE, DONE]);
});

test("event stream: close() drops what waits, releases once, and ends", async () => {
  const { stream, released } = fed();
  pushAll(stream, 1, 2);
  await Promise.all([stream.close(), stream.close()]);
  await stream.close();
  assertEquals([stream.queued, released()], [0, 1]);
  stream.push(3);
  assertEquals(await stream.next(), DONE);
});

test("event stream: close() while somebody waits ends the wait", async () => {
  const { stream } = fed();
  const waiting = stream.next();
  await stream.close();
  assertEquals(await waiting, DONE);
});

test("event stream: close() after an error that nobody has seen ends for good", async () => {
  const { stream } = fed();
  stream.fail(new Error("lost"));
  await stream.close();
  assertEquals(await stream.next(), DONE);
});

test("event stream: leaving a loop waits for the release, and does not fail by it", async () => {
  let release!: () => void;
  const stream = new EventStream<number>(() => ({
    ready: Promise.resolve(),
    release: () =>
      new Promise((_, reject) => {
        release = () => reject(new Error("the daemon is gone"));
      }),
  }));
  stream.push(1);
  let left = false;
  const loop = (async () => {
    for await (const _ of stream) break;
    left = true;
  })();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(left, false);
  release();
  await loop;
});

test("event stream: it is for one loop", () => {
  const { stream } = fed();
  assertStrictEquals(stream[Symbol.asyncIterator](), stream);
  assertThrows(() => stream[Symbol.asyncIterator](), TypeError, "Cannot iterate twice");
});

test("event stream: too many for the queue are an error after those that fit", async () => {
  const { stream, released } = fed({ queue: 3 });
  pushAll(stream, 1, 2, 3);
  assertEquals(released(), 0);
  pushAll(stream, 4, 5);
  const found: number[] = [];
  const error = await assertRejects(async () => {
    for await (const value of stream) {
      found.push(value);
      pushAll(stream, 6, 7); // there is room for them, but not for those before them
    }
  }, EventOverflowError);
  assertEquals(found, [1, 2, 3]);
  assertEquals([error.name, error.queued, error.lost], ["EventOverflowError", 3, 8]);
  assertEquals([stream.dropped, released()], [8, 1]);
  pushAll(stream, 8);
  assertEquals([stream.dropped, await stream.next()], [8, DONE]);
  assert(error.message.includes('"queue"') && error.message.includes('"drop-oldest"'));
});

test("event stream: a loss is told before whatever ended the stream after it", async () => {
  for (const end of ["end", "fail"] as const) {
    const { stream, released } = fed({ queue: 1 });
    pushAll(stream, 1, 2, 3);
    stream[end](new Error("lost"));
    assertEquals([(await stream.next()).value, released()], [1, 1]);
    const error = await assertRejects(() => stream.next(), EventOverflowError, "2 were lost");
    assertEquals(error.lost, 2);
    assertEquals(await stream.next(), DONE);
  }
  const controller = new AbortController();
  const { stream } = fed({ queue: 1, signal: controller.signal });
  pushAll(stream, 1, 2);
  controller.abort(new Error("enough"));
  await assertRejects(() => stream.next(), Error, "enough");
});

test("event stream: the queue holds 1024 unless said otherwise", async () => {
  const { stream } = fed();
  for (let i = 0; i < 1025; i++) stream.push(i);
  assertEquals(stream.queued, 1024);
  await stream.close();
});

test("event stream: drop-oldest keeps the newest and counts the others", async () => {
  const { stream, released } = fed({ queue: 3, overflow: "drop-oldest" });
  for (let i = 1; i <= 10; i++) stream.push(i);
  assertEquals([stream.queued, stream.dropped, released()], [3, 7, 0]);
  assertEquals((await stream.next()).value, 8);
  pushAll(stream, 11, 12);
  assertEquals(stream.dropped, 8);
  stream.end();
  assertEquals(await rest(stream), [10, 11, 12]);
});

test("event stream: what was lost before it came counts as dropped, and is told", async () => {
  for (const waits of [false, true]) {
    const { stream } = fed();
    const waiting = waits ? stream.next() : undefined;
    waiting?.catch(() => {});
    stream.lost(5);
    stream.push(1);
    const error = await assertRejects(() => waiting ?? stream.next(), EventOverflowError);
    assertEquals([error.lost, stream.dropped], waits ? [5, 5] : [6, 6]);
  }
  const { stream } = fed({ overflow: "drop-oldest" });
  stream.lost(5);
  stream.lost(2);
  stream.push(1);
  assertEquals([stream.dropped, (await stream.next()).value], [7, 1]);
});

test("event stream: a queue that cannot be is refused", () => {
  for (const queue of [0, -1, 2.5, NaN, Infinity]) {
    assertThrows(() => fed({ queue }), RangeError, "Cannot queue events");
  }
});

test("event stream: against a model, at random", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new Random(seed);
    const queue = 1 + random.below(20);
    const { stream } = fed({ queue, overflow: "drop-oldest" });
    const model: number[] = [];
    let dropped = 0;
    for (let i = 0; i < 500; i++) {
      if (random.oneIn(2) || model.length === 0) {
        for (let n = random.below(8); n >= 0; n--) {
          stream.push(i * 10 + n);
          model.push(i * 10 + n);
          if (model.length > queue) {
            model.shift();
            dropped++;
          }
        }
      } else {
        assertEquals((await stream.next()).value, model.shift(), `seed ${seed}`);
      }
      assertEquals([stream.queued, stream.dropped], [model.length, dropped], `seed ${seed}`);
    }
    stream.end();
    assertEquals(await rest(stream), model);
  }
});

test("event stream: a signal ends it at once, with its reason, whatever waits", async () => {
  const controller = new CountedController();
  const { stream, released } = fed({ signal: controller.signal });
  assertEquals(controller.listeners, 1);
  pushAll(stream, 1, 2);
  const reason = { my: "reason" };
  controller.abort(reason);
  assertEquals([stream.queued, released(), controller.listeners], [0, 1, 0]);
  assertStrictEquals(await stream.next().catch((e) => e), reason);
  assertEquals(await stream.next(), DONE);
});

test("event stream: a signal ends a wait", async () => {
  const controller = new CountedController();
  const { stream } = fed({ signal: controller.signal });
  const waiting = assertRejects(() => stream.next(), Error, "enough");
  controller.abort(new Error("enough"));
  await waiting;
});

test("event stream: whatever ends it leaves no listener on the signal", async () => {
  for (const end of ["end", "fail", "close", "overflow"] as const) {
    const controller = new CountedController();
    const { stream } = fed({ signal: controller.signal, queue: 1 });
    if (end === "end") stream.end();
    if (end === "fail") stream.fail(new Error("x"));
    if (end === "close") await stream.close();
    if (end === "overflow") {
      pushAll(stream, 1, 2);
      await stream.next();
      await assertRejects(() => stream.next(), EventOverflowError);
    }
    assertEquals(controller.listeners, 0, end);
    controller.abort();
    if (end === "end") assertEquals(await stream.next(), DONE);
  }
});

test("event stream: a signal that is aborted already starts nothing", async () => {
  let started = false;
  const stream = new EventStream<number>(() => {
    started = true;
    return { ready: Promise.resolve(), release: () => Promise.resolve() };
  }, { signal: AbortSignal.abort(new Error("no need")) });
  await assertRejects(() => stream.next(), Error, "no need");
  assertEquals(started, false);
  await stream.close();
});

test("event stream: ready resolves with the producer, and rejects as the loop does", async () => {
  await fed().stream.ready;
  const refused = fed({}, Promise.reject(new Error("not here")));
  await assertRejects(() => refused.stream.ready, Error, "not here");
  await assertRejects(() => rest(refused.stream), Error, "not here");
});

test("event stream: ready settles when the stream ends before the producer is ready", async () => {
  for (const end of ["fail", "close", "abort"] as const) {
    const controller = new AbortController();
    const { stream } = fed({ signal: controller.signal }, new Promise(() => {}));
    if (end === "fail") stream.fail(new Error("lost"));
    if (end === "close") await stream.close();
    if (end === "abort") controller.abort(new Error("enough"));
    const outcome = await stream.ready.then(() => "ready", (error) => error.message);
    assertEquals(outcome, { fail: "lost", close: "ready", abort: "enough" }[end]);
  }
});
