/**
 * Daemons that stop, die or cannot be reached any more: it is noticed, and everything that waits
 * fails.
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import process from "node:process";
import {
  type CloseReason,
  connect,
  type Connection,
  ConnectionError,
  DomainEvent,
} from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { runtime, test } from "../harness.ts";
import { listenUnix } from "../../transports/listen.ts";
import { newPool, newVolume } from "../streams/volumes.ts";
import { runChild, withTempDir } from "../transports/host.ts";
import { CabledNetwork, RestartableDaemon } from "./restartable.ts";

const KEEPALIVE = { interval: 200, count: 2 };
// interval × (count + 1)
const SPAN = 600;
// what a busy machine takes on top
const SLACK = 3000;
const PORT = 16_559;

/** Timers of the library keep no process alive, so the test must. */
async function awake<T>(use: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await use();
  } finally {
    clearInterval(timer);
  }
}

interface Pending {
  /** What every waiting thing ended with. */
  ended(): Promise<Error[]>;
}

/** Has calls wait, on the wire and for their place, and a loop over events. */
async function pending(conn: Connection, stop: () => void | Promise<void>): Promise<Pending> {
  const events = conn.events(DomainEvent.LIFECYCLE);
  await events.ready;
  async function loopOfTheTest(): Promise<never> {
    for await (const _ of events);
    throw new Error("the loop has ended without an error");
  }
  async function callOfTheTest(): Promise<never> {
    const name = await conn.getHostname();
    throw new Error(`a daemon that is gone is called ${name}`);
  }
  await stop();
  const all = [loopOfTheTest(), ...Array.from({ length: 8 }, callOfTheTest)];
  const settled = Promise.allSettled(all);
  return {
    async ended() {
      const errors = (await settled).map((one) => (one as PromiseRejectedResult).reason as Error);
      for (const { stack } of errors.slice(1)) assertStringIncludes(stack!, "callOfTheTest");
      return errors;
    },
  };
}

async function checkEnd(
  conn: Connection,
  { ended }: Pending,
  reasons: readonly CloseReason[],
): Promise<void> {
  const reason = await conn.closed;
  assert(reasons.includes(reason), reason);
  for (const error of await ended()) {
    assert(error instanceof ConnectionError, String(error));
    assertEquals(error.reason, reason);
  }
  assertEquals(conn.isAlive, false);
  const late = await assertRejects(() => conn.getHostname(), ConnectionError);
  assertEquals(late.reason, reason);
  await conn.close();
}

function checkInTime(started: number): void {
  const took = performance.now() - started;
  assert(took > SPAN - 50 && took < SPAN + SLACK, `noticed after ${took} ms`);
}

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  const skip = skipWithoutDaemon(version);

  test(
    `liveness: libvirtd ${version}, stopped: noticed in time, and all that waits fails`,
    () =>
      awake(async () => {
        await using daemon = await RestartableDaemon.start({ version });
        const uri = `test+unix:///default?socket=${daemon.socket}`;
        const conn = await connect(uri, { keepalive: KEEPALIVE });
        const patient = await connect(uri, { keepalive: false });
        assert(conn.isAlive);
        const { pid } = daemon;
        let started = 0;
        const waiting = await pending(conn, () => {
          process.kill(pid, "SIGSTOP");
          started = performance.now();
        });
        try {
          await conn.closed;
          checkInTime(started);
          await checkEnd(conn, waiting, ["keepalive"]);
          // a call may be left alone, and its connection lives on
          const late = await patient.getHostname({ timeout: 50 }).catch((error) => error);
          assertEquals(late.name, "TimeoutError");
        } finally {
          process.kill(pid, "SIGCONT");
        }
        assert((await patient.getHostname()).length > 0);
        await patient.close();
      }),
    { skip },
  );

  test(
    `liveness: libvirtd ${version}, killed: noticed at once, and all that waits fails`,
    () =>
      awake(async () => {
        await using daemon = await RestartableDaemon.start({ version });
        const uri = `test+unix:///default?socket=${daemon.socket}`;
        const conn = await connect(uri);
        const { pid } = daemon;
        const waiting = await pending(conn, () => process.kill(pid, "SIGSTOP") && undefined);
        process.kill(pid, "SIGKILL");
        await checkEnd(conn, waiting, ["eof", "error"]);
      }),
    { skip },
  );

  test(
    `liveness: libvirtd ${version}, cut off: noticed in time, and all that waits fails`,
    () =>
      awake(async () => {
        await using network = await CabledNetwork.make();
        await using _daemon = await RestartableDaemon.start({
          version,
          network: network.name,
          config: [
            "listen_tcp = 1",
            'auth_tcp = "none"',
            `tcp_port = "${PORT}"`,
            'listen_addr = "0.0.0.0"',
          ],
        });
        const uri = `test+tcp://${network.address}:${PORT}/default`;
        const conn = await connect(uri, { keepalive: KEEPALIVE });
        let started = 0;
        const waiting = await pending(conn, async () => {
          await network.pull();
          started = performance.now();
        });
        await conn.closed;
        const took = performance.now() - started;
        // it was last heard of before the cable was pulled
        assert(took < SPAN + SLACK, `noticed after ${took} ms`);
        await checkEnd(conn, waiting, ["keepalive"]);
        const again = await connect(uri, { timeout: 100 }).catch((error) => error);
        assertEquals(again.name, "TimeoutError");
      }),
    { skip: skip || CabledNetwork.missing() },
  );
}

test(
  "liveness: libvirtd 9, stopped while it takes an upload: noticed, if later",
  () =>
    awake(async () => {
      await using daemon = await startDaemon("9");
      const conn = await connect(`qemu+unix:///system?socket=${daemon.socket}`, {
        keepalive: KEEPALIVE,
      });
      const [volume] = await newVolume(daemon, await newPool(daemon, conn), "stopped");
      const writer = (await volume.upload()).getWriter();
      writer.closed.catch(() => {});
      await writer.write(new Uint8Array(1000));
      process.kill(daemon.pid, "SIGSTOP");
      const started = performance.now();
      try {
        const error = await assertRejects(async () => {
          for (;;) await writer.write(new Uint8Array(1 << 20));
        }, ConnectionError);
        assertEquals([error.reason, await conn.closed], ["keepalive", "keepalive"]);
        // it may only be writing to a slow disk, so it gets five times as long
        const took = performance.now() - started;
        assert(took < 5 * SPAN + SLACK, `noticed after ${took} ms`);
      } finally {
        process.kill(daemon.pid, "SIGCONT");
      }
      await conn.close();
    }),
  { skip: skipWithoutDaemon("9") },
);

test("liveness: a server that takes the connection and says nothing", () =>
  withTempDir((dir) =>
    awake(async () => {
      const path = `${dir}/silent`;
      const listener = await listenUnix(path);
      const uri = `test+unix:///default?socket=${path}`;
      const error = await connect(uri, { timeout: 50 }).catch((reason) => reason);
      assertEquals(error.name, "TimeoutError");
      const controller = new AbortController();
      const connecting = connect(uri, { signal: controller.signal });
      controller.abort(new Error("enough"));
      await assertRejects(() => connecting, Error, "enough");
      await listener.close();
    })
  ));

test("liveness: a connection that nobody awaits ends with the program", () =>
  withTempDir(async (dir) => {
    const names = new URL("../std_names.mjs", import.meta.url).href;
    const { code, stdout, stderr } = await runChild(
      new URL("./idle_child.ts", import.meta.url),
      [`${dir}/sock`],
      runtime === "node" ? `export NODE_OPTIONS="--import ${names}"` : "true",
    );
    assertEquals([code, stdout], [0, "connected\n"], stderr);
  }));
