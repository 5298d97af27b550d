/**
 * Volumes.
 *
 * @module
 */

import {
  StorageVolCreateFlags,
  StorageVolResizeFlags,
  StorageVolType,
} from "../../../gen/enums/storage.ts";
import { element } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import { actsOn } from "../acts.ts";
import type { Handlers } from "../command.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, unlessGone } from "../lists.ts";
import { findPool, findVolume } from "../lookup.ts";
import type { Column } from "../output.ts";
import { bytes, parseSize, words } from "../values.ts";

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
  const size = (value: bigint) => run.out.json || run.flag("bytes") ? value : bytes(value);
  run.out.record({
    name: volume.name,
    pool: volume.poolName,
    type: words(StorageVolType[type], type),
    capacity: size(capacity),
    allocation: size(allocation),
  }, {
    name: "Name",
    pool: "Pool",
    type: "Type",
    capacity: "Capacity",
    allocation: "Allocation",
  });
}

async function make(run: Invocation, xml: string): Promise<void> {
  const pool = await findPool(run);
  const volume = await pool.createVolumeXml(
    xml,
    run.flags(run.flag("preallocMetadata") && StorageVolCreateFlags.PREALLOC_METADATA),
  );
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
    run.out.value((await (await findVolume(run)).getXmlDesc(run.call)).trimEnd()),
  "vol-create": async (run) => make(run, await readText(run.argument("file"))),
  "vol-create-as": createAs,
  "vol-delete": act("deleted", (volume, run) => volume.delete(run.call)),
  "vol-resize": resize,
  "vol-wipe": act("wiped", (volume, run) => volume.wipe(run.call)),
  "vol-path": async (run) => run.out.value(await (await findVolume(run)).getPath(run.call)),
  "vol-key": async (run) => run.out.value((await findVolume(run)).key),
  "vol-name": async (run) => run.out.value((await findVolume(run)).name),
  "vol-pool": async (run) => run.out.value((await findVolume(run)).poolName),
};
