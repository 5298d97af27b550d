/**
 * Daemons that stop, die or cannot be reached any more: it is noticed, and everything that waits
 * fails.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import process from "node:process";
import { connect, ConnectionError } from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { runtime, test } from "../harness.ts";
import { listenUnix } from "../../transports/listen.ts";
import { newPool, newVolume } from "../streams/volumes.ts";
import { runChild, withTempDir } from "../transports/host.ts";
import { awake, checkEnd, checkInTime, KEEPALIVE, pending, SLACK, SPAN } from "./pending.ts";
import { CabledNetwork, RestartableDaemon } from "./restartable.ts";

const STD_NAMES = new URL("../std_names.mjs", import.meta.url).href;
const CHILD_SETUP = runtime === "node" ? `export NODE_OPTIONS="--import ${STD_NAMES}"` : "true";

const PORT = 16_559;

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
    const file = new URL("./idle_child.ts", import.meta.url);
    const { code, stdout, stderr } = await runChild(file, [`${dir}/sock`], CHILD_SETUP);
    assertEquals([code, stdout], [0, "connected\n"], stderr);
  }));

test("liveness: a loop over events in memory keeps the program alive", async () => {
  const file = new URL("./memory_child.ts", import.meta.url);
  const { code, stdout, stderr } = await runChild(file, [], CHILD_SETUP);
  assertEquals([code, stdout], [0, "SUSPENDED\n"], stderr);
});
