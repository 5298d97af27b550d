/**
 * Events of real daemons that need no guest.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { DomainMetadataType } from "../../gen/enums/domain.ts";
import type { Connection } from "../../src/connection.ts";
import { UnsupportedError } from "../../src/errors.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { NodeDeviceEvent } from "../../src/objects/node_device_event.ts";
import { SecretEvent } from "../../src/objects/secret_event.ts";
import { StoragePoolEvent } from "../../src/objects/storage_pool_event.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { openConnection, speakAsUdev } from "./event_guest.ts";
import { EventWatch, provoked, withoutCallbacks } from "./event_watch.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

async function withTestDriver(
  version: DaemonVersion,
  use: (conn: Connection) => Promise<void>,
): Promise<void> {
  await using daemon = await startDaemon(version);
  await using conn = await openConnection(daemon, "test:///default");
  await use(conn);
}

function domainXml(name: string, uuid = ""): string {
  return `<domain type='test'><name>${name}</name>${uuid && `<uuid>${uuid}</uuid>`}
    <memory unit='MiB'>8</memory><os><type>hvm</type></os></domain>`;
}

async function checkDomains(conn: Connection): Promise<void> {
  await using all = await EventWatch.open(conn, DomainEvent.LIFECYCLE);
  const domain = await conn.defineDomainXml(domainXml("a"));
  await using mine = await EventWatch.open(conn, DomainEvent.LIFECYCLE, { domain });
  const other = await conn.defineDomainXml(domainXml("b"));
  await domain.create();
  await domain.suspend();
  await domain.resume();
  await other.create();
  await domain.destroy();
  await domain.rename("c");
  await conn.defineDomainXml(domainXml("c", domain.uuid));
  await domain.undefine();
  await other.shutdown();
  const text = (
    { domain: { name, id }, eventName, detailName }: Awaited<ReturnType<typeof all.next>>,
  ): string => `${name} ${id > 0} ${eventName} ${detailName}`;
  const a = [
    "a true STARTED BOOTED",
    "a true SUSPENDED PAUSED",
    "a true RESUMED UNPAUSED",
    "a false STOPPED DESTROYED",
    "a false UNDEFINED RENAMED",
    "c false DEFINED RENAMED",
    "c false DEFINED UPDATED",
    "c false UNDEFINED REMOVED",
  ];
  assertEquals(await all.take(12, text), [
    "a false DEFINED ADDED",
    "b false DEFINED ADDED",
    ...a.slice(0, 3),
    "b true STARTED BOOTED",
    ...a.slice(3),
    "b false STOPPED SHUTDOWN",
  ]);
  assertEquals(await mine.take(8, text), a);
  assertEquals([all.queued, mine.queued], [0, 0]);
}

async function checkWithoutCallbacks(conn: Connection): Promise<void> {
  const older = withoutCallbacks(conn);
  await using all = await EventWatch.open(older, DomainEvent.LIFECYCLE);
  const domain = await conn.lookupDomainByName("test");
  await using mine = await EventWatch.open(older, DomainEvent.LIFECYCLE, { domain });
  const other = await conn.defineDomainXml(domainXml("z"));
  await domain.suspend();
  await domain.resume();
  await other.undefine();
  const text = (
    { domain: { name }, eventName, detailName }: Awaited<ReturnType<typeof all.next>>,
  ): string => `${name} ${eventName} ${detailName}`;
  const own = ["test SUSPENDED PAUSED", "test RESUMED UNPAUSED"];
  const every = ["z DEFINED ADDED", ...own, "z UNDEFINED REMOVED"];
  assertEquals(await all.take(4, text), every);
  assertEquals(await mine.take(2, text), own);
  assertEquals(mine.queued, 0);
}

async function checkMetadata(conn: Connection): Promise<void> {
  const [domain] = await conn.listAllDomains();
  await using changes = await EventWatch.open(conn, DomainEvent.METADATA_CHANGE, { domain });
  await domain!.setMetadata(DomainMetadataType.TITLE, "a title");
  await domain!.setMetadata(DomainMetadataType.ELEMENT, "<x/>", { key: "k", uri: "urn:example" });
  const text = ({ typeName, nsuri }: Awaited<ReturnType<typeof changes.next>>) =>
    `${typeName} ${nsuri}`;
  assertEquals(await changes.take(2, text), ["TITLE null", "ELEMENT urn:example"]);
}

async function checkNetworks(conn: Connection, version: DaemonVersion): Promise<void> {
  await using all = await EventWatch.open(conn, NetworkEvent.LIFECYCLE);
  const network = await conn.defineNetworkXml(
    "<network><name>n</name><forward mode='nat'/>" +
      "<ip address='10.9.0.1' netmask='255.255.255.0'/></network>",
  );
  await using others = await EventWatch.open(conn, NetworkEvent.LIFECYCLE, {
    network: await conn.lookupNetworkByName("default"),
  });
  await network.create();
  if (version === "9") {
    await assertRejects(
      () => EventWatch.open(conn, NetworkEvent.METADATA_CHANGE),
      UnsupportedError,
      "libvirt 9.8.0",
    );
  } else {
    const set = () => network.setMetadata(DomainMetadataType.TITLE, "a title");
    const change = await provoked(conn, NetworkEvent.METADATA_CHANGE, set);
    assertEquals([change.typeName, change.nsuri, change.network.uuid], [
      "TITLE",
      null,
      network.uuid,
    ]);
  }
  await network.destroy();
  await network.undefine();
  assertEquals(
    await all.take(4, ({ network, eventName, detail }) => `${network.name} ${eventName} ${detail}`),
    ["n DEFINED 0", "n STARTED 0", "n STOPPED 0", "n UNDEFINED 0"],
  );
  assertEquals(others.queued, 0);
}

async function checkPools(conn: Connection): Promise<void> {
  await using all = await EventWatch.open(conn, StoragePoolEvent.LIFECYCLE);
  const pool = await conn.defineStoragePoolXml(
    "<pool type='dir'><name>p</name><target><path>/p</path></target></pool>",
  );
  await pool.build();
  await pool.create();
  const refreshed = await provoked(conn, StoragePoolEvent.REFRESH, () => pool.refresh());
  assertEquals([refreshed.pool.name, refreshed.pool.uuid], ["p", pool.uuid]);
  await pool.destroy();
  await pool.delete();
  await pool.undefine();
  assertEquals(
    await all.take(6, ({ pool, eventName, detail }) => `${pool.name} ${eventName} ${detail}`),
    ["DEFINED", "CREATED", "STARTED", "STOPPED", "DELETED", "UNDEFINED"].map((e) => `p ${e} 0`),
  );
}

async function checkNodeDevices(conn: Connection): Promise<void> {
  await using all = await EventWatch.open(conn, NodeDeviceEvent.LIFECYCLE);
  const device = await conn.createNodeDeviceXml(
    "<device><parent>scsi_host2</parent><capability type='scsi_host'><capability type='fc_host'>" +
      "<wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability>" +
      "</device>",
  );
  await using mine = await EventWatch.open(conn, NodeDeviceEvent.LIFECYCLE, { device });
  await device.destroy();
  const text = ({ device, eventName }: Awaited<ReturnType<typeof all.next>>) =>
    `${device.name} ${eventName}`;
  assertEquals(await all.take(2, text), ["scsi_host12 CREATED", "scsi_host12 DELETED"]);
  assertEquals(await mine.take(1, text), ["scsi_host12 DELETED"]);
}

async function checkUnsupported(conn: Connection, version: DaemonVersion): Promise<void> {
  const refused = (kind: Parameters<Connection["events"]>[0], text: string) =>
    assertRejects(() => EventWatch.open(conn, kind), UnsupportedError, text);
  await refused(SecretEvent.LIFECYCLE, "virConnectSecretEventRegisterAny");
  if (version === "9") {
    await refused(DomainEvent.NIC_MAC_CHANGE, "libvirt 11.2.0");
    await refused(DomainEvent.VCPU_REMOVED, "libvirt 12.4.0");
    await refused(DomainEvent.CHANNEL_LIFECYCLE, "libvirt 12.4.0");
  }
  for (const kind of Object.values(DomainEvent)) {
    if (version === "9" && Number(kind.since.split(".")[0]) > 9) continue;
    await using _ = await EventWatch.open<unknown, object>(conn, kind);
  }
}

for (const version of VERSIONS) {
  const skip = skipWithoutDaemon(version);

  test(
    `events: the test driver of libvirtd ${version}`,
    () =>
      withTestDriver(version, async (conn) => {
        await checkUnsupported(conn, version);
        await checkDomains(conn);
        await checkWithoutCallbacks(conn);
        await checkMetadata(conn);
        await checkNetworks(conn, version);
        await checkPools(conn);
        await checkNodeDevices(conn);
      }),
    { skip },
  );

  test(`events: secrets and the host's devices of libvirtd ${version}`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await openConnection(daemon, "qemu:///system");
    await using all = await EventWatch.open(conn, SecretEvent.LIFECYCLE);
    const secret = await conn.defineSecretXml(
      "<secret><usage type='ceph'><name>client.admin</name></usage></secret>",
    );
    const set = () => secret.setValue(new Uint8Array([1, 2, 3]));
    const changed = await provoked(conn, SecretEvent.VALUE_CHANGED, set);
    assertEquals([changed.secret.uuid, changed.secret.usageId], [secret.uuid, "client.admin"]);
    await using mine = await EventWatch.open(conn, SecretEvent.LIFECYCLE, { secret });
    await secret.undefine();
    const text = ({ secret, eventName }: Awaited<ReturnType<typeof all.next>>) =>
      `${secret.usageType} ${secret.usageId} ${eventName}`;
    const undefined_ = "2 client.admin UNDEFINED";
    assertEquals(await all.take(2, text), ["2 client.admin DEFINED", undefined_]);
    assertEquals(await mine.take(1, text), [undefined_]);

    const { device } = await provoked(
      conn,
      NodeDeviceEvent.UPDATE,
      () => speakAsUdev(daemon, { ACTION: "change", DEVPATH: "/devices/virtual/net/lo" }),
    );
    assertEquals(device.name, "net_lo_00_00_00_00_00_00");
  }, { skip });
}

// A daemon of 9.0 dials wherever a client's name says, and so has a connection of its own to lose.
test("events: libvirtd 9 tells that it has lost its own connection", async () => {
  await using front = await startDaemon("9");
  const back = await startDaemon("9");
  try {
    await using conn = await openConnection(front, `test+unix:///default?socket=${back.socket}`);
    assertEquals((await conn.listAllDomains()).length, 1);
    const event = await provoked(conn, ConnectionEvent.CLOSED, () => back.stop());
    assertEquals(event, { reason: 1, reasonName: "EOF" });
  } finally {
    await back.stop();
  }
}, { skip: skipWithoutDaemon("9") });
