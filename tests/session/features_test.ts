import { assertEquals, assertRejects } from "@std/assert";
import { LibvirtError } from "../../src/errors.ts";
import { Feature } from "../../src/session/features.ts";
import { test } from "../harness.ts";
import { words } from "../rpc/frames.ts";
import { withPeer } from "./peer.ts";

const SUPPORTS_FEATURE = 60;

test("features: each is asked once", () =>
  withPeer(async ({ session, peer }) => {
    const asked = session.hasFeature(Feature.PROGRAM_KEEPALIVE);
    const call = await peer.next();
    assertEquals([call.procedure, [...call.body]], [SUPPORTS_FEATURE, [...words(10)]]);
    peer.reply(call, words(1));
    assertEquals(await asked, true);
    assertEquals(await session.hasFeature(Feature.PROGRAM_KEEPALIVE), true);
    assertEquals(await session.features.has(Feature.PROGRAM_KEEPALIVE), true);

    const other = session.hasFeature(Feature.REMOTE_EVENT_CALLBACK);
    peer.reply(await peer.next(), words(0));
    assertEquals(await other, false);
    assertEquals(await session.hasFeature(Feature.REMOTE_EVENT_CALLBACK), false);
    assertEquals(peer.waiting, 0);
  }));

test("features: who asks at the same time shares the question", () =>
  withPeer(async ({ session, peer }) => {
    const asked = [1, 2, 3].map(() => session.hasFeature(14));
    peer.reply(await peer.next(), words(1));
    assertEquals(await Promise.all(asked), [true, true, true]);
    assertEquals(peer.waiting, 0);
  }));

test("features: a question that failed is asked again", () =>
  withPeer(async ({ session, peer }) => {
    const failing = assertRejects(() => session.hasFeature(14), LibvirtError, "not open");
    peer.refuse(await peer.next(), { code: 1, message: "not open" });
    await failing;
    const again = session.hasFeature(14);
    peer.reply(await peer.next(), words(1));
    assertEquals(await again, true);
  }));

test("features: one who stops waiting takes nobody else along", () =>
  withPeer(async ({ session, peer }) => {
    const controller = new AbortController();
    const aborted = session.hasFeature(14, { signal: controller.signal });
    const failing = assertRejects(() => aborted, Error, "enough");
    const stays = session.hasFeature(14);
    const call = await peer.next();
    controller.abort(new Error("enough"));
    await failing;
    peer.reply(call, words(1));
    assertEquals(await stays, true);
    assertEquals(peer.waiting, 0);
  }));

test("features: each waits by a signal and a timeout of their own", () =>
  withPeer(async ({ session, peer }) => {
    const first = session.hasFeature(14);
    const second = assertRejects(() => session.hasFeature(14, { timeout: 5 }), DOMException);
    const call = await peer.next();
    assertEquals((await second).name, "TimeoutError");
    const third = assertRejects(
      () => session.hasFeature(14, { signal: AbortSignal.abort(new Error("no need")) }),
      Error,
      "no need",
    );
    await third;
    peer.reply(call, words(1));
    assertEquals(await first, true);
  }));
