import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  connectListDomains,
  nodeGetCellsFreeMemory,
  nodeGetCpuStats,
  nodeGetFreePages,
  nodeListDevices,
} from "../../gen/remote/connect.ts";
import {
  domainGetCpuStats,
  domainGetEmulatorPinInfo,
  domainGetVcpuPinInfo,
  domainGetVcpus,
  domainMemoryPeek,
} from "../../gen/remote/domain.ts";
import type { Procedure } from "../../src/procedure.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

const CPU = "<cpu><arch>x86_64</arch><model>Nehalem</model></cpu>";
const OLDER = "<cpu><arch>x86_64</arch><model>Penryn</model></cpu>";

spec("host", {
  "counts and lists domains": async (conn) => {
    assertEquals([await conn.numOfDomains(), await conn.listDomains()], [1, [1]]);
    assertEquals([await conn.numOfDefinedDomains(), await conn.listDefinedDomains()], [0, []]);
    await (await conn.lookupDomainByName("test")).destroy();
    assertEquals([await conn.numOfDomains(), await conn.listDomains()], [0, []]);
    assertEquals(await conn.numOfDefinedDomains(), 1);
    assertEquals(await conn.listDefinedDomains(), ["test"]);
  },
  "tells its memory and processors": async (conn) => {
    assertEquals(await conn.getNodeFreeMemory(), 3145728n);
    assertEquals(await conn.getNodeCellsFreeMemory(0, 2), [2097152n, 4194304n]);
    const { cpus, online, cpumap } = await conn.getNodeCpuMap();
    assertEquals([cpus, online], [8, 3]);
    assertEquals(cpumap, [true, false, true, false, true, false, false, false]);
    const { user, kernel, idle, iowait } = await conn.getNodeCpuStats(0);
    assertEquals([user, kernel], [9797400000n, 34678723400000n]);
    assertEquals([idle, iowait], [87264900000n, 763600000n]);
  },
  "tells free pages of one cell": async (conn) => {
    assertEquals(await conn.getNodeFreePages([4, 2048], 0, 1), [7n, 21n]);
  },
  "tells free pages of more cells": async (conn) => {
    assertEquals(await conn.getNodeFreePages([4, 2048], 0, 2), [7n, 21n, 19n, 45n]);
  },
  "describes its firmware and security": async (conn) => {
    assertStringIncludes(await conn.getSysinfo(), "<entry name='vendor'>LENOVO</entry>");
    assertEquals(await conn.getNodeSecurityModel(), { model: "testSecurity", doi: "" });
  },
  "describes what domains can have": async (conn) => {
    assertStringIncludes(await conn.getDomainCapabilities(), "<domain>test</domain>");
  },
  "names processor models": async (conn) => {
    const models = await conn.getCpuModelNames("x86_64");
    assert(models.includes("Nehalem") && models.includes("Penryn"));
    assertStringIncludes((await refusal(conn.getCpuModelNames("zz")))[2], "architecture zz");
  },
  "finds the baseline of processors": async (conn) => {
    assertStringIncludes(await conn.baselineCpu([CPU, OLDER]), ">Penryn</model>");
  },
  "gives no more than the wire carries, and not less than nothing": async (conn) => {
    const { session } = conn;
    const asked = (procedure: Procedure<never, unknown>, args: unknown) =>
      refusal(session.call(procedure, args as never)).then(([code, domain, message]) =>
        `${code} ${domain} ${message}`
      );
    const { handle: dom } = await conn.lookupDomainByName("test");
    assertEquals(
      await Promise.all([
        asked(connectListDomains, { maxids: 16385 }),
        asked(connectListDomains, { maxids: -1 }),
        asked(nodeListDevices, { cap: null, maxnames: 65537, flags: 0 }),
        asked(nodeGetCellsFreeMemory, { startCell: 0, maxcells: 1025 }),
        asked(nodeGetCpuStats, { cpuNum: 0, nparams: 17, flags: 0 }),
        asked(nodeGetCpuStats, { cpuNum: 0, nparams: -1, flags: 0 }),
        asked(domainGetVcpus, { dom, maxinfo: 16385, maplen: 1 }),
        asked(domainGetVcpus, { dom, maxinfo: 2, maplen: 8_388_608 }),
        asked(domainGetVcpus, { dom, maxinfo: 2, maplen: -1 }),
        asked(domainGetVcpuPinInfo, { dom, ncpumaps: 2, maplen: -1, flags: 0 }),
        asked(domainGetEmulatorPinInfo, { dom, maplen: 8_388_609, flags: 0 }),
        asked(domainMemoryPeek, { dom, offset: 0n, size: 4_194_305, flags: 1 }),
        asked(domainGetCpuStats, { dom, nparams: 1, startCpu: -1, ncpus: 2049, flags: 0 }),
      ]),
      [
        "RPC RPC maxids > REMOTE_DOMAIN_LIST_MAX",
        "RPC RPC maxids must be non-negative",
        "RPC RPC maxnames > REMOTE_NODE_DEVICE_LIST_MAX",
        "RPC RPC maxcells > REMOTE_NODE_MAX_CELLS",
        "INTERNAL_ERROR RPC internal error: nparams too large",
        "INTERNAL_ERROR RPC internal error: nparams must be non-negative",
        "INTERNAL_ERROR RPC internal error: maxinfo > REMOTE_VCPUINFO_MAX",
        "INTERNAL_ERROR RPC internal error: maxinfo * maplen > REMOTE_CPUMAPS_MAX",
        "INTERNAL_ERROR RPC internal error: maxinfo must be non-negative",
        "INTERNAL_ERROR RPC internal error: maplen must be non-negative",
        "RPC RPC Unable to encode message payload",
        "INTERNAL_ERROR RPC internal error: size > maximum buffer size",
        "INTERNAL_ERROR RPC internal error: ncpus too large",
      ],
    );
    // in other words from libvirt 12 on
    const pages = { pages: [4, 2048], startCell: -1, cellCount: 513, flags: 0 };
    assertMatch(
      await asked(nodeGetFreePages, pages),
      /^INTERNAL_ERROR RPC internal error: .*REMOTE_NODE_MAX_CELLS/,
    );
  },
  "counts processors and threads in 32 bits": async (conn) => {
    const withPart = (part: string) =>
      conn.defineDomainXml(
        `<domain type='test'><name>x</name><memory>1</memory>${part}<os><type>hvm</type></os></domain>`,
      );
    for (const count of ["99999999999", "abc"]) {
      assertEquals(await refusal(withPart(`<vcpu>${count}</vcpu>`)), [
        "XML_ERROR",
        "DOMAIN",
        "XML error: maximum vcpus count must be an integer",
      ]);
      assertEquals(await refusal(withPart(`<iothreads>${count}</iothreads>`)), [
        "XML_ERROR",
        "DOMAIN",
        `XML error: invalid iothreads count '${count}'`,
      ]);
    }
    const many = await withPart("<iothreads>65536</iothreads>");
    assertEquals(await refusal(many.getIoThreadInfo({ flags: 2 })), [
      "RPC",
      "RPC",
      "Too many IOThreads in info: 65536 for limit 16384",
    ]);
    await many.undefine();
  },
  "lacks what the test driver lacks": async (conn) => {
    const calls = [
      conn.baselineHypervisorCpu([CPU]),
      conn.compareCpu(CPU),
      conn.compareHypervisorCpu(CPU),
      conn.domainXmlFromNative("qemu-argv", "qemu"),
      conn.domainXmlToNative("qemu-argv", "<domain/>"),
      conn.allocNodePages([2048], [8n], 0, 1),
      conn.getNodeMemoryParameters(),
      conn.setNodeMemoryParameters({ shm_pages_to_scan: 1 }),
      conn.getNodeMemoryStats(0),
      conn.getNodeSevInfo(),
      conn.suspendNodeForDuration(0, 60n),
      conn.numOfNwFilters(),
      conn.listNwFilters(),
      conn.listAllNwFilters(),
      conn.numOfSecrets(),
      conn.listSecrets(),
      conn.listAllSecrets(),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
});
