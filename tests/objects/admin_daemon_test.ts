import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, ConnectionError } from "../../mod.ts";
import { connectAdmin } from "../../src/admin.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(`admin: libvirtd ${version} tells of its servers and clients, and lets one go`, async () => {
    await using daemon = await startDaemon(version);
    const uri = `libvirtd:///system?socket=${daemon.adminSocket}`;
    await using admin = await connectAdmin(uri);
    assertEquals([admin.uri, admin.isAlive], [uri, true]);
    await using conn = await connect(`test+unix:///default?socket=${daemon.socket}`);
    const servers = await admin.listServers();
    assertEquals(servers.map(({ name }) => name).sort(), ["admin", "libvirtd"]);
    const server = servers.find(({ name }) => name === "libvirtd")!;
    assert(Number((await server.getThreadPoolParameters())["maxWorkers"]) >= 5);
    const clients = await server.listClients();
    assertEquals(clients.length, 1);
    await clients[0]!.close();
    assertEquals(await conn.closed, "eof");
    assertEquals(await server.listClients(), []);
    await admin.close();
    assertEquals([admin.isAlive, await admin.closed], [false, "client"]);
  }, { skip: skipWithoutDaemon(version) });
}

test("admin: a URI that names no daemon, and a daemon that is not there", async () => {
  await assertRejects(() => connectAdmin("libvirtd://host/system"), TypeError, "on this host");
  await assertRejects(
    () => connectAdmin("libvirtd:///system?socket=/nonexistent/admin"),
    ConnectionError,
    "there is no such socket",
  );
});
