/**
 * Volumes.
 *
 * @module
 */

import {
  StorageVolCreateFlags,
  StorageVolDeleteFlags,
  StorageVolInfoFlags,
  StorageVolResizeFlags,
  StorageVolType,
  StorageVolWipeAlgorithm,
} from "../../../gen/enums/storage.ts";
import { element, XmlElement, type XmlNode } from "../../xml/element.ts";
import { parseXml } from "../../xml/parse.ts";
import { printXml } from "../../xml/print.ts";
import { actsOn } from "../acts.ts";
import type { Handlers } from "../command.ts";
import { UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, unlessGone } from "../lists.ts";
import { findPool, findVolume } from "../lookup.ts";
import type { Column } from "../output.ts";
import { bytes, parseSize, words } from "../values.ts";
import { printDescription } from "../xml_output.ts";

const act = actsOn("Volume", (run) => findVolume(run));

async function list(run: Invocation): Promise<void> {
  const volumes = await (await findPool(run)).listAllVolumes(run.call);
  const detailed = run.flag("details") || run.out.json;
  const size = (value: bigint | undefined) => value === undefined ? "-" : bytes(value);
  const columns: Column[] = [
    NAME_COLUMN,
    { key: "path", title: "Path" },
    ...(detailed
      ? [
        { key: "type", title: "Type" },
        { key: "capacity", title: "Capacity", show: size, align: "right" } as const,
        { key: "allocation", title: "Allocation", show: size, align: "right" } as const,
      ]
      : []),
  ];
  const rows = await Promise.all(volumes.map(async (volume) => {
    const [path, info] = await Promise.all([
      unlessGone(() => volume.getPath(run.call)),
      detailed ? unlessGone(() => volume.getInfo(run.call)) : undefined,
    ]);
    const { type, ...sizes } = info ?? {};
    return {
      name: volume.name,
      path,
      ...(type === undefined ? {} : { type: words(StorageVolType[type], type), ...sizes }),
    };
  }));
  rows.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  run.out.table(rows, columns);
}

async function info(run: Invocation): Promise<void> {
  const volume = await findVolume(run);
  const { type, capacity, allocation } = await volume.getInfo(run.call);
  // the daemon gives one or the other
  const physical = run.flag("physical")
    ? (await volume.getInfo(run.flags(StorageVolInfoFlags.GET_PHYSICAL))).allocation
    : undefined;
  const size = (value: bigint) => run.out.json || run.flag("bytes") ? value : bytes(value);
  run.out.record({
    name: volume.name,
    pool: volume.poolName,
    type: words(StorageVolType[type], type),
    capacity: size(capacity),
    allocation: size(allocation),
    ...(physical === undefined ? {} : { physical: size(physical) }),
  }, {
    name: "Name",
    pool: "Pool",
    type: "Type",
    capacity: "Capacity",
    allocation: "Allocation",
    physical: "Physical",
  });
}

function createFlags(run: Invocation): Invocation["call"] {
  return run.flags(
    run.flag("preallocMetadata") && StorageVolCreateFlags.PREALLOC_METADATA,
    run.flag("reflink") && StorageVolCreateFlags.REFLINK,
    run.flag("validate") && StorageVolCreateFlags.VALIDATE,
  );
}

async function make(run: Invocation, xml: string): Promise<void> {
  const pool = await findPool(run);
  const volume = await pool.createVolumeXml(xml, createFlags(run));
  run.out.message(`Volume "${volume.name}" created in pool "${pool.name}"`);
}

async function createAs(run: Invocation): Promise<void> {
  const capacity = parseSize(run.argument("capacity"), "the capacity");
  const allocation = run.size("allocation");
  const format = run.text("format");
  const backing = run.text("backingVol");
  const backingFormat = run.text("backingVolFormat");
  const xml = printXml(element(
    "volume",
    {},
    element("name", {}, run.argument("name")),
    element("capacity", { unit: "bytes" }, `${capacity}`),
    allocation === undefined
      ? undefined
      : element("allocation", { unit: "bytes" }, `${allocation}`),
    format === undefined ? undefined : element("target", {}, element("format", { type: format })),
    backing === undefined ? undefined : element(
      "backingStore",
      {},
      element("path", {}, backing),
      backingFormat === undefined ? undefined : element("format", { type: backingFormat }),
    ),
  ));
  if (run.flag("printXml")) return run.out.value(xml.trimEnd());
  await make(run, xml);
}

async function createFrom(run: Invocation): Promise<void> {
  const xml = await readText(run.argument("file"));
  const pool = await findPool(run);
  const from = await findVolume(run, run.argument("volume"), run.text("inputpool"));
  const { name } = await pool.createVolumeXmlFrom(xml, from, createFlags(run));
  run.out.message(`Volume "${name}" created in pool "${pool.name}" from "${from.name}"`);
}

async function clone(run: Invocation): Promise<void> {
  const from = await findVolume(run);
  const xml = parseXml(await from.getXmlDesc(run.call));
  // what the copy is called; where it is and what it is known by, the daemon says
  xml.children = xml.children.flatMap((child): XmlNode[] => {
    if (!(child instanceof XmlElement)) return [child];
    if (child.localName === "key") return [];
    return child.localName === "name" ? [element("name", {}, run.argument("newname"))] : [child];
  });
  const text = printXml(xml);
  if (run.flag("printXml")) return run.out.value(text.trimEnd());
  const pool = await (await run.connect()).lookupStoragePoolByName(from.poolName, run.call);
  const { name } = await pool.createVolumeXmlFrom(text, from, createFlags(run));
  run.out.message(`Volume "${name}" created in pool "${pool.name}" from "${from.name}"`);
}

const ALGORITHMS: Readonly<Record<string, number | string | undefined>> = StorageVolWipeAlgorithm;

async function wipe(run: Invocation): Promise<void> {
  const name = run.text("algorithm");
  const algorithm = ALGORITHMS[name?.toUpperCase() ?? "ZERO"];
  if (typeof algorithm !== "number") {
    const known = Object.keys(ALGORITHMS).filter((key) => /^[A-Z]/.test(key));
    throw new UsageError(
      `Cannot wipe by "${name}": expected one of ${known.join(", ").toLowerCase()}`,
    );
  }
  const volume = await findVolume(run);
  // without the option the older call is made, which old drivers know
  if (name === undefined) await volume.wipe(run.call);
  else await volume.wipePattern(algorithm, run.call);
  run.out.message(`Volume "${volume.name}" wiped`);
}

async function poolOf(run: Invocation): Promise<void> {
  const { poolName } = await findVolume(run);
  if (!run.flag("uuid")) return run.out.value(poolName);
  const conn = await run.connect();
  run.out.value((await conn.lookupStoragePoolByName(poolName, run.call)).uuid);
}

async function resize(run: Invocation): Promise<void> {
  const capacity = parseSize(run.argument("capacity"), "the capacity");
  const volume = await findVolume(run);
  const delta = run.flag("delta");
  await volume.resize(
    capacity,
    run.flags(
      run.flag("allocate") && StorageVolResizeFlags.ALLOCATE,
      delta && StorageVolResizeFlags.DELTA,
      run.flag("shrink") && StorageVolResizeFlags.SHRINK,
    ),
  );
  run.out.message(`Volume "${volume.name}" resized ${delta ? "by" : "to"} ${bytes(capacity)}`);
}

/** The commands of this file. */
export const handlers: Handlers = {
  "vol-list": list,
  "vol-info": info,
  "vol-dumpxml": async (run) =>
    await printDescription(run, await (await findVolume(run)).getXmlDesc(run.call)),
  "vol-create": async (run) => make(run, await readText(run.argument("file"))),
  "vol-create-as": createAs,
  "vol-create-from": createFrom,
  "vol-clone": clone,
  "vol-delete": act("deleted", (volume, run) =>
    volume.delete(
      run.flags(run.flag("deleteSnapshots") && StorageVolDeleteFlags.WITH_SNAPSHOTS),
    )),
  "vol-resize": resize,
  "vol-wipe": wipe,
  "vol-path": async (run) => run.out.value(await (await findVolume(run)).getPath(run.call)),
  "vol-key": async (run) => run.out.value((await findVolume(run)).key),
  "vol-name": async (run) => run.out.value((await findVolume(run)).name),
  "vol-pool": poolOf,
};
