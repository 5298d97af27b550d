/**
 * `Domain` on a caller that only remembers: which procedures, with which arguments, in which order.
 */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { LibvirtError, unsupported } from "../../src/errors.ts";
import { Domain } from "../../src/objects/domain.ts";
import { TypedParamType } from "../../src/xdr/typed_param.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { type Answer, FakeCaller } from "./fake_caller.ts";

const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";

function setUp(answers: Readonly<Record<string, Answer>> = {}): {
  caller: FakeCaller;
  domain: Domain;
  dom: { name: string; uuid: Uuid; id: number };
} {
  const caller = new FakeCaller(answers);
  const dom = { name: "web", uuid: Uuid.parse(UUID), id: -1 };
  return { caller, domain: new Domain(caller, dom), dom };
}

test("what the wire carries are properties", () => {
  const { caller, domain } = setUp();
  assertEquals([domain.name, domain.uuid, domain.id], ["web", UUID, -1]);
  assertEquals(JSON.parse(JSON.stringify(domain)), { name: "web", uuid: UUID, id: -1 });
  assertStrictEquals(domain.caller, caller);
  assertEquals(caller.made, []);
});

test("one value is unwrapped, several are an object", async () => {
  const info = { state: 1, maxMem: 8n, memory: 4n, nrVirtCpu: 2, cpuTime: 5n };
  const { caller, domain, dom } = setUp({ domainGetXmlDesc: { xml: "<x/>" }, domainGetInfo: info });
  assertEquals(await domain.getXmlDesc({ flags: 1 }), "<x/>");
  assertEquals(await domain.getInfo(), info);
  assertEquals(caller.made, [["domainGetXmlDesc", { dom, flags: 1 }], ["domainGetInfo", { dom }]]);
});

test("an int that is a truth value is a boolean, both ways", async () => {
  const { caller, domain, dom } = setUp({
    domainIsActive: { active: 1 },
    domainGetAutostart: { autostart: 0 },
  });
  assertEquals(await domain.isActive(), true);
  assertEquals(await domain.getAutostart(), false);
  await domain.setAutostart(true);
  assertEquals(caller.made[2], ["domainSetAutostart", { dom, autostart: 1 }]);
});

test("without flags the older procedure is called, with flags the newer", async () => {
  const { caller, domain, dom } = setUp();
  await domain.destroy();
  await domain.destroy({ flags: 0 });
  await domain.destroy({ flags: 1 });
  assertEquals(caller.made, [
    ["domainDestroy", { dom }],
    ["domainDestroy", { dom }],
    ["domainDestroyFlags", { dom, flags: 1 }],
  ]);
});

test("flags of 0 reach the newer procedure where they mean something of their own", async () => {
  const { caller, domain, dom } = setUp();
  await domain.setMemory(1024n);
  await domain.setMemory(1024n, { flags: 0 });
  assertEquals(caller.made, [
    ["domainSetMemory", { dom, memory: 1024n }],
    ["domainSetMemoryFlags", { dom, memory: 1024n, flags: 0 }],
  ]);
});

test("an argument that only the newer procedure has selects it", async () => {
  const { caller, domain, dom } = setUp();
  await domain.save("/f");
  await domain.save("/f", { dxml: "<domain/>" });
  assertEquals(caller.made, [
    ["domainSave", { dom, to: "/f" }],
    ["domainSaveFlags", { dom, to: "/f", dxml: "<domain/>", flags: 0 }],
  ]);
});

test("signal and timeout go along with the call", async () => {
  const { caller, domain } = setUp({ domainGetHostname: { hostname: "h" } });
  const { signal } = new AbortController();
  await domain.getHostname({ signal, timeout: 50, flags: 1 });
  assertStrictEquals(caller.options[0]?.signal, signal);
  assertEquals(caller.options[0]?.timeout, 50);
});

test("typed parameters are counted, then fetched, and come as one object", async () => {
  const params = [
    { field: "hard_limit", type: TypedParamType.ULLONG, value: 5n },
    { field: "soft_limit", type: TypedParamType.ULLONG, value: 6n },
  ];
  const { caller, domain } = setUp({
    domainGetMemoryParameters: ({ nparams }: { nparams: number }) =>
      nparams === 0 ? { params: [], nparams: 2 } : { params, nparams: 0 },
  });
  assertEquals(await domain.getMemoryParameters({ timeout: 1000 }), {
    hard_limit: 5n,
    soft_limit: 6n,
  });
  assertEquals(caller.made.map(([, args]) => (args as { nparams: number }).nparams), [0, 2]);
  assertEquals(caller.options.every((o) => o!.timeout! > 0 && o!.timeout! <= 1000), true);
});

test("text among typed parameters is asked for where the driver understands that", async () => {
  class Asked extends FakeCaller {
    readonly features: number[] = [];
    hasFeature(feature: number): Promise<boolean> {
      this.features.push(feature);
      return Promise.resolve(false);
    }
  }
  const answers = {
    domainGetNumaParameters: { params: [], nparams: 0 },
    domainGetLaunchSecurityInfo: { params: [] },
    domainGetPerfEvents: { params: [] },
  };
  const { caller, domain, dom } = setUp(answers);
  const asked = new Asked(answers);
  for (const each of [domain, new Domain(asked, dom)]) {
    await each.getNumaParameters({ flags: 2 });
    await each.getLaunchSecurityInfo();
    await each.getPerfEvents();
  }
  const flags = (made: FakeCaller) =>
    made.made.map(([, args]) => (args as { flags: number }).flags);
  assertEquals(flags(caller), [6, 4, 0]);
  assertEquals(flags(asked), [2, 0, 0]);
  assertEquals(asked.features, [9, 9]);
});

test("parameters that come with their number are not fetched again", async () => {
  const params = [{ field: "weight", type: TypedParamType.UINT, value: 7 }];
  const { caller, domain } = setUp({ domainGetBlkioParameters: { params, nparams: 0 } });
  assertEquals(await domain.getBlkioParameters(), { weight: 7 });
  assertEquals(caller.made.length, 1);
});

test("no typed parameters take one call", async () => {
  const { caller, domain } = setUp({ domainGetNumaParameters: { params: [], nparams: 0 } });
  assertEquals(await domain.getNumaParameters(), {});
  assertEquals(caller.made.length, 1);
});

test("typed parameters that go out get the documented types", async () => {
  const { caller, domain, dom } = setUp();
  await domain.setSchedulerParameters({ cpu_shares: 2048, vcpu_quota: -1n });
  assertEquals(caller.made, [["domainSetSchedulerParameters", {
    dom,
    params: [
      { field: "cpu_shares", type: TypedParamType.ULLONG, value: 2048n },
      { field: "vcpu_quota", type: TypedParamType.LLONG, value: -1n },
    ],
  }]]);
  await assertRejects(() => domain.setSchedulerParameters({ newer: 1 }), TypeError, "ullong()");
  assertEquals(caller.made.length, 1);
});

test("the number of scheduler parameters comes with the scheduler's name", async () => {
  const { caller, domain } = setUp({
    domainGetSchedulerType: { type: "posix", nparams: 3 },
    domainGetSchedulerParametersFlags: {
      params: [{ field: "cpu_shares", type: TypedParamType.ULLONG, value: 9n }],
    },
  });
  assertEquals(await domain.getSchedulerType(), "posix");
  assertEquals(await domain.getSchedulerParameters({ flags: 2 }), { cpu_shares: 9n });
  const { nparams } = caller.made[2]![1] as { nparams: number };
  assertEquals(nparams, 3);
});

test("after a start the id is the running domain's", async () => {
  const { caller, domain, dom } = setUp({
    domainLookupByUuid: () => ({ dom: { ...dom, id: 7 } }),
    domainCreateWithFlags: () => ({ dom: { ...dom, id: 8 } }),
  });
  await domain.create();
  assertEquals(domain.id, 7);
  await domain.create({ flags: 1 });
  assertEquals(domain.id, 8);
  assertEquals(caller.names, ["domainCreate", "domainLookupByUuid", "domainCreateWithFlags"]);
});

test("a start succeeds also when the domain is gone at once", async () => {
  const { domain } = setUp({ domainLookupByUuid: new LibvirtError("gone", { code: 42 }) });
  await domain.create();
  assertEquals(domain.id, -1);
});

test("a start that fails is not followed by a look-up", async () => {
  const { caller, domain } = setUp({ domainCreate: new LibvirtError("no", { code: 55 }) });
  await assertRejects(() => domain.create(), LibvirtError, "no");
  assertEquals(caller.names, ["domainCreate"]);
});

test("a renamed domain has its new name", async () => {
  const { domain } = setUp({ domainRename: { retcode: 0 } });
  await domain.rename("www");
  assertEquals(domain.name, "www");
});

test("memory statistics have names, unknown ones their number", async () => {
  const stats = [{ tag: 7, val: 1n }, { tag: 0, val: 2n }, { tag: 99, val: 3n }];
  const { domain } = setUp({ domainMemoryStats: { stats } });
  assertEquals(await domain.memoryStats(), { rss: 1n, swapIn: 2n, tag99: 3n });
});

test("no block job is null", async () => {
  const job = { found: 1, type: 1, bandwidth: 0n, cur: 3n, end: 9n };
  const { domain } = setUp({
    domainGetBlockJobInfo: ({ path }: { path: string }) =>
      path === "vda" ? job : { ...job, found: 0 },
  });
  assertEquals(await domain.getBlockJobInfo("vda"), { type: 1, bandwidth: 0n, cur: 3n, end: 9n });
  assertEquals(await domain.getBlockJobInfo("vdb"), null);
});

test("security labels end at their NUL", async () => {
  const label = new TextEncoder().encode("system_u:x\0\0\0");
  const { domain } = setUp({
    domainGetSecurityLabel: { label, enforcing: 1 },
    domainGetSecurityLabelList: { labels: [{ label, enforcing: 0 }], ret: 1 },
  });
  assertEquals(await domain.getSecurityLabel(), { label: "system_u:x", enforcing: true });
  assertEquals(await domain.getSecurityLabelList(), [{ label: "system_u:x", enforcing: false }]);
});

test("virtual CPUs come with maps as long as the host has CPUs", async () => {
  const { caller, domain } = setUp({
    domainGetInfo: { nrVirtCpu: 2 },
    nodeGetCpuMap: { ret: 10 },
    domainGetVcpus: {
      info: [{ number: 0, state: 1, cpuTime: 5n, cpu: 3 }, {
        number: 1,
        state: 1,
        cpuTime: 6n,
        cpu: 9,
      }],
      cpumaps: new Uint8Array([0b11, 0, 0, 0b10]),
    },
  });
  const off = (n: number) => Array.from({ length: n }, () => false);
  assertEquals(await domain.getVcpus(), [
    { number: 0, state: 1, cpuTime: 5n, cpu: 3, cpumap: [true, true, ...off(8)] },
    { number: 1, state: 1, cpuTime: 6n, cpu: 9, cpumap: [...off(9), true] },
  ]);
  const { maxinfo, maplen } = caller.made[2]![1] as { maxinfo: number; maplen: number };
  assertEquals([maxinfo, maplen], [2, 2]);
});

test("a known number of host CPUs saves asking", async () => {
  const { caller, domain } = setUp({
    domainGetEmulatorPinInfo: { cpumaps: new Uint8Array([5]), ret: 1 },
  });
  assertEquals(await domain.getEmulatorPinInfo({ hostCpus: 3 }), [true, false, true]);
  assertEquals(caller.names, ["domainGetEmulatorPinInfo"]);
});

test("a driver without a CPU map counts CPUs by its node", async () => {
  const { caller, domain } = setUp({
    nodeGetCpuMap: unsupported("no map"),
    nodeGetInfo: { nodes: 1, sockets: 1, cores: 2, threads: 2 },
    domainGetIothreadInfo: { info: [{ iothreadId: 1, cpumap: new Uint8Array([15]) }] },
  });
  assertEquals(await domain.getIoThreadInfo(), [
    { iothreadId: 1, cpumap: [true, true, true, true] },
  ]);
  assertEquals(caller.names, ["domainGetIothreadInfo", "nodeGetCpuMap", "nodeGetInfo"]);
});

test("CPU maps go out as bytes", async () => {
  const { caller, domain, dom } = setUp();
  const cpumap = [true, false, false, false, false, false, false, false, true];
  await domain.pinVcpu(1, cpumap);
  await domain.pinVcpu(1, cpumap, { flags: 2 });
  const bytes = new Uint8Array([1, 1]);
  assertEquals(caller.made, [
    ["domainPinVcpu", { dom, vcpu: 1, cpumap: bytes }],
    ["domainPinVcpuFlags", { dom, vcpu: 1, cpumap: bytes, flags: 2 }],
  ]);
});

interface CpuStatsArgs {
  nparams: number;
  startCpu: number;
  ncpus: number;
}

/** A host of `cpus` CPUs, each with one parameter that says which it is. */
function cpuStats(cpus: number): (args: CpuStatsArgs) => unknown {
  return ({ nparams, startCpu, ncpus }) => {
    if (nparams === 0) return { params: [], nparams: ncpus === 0 ? cpus : 1 };
    const n = startCpu < 0 ? 1 : Math.min(ncpus, cpus - startCpu);
    const params = Array.from({ length: n }, (_, i) => (
      { field: "cpu_time", type: TypedParamType.ULLONG, value: BigInt(startCpu + i) }
    ));
    return { params, nparams: 1 };
  };
}

test("CPU statistics are fetched for at most 128 CPUs at once", async () => {
  const { caller, domain } = setUp({ domainGetCpuStats: cpuStats(300) });
  const all = await domain.getCpuStats(0);
  assertEquals(all.map((cpu) => cpu["cpu_time"]), Array.from({ length: 300 }, (_, i) => BigInt(i)));
  const fetched = caller.made.map(([, args]) => args as CpuStatsArgs).filter((a) => a.nparams > 0);
  assertEquals(fetched.map((a) => [a.startCpu, a.ncpus]), [[0, 128], [128, 128], [256, 44]]);
});

test("CPU statistics in all are one element, a part of the CPUs so many", async () => {
  const { domain } = setUp({ domainGetCpuStats: cpuStats(4) });
  assertEquals(await domain.getCpuStats(-1), [{ cpu_time: -1n }]);
  assertEquals(await domain.getCpuStats(1, { ncpus: 2 }), [{ cpu_time: 1n }, { cpu_time: 2n }]);
});

test("snapshots know their domain without a call", async () => {
  const { caller, domain, dom } = setUp({
    domainSnapshotLookupByName: () => ({ snap: { name: "before", dom } }),
    domainListAllSnapshots: () => ({ snapshots: [{ name: "a", dom }, { name: "b", dom }], ret: 2 }),
  });
  const snapshot = await domain.lookupSnapshotByName("before");
  assertEquals([snapshot.name, snapshot.domain.name, snapshot.domain.uuid], [
    "before",
    "web",
    UUID,
  ]);
  assertEquals((await domain.listAllSnapshots()).map((s) => s.name), ["a", "b"]);
  assertEquals(caller.names, ["domainSnapshotLookupByName", "domainListAllSnapshots"]);
  assertEquals(caller.made[1]![1], { dom, needResults: 1, flags: 0 });
});

test("static look-ups take any caller", async () => {
  const { caller, dom } = setUp({
    domainLookupByName: () => ({ dom }),
    domainLookupByUuid: () => ({ dom }),
    domainLookupById: () => ({ dom }),
    domainDefineXml: () => ({ dom }),
    domainDefineXmlFlags: () => ({ dom }),
    domainCreateXml: () => ({ dom }),
    connectListAllDomains: () => ({ domains: [dom, dom], ret: 2 }),
  });
  assertEquals((await Domain.lookupByName(caller, "web")).name, "web");
  assertEquals((await Domain.lookupByUuid(caller, UUID)).uuid, UUID);
  assertEquals((await Domain.lookupById(caller, 3)).name, "web");
  assertEquals((await Domain.defineXml(caller, "<domain/>")).name, "web");
  assertEquals((await Domain.defineXml(caller, "<domain/>", { flags: 1 })).name, "web");
  assertEquals((await Domain.createXml(caller, "<domain/>")).name, "web");
  assertEquals((await Domain.listAll(caller)).length, 2);
  assertEquals(caller.names, [
    "domainLookupByName",
    "domainLookupByUuid",
    "domainLookupById",
    "domainDefineXml",
    "domainDefineXmlFlags",
    "domainCreateXml",
    "connectListAllDomains",
  ]);
});

test("a wrong UUID rejects, and nothing is sent", async () => {
  const { caller } = setUp();
  await assertRejects(() => Domain.lookupByUuid(caller, "web"), TypeError, "UUID");
  assertEquals(caller.made, []);
});
