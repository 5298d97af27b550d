import { assertEquals, assertStrictEquals } from "@std/assert";
import { startGuest } from "./guest_domain.ts";
import { spec } from "./targets.ts";

const SNAPSHOT = "<domainsnapshot><name>s</name></domainsnapshot>";
const CHECKPOINT = "<domaincheckpoint><name>c</name></domaincheckpoint>";
const VOLUME =
  "<volume><name>v</name><capacity>1048576</capacity><allocation>0</allocation></volume>";

spec("relations", {
  "every object calls on the connection that it came from": async (conn) => {
    const domain = await startGuest(conn);
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const volume = await pool.createVolumeXml(VOLUME);
    const network = await conn.lookupNetworkByName("default");
    const iface = await conn.lookupInterfaceByName("eth1");
    const device = await conn.lookupNodeDeviceByName("computer");
    assertStrictEquals(domain.caller, conn.caller);
    assertStrictEquals(network.caller, conn.caller);
    assertStrictEquals(pool.caller, conn.caller);
    assertStrictEquals(volume.caller, conn.caller);
    assertStrictEquals(iface.caller, conn.caller);
    assertStrictEquals(device.caller, conn.caller);
    const checkpoint = await domain.createCheckpointXml(CHECKPOINT);
    assertStrictEquals(checkpoint.caller, conn.caller);
    await checkpoint.delete();
    const snapshot = await domain.createSnapshotXml(SNAPSHOT);
    assertStrictEquals(snapshot.caller, conn.caller);
  },
  "leads from what is in it to what it is in": async (conn) => {
    const domain = await startGuest(conn);
    const checkpoint = await domain.createCheckpointXml(CHECKPOINT);
    assertEquals(checkpoint.domain.uuid, domain.uuid);
    await checkpoint.delete(); // there cannot be both
    const snapshot = await domain.createSnapshotXml(SNAPSHOT);
    assertEquals(snapshot.domain.uuid, domain.uuid);
    assertEquals(await snapshot.domain.isActive(), true);
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const volume = await pool.createVolumeXml(VOLUME);
    assertEquals((await volume.lookupPool()).uuid, pool.uuid);
  },
  "takes whom it is told that the user is": async (conn) => {
    await conn.setIdentity({ "user-name": "root", "unix-user-id": 0n });
    assertEquals((await conn.listAllDomains()).length, 1);
  },
});
