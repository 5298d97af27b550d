/**
 * The objects against real daemons: what only they can prove, that calls mean what we think.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DomainState, DomainVcpuFlags } from "../../gen/enums/domain.ts";
import { NetworkUpdateCommand, NetworkUpdateSection } from "../../gen/enums/network.ts";
import { connect } from "../../mod.ts";
import type { Connection } from "../../src/connection.ts";
import { nestStats } from "../../src/domain_stats.ts";
import { isNotFound, UnsupportedError } from "../../src/errors.ts";
import type { Domain } from "../../src/objects/domain.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

/** A guest without kernel, emulated so that it starts on any host. */
const GUEST = `<domain type='qemu'><name>tiny</name><memory unit='MiB'>64</memory>
  <vcpu current='1'>2</vcpu><iothreads>1</iothreads>
  <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;

async function withDaemon(
  version: DaemonVersion,
  uri: string,
  use: (conn: Connection) => Promise<void>,
): Promise<void> {
  await using daemon = await startDaemon(version);
  const [scheme, path] = uri.split("://");
  await using conn = await connect(`${scheme}+unix://${path}?socket=${daemon.socket}`, {
    strict: true,
  });
  await use(conn);
}

async function checkDomain(conn: Connection, domain: Domain): Promise<void> {
  assertEquals([domain.name, domain.id], ["test", 1]);
  assertEquals(domain.uuid, "6695eb01-f6a4-8304-79aa-97f2502e193f");
  const { state, maxMem, memory, nrVirtCpu } = await domain.getInfo();
  assertEquals([state, maxMem, memory, nrVirtCpu], [DomainState.RUNNING, 8388608n, 2097152n, 2]);
  const vcpus = await domain.getVcpus();
  assertEquals(vcpus.map((vcpu) => vcpu.cpumap.length), [8, 8]);
  await domain.pinVcpu(1, [true, false, true]);
  const maps = [true, false, true, false, false, false, false, false];
  assertEquals((await domain.getVcpuPinInfo())[1], maps);
  assertEquals(await domain.getSchedulerType(), "fair");
  await domain.setSchedulerParameters({ weight: 50 });
  assertEquals(await domain.getSchedulerParameters(), { weight: 50 });
  assertEquals((await domain.getMemoryParameters())["hard_limit"], 9007199254740991n);
  assertEquals((await domain.memoryStats()).actualBalloon, 2097152n);
  assertEquals((await domain.getCpuStats(-1)).length, 1);
  assertEquals((await domain.getCpuStats(0)).length, 2);
  assertEquals((await domain.interfaceAddresses(0))[0]!.addrs[0]!.addr, "192.168.122.3");
  assertEquals((await domain.getFsInfo()).map((fs) => fs.mountpoint), ["/", "/boot"]);
  assertEquals(await domain.getSecurityLabel(), { label: "libvirt-test", enforcing: true });
  assertEquals(await domain.getDiskErrors(), [{ disk: "vda", error: 1 }]);
  await assertRejects(() => domain.getJobInfo(), UnsupportedError);
  const snapshot = await domain.createSnapshotXml(
    "<domainsnapshot><name>s1</name></domainsnapshot>",
  );
  assertEquals([snapshot.name, snapshot.domain.name], ["s1", "test"]);
  assertEquals((await domain.currentSnapshot()).name, "s1");
  assertEquals(await domain.listSnapshotNames(), ["s1"]);
  await snapshot.revertTo();
  await snapshot.delete();
  await domain.destroy();
  assertEquals(await domain.isActive(), false);
  await domain.create();
  assert(domain.id > 1, "a started domain has a new id");
  await domain.destroy();
  await domain.rename("other");
  assertEquals((await conn.lookupDomainByName("other")).uuid, domain.uuid);
  const missing = await assertRejects(() => conn.lookupDomainByName("test"));
  assert(isNotFound(missing));
}

async function checkHost(conn: Connection): Promise<void> {
  const node = await conn.getNodeInfo();
  assertEquals([node.model, node.memory, node.cpus], ["i686", 3145728n, 16]);
  const { cpus, online, cpumap } = await conn.getNodeCpuMap();
  assertEquals([cpus, online, cpumap.length], [8, 3, 8]);
  assertEquals(cpumap.filter((up) => up).length, 3);
  assert((await conn.getNodeCpuStats(-1))["idle"]! > 0n);
  assertEquals(await conn.getNodeCellsFreeMemory(0, 4), [2097152n, 4194304n]);
  assertEquals(await conn.getUri(), "test:///default");
  assertEquals(await conn.listDomains(), [1]);
  assertEquals(await conn.listDefinedDomains(), []);
  const [record] = await conn.getAllDomainStats();
  assertEquals(record!.domain.name, "test");
  assertEquals(nestStats(record!.stats).state, { state: 1, reason: 0 });
  assertEquals(await conn.getAllDomainStats({ domains: [] }), []);
}

async function checkOthers(conn: Connection): Promise<void> {
  const [network] = await conn.listAllNetworks();
  assertEquals([network!.name, await network!.getBridgeName()], ["default", "virbr0"]);
  await network!.update(
    NetworkUpdateCommand.ADD_LAST,
    NetworkUpdateSection.IP_DHCP_HOST,
    "<host mac='52:54:00:00:00:01' ip='192.168.122.5'/>",
  );
  assert((await network!.getXmlDesc()).includes("192.168.122.5"));
  const pool = await conn.lookupStoragePoolByName("default-pool");
  const volume = await pool.createVolumeXml(
    "<volume><name>v1</name><capacity>1000000</capacity></volume>",
  );
  assertEquals([volume.name, volume.poolName], ["v1", "default-pool"]);
  assertEquals(await volume.getInfo(), { type: 0, capacity: 1000000n, allocation: 1000000n });
  assertEquals((await volume.lookupPool()).uuid, pool.uuid);
  assertEquals(await pool.listVolumes(), ["v1"]);
  assertEquals((await conn.lookupStorageVolByPath(await volume.getPath())).key, volume.key);
  await volume.delete();
  const [iface] = await conn.listAllInterfaces();
  assertEquals([iface!.name, iface!.mac], ["eth1", "aa:bb:cc:dd:ee:ff"]);
  const device = await conn.lookupNodeDeviceByName("computer");
  assertEquals(await device.getParent(), null);
}

for (const version of VERSIONS) {
  const skip = skipWithoutDaemon(version);

  test(`the test driver of libvirtd ${version} answers every kind of call`, async () => {
    await withDaemon(version, "test:///default", async (conn) => {
      await checkHost(conn);
      await checkOthers(conn);
      await checkDomain(conn, (await conn.listAllDomains())[0]!);
    });
  }, { skip });

  test(`a qemu guest under libvirtd ${version} answers what the test driver cannot`, async () => {
    await withDaemon(version, "qemu:///system", async (conn) => {
      const domain = await conn.defineDomainXml(GUEST);
      assertEquals(domain.id, -1);
      await domain.create({ flags: 0 });
      assert(domain.id > 0);
      assertEquals(await domain.getVcpusFlags({ flags: DomainVcpuFlags.MAXIMUM }), 2);
      assertEquals((await domain.getVcpus()).length, 1);
      assertEquals((await domain.getIoThreadInfo())[0]!.iothreadId, 1);
      assertEquals(await domain.getJobStats(), { type: 0, params: {} });
      assertEquals(await domain.getNumaParameters(), { numa_nodeset: "", numa_mode: 0 });
      assertEquals((await domain.memoryPeek(0n, 8, { flags: 1 })).length, 8);
      await domain.setMetadata(1, "a title");
      assertEquals(await domain.getMetadata(1), "a title");
      await domain.setMetadata(1, null);
      assert(isNotFound(await assertRejects(() => domain.getMetadata(1))));
      const [record] = await conn.getAllDomainStats({ domains: [domain] });
      const { balloon, vcpu } = nestStats(record!.stats);
      assertEquals([balloon?.maximum, vcpu?.current, vcpu?.maximum], [65536n, 1, 2]);
      await domain.suspend();
      assertEquals((await domain.getState()).state, DomainState.PAUSED);
      await domain.destroy();
      await domain.undefine();
      assertEquals(await conn.listAllDomains(), []);
    });
  }, { skip });
}
