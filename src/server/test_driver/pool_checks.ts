/**
 * What a storage pool's definition may not say, and what it has by its type.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { put } from "./domain_defaults.ts";
import { lookupTable } from "./lookup_table.ts";
import { checkNeeds } from "./needed_parts.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

interface Kind {
  /** What its source may hold. */
  readonly source: string;
  /** What its source must hold, with libvirt's words for what lacks. */
  readonly needs?: string;
  /** Its formats, the first one where none is told. */
  readonly formats?: string;
}

const HOST = "host name";
const KINDS: Readonly<Record<string, Kind>> = lookupTable({
  dir: { source: "" },
  fs: {
    source: "device",
    needs: "device name",
    formats: "auto ext2 ext3 ext4 ufs iso9660 udf gfs gfs2 vfat hfs+ xfs ocfs2 vmfs",
  },
  netfs: { source: "host dir", needs: "host+dir", formats: "auto nfs glusterfs cifs" },
  logical: { source: "name device", formats: "unknown lvm2" },
  disk: {
    source: "device",
    needs: "device name",
    formats: "unknown dos dvh gpt mac bsd pc98 sun lvm2",
  },
  iscsi: { source: "host device initiator auth", needs: HOST },
  "iscsi-direct": { source: "host device initiator auth", needs: "host+device+initiator" },
  scsi: { source: "adapter", needs: "adapter" },
  rbd: { source: "host name auth", needs: "host+name" },
  sheepdog: { source: "host name", needs: HOST },
  gluster: { source: "host name dir", needs: HOST },
});

const DEFAULT_FORMATS: Readonly<Record<string, string>> = lookupTable({ logical: "lvm2" });
const ANY = "format vendor product";

function xml(detail: string): never {
  xmlFailure(detail, ErrorDomain.STORAGE);
}

const AUTH = [
  {
    where: "source/auth",
    what: "@username",
    code: ErrorNumber.XML_ERROR,
    domain: ErrorDomain.STORAGE,
    detail: "missing username for auth",
  },
  {
    where: "source/auth",
    what: "secret",
    code: ErrorNumber.XML_ERROR,
    domain: ErrorDomain.STORAGE,
    detail: "Missing <secret> element in auth",
  },
];

/** Throws for a pool that lacks what its type needs, or has what no pool may have. */
export function checkPool(pool: XmlElement, type: string): void {
  checkNeeds(pool, AUTH);
  const source = pool.child("source");
  for (const host of source?.all("host") ?? []) {
    if (host.get("name") === undefined) xml("missing storage pool host name");
  }
  for (const device of source?.all("device") ?? []) {
    if (device.get("path") === undefined) xml("missing storage pool source device path");
  }
  const adapter = source?.child("adapter");
  if (adapter !== undefined) checkAdapter(adapter, type);
  checkPermissions(pool.find("target/permissions"));
  const cow = pool.find("features/cow");
  if (cow !== undefined && type !== "fs" && type !== "dir") {
    throw failure(
      ErrorDomain.STORAGE,
      ErrorNumber.NO_SUPPORT,
      "cow feature may only be used for 'fs' and 'dir' pools",
    );
  }
  const allocation = pool.find("refresh/volume")?.get("allocation");
  if (allocation !== undefined && allocation !== "default" && allocation !== "capacity") {
    unsupportedConfig(
      `unknown storage pool volume refresh allocation type ${allocation}`,
      ErrorDomain.STORAGE,
    );
  }
  checkSource(source, KINDS[type]?.needs ?? "");
}

function checkSource(source: XmlElement | undefined, needs: string): void {
  const has = (name: string): boolean => source?.child(name) !== undefined;
  if (needs.includes("host") && !has("host")) xml("missing storage pool source host name");
  if (needs.includes("+device") && !has("device")) {
    xml("missing storage pool source device path");
  }
  if (needs === "device name" && !has("device")) xml("missing storage pool source device name");
  if (needs.includes("+dir") && !has("dir")) xml("missing storage pool source path");
  if (needs === "adapter" && !has("adapter")) xml("missing storage pool source adapter");
  if (needs.includes("+initiator") && source?.find("initiator/iqn") === undefined) {
    unsupportedConfig("missing initiator IQN", ErrorDomain.STORAGE);
  }
  if (needs === "host+name" && !has("name")) xml("element 'name' is mandatory for RBD pool");
}

function checkAdapter(adapter: XmlElement, poolType: string): void {
  const type = adapter.get("type");
  if (type === "fc_host" && poolType === "scsi") {
    if (adapter.get("wwnn") === undefined || adapter.get("wwpn") === undefined) {
      xml("'wwnn' and 'wwpn' must be specified for adapter type 'fchost'");
    }
  }
  if (type !== undefined) return;
  if (adapter.child("parentaddr") !== undefined) {
    xml("Use of 'parentaddr' element requires use of the adapter 'type'");
  }
  if (["wwnn", "wwpn", "parent"].some((name) => adapter.get(name) !== undefined)) {
    xml(
      "Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'",
    );
  }
}

function checkPermissions(permissions: XmlElement | undefined): void {
  const mode = permissions?.textOf("mode");
  if (mode !== undefined && !/^0*[0-7]{1,4}$/.test(mode)) xml("malformed octal mode");
  for (const name of ["owner", "group"]) {
    const id = permissions?.textOf(name);
    if (id !== undefined && !/^-?\d+$/.test(id)) xml(`malformed ${name} element`);
  }
}

/** Leaves out of a pool's source what its type has not, and fills in its format. */
export function fillPoolSource(source: XmlElement, type: string): void {
  const kind = KINDS[type];
  if (kind === undefined) return;
  const known = new Set(`${kind.source} ${ANY}`.split(" "));
  const format = source.child("format")?.get("type");
  const formats = kind.formats?.split(" ") ?? [];
  if (formats.length === 0) known.delete("format");
  else if (format === undefined) {
    const made = element("format", { type: DEFAULT_FORMATS[type] ?? formats[0]! });
    put(source, made, ["host", "device", "dir", "adapter", "name", "initiator"]);
  } else if (!formats.includes(format)) {
    unsupportedConfig(`unknown pool format type ${format}`, ErrorDomain.STORAGE);
  }
  source.children = source.children.filter((child) =>
    !(child instanceof XmlElement) || known.has(child.name)
  );
  const adapter = source.child("adapter");
  if (adapter !== undefined && adapter.get("type") === undefined) {
    adapter.attributes = [
      { name: "type", value: "scsi_host" },
      ...adapter.attributes.filter(({ name }) => name === "name"),
    ];
  }
}
