/**
 * The host and its hypervisor.
 *
 * @module
 */

import { NodeGetCpuStatsAllCpus, NodeGetMemoryStatsAllCells } from "../../../gen/enums/host.ts";
import type { Handlers } from "../command.ts";
import type { Invocation } from "../invocation.ts";
import { sleep } from "../sleep.ts";
import { bytes, ranges, version as dotted } from "../values.ts";
import { VERSION } from "../version.ts";

async function nodeinfo(run: Invocation): Promise<void> {
  const { model, memory, cpus, mhz, nodes, sockets, cores, threads } = await (await run.connect())
    .getNodeInfo(run.call);
  const { json } = run.out;
  run.out.record({
    model,
    cpus,
    mhz: json ? mhz : mhz === 0 ? null : `${mhz} MHz`,
    sockets,
    cores,
    threads,
    nodes,
    memory: json ? memory : bytes(memory * 1024n),
  }, {
    model: "CPU model",
    cpus: "CPUs",
    mhz: "CPU frequency",
    sockets: "Sockets",
    cores: "Cores a socket",
    threads: "Threads a core",
    nodes: "NUMA cells",
    memory: "Memory",
  });
}

async function nodecpustats(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const cpu = run.count("cpu") ?? NodeGetCpuStatsAllCpus.ALL_CPUS;
  const before = await conn.getNodeCpuStats(cpu, run.call);
  if (!run.flag("percent")) {
    const seconds = (value: bigint) => `${(Number(value) / 1e9).toFixed(1)} s`;
    const shown = Object.entries(before).map(([kind, time]) =>
      [kind, run.out.json ? time : seconds(time)] as const
    );
    return run.out.record(Object.fromEntries(shown));
  }
  await sleep(1000, run.signal);
  const after = await conn.getNodeCpuStats(cpu, run.call);
  const spent = Object.keys(after).map((kind) =>
    [kind, Number(after[kind]! - (before[kind] ?? 0n))] as const
  );
  const total = spent.reduce((sum, [, time]) => sum + time, 0);
  run.out.record(Object.fromEntries(spent.map(([kind, time]) => {
    const percent = total === 0 ? 0 : time / total * 100;
    return [kind, run.out.json ? Number(percent.toFixed(2)) : `${percent.toFixed(1)} %`];
  })));
}

async function nodememstats(run: Invocation): Promise<void> {
  const cell = run.count("cell") ?? NodeGetMemoryStatsAllCells.ALL_CELLS;
  const stats = await (await run.connect()).getNodeMemoryStats(cell, run.call);
  const shown = Object.entries(stats).map(([kind, kib]) =>
    [kind, run.out.json ? kib : bytes(kib * 1024n)] as const
  );
  run.out.record(Object.fromEntries(shown));
}

async function nodecpumap(run: Invocation): Promise<void> {
  const { cpus, online, cpumap } = await (await run.connect()).getNodeCpuMap(run.call);
  run.out.record({
    cpus,
    online,
    cpumap: run.out.json
      ? cpumap
      : run.flag("pretty")
      ? ranges(cpumap)
      : cpumap.map((on) => on ? "y" : "-").join(""),
  }, { cpus: "CPUs", online: "Online", cpumap: "Map" });
}

async function version(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const [type, hypervisor, library] = await Promise.all([
    conn.getType(run.call),
    conn.getVersion(run.call),
    conn.getLibVersion(run.call),
  ]);
  run.out.record({
    virtwire: VERSION,
    libvirt: dotted(library),
    type,
    hypervisor: dotted(hypervisor),
  }, { virtwire: "virtwire", libvirt: "libvirt", type: "Hypervisor", hypervisor: "Its version" });
}

/** A command that prints one text that the daemon has. */
function print(
  ask: (conn: Awaited<ReturnType<Invocation["connect"]>>, run: Invocation) => Promise<string>,
): (run: Invocation) => Promise<void> {
  return async (run) => run.out.value((await ask(await run.connect(), run)).trimEnd());
}

/** The commands of this file. */
export const handlers: Handlers = {
  nodeinfo,
  nodecpustats,
  nodememstats,
  nodecpumap,
  hostname: print((conn, run) => conn.getHostname(run.call)),
  uri: print((conn, run) => conn.getUri(run.call)),
  version,
  sysinfo: print((conn, run) => conn.getSysinfo(run.call)),
  capabilities: print((conn, run) => conn.getCapabilities(run.call)),
  domcapabilities: print((conn, run) =>
    conn.getDomainCapabilities({
      ...run.call,
      virttype: run.text("virttype"),
      emulatorbin: run.text("emulatorbin"),
      arch: run.text("arch"),
      machine: run.text("machine"),
    })
  ),
};
