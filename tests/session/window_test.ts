import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { LibvirtError } from "../../src/errors.ts";
import { CallWindow } from "../../src/session/window.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import { echo, echoed, quickEcho, textOf } from "./calls.ts";
import { withPeer } from "./peer.ts";

interface Fake {
  readonly name: string;
  readonly priority: boolean;
}

function ordinary(name: string): Fake {
  return { name, priority: false };
}

function priority(name: string): Fake {
  return { name, priority: true };
}

test("window: four ordinary calls, and one place more for a call of high priority", () => {
  const window = new CallWindow<Fake>(4);
  const entered = ["a", "b", "c", "d", "e"].map((name) => window.enter(ordinary(name)));
  assertEquals(entered, [true, true, true, true, false]);
  assertEquals([window.enter(priority("p")), window.enter(priority("q"))], [true, false]);
  assertEquals(window.waiting, 2);
  assertEquals(window.next(), undefined);
});

test("window: calls of high priority alone take five places", () => {
  const window = new CallWindow<Fake>(4);
  const entered = Array.from({ length: 6 }, (_, i) => window.enter(priority(`${i}`)));
  assertEquals(entered, [true, true, true, true, true, false]);
  assertEquals(window.enter(ordinary("o")), false);
});

test("window: an ordinary call finds a place beside calls of high priority", () => {
  const window = new CallWindow<Fake>(4);
  for (let i = 0; i < 3; i++) assert(window.enter(priority(`${i}`)));
  assertEquals([window.enter(ordinary("a")), window.enter(ordinary("b"))], [true, true]);
  assertEquals(window.enter(ordinary("c")), false);
  assertEquals(window.enter(priority("p")), false);
});

test("window: who came first goes first, where both have a place", () => {
  const window = new CallWindow<Fake>(1);
  const [running, quick] = [ordinary("running"), priority("quick")];
  for (const call of [running, quick]) assert(window.enter(call));
  for (const call of [ordinary("1"), priority("2"), ordinary("3"), priority("4")]) {
    assertEquals(window.enter(call), false);
  }
  window.leave(running);
  assertEquals(window.next()?.name, "1");
  assertEquals(window.next(), undefined);
  window.leave(quick);
  assertEquals(window.next()?.name, "2", "the place beyond the limit is for high priority only");
  assertEquals(window.next(), undefined);
});

test("window: a call that waits can be withdrawn, once; one that does not wait cannot", () => {
  const window = new CallWindow<Fake>(1);
  const [running, second, third] = [ordinary("1"), ordinary("2"), ordinary("3")];
  window.enter(running);
  window.enter(second);
  window.enter(third);
  assertEquals([window.withdraw(running), window.withdraw(second)], [false, true]);
  assertEquals(window.withdraw(second), false);
  window.leave(running);
  assertEquals(window.next(), third);
  assertEquals(window.waiting, 0);
});

test("window: who comes when a place is free, but others wait, waits behind them", () => {
  const window = new CallWindow<Fake>(1);
  const [running, second, third] = [ordinary("1"), ordinary("2"), ordinary("3")];
  window.enter(running);
  window.enter(second);
  window.leave(running);
  assertEquals(window.enter(third), false);
  assertEquals(window.next(), second);
});

test("window: clear() hands out all that wait", () => {
  const window = new CallWindow<Fake>(1);
  window.enter(ordinary("running"));
  window.enter(ordinary("a"));
  window.enter(priority("b"));
  window.enter(priority("c"));
  assertEquals(window.clear().map(({ name }) => name).sort(), ["a", "c"]);
  assertEquals(window.waiting, 0);
  assertEquals(window.next(), undefined);
});

test("window: at random, never more on the wire than allowed, never an idle place, no one lost", () => {
  for (let seed = 0; seed < 20; seed++) walk(new Random(seed), `seed ${seed}`);
});

function walk(random: Random, where: string): void {
  const limit = 1 + random.below(6);
  const window = new CallWindow<Fake>(limit);
  const wire = new Set<Fake>();
  const queue: Fake[] = [];
  let served = 0;
  function check(): void {
    const normal = [...wire].filter(({ priority }) => !priority).length;
    assert(normal <= limit && wire.size <= limit + 1, where);
    assertEquals(window.waiting, queue.length);
    for (const waiting of queue) {
      const free = wire.size <= limit && (waiting.priority || normal < limit);
      assert(!free, `${where}: ${waiting.name} waits beside a free place`);
    }
  }
  for (let i = 0; i < 400; i++) {
    const call = random.oneIn(3) ? priority(`${i}`) : ordinary(`${i}`);
    if (window.enter(call)) wire.add(call);
    else queue.push(call);
    check();
    if (queue.length > 0 && random.oneIn(5)) {
      const [gone] = queue.splice(random.below(queue.length), 1);
      assert(window.withdraw(gone!));
    }
    while (wire.size > 0 && random.oneIn(2)) {
      const done = random.pick([...wire]);
      wire.delete(done);
      window.leave(done);
      served++;
      for (let next = window.next(); next !== undefined; next = window.next()) {
        const same = queue.filter((waiting) => waiting.priority === next!.priority);
        assertEquals(next, same[0], "first come, first served among equals");
        queue.splice(queue.indexOf(next), 1);
        wire.add(next);
      }
    }
    check();
  }
  assert(served > 100);
}

test("session: four ordinary calls go out, the fifth waits, one of high priority passes it", () =>
  withPeer(async ({ session, peer }) => {
    const answers = ["1", "2", "3", "4", "5", "6"].map((value) => session.call(echo, value));
    const quick = session.call(quickEcho, "quick");
    const second = session.call(quickEcho, "second quick");
    const wire = await peer.take(5);
    assertEquals(wire.map(textOf), ["1", "2", "3", "4", "quick"]);

    peer.send(echoed(wire[4]!)); // the place of high priority is free: the next one takes it
    const next = await peer.next();
    assertEquals([textOf(next), peer.waiting], ["second quick", 0]);
    peer.send(echoed(wire[2]!)); // an ordinary place
    const fifth = await peer.next();
    assertEquals([textOf(fifth), peer.waiting], ["5", 0]);
    peer.send(echoed(next), echoed(fifth), echoed(wire[0]!));
    const sixth = await peer.next();
    assertEquals(textOf(sixth), "6");
    peer.send(echoed(sixth), echoed(wire[1]!), echoed(wire[3]!));
    assertEquals(await Promise.all(answers), ["1", "2", "3", "4", "5", "6"]);
    assertEquals(await Promise.all([quick, second]), ["quick", "second quick"]);
  }));

test("session: calls that wait go out in the order in which they were made", () =>
  withPeer(async ({ session, peer }) => {
    const order: string[] = [];
    const wanted = Array.from({ length: 40 }, (_, i) => `${i}`);
    const answers = wanted.map((value) => session.call(echo, value));
    peer.answerAll((call) => {
      order.push(textOf(call));
      return echoed(call);
    });
    await Promise.all(answers);
    assertEquals(order, wanted);
  }));

test("session: an error reply frees a place as well", () =>
  withPeer(async ({ session, peer }) => {
    const first = Array.from({ length: 4 }, () =>
      assertRejects(() => session.call(echo, "x"), LibvirtError));
    const fifth = session.call(echo, "5");
    for (const call of await peer.take(4)) {
      peer.refuse(call, { code: 1 });
    }
    peer.send(echoed(await peer.next()));
    assertEquals(await fifth, "5");
    await Promise.all(first);
  }));

test("session: the number of places can be set", () =>
  withPeer(async ({ session, peer }) => {
    const answers = ["1", "2", "3"].map((value) => session.call(echo, value));
    const quick = session.call(quickEcho, "quick");
    const wire = await peer.take(2);
    assertEquals(wire.map(textOf), ["1", "quick"]);
    for (const call of wire) peer.send(echoed(call));
    peer.answerAll(echoed);
    assertEquals(await Promise.all([...answers, quick]), ["1", "2", "3", "quick"]);
  }, { callsInFlight: 1 }));

test("session: a number of places that is none is refused", () => {
  for (const limit of [0, -1, 1.5, NaN]) {
    assertThrows(() => new CallWindow(limit), RangeError, "callsInFlight");
  }
});
