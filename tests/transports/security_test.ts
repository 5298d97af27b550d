/**
 * Whether a connection is secure and encrypted is told as it is, by us and by the daemon.
 */

import { assertEquals } from "@std/assert";
import { connect } from "../../mod.ts";
import { freePort } from "../daemons/builtin.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

/** What this side knows by itself, and what it says once the daemon has been asked too. */
async function claims(uri: string): Promise<[boolean, boolean, boolean, boolean]> {
  await using conn = await connect(uri, { strict: true });
  const { secure, encrypted } = conn.session;
  return [secure, encrypted, await conn.isSecure(), await conn.isEncrypted()];
}

test("transports: what is in this process is secure, and not encrypted", async () => {
  assertEquals(await claims("test:///default"), [true, false, true, false]);
});

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(`transports: libvirtd ${version}: only what nobody can read along is secure`, async () => {
    const port = await freePort();
    await using daemon = await startDaemon(version, {
      config: ["listen_tcp = 1", `tcp_port = "${port}"`, 'auth_tcp = "none"'],
    });
    for (const socket of [daemon.socket, daemon.readOnlySocket]) {
      const uri = `test+unix:///default?socket=${socket}`;
      assertEquals(await claims(uri), [true, false, true, false]);
    }
    assertEquals(await claims(`test+tcp://127.0.0.1:${port}/default`), [
      false,
      false,
      false,
      false,
    ]);
    // the daemon sees a unix socket; this side, a program that it knows nothing of
    const program = `command=/usr/bin/nc&argv=-U&argv=${daemon.socket}`;
    assertEquals(await claims(`test+ext:///default?${program}`), [false, false, false, false]);
  }, { skip: skipWithoutDaemon(version) });
}
