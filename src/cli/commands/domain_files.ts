/**
 * What is kept of a domain in a file of the host.
 *
 * @module
 */

import {
  DomainAbortJobFlags,
  DomainCoreDumpFlags,
  DomainCoreDumpFormat,
  DomainSaveRestoreFlags,
} from "../../../gen/enums/domain.ts";
import type { Domain } from "../../objects/mod.ts";
import type { Handlers } from "../command.ts";
import { UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { withJobProgress } from "../job_bar.ts";
import { findDomain } from "../lookup.ts";
import { lookupTable } from "../../lookup_table.ts";

/** The flags that say how a state is saved and how it goes on. */
function saveFlags(run: Invocation): Invocation["call"] {
  return run.flags(
    run.flag("bypassCache") && DomainSaveRestoreFlags.BYPASS_CACHE,
    run.flag("running") && DomainSaveRestoreFlags.RUNNING,
    run.flag("paused") && DomainSaveRestoreFlags.PAUSED,
    run.flag("resetNvram") && DomainSaveRestoreFlags.RESET_NVRAM,
  );
}

async function newDescription(run: Invocation): Promise<string | undefined> {
  const file = run.text("xml");
  return file === undefined ? undefined : await readText(file);
}

async function watched(
  run: Invocation,
  domain: Domain,
  work: () => Promise<void>,
): Promise<void> {
  if (run.flag("verbose")) await withJobProgress(run, domain, work);
  else await work();
}

async function save(run: Invocation): Promise<void> {
  const dxml = await newDescription(run);
  const domain = await findDomain(run);
  const file = run.argument("file");
  await watched(run, domain, () => domain.save(file, { ...saveFlags(run), dxml }));
  run.out.message(`Domain "${domain.name}" saved to ${file}`);
}

async function restore(run: Invocation): Promise<void> {
  const dxml = await newDescription(run);
  const file = run.argument("file");
  await (await run.connect()).restoreDomain(file, { ...saveFlags(run), dxml });
  run.out.message(`Domain restored from ${file}`);
}

const FORMATS: Readonly<Record<string, number>> = lookupTable({
  "elf": DomainCoreDumpFormat.RAW,
  "kdump-zlib": DomainCoreDumpFormat.KDUMP_ZLIB,
  "kdump-lzo": DomainCoreDumpFormat.KDUMP_LZO,
  "kdump-snappy": DomainCoreDumpFormat.KDUMP_SNAPPY,
  "win-dmp": DomainCoreDumpFormat.WIN_DMP,
});

async function dump(run: Invocation): Promise<void> {
  const format = run.text("format");
  const dumpformat = format === undefined ? undefined : FORMATS[format];
  if (format !== undefined && dumpformat === undefined) {
    const known = Object.keys(FORMATS).join(", ");
    throw new UsageError(`Cannot dump as "${format}": expected one of ${known}`);
  }
  if (format !== undefined && !run.flag("memoryOnly")) {
    throw new UsageError("--format needs --memory-only");
  }
  const domain = await findDomain(run);
  const file = run.argument("file");
  const flags = run.flags(
    run.flag("live") && DomainCoreDumpFlags.LIVE,
    run.flag("crash") && DomainCoreDumpFlags.CRASH,
    run.flag("reset") && DomainCoreDumpFlags.RESET,
    run.flag("bypassCache") && DomainCoreDumpFlags.BYPASS_CACHE,
    run.flag("memoryOnly") && DomainCoreDumpFlags.MEMORY_ONLY,
  );
  await watched(run, domain, () => domain.coreDump(file, { ...flags, dumpformat }));
  run.out.message(`The memory of domain "${domain.name}" is in ${file}`);
}

async function abort(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  await domain.abortJob(run.flags(run.flag("postcopy") && DomainAbortJobFlags.POSTCOPY));
  run.out.message(`The job on domain "${domain.name}" is being stopped`);
}

/** The commands of this file. */
export const handlers: Handlers = { save, restore, dump, domjobabort: abort };
