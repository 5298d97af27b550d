/**
 * Definitions of storage pools and volumes in canonical form.
 *
 * @module
 */

import { StorageVolType } from "../../../gen/enums/storage.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { conform, parseShape, type Shape } from "../../xml/shape.ts";
import { failure } from "../failure.ts";
import { put } from "./domain_defaults.ts";
import { type Identities, parseRoot } from "./domain_definition.ts";
import { lookupTable } from "./lookup_table.ts";
import { fillUuid } from "./network_definition.ts";
import { checkSchema } from "./schema_check.ts";
import { checkNeeds } from "./needed_parts.ts";
import { checkPool, fillPoolSource } from "./pool_checks.ts";
import { RULES } from "./shape_rules.ts";
import { POOL_OUTLINE, VOLUME_OUTLINE } from "./storage_shapes.ts";
import { parseInteger, scale, unsupportedConfig, xmlFailure } from "./values.ts";

let poolShape: Shape | undefined;
let volumeShape: Shape | undefined;

const { FILE, BLOCK, NETWORK } = StorageVolType;

/** What libvirt knows of the kinds of pool. */
export interface PoolKind {
  /** The bit that lists pools of this kind. */
  readonly flag: number;
  /** The type of its volumes: a value of `StorageVolType`. */
  readonly volume: number;
  /** The format of a volume that names none; absent where volumes have none. */
  readonly format?: string;
}

/** The kinds of pool. */
export const POOL_KINDS: Readonly<Record<string, PoolKind>> = lookupTable({
  dir: { flag: 1 << 6, volume: FILE, format: "raw" },
  fs: { flag: 1 << 7, volume: FILE, format: "raw" },
  netfs: { flag: 1 << 8, volume: FILE, format: "raw" },
  logical: { flag: 1 << 9, volume: BLOCK },
  disk: { flag: 1 << 10, volume: BLOCK, format: "none" },
  iscsi: { flag: 1 << 11, volume: BLOCK },
  scsi: { flag: 1 << 12, volume: BLOCK },
  mpath: { flag: 1 << 13, volume: BLOCK },
  rbd: { flag: 1 << 14, volume: NETWORK, format: "raw" },
  sheepdog: { flag: 1 << 15, volume: NETWORK, format: "raw" },
  gluster: { flag: 1 << 16, volume: NETWORK, format: "raw" },
  zfs: { flag: 1 << 17, volume: BLOCK },
  vstorage: { flag: 1 << 18, volume: FILE, format: "raw" },
  "iscsi-direct": { flag: 1 << 19, volume: NETWORK },
});

const TYPE_NAMES: readonly string[] = ["file", "block", "dir", "network", "netdir", "ploop"];

/** Reads a pool's XML. */
export function parsePool(xml: string, identities: Identities, validate = false): XmlElement {
  const source = parseRoot(xml, "pool", ErrorDomain.STORAGE);
  if (validate) checkSchema(source, poolShape ??= parseShape(POOL_OUTLINE));
  return canonicalPool(source, identities);
}

/** The canonical form of a pool's element; how full it is is not part of it. */
export function canonicalPool(source: XmlElement, identities: Identities): XmlElement {
  poolShape ??= parseShape(POOL_OUTLINE);
  const type = source.get("type");
  if (type === undefined || POOL_KINDS[type] === undefined) {
    if (type === undefined) {
      xmlFailure("Missing required attribute 'type' in element 'pool'");
    }
    RULES.badValue("type", source, type);
  }
  const pool = conform(source, poolShape, RULES);
  const name = source.textOf("name") ?? source.textOf("source/name");
  if (name === undefined) {
    xmlFailure("missing pool source name element", ErrorDomain.STORAGE);
  }
  if (name.includes("/")) {
    xmlFailure(`name ${name} cannot contain '/'`, ErrorDomain.STORAGE);
  }
  if (pool.textOf("name") === undefined) put(pool, element("name", {}, name), []);
  fillUuid(pool, source, identities, [ErrorDomain.STORAGE, ErrorNumber.XML_ERROR]);
  checkPool(source, type!);
  const path = source.textOf("target/path");
  if (path === undefined && NEEDS_TARGET.has(type!)) {
    xmlFailure("missing storage pool target path", ErrorDomain.STORAGE);
  }
  if (type === "logical") {
    // it is where the volume group is, whatever the definition says
    const dev = `/dev/${source.textOf("source/name") ?? name}`;
    const target = pool.child("target") ?? element("target");
    if (pool.child("target") === undefined) {
      put(pool, target, ["name", "uuid", "features", "source"]);
    }
    put(target, element("path", {}, dev), []);
  }
  const dir = pool.find("target/path");
  if (dir !== undefined) dir.setText(sanitizePath(dir.text));
  const inside = pool.child("source");
  if (inside !== undefined) fillPoolSource(inside, type!);
  else {
    const empty = element("source");
    empty.open = true;
    put(pool, empty, ["name", "uuid", "features"]);
  }
  return pool;
}

const NEEDS_TARGET: ReadonlySet<string> = new Set([
  "dir",
  "fs",
  "netfs",
  "disk",
  "iscsi",
  "scsi",
  "mpath",
  "vstorage",
]);

/** A path without doubled slashes and without one at its end. */
export function sanitizePath(path: string): string {
  return path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
}

/** Reads a volume's XML for a pool. */
export function parseVolume(xml: string, pool: XmlElement, validate = false): XmlElement {
  const source = parseRoot(xml, "volume", ErrorDomain.STORAGE);
  if (validate) checkSchema(source, volumeShape ??= parseShape(VOLUME_OUTLINE));
  return canonicalVolume(source, pool);
}

/** The canonical form of a volume's element. */
export function canonicalVolume(source: XmlElement, pool: XmlElement): XmlElement {
  volumeShape ??= parseShape(VOLUME_OUTLINE);
  const name = source.textOf("name");
  if (name === undefined) {
    xmlFailure("missing volume name element", ErrorDomain.STORAGE);
  }
  const volume = conform(source, volumeShape, RULES);
  const kind = POOL_KINDS[pool.get("type")!]!;
  const given = source.get("type");
  if (given !== undefined && !TYPE_NAMES.includes(given)) {
    RULES.badValue("type", source, given);
  }
  volume.attributes = [{ name: "type", value: given ?? TYPE_NAMES[kind.volume]! }];
  const capacity = sizeOf(source, "capacity");
  if (capacity === undefined) xmlFailure("missing capacity element", ErrorDomain.STORAGE);
  const allocation = sizeOf(source, "allocation") ?? capacity;
  const bytes = { unit: "bytes" };
  put(volume, element("capacity", bytes, capacity.toString()), ["name", "key"]);
  put(volume, element("allocation", bytes, allocation.toString()), ["name", "key", "capacity"]);
  const physical = volume.child("physical");
  if (physical !== undefined) volume.remove(physical);
  fillTarget(volume, kind, source);
  return volume;
}

const TARGET_BEFORE_FORMAT = ["path"];

function fillTarget(volume: XmlElement, kind: PoolKind, source: XmlElement): void {
  let target = volume.child("target");
  if (target === undefined) {
    target = element("target");
    put(volume, target, ["name", "key", "capacity", "allocation"]);
  }
  if (kind.format === undefined) {
    const format = target.child("format");
    if (format !== undefined) target.remove(format);
  } else if (target.child("format") === undefined) {
    put(target, element("format", { type: kind.format }), TARGET_BEFORE_FORMAT);
  }
  for (
    const permissions of [target, volume.child("backingStore")].map((one) =>
      one?.child("permissions")
    )
  ) if (permissions !== undefined) fillPermissions(permissions);
  fillFeatures(target);
  checkNeeds(source.child("target") ?? target, [{
    where: "encryption",
    what: "@format",
    code: ErrorNumber.XML_ERROR,
    domain: ErrorDomain.STORAGE,
    detail: "unknown volume encryption format",
  }]);
  const backing = volume.child("backingStore");
  if (backing !== undefined && backing.textOf("path") === undefined) volume.remove(backing);
  if (kind.format !== undefined && kind.format !== "none" && backing !== undefined) {
    if (backing.child("format") === undefined) {
      put(backing, element("format", { type: "raw" }), TARGET_BEFORE_FORMAT);
    }
  }
  checkFormat(target.child("format"), kind);
  const stamps = target.child("timestamps");
  if (stamps !== undefined) target.remove(stamps);
}

// What qcow2 has of its newer format makes it that format.
function fillFeatures(target: XmlElement): void {
  const before = ["path", "format", "permissions", "timestamps", "encryption"];
  if (target.child("features") !== undefined && target.child("compat") === undefined) {
    put(target, element("compat", {}, "1.1"), before);
  }
  const nocow = target.child("nocow");
  if (nocow !== undefined) target.remove(nocow);
  const cluster = target.child("clusterSize");
  if (cluster === undefined) return;
  const bytes = scale(parseInteger(cluster.text) ?? 0n, cluster.get("unit"), 1n);
  cluster.attributes = [{ name: "unit", value: "B" }];
  cluster.setText(String(bytes));
}

const FILE_FORMATS: ReadonlySet<string> = new Set(
  "raw dir bochs cloop dmg iso vpc vdi fat vhd ploop cow qcow qcow2 qed vmdk".split(" "),
);

function checkFormat(format: XmlElement | undefined, kind: PoolKind): void {
  const type = format?.get("type");
  if (type === undefined || kind.format !== "raw" || FILE_FORMATS.has(type)) return;
  unsupportedConfig(`unknown volume format type ${type}`, ErrorDomain.STORAGE);
}

function fillPermissions(permissions: XmlElement): void {
  const mode = permissions.child("mode");
  if (mode !== undefined) {
    mode.setText(`0${mode.text.replace(/^0+(?=.)/, "")}`.replace(/^0(?=0\d)/, ""));
  }
  for (const name of ["owner", "group"]) {
    const id = permissions.child(name);
    if (id === undefined) continue;
    if (id.text === "-1" || id.text === "4294967295") permissions.remove(id);
    else id.setText(BigInt(id.text.replace(/^0+(?=\d)/, "")).toString());
  }
}

function sizeOf(source: XmlElement, name: string): bigint | undefined {
  const found = source.child(name);
  if (found === undefined || found.text === "") return undefined;
  const value = parseInteger(found.text);
  if (value === undefined || value < 0n) {
    throw failure(
      ErrorDomain.STORAGE,
      ErrorNumber.XML_ERROR,
      "malformed capacity element",
    );
  }
  return scale(value, found.get("unit"), 1n);
}
