/**
 * Definitions of storage pools and volumes in canonical form.
 *
 * @module
 */

import { StorageVolType } from "../../../gen/enums/storage.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { conform, parseShape, type Shape } from "../../xml/shape.ts";
import { put } from "./domain_defaults.ts";
import { type Identities, parseRoot } from "./domain_definition.ts";
import { lookupTable } from "../../lookup_table.ts";
import { fillUuid } from "./network_definition.ts";
import { checkSchema } from "./schema_check.ts";
import { fillPermissions } from "./permissions.ts";
import { checkPool, checkRefresh, fillPoolSource, poolSourceName } from "./pool_checks.ts";
import { fillEncryption } from "./secret_parts.ts";
import { RULES } from "./shape_rules.ts";
import { sanitizePath } from "./source_path.ts";
import { POOL_OUTLINE, VOLUME_OUTLINE } from "./storage_shapes.ts";
import { parseDecimal, parseInteger, scale, unsupportedConfig, xmlFailure } from "./values.ts";

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
  fillPoolSource(pool, type!);
  const name = source.textOf("name") ?? poolSourceName(source, type!);
  if (name === undefined) {
    xmlFailure("missing pool source name element", ErrorDomain.STORAGE);
  }
  if (name.includes("/")) {
    xmlFailure(`name ${name} cannot contain '/'`, ErrorDomain.STORAGE);
  }
  if (pool.textOf("name") === undefined) put(pool, element("name", {}, name), []);
  fillUuid(pool, source, identities, [ErrorDomain.STORAGE, ErrorNumber.XML_ERROR]);
  checkPool(pool, type!, name);
  fillPoolTarget(pool, type!);
  checkRefresh(pool);
  return pool;
}

// What the host has no directory or devices of.
const REMOTE: ReadonlySet<string> = new Set(["rbd", "sheepdog", "gluster", "iscsi-direct"]);

function fillPoolTarget(pool: XmlElement, type: string): void {
  let target = pool.child("target");
  if (REMOTE.has(type)) {
    if (target !== undefined) pool.remove(target);
    return;
  }
  // of some it is where their source is, whatever the definition says
  const place = type === "logical" ? "/dev/" : type === "zfs" ? "/dev/zvol/" : undefined;
  const path = place === undefined
    ? pool.textOf("target/path")
    : place + pool.textOf("source/name");
  if (path === undefined) xmlFailure("missing storage pool target path", ErrorDomain.STORAGE);
  if (target === undefined) {
    target = element("target");
    put(pool, target, ["name", "uuid", "features", "source"]);
  }
  put(target, element("path", {}, place === undefined ? sanitizePath(path) : path), []);
  fillPermissions(target);
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
  const kind = POOL_KINDS[pool.get("type")!]!;
  const given = source.get("type") || undefined;
  if (given !== undefined && !TYPE_NAMES.includes(given)) {
    unsupportedConfig(`unknown volume type '${given}'`, ErrorDomain.STORAGE);
  }
  const volume = conform(source, volumeShape, RULES);
  volume.attributes = [{ name: "type", value: given ?? TYPE_NAMES[kind.volume]! }];
  fillBackingStore(volume, kind);
  const capacity = sizeOf(source, "capacity");
  if (capacity === undefined) xmlFailure("missing capacity element", ErrorDomain.STORAGE);
  const allocation = sizeOf(source, "allocation") ?? capacity;
  const bytes = { unit: "bytes" };
  put(volume, element("capacity", bytes, capacity.toString()), ["name", "key"]);
  put(volume, element("allocation", bytes, allocation.toString()), ["name", "key", "capacity"]);
  const physical = volume.child("physical");
  if (physical !== undefined) volume.remove(physical);
  let target = volume.child("target");
  if (target === undefined) {
    target = element("target");
    put(volume, target, ["name", "key", "capacity", "allocation"]);
  }
  fillTarget(target, kind, source.child("target"));
  return volume;
}

function fillBackingStore(volume: XmlElement, kind: PoolKind): void {
  const backing = volume.child("backingStore");
  if (backing === undefined) return;
  if (backing.textOf("path") === undefined) return volume.remove(backing);
  fillFormat(backing, kind, kind.format === "none" ? undefined : "raw");
  fillPermissions(backing);
}

function fillTarget(
  target: XmlElement,
  kind: PoolKind,
  source: XmlElement | undefined,
): void {
  fillFormat(target, kind, kind.format);
  fillPermissions(target);
  const encryption = target.child("encryption");
  if (encryption !== undefined) fillEncryption(encryption);
  const compat = target.textOf("compat");
  if (compat !== undefined && !/^\d+\.\d+$/.test(compat)) {
    xmlFailure("forbidden characters in 'compat' attribute", ErrorDomain.STORAGE);
  }
  for (const name of ["nocow", "timestamps"]) {
    const one = target.child(name);
    if (one !== undefined) target.remove(one);
  }
  fillClusterSize(target);
  fillFeatures(target, source?.child("features"));
}

function fillFormat(target: XmlElement, kind: PoolKind, byDefault: string | undefined): void {
  const format = target.child("format");
  const type = format?.get("type");
  if (kind.format === undefined) {
    if (format !== undefined) target.remove(format);
  } else if (!type) {
    if (format !== undefined) target.remove(format);
    if (byDefault === undefined) return;
    put(target, element("format", { type: byDefault }), ["path"]);
  } else if (kind.format === "raw" && !FILE_FORMATS.has(type)) {
    unsupportedConfig(`unknown volume format type ${type}`, ErrorDomain.STORAGE);
  }
}

function fillClusterSize(target: XmlElement): void {
  const cluster = target.child("clusterSize");
  if (cluster === undefined) return;
  const size = parseInteger(cluster.text);
  if (size === undefined && cluster.text !== "") {
    xmlFailure(`Invalid value '${cluster.text}' for element or attribute './target/clusterSize'`);
  }
  const bytes = scale(size ?? 0n, cluster.get("unit"), 1n);
  if (bytes === 0n) return target.remove(cluster);
  cluster.attributes = [{ name: "unit", value: "B" }];
  cluster.setText(String(bytes));
}

const FEATURES: ReadonlySet<string> = new Set(["lazy_refcounts", "extended_l2"]);

// What qcow2 has of its newer format makes it that format.
function fillFeatures(target: XmlElement, source: XmlElement | undefined): void {
  if (source === undefined) return;
  if (target.child("compat") === undefined) {
    put(target, element("compat", {}, "1.1"), ["path", "format", "permissions", "encryption"]);
  }
  const odd = source.elements.find(({ name }) => !FEATURES.has(name));
  if (odd !== undefined) unsupportedConfig(`unsupported feature ${odd.name}`, ErrorDomain.STORAGE);
}

const FILE_FORMATS: ReadonlySet<string> = new Set(
  "raw dir bochs cloop dmg iso vpc vdi fat vhd ploop cow qcow qcow2 qed vmdk".split(" "),
);

// What a file's size can be.
const SIZE_MAX = (1n << 63n) - 1n;
const ULLONG_MAX = (1n << 64n) - 1n;

function sizeOf(source: XmlElement, name: string): bigint | undefined {
  const found = source.child(name);
  if (found === undefined || found.text === "") return undefined;
  const value = parseDecimal(found.text);
  if (value === undefined || value < 0n || value > ULLONG_MAX) {
    xmlFailure("malformed capacity element", ErrorDomain.STORAGE);
  }
  return scale(value, found.get("unit"), 1n, SIZE_MAX);
}
