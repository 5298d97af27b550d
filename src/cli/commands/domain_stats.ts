/**
 * Commands that show what domains use, have and do.
 *
 * @module
 */

import {
  ConnectGetAllDomainStatsFlags,
  DomainGetJobStatsFlags,
  DomainInterfaceAddressesSource,
  DomainJobType,
  DomainStatsTypes,
  DomainXmlFlags,
  VcpuState,
} from "../../../gen/enums/domain.ts";
import { nestStats } from "../../domain_stats.ts";
import { isUnsupported } from "../../errors.ts";
import type { Domain } from "../../objects/mod.ts";
import type { Handlers } from "../command.ts";
import { UsageError } from "../failures.ts";
import { impact } from "../impact.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, STATE_COLUMN } from "../lists.ts";
import { findDomain } from "../lookup.ts";
import type { Column, Row } from "../output.ts";
import { bytes, ranges, words } from "../values.ts";
import { lookupTable } from "../../lookup_table.ts";

const STATS: Readonly<Record<string, number>> = {
  state: DomainStatsTypes.STATE,
  cpuTotal: DomainStatsTypes.CPU_TOTAL,
  balloon: DomainStatsTypes.BALLOON,
  vcpu: DomainStatsTypes.VCPU,
  interface: DomainStatsTypes.INTERFACE,
  block: DomainStatsTypes.BLOCK,
  perf: DomainStatsTypes.PERF,
  iothread: DomainStatsTypes.IOTHREAD,
  memory: DomainStatsTypes.MEMORY,
  dirtyrate: DomainStatsTypes.DIRTYRATE,
  vm: DomainStatsTypes.VM,
};

async function domstats(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const names = run.rest("domain");
  const domains = names.length === 0
    ? undefined
    : await Promise.all(names.map((name) => findDomain(run, name)));
  const flags = run.flags(
    run.flag("enforce") && ConnectGetAllDomainStatsFlags.ENFORCE_STATS,
    run.flag("nowait") && ConnectGetAllDomainStatsFlags.NOWAIT,
    run.flag("listActive") && ConnectGetAllDomainStatsFlags.ACTIVE,
    run.flag("listInactive") && ConnectGetAllDomainStatsFlags.INACTIVE,
    run.flag("listPersistent") && ConnectGetAllDomainStatsFlags.PERSISTENT,
    run.flag("listTransient") && ConnectGetAllDomainStatsFlags.TRANSIENT,
    run.flag("listRunning") && ConnectGetAllDomainStatsFlags.RUNNING,
    run.flag("listPaused") && ConnectGetAllDomainStatsFlags.PAUSED,
    run.flag("listShutoff") && ConnectGetAllDomainStatsFlags.SHUTOFF,
    run.flag("listOther") && ConnectGetAllDomainStatsFlags.OTHER,
    run.flag("backing") && ConnectGetAllDomainStatsFlags.BACKING,
  );
  const stats = Object.entries(STATS).reduce(
    (all, [name, bit]) => all | (run.flag(name) ? bit : 0),
    0,
  );
  const records = await conn.getAllDomainStats({ ...flags, stats, domains });
  const { out } = run;
  if (out.json) {
    const shape = run.flag("raw") ? (stats: object) => stats : nestStats;
    return out.value(records.map(({ domain, stats }) => (
      { name: domain.name, uuid: domain.uuid, stats: shape(stats) }
    )));
  }
  records.forEach(({ domain, stats }, i) => {
    if (i > 0) out.line();
    out.line(out.colors.bold(domain.name));
    for (const [field, value] of Object.entries(stats)) {
      for (const each of Array.isArray(value) ? value : [value]) out.line(`  ${field}=${each}`);
    }
  });
}

async function vcpuinfo(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const vcpus = await domain.getVcpus(run.call);
  const rows = vcpus.map(({ number, state, cpuTime, cpu, cpumap }) => ({
    vcpu: number,
    cpu: cpu < 0 ? null : cpu,
    state: words(VcpuState[state], state),
    cpuTime,
    affinity: run.flag("pretty")
      ? `${ranges(cpumap)} (out of ${cpumap.length})`
      : cpumap.map((may) => may ? "y" : "-").join(""),
  }));
  run.out.table(rows, [
    { key: "vcpu", title: "VCPU", align: "right" },
    { key: "cpu", title: "CPU", align: "right" },
    STATE_COLUMN,
    {
      key: "cpuTime",
      title: "CPU time",
      align: "right",
      show: (time: bigint) => `${(Number(time) / 1e9).toFixed(1)} s`,
    },
    { key: "affinity", title: "Affinity" },
  ]);
}

async function descriptionOf(run: Invocation, domain: Domain): Promise<string> {
  return await domain.getXmlDesc(run.flags(run.flag("inactive") && DomainXmlFlags.INACTIVE));
}

async function domblklist(run: Invocation): Promise<void> {
  const { disksOf } = await import("../devices.ts");
  const rows = disksOf(await descriptionOf(run, await findDomain(run)));
  const details: Column[] = [{ key: "type", title: "Type" }, { key: "device", title: "Device" }];
  run.out.table(rows.map((row) => ({ ...row })), [
    ...(run.flag("details") ? details : []),
    { key: "target", title: "Target" },
    { key: "source", title: "Source" },
  ]);
}

async function domiflist(run: Invocation): Promise<void> {
  const { nicsOf } = await import("../devices.ts");
  const rows = nicsOf(await descriptionOf(run, await findDomain(run)));
  run.out.table(rows.map((row) => ({ ...row })), [
    { key: "interface", title: "Interface" },
    { key: "type", title: "Type" },
    { key: "source", title: "Source" },
    { key: "model", title: "Model" },
    { key: "mac", title: "MAC" },
  ]);
}

const SOURCES: Readonly<Record<string, number>> = lookupTable({
  lease: DomainInterfaceAddressesSource.LEASE,
  agent: DomainInterfaceAddressesSource.AGENT,
  arp: DomainInterfaceAddressesSource.ARP,
});

async function domifaddr(run: Invocation): Promise<void> {
  const name = run.text("source") ?? "lease";
  const source = SOURCES[name];
  if (source === undefined) {
    throw new UsageError(`Cannot ask the source "${name}": expected lease, agent or arp`);
  }
  const interfaces = await (await findDomain(run)).interfaceAddresses(source, run.call);
  const only = run.text("interface");
  const rows = interfaces.filter(({ name }) => only === undefined || name === only).flatMap((
    { name, hwaddr, addrs },
  ) =>
    addrs.map(({ type, addr, prefix }, i) => ({
      name: i === 0 || run.out.json || run.flag("full") ? name : "",
      mac: i === 0 || run.out.json || run.flag("full") ? hwaddr : "",
      protocol: type === 0 ? "ipv4" : "ipv6",
      address: `${addr}/${prefix}`,
    }))
  );
  run.out.table(rows, [
    NAME_COLUMN,
    { key: "mac", title: "MAC address" },
    { key: "protocol", title: "Protocol" },
    { key: "address", title: "Address" },
  ]);
}

async function domblkinfo(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const device = run.maybe("device");
  const { disksOf } = await import("../devices.ts");
  const targets = device === undefined
    ? disksOf(await domain.getXmlDesc(run.call)).filter(({ source }) => source !== null)
      .map(({ target }) => target)
    : [device];
  const rows = await Promise.all(
    targets.map(async (target) => ({ target, ...await domain.getBlockInfo(target, run.call) })),
  );
  const size = (value: bigint) => bytes(value);
  run.out.table(rows, [
    { key: "target", title: "Target" },
    { key: "capacity", title: "Capacity", show: size, align: "right" },
    { key: "allocation", title: "Allocation", show: size, align: "right" },
    { key: "physical", title: "Physical", show: size, align: "right" },
  ]);
}

const BLOCK_TITLES = {
  rd_operations: "number of read operations",
  rd_bytes: "number of bytes read",
  wr_operations: "number of write operations",
  wr_bytes: "number of bytes written",
  flush_operations: "number of flush operations",
  rd_total_times: "total duration of reads (ns)",
  wr_total_times: "total duration of writes (ns)",
  flush_total_times: "total duration of flushes (ns)",
  errs: "error count",
};

/** What a disk has done; of old drivers without flushes and durations, under the same names. */
async function blockStats(run: Invocation, domain: Domain, disk: string): Promise<Row> {
  try {
    return await domain.blockStatsFlags(disk, run.call);
  } catch (error) {
    if (!isUnsupported(error)) throw error;
  }
  const { rdReq, rdBytes, wrReq, wrBytes, errs } = await domain.blockStats(disk, run.call);
  return {
    rd_operations: rdReq,
    rd_bytes: rdBytes,
    wr_operations: wrReq,
    wr_bytes: wrBytes,
    ...(errs < 0n ? {} : { errs }), // -1 is libvirt's way to say that nobody counts them
  };
}

async function domblkstat(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const stats = await blockStats(run, domain, run.maybe("device") ?? "");
  run.out.record(stats, run.flag("human") ? BLOCK_TITLES : {});
}

async function domifstat(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  run.out.record(await domain.interfaceStats(run.argument("interface"), run.call) as never);
}

async function dommemstat(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const period = run.count("period");
  if (period === undefined) return run.out.record(await domain.memoryStats(run.call) as never);
  await domain.setMemoryStatsPeriod(period, run.flags(impact(run)));
  run.out.message(
    period === 0
      ? `Domain "${domain.name}" no longer tells what memory it uses`
      : `Domain "${domain.name}" tells every ${period} s what memory it uses`,
  );
}

async function domjobinfo(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const all = run.flag("anystats") || run.flag("rawstats");
  if (all || run.flag("completed") || run.flag("keepCompleted")) {
    const { type, params } = await domain.getJobStats(run.flags(
      (run.flag("completed") || run.flag("keepCompleted")) && DomainGetJobStatsFlags.COMPLETED,
      run.flag("keepCompleted") && DomainGetJobStatsFlags.KEEP_COMPLETED,
    ));
    return run.out.record({ type: words(DomainJobType[type], type), ...params });
  }
  const { type, ...info } = await domain.getJobInfo(run.call);
  const known = Object.entries(info).filter(([, value]) => run.out.json || value !== 0n);
  run.out.record({ type: words(DomainJobType[type], type), ...Object.fromEntries(known) });
}

/** The commands of this file. */
export const handlers: Handlers = {
  domstats,
  vcpuinfo,
  domblklist,
  domiflist,
  domifaddr,
  domblkinfo,
  domblkstat,
  domifstat,
  dommemstat,
  domjobinfo,
};
