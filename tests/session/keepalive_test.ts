import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { message, pong } from "../rpc/frames.ts";
import { echo, echoed } from "./calls.ts";
import { withPeer } from "./peer.ts";

/** The session's own timer keeps no program alive, so the test must. */
async function awake<T>(use: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await use();
  } finally {
    clearInterval(timer);
  }
}

test("keepalive: a silent peer is pinged, then given up, with nothing being called", () =>
  withPeer(({ session, peer }) =>
    awake(async () => {
      const started = performance.now();
      session.startKeepalive({ interval: 20, count: 3 });
      assertEquals(await session.closed, "keepalive");
      const took = performance.now() - started;
      assert(took >= 79, `given up after ${took} ms`);
      await peer.ended;
      assertEquals(peer.keepalive, ["ping", "ping", "ping"]);
      assertEquals(session.closeError, undefined);
      const error = await assertRejects(() => session.call(echo, "x"), ConnectionError);
      assertEquals(error.reason, "keepalive");
    })
  ));

test("keepalive: a peer that answers lives on, by pongs or by anything else", () =>
  withPeer(({ session, peer }) =>
    awake(async () => {
      session.startKeepalive({ interval: 15, count: 1 });
      for (let pings = 1; pings <= 6; pings++) {
        await peer.until(() => peer.keepalive.length >= pings);
        peer.send(pings % 2 === 0 ? pong() : message(318));
      }
      const answer = session.call(echo, "alive");
      peer.send(echoed(await peer.next()));
      assertEquals(await answer, "alive");
    })
  ));

test("keepalive: the span counts from when the peer was heard, not from the next look at the clock", () =>
  withPeer(({ session, peer }) =>
    awake(async () => {
      session.startKeepalive({ interval: 300, count: 0 });
      peer.send(message(318));
      let timer: ReturnType<typeof setTimeout> | undefined;
      const tooLate = new Promise((resolve) => timer = setTimeout(resolve, 500, "too late"));
      assertEquals(await Promise.race([session.closed, tooLate]), "keepalive");
      clearTimeout(timer);
    })
  ));

test("keepalive: stopped, it neither pings nor gives up, and started again it does", () =>
  withPeer(({ session, peer }) =>
    awake(async () => {
      session.startKeepalive({ interval: 10, count: 2 });
      await peer.until(() => peer.keepalive.length > 0);
      session.stopKeepalive();
      const before = peer.keepalive.length;
      await new Promise((resolve) => setTimeout(resolve, 60)); // six times the old interval
      assertEquals([session.isOpen, peer.keepalive.length - before], [true, 0]);
      session.startKeepalive({ interval: 5, count: 0 });
      assertEquals(await session.closed, "keepalive");
    })
  ));

test("keepalive: close() stops the timer", () =>
  withPeer(async ({ session, peer }) => {
    session.startKeepalive({ interval: 100_000, count: 6 }); // a timer left would fail this on Deno
    await session.close();
    session.startKeepalive({ interval: 100_000, count: 6 });
    await peer.ended;
  }));

test("keepalive: fails what is pending at once", () =>
  withPeer(({ session }) =>
    awake(async () => {
      const calls = [1, 2, 3, 4, 5].map((i) =>
        assertRejects(
          () => session.call(echo, `${i}`),
          ConnectionError,
          "the daemon no longer answers",
        )
      );
      session.startKeepalive({ interval: 10, count: 1 });
      await Promise.all(calls);
    })
  ));
