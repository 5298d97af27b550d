/**
 * Snapshots of domains.
 *
 * @module
 */

import {
  DomainSnapshotCreateFlags,
  DomainSnapshotDeleteFlags,
  DomainSnapshotListFlags,
  DomainSnapshotRevertFlags,
  DomainSnapshotXmlFlags,
} from "../../../gen/enums/domain_snapshot.ts";
import { isNotFound } from "../../errors.ts";
import type { Domain, DomainSnapshot } from "../../objects/mod.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { parseXml } from "../../xml/parse.ts";
import { printXml } from "../../xml/print.ts";
import type { Handlers } from "../command.ts";
import { CommandError, UsageError } from "../failures.ts";
import { editXml } from "../edit.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { unlessGone } from "../lists.ts";
import { findDomain } from "../lookup.ts";
import { printDescription } from "../xml_output.ts";
import { type Branch, drawTree } from "../tree.ts";

const CREATE: readonly (readonly [option: string, flag: number])[] = [
  ["redefine", DomainSnapshotCreateFlags.REDEFINE],
  ["current", DomainSnapshotCreateFlags.CURRENT],
  ["diskOnly", DomainSnapshotCreateFlags.DISK_ONLY],
  ["atomic", DomainSnapshotCreateFlags.ATOMIC],
  ["quiesce", DomainSnapshotCreateFlags.QUIESCE],
  ["halt", DomainSnapshotCreateFlags.HALT],
  ["reuseExternal", DomainSnapshotCreateFlags.REUSE_EXT],
  ["live", DomainSnapshotCreateFlags.LIVE],
  ["validate", DomainSnapshotCreateFlags.VALIDATE],
];

function createFlags(run: Invocation): Invocation["call"] {
  return run.flags(
    ...CREATE.map(([option, flag]) => run.flag(option) && flag),
    run.choice("metadata") === false && DomainSnapshotCreateFlags.NO_METADATA,
  );
}

/** A snapshot's description in parts. */
async function described(run: Invocation, snapshot: DomainSnapshot) {
  const xml = parseXml(await snapshot.getXmlDesc(run.call));
  const time = Number(xml.textOf("creationTime") ?? 0);
  return {
    name: snapshot.name,
    created: new Date(time * 1000).toISOString(),
    state: xml.textOf("state") ?? "-",
    parent: xml.textOf("parent/name") ?? null,
    description: xml.textOf("description") ?? null,
    memory: xml.child("memory")?.get("snapshot") ?? null,
  };
}

async function list(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const from = run.text("from");
  const parent = from !== undefined
    ? await domain.lookupSnapshotByName(from, run.call)
    : run.flag("current")
    ? await domain.currentSnapshot(run.call)
    : undefined;
  const flags = run.flags(
    parent === undefined && run.flag("roots") && DomainSnapshotListFlags.ROOTS,
    run.flag("leaves") && DomainSnapshotListFlags.LEAVES,
    run.choice("leaves") === false && DomainSnapshotListFlags.NO_LEAVES,
    run.choice("metadata") === true && DomainSnapshotListFlags.METADATA,
    run.choice("metadata") === false && DomainSnapshotListFlags.NO_METADATA,
    run.flag("inactive") && DomainSnapshotListFlags.INACTIVE,
    run.flag("active") && DomainSnapshotListFlags.ACTIVE,
    run.flag("diskOnly") && DomainSnapshotListFlags.DISK_ONLY,
    run.flag("internal") && DomainSnapshotListFlags.INTERNAL,
    run.flag("external") && DomainSnapshotListFlags.EXTERNAL,
    run.flag("topological") && DomainSnapshotListFlags.TOPOLOGICAL,
    parent !== undefined && run.flag("descendants") && DomainSnapshotListFlags.DESCENDANTS,
  );
  const snapshots = parent === undefined
    ? await domain.listAllSnapshots(flags)
    : await parent.listAllChildren(flags);
  const { out } = run;
  if (run.flag("name") && !out.json) {
    for (const { name } of snapshots) out.line(name);
    return;
  }
  const all = await Promise.all(
    snapshots.map((snapshot) => unlessGone(() => described(run, snapshot))),
  );
  const rows = all.filter((row) => row !== undefined);
  // the daemon has put each behind its parent then
  if (!run.flag("topological")) {
    rows.sort((a, b) => a.created < b.created ? -1 : a.created > b.created ? 1 : 0);
  }
  if (run.flag("tree") && !out.json) return out.write(drawTree(branches(rows)));
  out.table(rows, [
    { key: "name", title: "Name" },
    { key: "created", title: "Created" },
    { key: "state", title: "State" },
    ...(run.flag("parent") ? [{ key: "parent", title: "Parent" }] : []),
  ]);
}

function branches(rows: readonly { name: string; parent: string | null }[]): Branch[] {
  const names = new Set(rows.map(({ name }) => name));
  const below = (parent: string | null): Branch[] =>
    rows.filter((row) => (names.has(row.parent ?? "") ? row.parent : null) === parent)
      .map(({ name }) => ({ name, branches: below(name) }));
  return below(null);
}

async function create(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const file = run.maybe("file");
  const xml = file === undefined ? "<domainsnapshot/>" : await readText(file);
  said(run, domain, await domain.createSnapshotXml(xml, createFlags(run)));
}

/** `a=1,b=2` to its parts; a comma that is meant is written twice, as with virsh. */
function specParts(spec: string): string[] {
  return spec.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(",,", ","));
}

/** The attributes that such a spec may say; of the first part the value alone may be said. */
function specOf(spec: string, what: string, first: string, known: readonly string[]) {
  const said: Record<string, string> = {};
  for (const [i, part] of specParts(spec).entries()) {
    const [, key, value] = /^([a-z]+)=(.*)$/s.exec(part) ?? [];
    if (key !== undefined && known.includes(key)) said[key] = value!;
    else if (i === 0) said[first] = part;
    else {
      throw new UsageError(`Cannot read "${part}" of --${what}: expected ${known.join("=, ")}=`);
    }
  }
  return said;
}

/** The element that says where the memory goes. */
function memoryElement(spec: string | undefined): XmlElement | undefined {
  if (spec === undefined) return undefined;
  const { file, snapshot } = specOf(spec, "memspec", "file", ["file", "snapshot"]);
  return element("memory", {
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(file === undefined ? {} : { file }),
  });
}

/** The element that says where the disks' contents go. */
function disksElement(specs: readonly string[]): XmlElement | undefined {
  if (specs.length === 0) return undefined;
  return element(
    "disks",
    {},
    ...specs.map((spec) => {
      const keys = ["name", "snapshot", "driver", "stype", "file"];
      const { name, snapshot, driver, stype, file } = specOf(spec, "diskspec", "name", keys);
      return element(
        "disk",
        {
          ...(name === undefined ? {} : { name }),
          ...(snapshot === undefined ? {} : { snapshot }),
          ...(stype === undefined ? {} : { type: stype }),
        },
        driver === undefined ? undefined : element("driver", { type: driver }),
        file === undefined
          ? undefined
          : element("source", stype === "block" ? { dev: file } : { file }),
      );
    }),
  );
}

async function createAs(run: Invocation): Promise<void> {
  const [name, description] = [run.maybe("name"), run.maybe("description")];
  const xml = printXml(element(
    "domainsnapshot",
    {},
    name === undefined ? undefined : element("name", {}, name),
    description === undefined ? undefined : element("description", {}, description),
    memoryElement(run.text("memspec")),
    disksElement(run.texts("diskspec")),
  ));
  if (run.flag("printXml")) return run.out.value(xml.trimEnd());
  const domain = await findDomain(run);
  said(run, domain, await domain.createSnapshotXml(xml, createFlags(run)));
}

function said(run: Invocation, domain: Domain, { name }: DomainSnapshot): void {
  if (run.out.json) run.out.value({ name });
  else run.out.message(`Domain "${domain.name}" has the snapshot "${name}"`);
}

/** The snapshot that is named, else the current one. */
async function chosen(run: Invocation): Promise<[Domain, DomainSnapshot]> {
  const domain = await findDomain(run);
  const name = run.maybe("snapshot");
  if (name !== undefined && run.flag("current")) {
    throw new UsageError(`Cannot take both the current snapshot and "${name}"`);
  }
  return [
    domain,
    name === undefined
      ? await domain.currentSnapshot(run.call)
      : await domain.lookupSnapshotByName(name, run.call),
  ];
}

async function current(run: Invocation): Promise<void> {
  const [domain, snapshot] = await chosen(run);
  if (run.maybe("snapshot") === undefined) {
    const name = run.flag("name");
    if (name) return run.out.value(snapshot.name);
    const flags = run.flags(run.flag("securityInfo") && DomainSnapshotXmlFlags.SECURE);
    return run.out.value((await snapshot.getXmlDesc(flags)).trimEnd());
  }
  const { SECURE } = DomainSnapshotXmlFlags;
  const { REDEFINE, CURRENT } = DomainSnapshotCreateFlags;
  // there is no other way to say it than to define the snapshot as it is
  const xml = await snapshot.getXmlDesc(run.flags(SECURE));
  await domain.createSnapshotXml(xml, run.flags(REDEFINE, CURRENT));
  run.out.message(`Domain "${domain.name}" has "${snapshot.name}" as its current snapshot`);
}

async function info(run: Invocation): Promise<void> {
  const [domain, snapshot] = await chosen(run);
  const [parts, isCurrent, children, descendants] = await Promise.all([
    described(run, snapshot),
    snapshot.isCurrent(run.call),
    snapshot.numChildren(run.call),
    snapshot.numChildren(run.flags(DomainSnapshotListFlags.DESCENDANTS)),
  ]);
  run.out.record(
    { ...parts, domain: domain.name, current: isCurrent, children, descendants },
    {
      name: "Name",
      domain: "Domain",
      created: "Created",
      state: "State",
      parent: "Parent",
      description: "Description",
      memory: "Memory",
      current: "Current",
      children: "Children",
      descendants: "Descendants",
    },
  );
}

async function parent(run: Invocation): Promise<void> {
  const [, snapshot] = await chosen(run);
  try {
    run.out.value((await snapshot.getParent(run.call)).name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CommandError(`The snapshot "${snapshot.name}" has no parent`, { cause: error });
  }
}

async function edit(run: Invocation): Promise<void> {
  if (run.flag("rename") && run.flag("clone")) {
    throw new UsageError("Cannot combine --rename with --clone");
  }
  const [domain, snapshot] = await chosen(run);
  const { REDEFINE, CURRENT } = DomainSnapshotCreateFlags;
  const current = await snapshot.isCurrent(run.call);
  const before = snapshot.name;
  await editXml(run, {
    what: `Snapshot "${before}"`,
    read: () => snapshot.getXmlDesc(run.flags(DomainSnapshotXmlFlags.SECURE)),
    write: async (xml) => {
      const isOther = parseXml(xml).textOf("name") !== before;
      if (isOther && !run.flag("clone") && !run.flag("rename")) {
        throw new CommandError("The name is another one: say --rename or --clone");
      }
      await domain.createSnapshotXml(xml, run.flags(REDEFINE, current && CURRENT));
      if (isOther && run.flag("rename")) {
        await snapshot.delete(run.flags(DomainSnapshotDeleteFlags.METADATA_ONLY));
      }
    },
  });
}

/** The commands of this file. */
export const handlers: Handlers = {
  "snapshot-list": list,
  "snapshot-create": create,
  "snapshot-create-as": createAs,
  "snapshot-revert": async (run) => {
    const [domain, snapshot] = await chosen(run);
    await snapshot.revertTo(run.flags(
      run.flag("running") && DomainSnapshotRevertFlags.RUNNING,
      run.flag("paused") && DomainSnapshotRevertFlags.PAUSED,
      run.flag("force") && DomainSnapshotRevertFlags.FORCE,
      run.flag("resetNvram") && DomainSnapshotRevertFlags.RESET_NVRAM,
    ));
    run.out.message(`Domain "${domain.name}" is back at the snapshot "${snapshot.name}"`);
  },
  "snapshot-delete": async (run) => {
    const [, snapshot] = await chosen(run);
    const only = run.flag("childrenOnly");
    await snapshot.delete(run.flags(
      run.flag("children") && DomainSnapshotDeleteFlags.CHILDREN,
      only && DomainSnapshotDeleteFlags.CHILDREN_ONLY,
      run.flag("metadata") && DomainSnapshotDeleteFlags.METADATA_ONLY,
    ));
    run.out.message(`${only ? "Children of the snapshot" : "Snapshot"} "${snapshot.name}" deleted`);
  },
  "snapshot-edit": edit,
  "snapshot-dumpxml": async (run) => {
    const [, snapshot] = await chosen(run);
    const flags = run.flags(run.flag("securityInfo") && DomainSnapshotXmlFlags.SECURE);
    await printDescription(run, await snapshot.getXmlDesc(flags));
  },
  "snapshot-current": current,
  "snapshot-info": info,
  "snapshot-parent": parent,
};
