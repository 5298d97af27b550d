import { assertEquals, assertMatch } from "@std/assert";
import { startGuest } from "./guest_domain.ts";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

const UNLIMITED = 9007199254740991n;
const TITLE = 1;
const ELEMENT = 2;

spec("domain tuning", {
  "limits memory": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals(await domain.getMemoryParameters(), {
      hard_limit: UNLIMITED,
      soft_limit: UNLIMITED,
      swap_hard_limit: UNLIMITED,
    });
    await domain.setMemoryParameters({ hard_limit: 1000n });
    assertEquals((await domain.getMemoryParameters())["hard_limit"], 1000n);
  },
  "grows memory only while it does not run": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals((await refusal(domain.setMaxMemory(131072n)))[0], "OPERATION_INVALID");
    await domain.destroy();
    await domain.setMaxMemory(131072n);
    assertEquals(await domain.getMaxMemory(), 131072n);
  },
  "counts and pins vCPUs": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals([await domain.getMaxVcpus(), await domain.getVcpusFlags()], [2, 2]);
    await domain.pinVcpu(0, [true, false]);
    assertEquals((await domain.getVcpus())[0]?.cpumap.slice(0, 3), [true, false, false]);
    await domain.setVcpus(1);
    assertEquals(await domain.getVcpusFlags(), 1);
    await domain.pinEmulator([true, false]);
    assertEquals((await domain.getEmulatorPinInfo())?.slice(0, 2), [true, false]);
  },
  "adds, pins and deletes threads for I/O": async (conn) => {
    const domain = await startGuest(conn);
    const ids = async () => (await domain.getIoThreadInfo()).map(({ iothreadId }) => iothreadId);
    await domain.addIoThread(3);
    assertEquals(await ids(), [1, 2, 3]);
    await domain.pinIoThread(1, [true, false]);
    await domain.delIoThread(3);
    assertEquals(await ids(), [1, 2]);
  },
  "weighs the scheduler and block I/O": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals(await domain.getSchedulerType(), "fair");
    assertEquals(await domain.getSchedulerParameters(), { weight: 50 });
    const unknown = domain.setSchedulerParameters({ vcpu_quota: 5000n });
    assertEquals((await refusal(unknown))[0], "ARGUMENT_UNSUPPORTED");
    assertEquals((await domain.getBlkioParameters())["weight"], 0);
    await domain.setBlkioParameters({ weight: 500 });
    assertEquals((await domain.getBlkioParameters())["weight"], 500);
  },
  "sets NUMA and performance events": async (conn) => {
    const domain = await startGuest(conn);
    await domain.setNumaParameters({ numa_mode: 0, numa_nodeset: "0" });
    assertEquals(await domain.getNumaParameters(), { numa_mode: 0, numa_nodeset: "0" });
    await domain.setPerfEvents({ cmt: true });
    assertEquals((await domain.getPerfEvents())["cmt"], true);
  },
  "limits a disk": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals((await domain.getBlockIoTune("vda"))["total_bytes_sec"], 0n);
    await domain.setBlockIoTune("vda", { total_bytes_sec: 1000n, total_bytes_sec_max: 2000n });
    const tune = await domain.getBlockIoTune("vda");
    assertEquals([tune["total_bytes_sec"], tune["total_bytes_sec_max"]], [1000n, 2000n]);
  },
  "keeps metadata": async (conn) => {
    const domain = await startGuest(conn);
    await domain.setMetadata(TITLE, "title");
    assertEquals(await domain.getMetadata(TITLE), "title");
    const uri = "http://example.org/";
    await domain.setMetadata(ELEMENT, "<a x='1'/>", { key: "k", uri });
    assertEquals(await domain.getMetadata(ELEMENT, { uri }), '<a x="1"/>');
    await domain.setMetadata(TITLE, null);
    assertEquals((await refusal(domain.getMetadata(TITLE)))[0], "NO_DOMAIN_METADATA");
  },
  "is renamed while it does not run": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals((await refusal(domain.rename("other")))[0], "OPERATION_INVALID");
    await domain.destroy();
    await domain.rename("other");
    assertEquals((await conn.lookupDomainByName("other")).uuid, domain.uuid);
    assertEquals((await refusal(conn.lookupDomainByName("guest")))[0], "NO_DOMAIN");
  },
  "is saved by the daemon, and loses the image": async (conn) => {
    const domain = await startGuest(conn);
    assertEquals(await domain.hasManagedSaveImage(), false);
    await domain.managedSave();
    assertEquals([await domain.hasManagedSaveImage(), await domain.isActive()], [true, false]);
    await domain.managedSaveRemove();
    assertEquals(await domain.hasManagedSaveImage(), false);
  },
  "changes what happens when it stops": async (conn) => {
    const domain = await startGuest(conn);
    await domain.setLifecycleAction(0, 1);
    assertMatch(await domain.getXmlDesc(), /<on_poweroff>restart<\/on_poweroff>/);
  },
});
