/**
 * Commands that change domains.
 *
 * @module
 */

import {
  DomainCreateFlags,
  DomainDefineFlags,
  DomainDestroyFlags,
  DomainMemoryModFlags,
  DomainSaveRestoreFlags,
  DomainShutdownFlags,
  DomainUndefineFlags,
  DomainVcpuFlags,
} from "../../../gen/enums/domain.ts";
import type { Domain } from "../../objects/mod.ts";
import { actsOn, autostart } from "../acts.ts";
import type { Handlers } from "../command.ts";
import { UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import { impact } from "../impact.ts";
import type { Invocation } from "../invocation.ts";
import { withJobProgress } from "../job_bar.ts";
import { findDomain } from "../lookup.ts";
import { bytes, parseCount, parseSize } from "../values.ts";
import { lookupTable } from "../../lookup_table.ts";

const act = actsOn("Domain", (run) => findDomain(run));

async function start(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  await domain.create(run.flags(
    run.flag("paused") && DomainCreateFlags.PAUSED,
    run.flag("autodestroy") && DomainCreateFlags.AUTODESTROY,
    run.flag("bypassCache") && DomainCreateFlags.BYPASS_CACHE,
    run.flag("forceBoot") && DomainCreateFlags.FORCE_BOOT,
    run.flag("resetNvram") && DomainCreateFlags.RESET_NVRAM,
  ));
  run.out.message(`Domain "${domain.name}" started`);
  if (run.flag("console")) await openConsole(run, domain);
}

async function openConsole(run: Invocation, domain: Domain): Promise<void> {
  await (await import("./console.ts")).attach(run, domain);
}

const MODES: Readonly<Record<string, number>> = lookupTable({
  acpi: DomainShutdownFlags.ACPI_POWER_BTN,
  agent: DomainShutdownFlags.GUEST_AGENT,
  initctl: DomainShutdownFlags.INITCTL,
  signal: DomainShutdownFlags.SIGNAL,
  paravirt: DomainShutdownFlags.PARAVIRT,
});

/** The ways that `--mode` names; the same bits for shutting down and for rebooting. */
function modes(run: Invocation): number {
  const names = run.text("mode")?.split(",") ?? [];
  return names.reduce((all, name) => {
    const mode = MODES[name.trim()];
    if (mode === undefined) {
      throw new UsageError(
        `Cannot use the mode "${name}": expected ${Object.keys(MODES).join(", ")}`,
      );
    }
    return all | mode;
  }, 0);
}

async function define(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const xml = await readText(run.argument("file"));
  const domain = await conn.defineDomainXml(
    xml,
    run.flags(run.flag("validate") && DomainDefineFlags.VALIDATE),
  );
  run.out.message(`Domain "${domain.name}" defined`);
}

async function create(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const xml = await readText(run.argument("file"));
  const domain = await conn.createDomainXml(
    xml,
    run.flags(
      run.flag("paused") && DomainCreateFlags.PAUSED,
      run.flag("autodestroy") && DomainCreateFlags.AUTODESTROY,
      run.flag("validate") && DomainCreateFlags.VALIDATE,
      run.flag("resetNvram") && DomainCreateFlags.RESET_NVRAM,
    ),
  );
  run.out.message(`Domain "${domain.name}" created`);
  if (run.flag("console")) await openConsole(run, domain);
}

const UNDEFINE: readonly (readonly [option: string, flag: number])[] = [
  ["managedSave", DomainUndefineFlags.MANAGED_SAVE],
  ["snapshotsMetadata", DomainUndefineFlags.SNAPSHOTS_METADATA],
  ["checkpointsMetadata", DomainUndefineFlags.CHECKPOINTS_METADATA],
  ["nvram", DomainUndefineFlags.NVRAM],
  ["keepNvram", DomainUndefineFlags.KEEP_NVRAM],
  ["tpm", DomainUndefineFlags.TPM],
  ["keepTpm", DomainUndefineFlags.KEEP_TPM],
];

async function undefine(run: Invocation): Promise<void> {
  const flags = run.flags(...UNDEFINE.map(([option, flag]) => run.flag(option) && flag));
  const domain = await findDomain(run);
  const { volumesOf, removeVolumes } = await import("../domain_storage.ts");
  // they are not to be found once nobody knows the domain any more
  const volumes = await volumesOf(run, domain);
  await domain.undefine(flags);
  run.out.message(`Domain "${domain.name}" undefined`);
  await removeVolumes(run, volumes);
}

async function setMemory(run: Invocation, maximum: boolean): Promise<void> {
  const kib = parseSize(run.argument("size"), "the size", "k") / 1024n;
  const domain = await findDomain(run);
  const flags = impact(run);
  // without any of the options the older calls are made, which old drivers know
  if (maximum && flags === 0 && !run.flag("current")) await domain.setMaxMemory(kib, run.call);
  else {
    await domain.setMemory(kib, run.flags(flags, maximum && DomainMemoryModFlags.MAXIMUM));
  }
  const what = maximum ? "may have" : "has";
  run.out.message(`Domain "${domain.name}" ${what} ${bytes(kib * 1024n)} of memory`);
}

async function setvcpus(run: Invocation): Promise<void> {
  const count = parseCount(run.argument("count"), "the count");
  const domain = await findDomain(run);
  await domain.setVcpus(
    count,
    run.flags(
      impact(run),
      run.flag("maximum") && DomainVcpuFlags.MAXIMUM,
      run.flag("guest") && DomainVcpuFlags.GUEST,
      run.flag("hotpluggable") && DomainVcpuFlags.HOTPLUGGABLE,
    ),
  );
  const what = run.flag("maximum") ? "may have" : "has";
  run.out.message(`Domain "${domain.name}" ${what} ${count} virtual CPUs`);
}

async function managedsave(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const flags = run.flags(
    run.flag("paused") && DomainSaveRestoreFlags.PAUSED,
    run.flag("running") && DomainSaveRestoreFlags.RUNNING,
    run.flag("bypassCache") && DomainSaveRestoreFlags.BYPASS_CACHE,
  );
  const saving = () => domain.managedSave(flags);
  if (run.flag("verbose")) await withJobProgress(run, domain, saving);
  else await saving();
  run.out.message(`Domain "${domain.name}" saved`);
}

/** The commands of this file. */
export const handlers: Handlers = {
  start,
  shutdown: act("is being shut down", (domain, run) => domain.shutdown(run.flags(modes(run)))),
  reboot: act("is being rebooted", (domain, run) => domain.reboot(run.flags(modes(run)))),
  reset: act("was reset", (domain, run) => domain.reset(run.call)),
  destroy: act("destroyed", (domain, run) =>
    domain.destroy(run.flags(
      run.flag("graceful") && DomainDestroyFlags.GRACEFUL,
      run.flag("removeLogs") && DomainDestroyFlags.REMOVE_LOGS,
    ))),
  suspend: act("suspended", (domain, run) => domain.suspend(run.call)),
  resume: act("resumed", (domain, run) => domain.resume(run.call)),
  define,
  create,
  undefine,
  autostart: autostart("Domain", (run) => findDomain(run)),
  domrename: async (run) => {
    const domain = await findDomain(run);
    const before = domain.name;
    await domain.rename(run.argument("new-name"), run.call);
    run.out.message(`Domain "${before}" renamed to "${domain.name}"`);
  },
  setmem: (run) => setMemory(run, false),
  setmaxmem: (run) => setMemory(run, true),
  setvcpus,
  managedsave,
  "managedsave-remove": act(
    "has no saved state any more",
    (domain, run) => domain.managedSaveRemove(run.call),
  ),
};
