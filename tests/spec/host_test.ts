import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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
