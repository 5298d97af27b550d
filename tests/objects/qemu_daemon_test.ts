import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { connect, type Connection, LibvirtError } from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";

const REDEFINE = 1;
const CURRENT = 2;
const METADATA_ONLY = 2;
const CONFIG = 2;
const VOLUME = 1;
const SECRET_UUID = "0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f";

async function code(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, LibvirtError)).codeName;
}

async function usesNwFilters(conn: Connection): Promise<void> {
  const count = await conn.numOfNwFilters();
  const filter = await conn.defineNwFilterXml(
    "<filter name='accepting' chain='root'><rule action='accept' direction='inout'><all/></rule>" +
      "</filter>",
  );
  assertEquals(filter.name, "accepting");
  assertStringIncludes(await filter.getXmlDesc(), "<rule action='accept' direction='inout'");
  assertEquals((await conn.lookupNwFilterByUuid(filter.uuid)).name, "accepting");
  assertEquals((await conn.lookupNwFilterByName("accepting")).uuid, filter.uuid);
  assertEquals(await conn.numOfNwFilters(), count + 1);
  assert((await conn.listNwFilters()).includes("accepting"));
  const binding = await conn.createNwFilterBindingXml(
    `<filterbinding><owner><name>x</name><uuid>${SECRET_UUID}</uuid></owner><portdev name='lo'/>` +
      "<mac address='52:54:00:7b:35:93'/><filterref filter='accepting'/></filterbinding>",
  );
  assertEquals([binding.portDev, binding.filterName], ["lo", "accepting"]);
  assertEquals((await conn.lookupNwFilterBindingByPortDev("lo")).portDev, "lo");
  assertStringIncludes(await binding.getXmlDesc(), "<portdev name='lo'/>");
  assertEquals((await binding.lookupFilter()).uuid, filter.uuid);
  assertEquals((await conn.listAllNwFilterBindings()).length, 1);
  assertEquals(await code(filter.undefine()), "OPERATION_INVALID");
  await binding.delete();
  await filter.undefine();
  assertEquals(await code(conn.lookupNwFilterByName("accepting")), "NO_NWFILTER");
}

async function usesSecrets(conn: Connection): Promise<void> {
  const secret = await conn.defineSecretXml(
    `<secret ephemeral='no' private='no'><uuid>${SECRET_UUID}</uuid>` +
      "<usage type='volume'><volume>/volumes/a</volume></usage></secret>",
  );
  assertEquals([secret.usageType, secret.usageId], [VOLUME, "/volumes/a"]);
  assertStrictEquals(secret.caller, conn.caller);
  assertEquals(await code(secret.getValue()), "NO_SECRET");
  await secret.setValue(Uint8Array.of(1, 0, 255));
  assertEquals([...await secret.getValue()], [1, 0, 255]);
  assertEquals([await conn.numOfSecrets(), await conn.listSecrets()], [1, [SECRET_UUID]]);
  assertEquals((await conn.lookupSecretByUuid(SECRET_UUID)).usageId, "/volumes/a");
  assertEquals((await conn.lookupSecretByUsage(VOLUME, "/volumes/a")).uuid, SECRET_UUID);
  assertStringIncludes(await secret.getXmlDesc(), "<volume>/volumes/a</volume>");
  await secret.undefine();
  assertEquals(await conn.numOfSecrets(), 0);
}

async function usesNetworks(conn: Connection): Promise<void> {
  const network = await conn.defineNetworkXml(
    "<network><name>idle</name><bridge name='vwb0'/>" +
      "<ip address='10.77.0.1' netmask='255.255.255.0'/></network>",
  );
  assertEquals(await network.isActive(), false);
  assertEquals(await network.getDhcpLeases(), []);
  assertEquals(await code(network.listAllPorts()), "OPERATION_INVALID");
  assertEquals(await code(network.lookupPortByUuid(SECRET_UUID)), "NO_NETWORK_PORT");
  assertEquals(await code(network.createPortXml("<networkport/>")), "INTERNAL_ERROR");
  await network.undefine();
}

async function domainType(conn: Connection): Promise<string> {
  const found = /<domain>(.*)<\/domain>/.exec(await conn.getDomainCapabilities());
  return found?.[1] as string;
}

function domainXml(type: string, uuid: string): string {
  return `<domain type='${type}'><name>idle</name><uuid>${uuid}</uuid><memory>65536</memory>` +
    "<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>" +
    "<driver name='qemu' type='qcow2'/><source file='/nowhere/x.qcow2'/>" +
    "<target dev='vda' bus='virtio'/></disk></devices></domain>";
}

async function usesDefinedDomain(conn: Connection): Promise<void> {
  const xml = domainXml(await domainType(conn), SECRET_UUID);
  const domain = await conn.defineDomainXml(xml);
  await domain.setMaxMemory(131072n);
  assertEquals(await domain.getMaxMemory(), 131072n);
  await domain.setLifecycleAction(0, 1);
  await domain.addIoThread(1, { flags: CONFIG });
  await domain.delIoThread(1, { flags: CONFIG });
  await domain.setBlockIoTune("vda", { total_bytes_sec: 1000n }, { flags: CONFIG });
  const tune = await domain.getBlockIoTune("vda", { flags: CONFIG });
  assertEquals(tune["total_bytes_sec"], 1000n);
  const controller = "<controller type='scsi' index='3'/>";
  await domain.attachDevice(controller, { flags: CONFIG });
  await domain.detachDevice(controller, { flags: CONFIG });
  assertEquals(await domain.getMessages(), []);
  assertEquals(await code(domain.getMaxVcpus()), "OPERATION_INVALID");
  await domain.undefine();
}

async function redefinesMoments(conn: Connection): Promise<void> {
  const xml = domainXml(await domainType(conn), SECRET_UUID);
  const domain = await conn.defineDomainXml(xml);
  const snapshot = (name: string, parent = "") =>
    `<domainsnapshot><name>${name}</name>${parent}<state>shutoff</state>` +
    "<creationTime>1000</creationTime><memory snapshot='no'/><disks>" +
    `<disk name='vda' snapshot='internal'/></disks>${xml}</domainsnapshot>`;
  const a = await domain.createSnapshotXml(snapshot("a"), { flags: REDEFINE });
  const inner = snapshot("b", "<parent><name>a</name></parent>");
  const b = await domain.createSnapshotXml(inner, { flags: REDEFINE | CURRENT });
  assertEquals((await b.getParent()).name, "a");
  assertEquals([await b.isCurrent(), await b.hasMetadata()], [true, true]);
  assertEquals([await a.numChildren(), await a.listChildrenNames()], [1, ["b"]]);
  const checkpoint = await domain.createCheckpointXml(
    "<domaincheckpoint><name>c</name><creationTime>1000</creationTime><disks>" +
      `<disk name='vda' checkpoint='bitmap'/></disks>${xml}</domaincheckpoint>`,
    { flags: REDEFINE },
  );
  assertEquals((await domain.listAllCheckpoints()).map(({ name }) => name), ["c"]);
  await checkpoint.delete({ flags: METADATA_ONLY });
  await b.delete({ flags: METADATA_ONLY });
  await a.delete({ flags: METADATA_ONLY });
  assertEquals(await domain.numSnapshots(), 0);
  await domain.undefine();
}

async function describesHost(conn: Connection): Promise<void> {
  const cpu = "<cpu><arch>x86_64</arch><model>Nehalem</model></cpu>";
  const virttype = await domainType(conn);
  assert([0, 1, 2].includes(await conn.compareCpu(cpu)));
  assert([0, 1, 2].includes(await conn.compareHypervisorCpu(cpu, { virttype })));
  assertStringIncludes(await conn.baselineCpu([cpu]), ">Nehalem</model>");
  assertStringIncludes(await conn.baselineHypervisorCpu([cpu], { virttype }), "<cpu mode='custom'");
  assert(await conn.getNodeFreeMemory() > 0n);
  const { total, free } = await conn.getNodeMemoryStats(-1);
  assert((total as bigint) > (free as bigint));
  assertEquals((await conn.getNodeFreePages([4], 0, 1)).length, 1);
}

function exercise(version: DaemonVersion): void {
  test(`the qemu driver of libvirtd ${version} does without a guest what it is asked`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await connect(`qemu+unix:///system?socket=${daemon.socket}`);
    await usesNwFilters(conn);
    await usesSecrets(conn);
    await usesNetworks(conn);
    await usesDefinedDomain(conn);
    await redefinesMoments(conn);
    await describesHost(conn);
  }, { skip: skipWithoutDaemon(version) });
}

exercise("9");
exercise("12");
