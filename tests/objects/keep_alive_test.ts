/**
 * Keepalive that begins, changes and ends while a connection is open.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, Connection } from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { words } from "../rpc/frames.ts";
import { withPeer } from "../session/peer.ts";

test("keepalive of a connection: begun late, a silent daemon is pinged and given up", () =>
  withPeer(async ({ session, peer }) => {
    const awake = setInterval(() => {}, 1000);
    const conn = new Connection(session);
    const begun = conn.setKeepAlive({ interval: 10, count: 2 });
    peer.reply(await peer.next(), words(1));
    assertEquals(await begun, true);
    assertEquals(await conn.closed, "keepalive");
    clearInterval(awake);
    assertEquals(peer.keepalive, ["ping", "ping"]);
  }));

test("keepalive of a connection: nothing is sent to a daemon without it, or to stop it", () =>
  withPeer(async ({ session, peer }) => {
    const conn = new Connection(session);
    const begun = conn.setKeepAlive({ interval: 1, count: 0 });
    peer.reply(await peer.next(), words(0));
    assertEquals(await begun, false);
    assertEquals(await conn.setKeepAlive(false), false);
    for (const wrong of [{ interval: 0, count: 1 }, { interval: 5, count: -1 }]) {
      await assertRejects(() => conn.setKeepAlive(wrong), RangeError, "Cannot ping every");
    }
    assertEquals([conn.isAlive, peer.keepalive], [true, []]);
  }));

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(`keepalive of a connection: libvirtd ${version} answers pings that begin late`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await connect(`test+unix:///default?socket=${daemon.socket}`, {
      keepalive: false,
    });
    assert(await conn.setKeepAlive({ interval: 200, count: 4 }));
    // longer than a daemon that does not answer would be waited for
    let timer: ReturnType<typeof setTimeout> | undefined;
    const outlived = new Promise((resolve) => timer = setTimeout(resolve, 1300, "outlived"));
    assertEquals(await Promise.race([conn.closed, outlived]), "outlived");
    clearTimeout(timer);
    assertEquals(await conn.setKeepAlive(false), false);
    assert(conn.isAlive);
  }, { skip: skipWithoutDaemon(version) });
}
