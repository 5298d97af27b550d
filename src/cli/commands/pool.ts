/**
 * Storage pools.
 *
 * @module
 */

import {
  StoragePoolListFlags,
  StoragePoolState,
  StorageXmlFlags,
} from "../../../gen/enums/storage.ts";
import { element } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import type { Handlers } from "../command.ts";
import { actsOn, autostart } from "../acts.ts";
import { editXml } from "../edit.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import {
  AUTOSTART_COLUMN,
  listFlags,
  NAME_COLUMN,
  PERSISTENT_COLUMN,
  printList,
  STATE_COLUMN,
  unlessGone,
} from "../lists.ts";
import { findPool } from "../lookup.ts";
import type { Column } from "../output.ts";
import { bytes, words } from "../values.ts";

const act = actsOn("Pool", (run) => findPool(run));

async function list(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const pools = await conn.listAllStoragePools(run.flags(listFlags(run, StoragePoolListFlags)));
  const sized = run.flag("details");
  const size = (value: bigint | undefined) => value === undefined ? "-" : bytes(value);
  const columns: Column[] = [
    NAME_COLUMN,
    STATE_COLUMN,
    AUTOSTART_COLUMN,
    ...(sized
      ? [
        PERSISTENT_COLUMN,
        { key: "capacity", title: "Capacity", show: size, align: "right" } as const,
        { key: "allocation", title: "Allocation", show: size, align: "right" } as const,
        { key: "available", title: "Available", show: size, align: "right" } as const,
      ]
      : []),
  ];
  await printList(run, pools, columns, async (pool) => {
    const [info, autostart, persistent] = await Promise.all([
      unlessGone(() => pool.getInfo(run.call)),
      unlessGone(() => pool.getAutostart(run.call)),
      unlessGone(() => pool.isPersistent(run.call)),
    ]);
    const { state = 0, ...sizes } = info ?? {};
    return {
      name: pool.name,
      uuid: pool.uuid,
      state: state === StoragePoolState.RUNNING ? "active" : words(StoragePoolState[state], state),
      autostart,
      persistent,
      ...sizes,
    };
  });
}

async function info(run: Invocation): Promise<void> {
  const pool = await findPool(run);
  const [{ state, ...sizes }, persistent, autostart] = await Promise.all([
    pool.getInfo(run.call),
    pool.isPersistent(run.call),
    pool.getAutostart(run.call),
  ]);
  const shown = run.out.json
    ? sizes
    : Object.fromEntries(Object.entries(sizes).map(([name, value]) => [name, bytes(value)]));
  run.out.record({
    name: pool.name,
    uuid: pool.uuid,
    state: words(StoragePoolState[state], state),
    persistent,
    autostart,
    ...shown,
  }, {
    name: "Name",
    uuid: "UUID",
    state: "State",
    persistent: "Persistent",
    autostart: "Autostart",
    capacity: "Capacity",
    allocation: "Allocation",
    available: "Available",
  });
}

function newPoolXml(run: Invocation): string {
  const host = run.text("sourceHost");
  const path = run.text("sourcePath");
  const device = run.text("sourceDev");
  const name = run.text("sourceName");
  const format = run.text("sourceFormat");
  const target = run.text("target");
  const source = [
    ...(host === undefined ? [] : [element("host", { name: host })]),
    ...(path === undefined ? [] : [element("dir", { path })]),
    ...(device === undefined ? [] : [element("device", { path: device })]),
    ...(name === undefined ? [] : [element("name", {}, name)]),
    ...(format === undefined ? [] : [element("format", { type: format })]),
  ];
  return printXml(element(
    "pool",
    { type: run.argument("type") },
    element("name", {}, run.argument("name")),
    source.length === 0 ? undefined : element("source", {}, ...source),
    target === undefined ? undefined : element("target", {}, element("path", {}, target)),
  ));
}

async function make(run: Invocation, xml: string, defined: boolean): Promise<void> {
  if (run.flag("printXml")) return run.out.value(xml.trimEnd());
  const conn = await run.connect();
  const { name } = defined
    ? await conn.defineStoragePoolXml(xml, run.call)
    : await conn.createStoragePoolXml(xml, run.call);
  run.out.message(`Pool "${name}" ${defined ? "defined" : "created"}`);
}

/** The commands of this file. */
export const handlers: Handlers = {
  "pool-list": list,
  "pool-info": info,
  "pool-dumpxml": async (run) => {
    const pool = await findPool(run);
    const flags = run.flags(run.flag("inactive") && StorageXmlFlags.INACTIVE);
    run.out.value((await pool.getXmlDesc(flags)).trimEnd());
  },
  "pool-define": async (run) => make(run, await readText(run.argument("file")), true),
  "pool-define-as": (run) => make(run, newPoolXml(run), true),
  "pool-create": async (run) => make(run, await readText(run.argument("file")), false),
  "pool-create-as": (run) => make(run, newPoolXml(run), false),
  "pool-build": act("built", (pool, run) => pool.build(run.call)),
  "pool-start": act("started", (pool, run) => pool.create(run.call)),
  "pool-destroy": act("destroyed", (pool, run) => pool.destroy(run.call)),
  "pool-refresh": act("refreshed", (pool, run) => pool.refresh(run.call)),
  "pool-undefine": act("undefined", (pool, run) => pool.undefine(run.call)),
  "pool-delete": act("deleted", (pool, run) => pool.delete(run.call)),
  "pool-autostart": autostart("Pool", (run) => findPool(run)),
  "pool-edit": async (run) => {
    const pool = await findPool(run);
    const conn = await run.connect();
    await editXml(run, {
      what: `Pool "${pool.name}"`,
      read: () => pool.getXmlDesc(run.flags(StorageXmlFlags.INACTIVE)),
      write: async (xml) => {
        await conn.defineStoragePoolXml(xml, run.call);
      },
    });
  },
  "pool-name": async (run) => run.out.value((await findPool(run)).name),
  "pool-uuid": async (run) => run.out.value((await findPool(run)).uuid),
  "pool-capabilities": async (run) =>
    run.out.value((await (await run.connect()).getStoragePoolCapabilities(run.call)).trimEnd()),
};
