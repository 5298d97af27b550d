/**
 * Sessions against real daemons: what only they can prove.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { kill } from "node:process";
import type { NonnullDomain } from "../../gen/remote/common.ts";
import {
  connectGetHostname,
  connectGetLibVersion,
  connectOpen,
  connectSupportsFeature,
} from "../../gen/remote/connect.ts";
import {
  domainGetXmlDesc,
  domainLookupByName,
  domainResume,
  domainSuspend,
} from "../../gen/remote/domain.ts";
import { authenticate } from "../../src/auth/auth.ts";
import { ConnectionError, isNotFound, LibvirtError, UnsupportedError } from "../../src/errors.ts";
import { Feature } from "../../src/session/features.ts";
import { Session } from "../../src/session/session.ts";
import { dialUnix } from "../../transports/unix.ts";
import {
  type DaemonVersion,
  type RealDaemon,
  skipWithoutDaemon,
  startDaemon,
} from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { echo } from "./calls.ts";
import { lifecycleEvents, lifecycleSource, RecordingSink } from "./sources.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

async function dialed({ socket }: RealDaemon): Promise<Session> {
  return new Session(await dialUnix({ kind: "unix", path: socket }), { strict: true });
}

async function opened(daemon: RealDaemon): Promise<Session> {
  const session = await dialed(daemon);
  await authenticate(session, {}, {});
  assertEquals(await session.hasFeature(Feature.PROGRAM_KEEPALIVE), true);
  await session.call(connectOpen, { name: "test:///default", flags: 0 });
  return session;
}

async function checkOpening(daemon: RealDaemon): Promise<void> {
  const session = await dialed(daemon);
  await authenticate(session, {}, {});
  // what the order of the start sequence rests on
  const early = { feature: Feature.REMOTE_EVENT_CALLBACK };
  await assertRejects(() => session.call(connectSupportsFeature, early), LibvirtError);
  assertEquals(await session.hasFeature(Feature.PROGRAM_KEEPALIVE), true);
  await session.call(connectOpen, { name: "test:///default", flags: 0 });
  assertEquals(await session.hasFeature(Feature.REMOTE_EVENT_CALLBACK), true);
  assertEquals(await session.hasFeature(Feature.REMOTE_CLOSE_CALLBACK), true);
  const { libVer } = await session.call(connectGetLibVersion, undefined);
  assertEquals(libVer / 1_000_000n, BigInt(daemon.version));
  await session.close();
  assertEquals(await session.closed, "client");
}

async function checkCalls(session: Session): Promise<void> {
  const { dom } = await session.call(domainLookupByName, { name: "test" });
  const calls = Array.from(
    { length: 100 },
    (_, i) =>
      i % 3 === 0
        ? session.call(connectGetHostname, undefined).then(({ hostname }) => hostname)
        : session.call(domainGetXmlDesc, { dom, flags: 0 }).then(({ xml }) => xml),
  );
  for (const text of await Promise.all(calls)) assert(text.length > 0);

  async function lookUp(): Promise<unknown> {
    return await session.call(domainLookupByName, { name: "no such" });
  }
  const missing = await assertRejects(lookUp, LibvirtError);
  assertEquals([missing.codeName, missing.domainName], ["NO_DOMAIN", "TEST"]);
  assert(isNotFound(missing));
  assert(missing.stack!.includes("lookUp"), missing.stack);

  const unknown = { ...echo, number: 9999, name: "ofTheFuture" };
  const error = await assertRejects(() => session.call(unknown, "x"), UnsupportedError);
  assert(error.message.includes('"ofTheFuture"'), error.message);
  assert(error.message.includes("unknown procedure: 9999"), error.message);
}

async function checkEvents(session: Session, watcher: Session): Promise<void> {
  const { dom } = await session.call(domainLookupByName, { name: "test" });
  const [first, second] = [lifecycleEvents(session), lifecycleEvents(session)];
  await Promise.all([first.ready, second.ready]);
  const starting = session.call(domainSuspend, { dom });
  let seen = 0;
  for await (const _ of first) {
    if (++seen === 20) break;
    await session.call(seen % 2 === 0 ? domainSuspend : domainResume, { dom });
  }
  await starting;
  for await (const _ of second) if (--seen === 0) break;

  const sink = new RecordingSink();
  const leave = await session.subscribe(lifecycleSource(), sink);
  await toggle(session, watcher, dom);
  await leave();
  await toggle(session, watcher, dom);
  assertEquals(sink.log.length, 2, sink.log.join());
}

/** Suspends and resumes; returns when whatever the session is sent about it has come. */
async function toggle(session: Session, watcher: Session, dom: NonnullDomain): Promise<void> {
  // the daemon sends events when it comes to it, to all its clients, not before the reply
  await using events = lifecycleEvents(watcher);
  await events.ready;
  await session.call(domainSuspend, { dom });
  await session.call(domainResume, { dom });
  await events.next();
  await events.next();
  await session.call(connectGetHostname, undefined);
}

async function checkAbort(session: Session, watcher: Session): Promise<void> {
  const { dom } = await session.call(domainLookupByName, { name: "test" });
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = Array.from(
    { length: 20 },
    () => session.call(domainGetXmlDesc, { dom, flags: 0 }, { signal }),
  );
  const settled = Promise.allSettled(aborted);
  const sink = new RecordingSink();
  const subscribing = session.subscribe(lifecycleSource(), sink, { signal });
  const failing = assertRejects(() => subscribing, Error, "enough");
  controller.abort(new Error("enough"));
  for (const result of await settled) assertEquals(result.status, "rejected");
  await failing;
  await toggle(session, watcher, dom);
  assertEquals(sink.log, []);
  const again = new RecordingSink();
  const leave = await session.subscribe(lifecycleSource(), again);
  await toggle(session, watcher, dom);
  await leave();
  assertEquals(again.log.length, 2);
}

async function checkStopped(daemon: RealDaemon): Promise<void> {
  const [session, other] = [await opened(daemon), await opened(daemon)];
  kill(daemon.pid, "SIGSTOP");
  const started = performance.now();
  try {
    const awake = setInterval(() => {}, 1000);
    const pending = Array.from(
      { length: 8 },
      () => assertRejects(() => session.call(connectGetHostname, undefined), ConnectionError),
    );
    session.startKeepalive({ interval: 200, count: 2 });
    assertEquals(await session.closed, "keepalive");
    const took = performance.now() - started;
    clearInterval(awake);
    // interval × (count + 1), and what a busy machine takes
    assert(took >= 590 && took < 600 + 2000, `${took} ms`);
    for (const error of await Promise.all(pending)) assertEquals(error.reason, "keepalive");

    const waiting = assertRejects(() => other.call(connectGetHostname, undefined), ConnectionError);
    await other.close(); // a daemon that does not take its leave is left without
    assertEquals((await waiting).reason, "client");
  } finally {
    kill(daemon.pid, "SIGCONT");
  }
}

async function checkKilled(daemon: RealDaemon): Promise<void> {
  const session = await opened(daemon);
  const events = lifecycleEvents(session);
  await events.ready;
  const loop = assertRejects(async () => {
    for await (const _ of events);
  }, ConnectionError);
  kill(daemon.pid, "SIGSTOP");
  const pending = Array.from(
    { length: 8 },
    () => assertRejects(() => session.call(connectGetHostname, undefined), ConnectionError),
  );
  await session.call(connectGetHostname, undefined, { timeout: 50 }).catch(() => {}); // all are sent
  kill(daemon.pid, "SIGKILL");
  const reason = await session.closed;
  assert(reason === "eof" || reason === "error", reason);
  for (const error of await Promise.all([...pending, loop])) assertEquals(error.reason, reason);
  await assertRejects(() => session.call(connectGetHostname, undefined), ConnectionError);
  await session.close();
}

for (const version of VERSIONS) {
  const skip = skipWithoutDaemon(version);

  test(`session: libvirtd ${version}: opening, calls, events, abort`, async () => {
    await using daemon = await startDaemon(version);
    await checkOpening(daemon);
    const [session, watcher] = [await opened(daemon), await opened(daemon)];
    await checkCalls(session);
    await checkEvents(session, watcher);
    await checkAbort(session, watcher);
    for (const each of [session, watcher]) await each.close();
    assertEquals(await session.closed, "client");
  }, { skip });

  test(`session: libvirtd ${version}: stopped, and killed`, async () => {
    await using daemon = await startDaemon(version);
    await checkStopped(daemon);
    await checkKilled(daemon);
  }, { skip });
}
