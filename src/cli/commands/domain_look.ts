/**
 * Commands that look at domains.
 *
 * @module
 */

import { DomainListFlags } from "../../../gen/enums/domain.ts";
import { isUnsupported, LibvirtError } from "../../errors.ts";
import type { Domain } from "../../objects/mod.ts";
import type { Handlers } from "../command.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, printList, STATE_COLUMN, unlessGone } from "../lists.ts";
import { findDomain } from "../lookup.ts";
import type { Column } from "../output.ts";
import { reasonText, stateText } from "../reasons.ts";
import { bytes } from "../values.ts";

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
  ["withCheckpoint", DomainListFlags.HAS_CHECKPOINT],
  ["withoutCheckpoint", DomainListFlags.NO_CHECKPOINT],
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
    const saved = run.flag("managedSave") && domain.id < 0 &&
      await unlessGone(() => domain.hasManagedSaveImage(run.call));
    return {
      id: domain.id < 0 ? null : domain.id,
      name: domain.name,
      uuid: domain.uuid,
      state: state === undefined ? "gone" : saved ? "saved" : stateText(state.state),
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
  const [info, osType, persistent, autostart, managedSave, snapshots, messages] = await Promise.all(
    [
      domain.getInfo(run.call),
      domain.getOsType(run.call),
      ifSupported(() => domain.isPersistent(run.call)),
      ifSupported(() => domain.getAutostart(run.call)),
      ifSupported(() => domain.hasManagedSaveImage(run.call)),
      ifSupported(() => domain.numSnapshots(run.call)),
      ifSupported(() => domain.getMessages(run.call)),
    ],
  );
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
    ...(messages?.length ? { messages } : {}),
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
    messages: "Messages",
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
};
