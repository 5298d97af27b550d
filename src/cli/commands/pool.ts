/**
 * Storage pools.
 *
 * @module
 */

import {
  StoragePoolBuildFlags,
  StoragePoolCreateFlags,
  StoragePoolDefineFlags,
  StoragePoolListFlags,
  StoragePoolState,
  StorageXmlFlags,
} from "../../../gen/enums/storage.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import type { Handlers } from "../command.ts";
import { actsOn, autostart } from "../acts.ts";
import { editXml } from "../edit.ts";
import { UsageError } from "../failures.ts";
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
import { printDescription } from "../xml_output.ts";
import type { Column } from "../output.ts";
import { bytes, words } from "../values.ts";

const act = actsOn("Pool", (run) => findPool(run));

const TYPES: Readonly<Record<string, number | string | undefined>> = StoragePoolListFlags;

/** The flags of the types that `--type` names. */
function typeFlags(run: Invocation): number[] {
  return (run.text("type")?.split(",") ?? []).map((name) => {
    const flag = TYPES[name.trim().toUpperCase().replaceAll("-", "_")];
    if (typeof flag === "number" && flag >= StoragePoolListFlags.DIR) return flag;
    throw new UsageError(`Cannot select pools of the type "${name}": expected dir, fs, netfs, ...`);
  });
}

async function list(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const pools = await conn.listAllStoragePools(
    run.flags(listFlags(run, StoragePoolListFlags), ...typeFlags(run)),
  );
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
  const shown = run.out.json || run.flag("bytes")
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

/** The host adapter that a pool of SCSI devices comes from. */
function adapterOf(run: Invocation): XmlElement[] {
  const [name, wwnn, wwpn] = [
    run.text("adapterName"),
    run.text("adapterWwnn"),
    run.text("adapterWwpn"),
  ];
  if (wwnn === undefined || wwpn === undefined) {
    return name === undefined ? [] : [element("adapter", { type: "scsi_host", name })];
  }
  const parent = run.text("adapterParent");
  return [
    element("adapter", {
      type: "fc_host",
      ...(parent === undefined ? {} : { parent }),
      wwnn,
      wwpn,
    }),
  ];
}

/** Who the source is asked by, and the secret that has the password. */
function authOf(run: Invocation): XmlElement[] {
  const [type, username, usage, uuid] = [
    run.text("authType"),
    run.text("authUsername"),
    run.text("secretUsage"),
    run.text("secretUuid"),
  ];
  if (type === undefined || username === undefined) return [];
  const secret = usage !== undefined ? { usage } : uuid !== undefined ? { uuid } : undefined;
  return [
    element(
      "auth",
      { type, username },
      secret === undefined ? undefined : element("secret", secret),
    ),
  ];
}

function newPoolXml(run: Invocation): string {
  const host = run.text("sourceHost");
  const path = run.text("sourcePath");
  const device = run.text("sourceDev");
  const name = run.text("sourceName");
  const format = run.text("sourceFormat");
  const target = run.text("target");
  const initiator = run.text("sourceInitiator");
  const protocol = run.text("sourceProtocolVer");
  const source = [
    ...(host === undefined ? [] : [element("host", { name: host })]),
    ...(path === undefined ? [] : [element("dir", { path })]),
    ...(device === undefined ? [] : [element("device", { path: device })]),
    ...(name === undefined ? [] : [element("name", {}, name)]),
    ...(format === undefined ? [] : [element("format", { type: format })]),
    ...(initiator === undefined
      ? []
      : [element("initiator", {}, element("iqn", { name: initiator }))]),
    ...(protocol === undefined ? [] : [element("protocol", { ver: protocol })]),
    ...adapterOf(run),
    ...authOf(run),
  ];
  return printXml(element(
    "pool",
    { type: run.argument("type") },
    element("name", {}, run.argument("name")),
    source.length === 0 ? undefined : element("source", {}, ...source),
    target === undefined ? undefined : element("target", {}, element("path", {}, target)),
  ));
}

/** Whether what a pool needs is made too, and what may happen to what is there. */
function createFlags(run: Invocation): Invocation["call"] {
  const overwrite = run.choice("overwrite");
  return run.flags(
    run.flag("build") && StoragePoolCreateFlags.WITH_BUILD,
    overwrite === true && StoragePoolCreateFlags.WITH_BUILD_OVERWRITE,
    overwrite === false && StoragePoolCreateFlags.WITH_BUILD_NO_OVERWRITE,
  );
}

async function make(run: Invocation, xml: string, defined: boolean): Promise<void> {
  if (run.flag("printXml")) return run.out.value(xml.trimEnd());
  const conn = await run.connect();
  const { name } = defined
    ? await conn.defineStoragePoolXml(
      xml,
      run.flags(run.flag("validate") && StoragePoolDefineFlags.VALIDATE),
    )
    : await conn.createStoragePoolXml(xml, createFlags(run));
  run.out.message(`Pool "${name}" ${defined ? "defined" : "created"}`);
}

/** The commands of this file. */
export const handlers: Handlers = {
  "pool-list": list,
  "pool-info": info,
  "pool-dumpxml": async (run) => {
    const pool = await findPool(run);
    const flags = run.flags(run.flag("inactive") && StorageXmlFlags.INACTIVE);
    await printDescription(run, await pool.getXmlDesc(flags));
  },
  "pool-define": async (run) => make(run, await readText(run.argument("file")), true),
  "pool-define-as": (run) => make(run, newPoolXml(run), true),
  "pool-create": async (run) => make(run, await readText(run.argument("file")), false),
  "pool-create-as": (run) => make(run, newPoolXml(run), false),
  "pool-build": act("built", (pool, run) =>
    pool.build(run.flags(
      run.choice("overwrite") === true && StoragePoolBuildFlags.OVERWRITE,
      run.choice("overwrite") === false && StoragePoolBuildFlags.NO_OVERWRITE,
    ))),
  "pool-start": act("started", (pool, run) => pool.create(createFlags(run))),
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
