/**
 * Commands that look at domains.
 *
 * @module
 */

import {
  ConnectGetAllDomainStatsFlags,
  DomainInterfaceAddressesSource,
  DomainJobType,
  DomainListFlags,
  DomainStatsTypes,
  DomainXmlFlags,
  VcpuState,
} from "../../../gen/enums/domain.ts";
import { nestStats } from "../../domain_stats.ts";
import { isUnsupported, LibvirtError } from "../../errors.ts";
import type { Domain } from "../../objects/mod.ts";
import type { Handlers } from "../command.ts";
import { UsageError } from "../failures.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, printList, STATE_COLUMN, unlessGone } from "../lists.ts";
import { findDomain } from "../lookup.ts";
import type { Column } from "../output.ts";
import { reasonText, stateText } from "../reasons.ts";
import { bytes, words } from "../values.ts";

const SELECTIONS: readonly (readonly [option: string, flag: number])[] = [
  ["persistent", DomainListFlags.PERSISTENT],
  ["transient", DomainListFlags.TRANSIENT],
  ["stateRunning", DomainListFlags.RUNNING],
  ["statePaused", DomainListFlags.PAUSED],
  ["stateShutoff", DomainListFlags.SHUTOFF],
  ["stateOther", DomainListFlags.OTHER],
  ["withSnapshot", DomainListFlags.HAS_SNAPSHOT],
  ["withoutSnapshot", DomainListFlags.NO_SNAPSHOT],
  ["withManagedSave", DomainListFlags.MANAGEDSAVE],
  ["withoutManagedSave", DomainListFlags.NO_MANAGEDSAVE],
];

async function list(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const autostart = run.choice("autostart");
  const selected =
    SELECTIONS.reduce((all, [option, flag]) => all | (run.flag(option) ? flag : 0), 0) |
    (autostart === true ? DomainListFlags.AUTOSTART : 0) |
    (autostart === false ? DomainListFlags.NO_AUTOSTART : 0);
  // who asks for a state means the domains in it, not the active ones among them
  const byState = run.flag("stateRunning") || run.flag("statePaused") ||
    run.flag("stateShutoff") || run.flag("stateOther");
  const active = run.flag("all") || byState
    ? 0
    : run.flag("inactive")
    ? DomainListFlags.INACTIVE
    : DomainListFlags.ACTIVE;
  const domains = await conn.listAllDomains(run.flags(selected, active));
  domains.sort(runningFirst);
  if (run.flag("id") && !run.out.json) {
    for (const { id } of domains) if (id >= 0) run.out.line(`${id}`);
    return;
  }
  const titled = run.flag("title");
  const columns: Column[] = [
    {
      key: "id",
      title: "Id",
      align: "right",
      show: (id: number | null) => id === null ? "-" : `${id}`,
    },
    NAME_COLUMN,
    STATE_COLUMN,
    ...(titled ? [{ key: "title", title: "Title" }] : []),
  ];
  await printList(run, domains, columns, async (domain) => {
    const state = await unlessGone(() => domain.getState(run.call));
    return {
      id: domain.id < 0 ? null : domain.id,
      name: domain.name,
      uuid: domain.uuid,
      state: state === undefined ? "gone" : stateText(state.state),
      ...(titled ? { title: await titleOf(run, domain) } : {}),
    };
  });
}

function runningFirst(a: Domain, b: Domain): number {
  if (a.id >= 0 !== b.id >= 0) return a.id >= 0 ? -1 : 1;
  return a.id - b.id || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

const TITLE = 1; // VIR_DOMAIN_METADATA_TITLE

async function titleOf(run: Invocation, domain: Domain): Promise<string> {
  return await unlessGone(() => domain.getMetadata(TITLE, run.call)) ?? "";
}

async function dominfo(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const [info, osType, persistent, autostart, managedSave, snapshots] = await Promise.all([
    domain.getInfo(run.call),
    domain.getOsType(run.call),
    ifSupported(() => domain.isPersistent(run.call)),
    ifSupported(() => domain.getAutostart(run.call)),
    ifSupported(() => domain.hasManagedSaveImage(run.call)),
    ifSupported(() => domain.numSnapshots(run.call)),
  ]);
  const { json } = run.out;
  run.out.record({
    id: domain.id < 0 ? null : domain.id,
    name: domain.name,
    uuid: domain.uuid,
    osType,
    state: stateText(info.state),
    vcpus: info.nrVirtCpu,
    cpuTime: json ? info.cpuTime : `${(Number(info.cpuTime) / 1e9).toFixed(1)} s`,
    maxMemory: json ? info.maxMem : bytes(info.maxMem * 1024n),
    usedMemory: json ? info.memory : bytes(info.memory * 1024n),
    persistent,
    autostart,
    managedSave,
    snapshots,
  }, {
    id: "Id",
    name: "Name",
    uuid: "UUID",
    osType: "OS type",
    state: "State",
    vcpus: "CPUs",
    cpuTime: "CPU time",
    maxMemory: "Max memory",
    usedMemory: "Used memory",
    persistent: "Persistent",
    autostart: "Autostart",
    managedSave: "Managed save",
    snapshots: "Snapshots",
  });
}

/** What a driver answers that need not know it. */
async function ifSupported<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isUnsupported(error) || error instanceof LibvirtError) return undefined;
    throw error;
  }
}

async function domstate(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const { state, reason } = await domain.getState(run.call);
  const texts = { state: stateText(state), reason: reasonText(state, reason) };
  if (run.out.json) run.out.value(texts);
  else run.out.line(run.flag("reason") ? `${texts.state} (${texts.reason})` : texts.state);
}

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
    affinity: cpumap.map((may) => may ? "y" : "-").join(""),
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

const SOURCES: Readonly<Record<string, number>> = {
  lease: DomainInterfaceAddressesSource.LEASE,
  agent: DomainInterfaceAddressesSource.AGENT,
  arp: DomainInterfaceAddressesSource.ARP,
};

async function domifaddr(run: Invocation): Promise<void> {
  const name = run.text("source") ?? "lease";
  const source = SOURCES[name];
  if (source === undefined) {
    throw new UsageError(`Cannot ask the source "${name}": expected lease, agent or arp`);
  }
  const interfaces = await (await findDomain(run)).interfaceAddresses(source, run.call);
  const rows = interfaces.flatMap(({ name, hwaddr, addrs }) =>
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

async function domblkstat(run: Invocation): Promise<void> {
  run.out.record(
    await (await findDomain(run)).blockStats(run.maybe("device") ?? "", run.call) as never,
  );
}

async function domifstat(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  run.out.record(await domain.interfaceStats(run.argument("interface"), run.call) as never);
}

async function dommemstat(run: Invocation): Promise<void> {
  run.out.record(await (await findDomain(run)).memoryStats(run.call) as never);
}

async function domjobinfo(run: Invocation): Promise<void> {
  const { type, ...info } = await (await findDomain(run)).getJobInfo(run.call);
  const known = Object.entries(info).filter(([, value]) => run.out.json || value !== 0n);
  run.out.record({ type: words(DomainJobType[type], type), ...Object.fromEntries(known) });
}

/** The commands of this file. */
export const handlers: Handlers = {
  list,
  dominfo,
  domstate,
  domid: async (run) => {
    const { id } = await findDomain(run);
    run.out.value(id < 0 ? null : id);
  },
  domuuid: async (run) => run.out.value((await findDomain(run)).uuid),
  domname: async (run) => run.out.value((await findDomain(run)).name),
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
