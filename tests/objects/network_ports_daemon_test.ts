/**
 * Ports of a network, and whom a connection acts for, on daemons with the real drivers.
 */

import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { connect, type Connection, LibvirtError } from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

const UUID = "0a81f5b2-8403-7b23-c8d6-21ccc2f80d60";
const PORT = `<networkport><uuid>${UUID}</uuid><owner><name>web</name>` +
  "<uuid>0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f</uuid></owner>" +
  "<mac address='52:54:00:7b:35:93'/></networkport>";

async function code(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, LibvirtError)).codeName;
}

// A bridge that others have made needs nothing of the host, and not even to be there.
const NETWORK = "<network><name>bridged</name><forward mode='bridge'/><bridge name='vwbr0'/>" +
  "</network>";

async function usesPorts(conn: Connection): Promise<void> {
  const network = await conn.createNetworkXml(NETWORK);
  assertEquals(await network.listAllPorts(), []);
  const port = await network.createPortXml(PORT);
  assertEquals([port.uuid, port.network.uuid], [UUID, network.uuid]);
  assertStrictEquals(port.caller, conn.caller);
  assertStringIncludes(await port.getXmlDesc(), "<plug type='bridge' bridge='vwbr0'/>");
  assertEquals((await network.listAllPorts()).map(({ uuid }) => uuid), [UUID]);
  assertEquals((await network.lookupPortByUuid(UUID)).uuid, UUID);
  assertEquals(await code(network.createPortXml(PORT)), "NETWORK_PORT_EXIST");

  assertEquals(await port.getParameters(), {});
  await port.setParameters({ "inbound.average": 1000, "inbound.burst": 2000 });
  const limits = await port.getParameters();
  assertEquals([limits["inbound.average"], limits["inbound.burst"]], [1000, 2000]);

  await port.delete();
  assertEquals(await network.listAllPorts(), []);
  assertEquals(await code(port.delete()), "NO_NETWORK_PORT");
  await network.destroy();
}

async function actsForOthers(conn: Connection): Promise<void> {
  await conn.setIdentity({ "user-name": "guest", "unix-user-id": 65534n, "process-id": 1n });
  assertEquals(await conn.listAllDomains(), []);
  const unknown = conn.setIdentity({ "shoe-size": "44" });
  assertEquals(await code(unknown), "ARGUMENT_UNSUPPORTED");
}

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(`libvirtd ${version}: ports of a network, and another's identity`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await connect(`qemu+unix:///system?socket=${daemon.socket}`);
    await usesPorts(conn);
    await actsForOthers(conn);
  }, { skip: skipWithoutDaemon(version) });
}
