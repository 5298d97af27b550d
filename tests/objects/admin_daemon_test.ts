import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  connect,
  ConnectionError,
  ErrorDomain,
  LibvirtError,
  UnsupportedError,
} from "../../mod.ts";
import { ClientTransport, connectAdmin } from "../../src/admin.ts";
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

async function asked(version: DaemonVersion): Promise<void> {
  await using daemon = await startDaemon(version);
  await using admin = await connectAdmin(`libvirtd:///system?socket=${daemon.adminSocket}`);
  assertEquals(await admin.getLibVersion() / 1_000_000n, BigInt(version));

  await using _conn = await connect(`test+unix:///default?socket=${daemon.readOnlySocket}`, {
    readOnly: true,
  });
  const server = await admin.lookupServer("libvirtd");
  assertEquals(server.name, "libvirtd");
  const [listed] = await server.listClients();
  const client = await server.lookupClient(listed!.id);
  assertEquals([client.id, client.transport], [listed!.id, ClientTransport.UNIX]);
  assert(Math.abs(Number(client.timestamp) - Date.now() / 1000) < 600);
  const info = await client.getInfo();
  assertEquals([info["readonly"], info["unix_user_id"]], [true, 0]);
  const error = await assertRejects(() => server.lookupClient(9999n), LibvirtError);
  assertEquals([error.codeName, error.domain], ["NO_CLIENT", ErrorDomain.RPC]);

  await server.setClientLimits({ nclients_max: 7, nclients_unauth_max: 3 });
  const limits = await server.getClientLimits();
  assertEquals([limits["nclients_max"], limits["nclients_unauth_max"]], [7, 3]);
  assertEquals([limits["nclients"], limits["nclients_unauth"]], [1, 0]);
  await server.setThreadPoolParameters({ maxWorkers: 9 });
  assertEquals((await server.getThreadPoolParameters())["maxWorkers"], 9);
}

async function logs(version: DaemonVersion): Promise<void> {
  await using daemon = await startDaemon(version);
  await using admin = await connectAdmin(`libvirtd:///system?socket=${daemon.adminSocket}`);
  assertEquals([await admin.getLoggingFilters(), await admin.getLoggingOutputs()], [
    null,
    "3:stderr",
  ]);
  await admin.setLoggingFilters("3:rpc 4:event");
  assertEquals((await admin.getLoggingFilters())?.trim(), "3:*rpc* 4:*event*");
  const output = `1:file:${daemon.directory}/debug`;
  await admin.setLoggingOutputs(output);
  assertEquals(await admin.getLoggingOutputs(), output);
  await admin.setLoggingOutputs(null);
  await admin.setLoggingFilters(null);
  assertEquals([await admin.getLoggingFilters(), await admin.getLoggingOutputs()], [
    null,
    "3:stderr",
  ]);
}

// A daemon reads its certificates again from libvirt's own places, which a test leaves alone.
async function hasNoCertificates(version: DaemonVersion): Promise<void> {
  await using daemon = await startDaemon(version);
  await using admin = await connectAdmin(`libvirtd:///system?socket=${daemon.adminSocket}`);
  const server = await admin.lookupServer("libvirtd");
  await assertRejects(() => server.updateTlsFiles(), LibvirtError, "no tls service found");
}

async function ends(version: DaemonVersion): Promise<void> {
  await using daemon = await startDaemon(version);
  const admin = await connectAdmin(`libvirtd:///system?socket=${daemon.adminSocket}`);
  await admin.setDaemonTimeout(300);
  if (version === "9") {
    // the procedure came with 11.2
    await assertRejects(() => admin.daemonShutdown(), UnsupportedError, "DaemonShutdown");
    return await admin.close();
  }
  // the answer may or may not come before the end
  await admin.daemonShutdown().catch((error: unknown) => assertInstanceOf(error, ConnectionError));
  assertEquals(await admin.closed, "eof");
}

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  const skip = skipWithoutDaemon(version);
  test(`admin: libvirtd ${version} tells of a client and limits them`, () => asked(version), {
    skip,
  });
  test(`admin: libvirtd ${version} logs what and where it is told`, () => logs(version), { skip });
  test(`admin: libvirtd ${version} ends when it is told`, () => ends(version), { skip });
  test(
    `admin: libvirtd ${version} without TLS has no certificates to read again`,
    () => hasNoCertificates(version),
    { skip },
  );
}

test("admin: a URI that names no daemon, and a daemon that is not there", async () => {
  await assertRejects(() => connectAdmin("libvirtd://host/system"), TypeError, "on this host");
  await assertRejects(
    () => connectAdmin("libvirtd:///system?socket=/nonexistent/admin"),
    ConnectionError,
    "there is no such socket",
  );
});
