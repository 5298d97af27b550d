import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectionError, LibvirtError, XdrError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { concat, message, reply, words } from "../rpc/frames.ts";
import { echo, echoed } from "./calls.ts";
import { type Ends, type PeerCall, settle, withPeer } from "./peer.ts";
import {
  DEREGISTER,
  LIFECYCLE,
  lifecycle,
  lifecycleSource,
  rebootSource,
  RecordingSink,
  REGISTER,
  registered,
} from "./sources.ts";

type Leave = () => Promise<void>;

/** A sink whose registration stands, with an id that the daemon chose. */
async function stand(
  { session, peer }: Ends,
  callbackId: number,
  key?: string,
): Promise<[RecordingSink, Leave]> {
  const sink = new RecordingSink();
  const standing = session.subscribe(lifecycleSource(key), sink);
  const call = await peer.next();
  assertEquals(call.procedure, REGISTER);
  peer.send(registered(call, callbackId));
  return [sink, await standing];
}

/** Waits until the session has handled all that was sent to it. */
async function roundTrip({ session, peer }: Ends): Promise<void> {
  const answer = session.call(echo, "round trip");
  peer.send(echoed(await peer.next()));
  await answer;
}

async function deregistered(peer: Ends["peer"], callbackId: number): Promise<PeerCall> {
  const call = await peer.next();
  assertEquals([call.procedure, [...call.body]], [DEREGISTER, [...words(callbackId)]]);
  return call;
}

test("registrations: events come from the reply on, until the subscription is left", () =>
  withPeer(async (ends) => {
    const [sink, leave] = await stand(ends, 3);
    ends.peer.send(lifecycle(3, 1), lifecycle(3, 2));
    await roundTrip(ends);
    const leaving = leave();
    const call = await deregistered(ends.peer, 3);
    ends.peer.send(lifecycle(3, 3), reply(call.procedure, call.serial));
    await leaving;
    assertEquals(sink.log, ["3:1", "3:2"]);
    await leave();
    assertEquals(ends.peer.waiting, 0, "a subscription is left once");
  }));

test("registrations: an event before the reply that tells its id is kept", () =>
  withPeer(async ({ session, peer }) => {
    const sink = new RecordingSink();
    const standing = session.subscribe(lifecycleSource(), sink);
    const call = await peer.next();
    peer.send(lifecycle(8, 1), lifecycle(9, 2));
    await settle();
    assertEquals(sink.log, []);
    peer.send(lifecycle(8, 3), registered(call, 8), lifecycle(8, 4));
    await standing;
    await settle();
    assertEquals(sink.log, ["8:1", "8:3", "8:4"]);
  }));

test("registrations: early events find the right one of several that are pending", () =>
  withPeer(async ({ session, peer }) => {
    const [a, b] = [new RecordingSink(), new RecordingSink()];
    const standing = [
      session.subscribe(lifecycleSource("a"), a),
      session.subscribe(lifecycleSource("b"), b),
    ];
    const [first, second] = await peer.take(2);
    peer.send(lifecycle(2, 20), lifecycle(1, 10), registered(second!, 2), lifecycle(1, 11));
    peer.send(lifecycle(2, 21), registered(first!, 1));
    await Promise.all(standing);
    assertEquals(a.log, ["1:10", "1:11"]);
    assertEquals(b.log, ["2:20", "2:21"]);
  }));

test("registrations: events with an unknown id are ignored while nothing is pending", () =>
  withPeer(async (ends) => {
    ends.peer.send(lifecycle(5, 0));
    const [sink] = await stand(ends, 4);
    ends.peer.send(lifecycle(5, 1), lifecycle(-1, 2), lifecycle(4, 3));
    await roundTrip(ends);
    const [other] = await stand(ends, 5, "other");
    assertEquals(sink.log, ["4:3"]);
    assertEquals(other.log, []);
  }));

test("registrations: what was kept for a registration that failed is forgotten", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const [, leave] = await stand(ends, 1, "stays");
    const sink = new RecordingSink();
    const failing = assertRejects(
      () => session.subscribe(lifecycleSource("refused"), sink),
      LibvirtError,
      "not now",
    );
    const call = await peer.next();
    peer.send(lifecycle(6, 1));
    peer.refuse(call, { code: 3, message: "not now" });
    await failing;
    const [later] = await stand(ends, 6, "refused");
    assertEquals(later.log, []);
    peer.answerAll((call) => reply(call.procedure, call.serial));
    await leave();
  }));

test("registrations: too many early events lose the oldest, and say how many", () =>
  withPeer(async ({ session, peer }) => {
    const sink = new RecordingSink();
    const standing = session.subscribe(lifecycleSource(), sink);
    const call = await peer.next();
    for (let i = 0; i < 1030; i++) peer.send(lifecycle(1, i));
    peer.send(registered(call, 1));
    await standing;
    assertEquals(sink.log.length, 1025);
    assertEquals(sink.log.slice(0, 2), ["lost 6", "1:6"]);
    assertEquals(sink.log.at(-1), "1:1029");
  }));

test("registrations: sinks of one source share a registration, the last one ends it", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const [first, leaveFirst] = await stand(ends, 3);
    const second = new RecordingSink();
    const leaveSecond = await session.subscribe(lifecycleSource(), second);
    assertEquals(peer.waiting, 0);
    peer.send(lifecycle(3, 1));
    await roundTrip(ends);
    await leaveFirst();
    peer.send(lifecycle(3, 2));
    await roundTrip(ends);
    assertEquals([first.log, second.log], [["3:1"], ["3:1", "3:2"]]);
    const leaving = leaveSecond();
    peer.reply(await deregistered(peer, 3));
    await leaving;
  }));

test("registrations: sinks that come while the registration is pending share it", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const sinks = [new RecordingSink(), new RecordingSink(), new RecordingSink()];
    const standing = sinks.map((sink) => session.subscribe(lifecycleSource(), sink));
    const call = await peer.next();
    peer.send(lifecycle(3, 1), registered(call, 3), lifecycle(3, 2));
    const leaves = await Promise.all(standing);
    assertEquals(sinks.map(({ log }) => log), Array(3).fill(["3:1", "3:2"]));
    assertEquals(peer.waiting, 0);
    const leaving = Promise.all(leaves.map((leave) => leave()));
    peer.reply(await deregistered(peer, 3));
    await leaving;
    assertEquals(peer.waiting, 0);
  }));

test("registrations: a refused registration fails all who wait for it, and can be made again", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const failing = [1, 2].map(() =>
      assertRejects(() => session.subscribe(lifecycleSource(), new RecordingSink()), LibvirtError)
    );
    peer.refuse(await peer.next(), { code: 3, message: "no support" });
    await Promise.all(failing);
    const [sink] = await stand(ends, 1);
    peer.send(lifecycle(1, 1));
    await roundTrip(ends);
    assertEquals(sink.log, ["1:1"]);
  }));

test("registrations: made again while the old one is being ended, once it has ended", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const [old, leave] = await stand(ends, 1);
    const leaving = leave();
    const call = await deregistered(peer, 1);
    const fresh = new RecordingSink();
    const standing = session.subscribe(lifecycleSource(), fresh);
    await roundTrip(ends); // no call has come before this one
    peer.send(lifecycle(1, 1), reply(call.procedure, call.serial));
    await leaving;
    peer.send(registered(await peer.next(), 2), lifecycle(1, 2), lifecycle(2, 3));
    await standing;
    assertEquals([old.log, fresh.log], [[], ["2:3"]]);
  }));

test("registrations: messages of different procedures with the same id keep apart", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const [lifecycles] = await stand(ends, 1);
    const reboots = new RecordingSink();
    const standing = session.subscribe(rebootSource(), reboots);
    peer.send(registered(await peer.next(), 1));
    await standing;
    const reboot = message(319, lifecycle(1, 0).slice(28, -8));
    peer.send(lifecycle(1, 5), reboot);
    await roundTrip(ends);
    assertEquals([lifecycles.log, reboots.log], [["1:5"], ["1:undefined"]]);
  }));

test("registrations: a sink may leave, and another come, from inside a message", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const [, leaveFirst] = await stand(ends, 1);
    const late = new RecordingSink();
    let joined: Promise<Leave> | undefined;
    const restless = new RecordingSink();
    const leaveRestless = await session.subscribe(lifecycleSource(), {
      message: (event) => {
        restless.message(event);
        leaveRestless();
        joined ??= session.subscribe(lifecycleSource(), late);
      },
      lost: () => {},
      end: () => {},
    });
    peer.send(lifecycle(1, 1), lifecycle(1, 2));
    await roundTrip(ends);
    const leaveLate = await joined!;
    assertEquals(restless.log, ["1:1"]);
    assert(late.log.includes("1:2"));
    peer.answerAll((call) => reply(call.procedure, call.serial));
    await Promise.all([leaveFirst(), leaveLate()]);
  }));

test("registrations: an event that cannot be decoded is skipped, or found when strict", async () => {
  const broken = message(LIFECYCLE, concat(words(1), words(99999)));
  await withPeer(async (ends) => {
    const [sink] = await stand(ends, 1);
    ends.peer.send(lifecycle(1, 1), broken, lifecycle(1, 2));
    await roundTrip(ends);
    assertEquals(sink.log, ["1:1", "1:2"]);
  });
  await withPeer(async (ends) => {
    const [sink] = await stand(ends, 1);
    ends.peer.send(lifecycle(1, 1), broken, lifecycle(1, 2));
    assertEquals(await ends.session.closed, "error");
    assertInstanceOf(ends.session.closeError, XdrError);
    assertEquals(sink.log[0], "1:1");
    assert(sink.log[1]!.startsWith("end No more events: "), sink.log[1]);
    assertEquals(sink.log.length, 2);
  }, { strict: true });
});

test("registrations: trailing bytes of an event are let pass, or found when strict", async () => {
  const padded = message(LIFECYCLE, concat(lifecycle(1, 7).slice(28), words(0)));
  await withPeer(async (ends) => {
    const [sink] = await stand(ends, 1);
    ends.peer.send(padded);
    await roundTrip(ends);
    assertEquals(sink.log, ["1:7"]);
  });
  await withPeer(async (ends) => {
    await stand(ends, 1);
    ends.peer.send(padded);
    assertEquals(await ends.session.closed, "error");
  }, { strict: true });
});

test("registrations: close() deregisters first, and tells the sinks once", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    const [first] = await stand(ends, 1, "first");
    const [second] = await stand(ends, 2, "second");
    const closing = session.close();
    assertEquals([first.log, second.log], [["end undefined"], ["end undefined"]]);
    const calls = await peer.take(2);
    assertEquals(calls.map(({ procedure }) => procedure), [DEREGISTER, DEREGISTER]);
    assertEquals(calls.map(({ body }) => body[3]).sort(), [1, 2]);
    for (const call of calls) peer.reply(call);
    await closing;
    assertEquals([first.log, second.log], [["end undefined"], ["end undefined"]]);
    assertEquals(await session.closed, "client");
  }));

test("registrations: a lost connection tells the sinks why", () =>
  withPeer(async (ends) => {
    const [sink, leave] = await stand(ends, 1);
    await ends.peer.close();
    await ends.session.closed;
    assertEquals(sink.log, [
      "end No more events: the daemon closed the connection (the test's peer)",
    ]);
    await leave();
  }));

test("registrations: each sink learns of the loss by an error of its own, from where it was opened", () =>
  withPeer(async ({ session, peer }) => {
    const errors: Error[] = [];
    const subscribed = ["first", "second"].map((name) => {
      const opened = new Error();
      const own = ["sink", "EventStream", "openEvents"].map((each) => `    at ${each} (x.ts:1:1)`);
      opened.stack = ["Error", ...own, `    at ${name} (mine.ts:1:1)`].join("\n");
      return session.subscribe(lifecycleSource(), {
        opened,
        message: () => {},
        lost: () => {},
        end: (error) => errors.push(error!),
      });
    });
    peer.send(registered(await peer.next(), 1));
    await Promise.all(subscribed);
    await peer.close();
    await session.closed;
    const message = "ConnectionError: No more events: the daemon closed the connection " +
      "(the test's peer)";
    assertEquals(
      errors.map(({ stack }) => stack),
      ["first", "second"].map((name) => `${message}\n    at ${name} (mine.ts:1:1)`),
    );
  }));

test("registrations: the session ends while one is pending, in every way", async () => {
  for (const end of ["close", "abort", "eof"] as const) {
    await withPeer(async ({ session, peer }) => {
      const sink = new RecordingSink();
      const failing = assertRejects(
        () => session.subscribe(lifecycleSource(), sink),
        ConnectionError,
      );
      await peer.next();
      if (end === "close") await session.close();
      if (end === "abort") session.abort(new Error("cut"));
      if (end === "eof") await peer.close();
      const error = await failing;
      assertEquals(error.reason, { close: "client", abort: "error", eof: "eof" }[end]);
      assertEquals(sink.log.length, 1, "told once");
      assert(sink.log[0]!.startsWith("end "));
    });
  }
});

test("registrations: none is made on a connection that has ended, and the error says how", () =>
  withPeer(async ({ session, peer }) => {
    await peer.close();
    await session.closed;
    const error = await assertRejects(
      () => session.subscribe(lifecycleSource(), new RecordingSink()),
      ConnectionError,
      "Cannot register for events: the daemon closed the connection",
    );
    assertEquals(error.reason, "eof");
  }));

test("registrations: none is made while close() says goodbye", () =>
  withPeer(async (ends) => {
    const { session, peer } = ends;
    await stand(ends, 1);
    const closing = session.close();
    const error = await assertRejects(
      () => session.subscribe(lifecycleSource("late"), new RecordingSink()),
      ConnectionError,
      "Cannot register for events",
    );
    assertEquals(error.reason, "client");
    peer.reply(await deregistered(peer, 1));
    await closing;
  }));

test("registrations: the daemon refuses to deregister", () =>
  withPeer(async (ends) => {
    const [sink, leave] = await stand(ends, 1);
    const failing = assertRejects(leave, LibvirtError, "no such callback");
    ends.peer.refuse(await deregistered(ends.peer, 1), { code: 8, message: "no such callback" });
    await failing;
    ends.peer.send(lifecycle(1, 1));
    await roundTrip(ends);
    assertEquals(sink.log, []);
    assertEquals(ends.session.isOpen, true);
  }));
