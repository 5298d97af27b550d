/**
 * What a storage pool's definition may not say, and what it has by its type.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { fillPlace } from "./address.ts";
import { put } from "./domain_defaults.ts";
import { lookupTable } from "../../lookup_table.ts";
import { fillAuth } from "./secret_parts.ts";
import { sanitizePath } from "./source_path.ts";
import { parseInteger, unsupportedConfig, xmlFailure } from "./values.ts";

interface Kind {
  /** Whether its source has a name, which is the pool's where it tells none. */
  readonly named?: boolean;
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
  logical: { named: true, source: "name device", formats: "unknown lvm2" },
  disk: {
    source: "device",
    needs: "device name",
    formats: "unknown dos dvh gpt mac bsd pc98 sun lvm2",
  },
  iscsi: { source: "host device initiator auth", needs: HOST },
  "iscsi-direct": { source: "host device initiator auth", needs: "host+device+initiator" },
  scsi: { source: "adapter", needs: "adapter" },
  rbd: { named: true, source: "host name auth", needs: "host+name" },
  sheepdog: { named: true, source: "host name", needs: HOST },
  zfs: { named: true, source: "name device" },
  vstorage: { named: true, source: "name" },
  mpath: { source: "" },
  gluster: { named: true, source: "host name dir", needs: HOST },
});

const DEFAULT_FORMATS: Readonly<Record<string, string>> = lookupTable({ logical: "lvm2" });
const ANY = "format auth protocol vendor product";

function xml(detail: string): never {
  xmlFailure(detail, ErrorDomain.STORAGE);
}

/** The name that a pool's source tells, where its type has one. */
export function poolSourceName(pool: XmlElement, type: string): string | undefined {
  return KINDS[type]?.named ? pool.textOf("source/name") : undefined;
}

/** Checks where a pool is, leaves out what its type has not, and fills in its format. */
export function fillPoolSource(pool: XmlElement, type: string): void {
  const kind = KINDS[type] ?? { source: "" };
  let source = pool.child("source");
  const told = source !== undefined;
  if (source === undefined) {
    source = element("source");
    source.open = true;
    put(pool, source, ["name", "uuid", "features"]);
  }
  if (told && type === "rbd" && source.textOf("name") === undefined) {
    xml("element 'name' is mandatory for RBD pool");
  }
  fillSourceFormat(source, type, kind);
  for (const host of source.all("host")) {
    if (host.get("name") === undefined) xml("missing storage pool host name");
    if (host.get("port") === "0") host.set("port", undefined);
  }
  for (const device of source.all("device")) {
    if (device.get("path") === undefined) xml("missing storage pool source device path");
  }
  const dir = source.child("dir");
  if (dir?.get("path")) dir.set("path", sanitizePath(dir.get("path")!));
  else if (dir !== undefined) source.remove(dir);
  if (type === "gluster" && source.child("dir") === undefined) {
    put(source, element("dir", { path: "/" }), ["host", "device"]);
  }
  const adapter = source.child("adapter");
  if (adapter !== undefined) fillAdapter(source, adapter);
  const auth = source.child("auth");
  if (auth !== undefined) {
    fillAuth(auth);
    if ((auth.get("type") || "none") === "none") {
      unsupportedConfig("storage pool missing auth type", ErrorDomain.STORAGE);
    }
  }
}

function fillSourceFormat(source: XmlElement, type: string, kind: Kind): void {
  const format = source.child("format");
  const told = format?.get("type") || undefined;
  const formats = kind.formats?.split(" ") ?? [];
  if (format !== undefined && (formats.length === 0 || told === undefined)) source.remove(format);
  if (formats.length === 0) return;
  if (told === undefined) {
    const made = element("format", { type: DEFAULT_FORMATS[type] ?? formats[0]! });
    put(source, made, ["host", "device", "dir", "adapter", "name", "initiator"]);
  } else if (!formats.includes(told)) {
    unsupportedConfig(`unknown pool format type ${told}`, ErrorDomain.STORAGE);
  }
}

/** Throws for a pool that lacks what its type needs, or has what no pool may have. */
export function checkPool(pool: XmlElement, type: string, name: string): void {
  const kind = KINDS[type] ?? { source: "" };
  const source = pool.child("source")!;
  const cow = pool.find("features/cow");
  if (cow !== undefined && type !== "fs" && type !== "dir") {
    throw failure(
      ErrorDomain.STORAGE,
      ErrorNumber.NO_SUPPORT,
      "cow feature may only be used for 'fs' and 'dir' pools",
    );
  }
  checkSource(source, kind.needs ?? "");
  const known = new Set(`${kind.source} ${ANY}`.split(" "));
  source.children = source.children.filter((child) =>
    !(child instanceof XmlElement) || known.has(child.name)
  );
  if (kind.named && source.textOf("name") === undefined) {
    put(source, element("name", {}, name), ["host", "device", "dir", "adapter"]);
  }
  const version = source.child("protocol");
  const format = source.child("format")?.get("type");
  if (version !== undefined && (type !== "netfs" || (format !== "nfs" && format !== "auto"))) {
    unsupportedConfig(
      `storage pool protocol ver unsupported for pool type '${format ?? type}'`,
      ErrorDomain.STORAGE,
    );
  }
}

/** Throws for what libvirt cannot do when it looks at a pool anew. */
export function checkRefresh(pool: XmlElement): void {
  const allocation = pool.find("refresh/volume")?.get("allocation");
  if (allocation && allocation !== "default" && allocation !== "capacity") {
    unsupportedConfig(
      `unknown storage pool volume refresh allocation type ${allocation}`,
      ErrorDomain.STORAGE,
    );
  }
}

function checkSource(source: XmlElement, needs: string): void {
  const has = (name: string): boolean => source.child(name) !== undefined;
  if (needs.includes("host") && !has("host")) xml("missing storage pool source host name");
  if (needs.includes("+dir") && !has("dir")) xml("missing storage pool source path");
  if (needs === "adapter") {
    const adapter = source.child("adapter");
    if (adapter === undefined || adapter.get("type") === undefined) {
      xml("missing storage pool source adapter");
    }
    checkAdapter(adapter);
  }
  if (needs === "device name" && !has("device")) xml("missing storage pool source device name");
  if (needs.includes("+device") && !has("device")) {
    xml("missing storage pool source device path");
  }
  if (needs.includes("+initiator") && source.find("initiator/iqn") === undefined) {
    unsupportedConfig("missing initiator IQN", ErrorDomain.STORAGE);
  }
}

function keep(where: XmlElement, names: string): void {
  const known = new Set(names.split(" "));
  where.attributes = where.attributes.filter(({ name }) => known.has(name));
}

const FC_HOST = "type parent parent_wwnn parent_wwpn parent_fabric_wwn managed wwnn wwpn";

function fillAdapter(source: XmlElement, adapter: XmlElement): void {
  const type = adapter.get("type");
  const place = adapter.child("parentaddr");
  if (type === "fc_host") {
    keep(adapter, FC_HOST);
    adapter.children = [];
    return;
  }
  if (type === undefined) {
    if (["wwnn", "wwpn", "parent"].some((name) => adapter.get(name) !== undefined)) {
      xml(
        "Use of 'wwnn', 'wwpn', and 'parent' attributes requires use of the adapter 'type'",
      );
    }
    if (place !== undefined) {
      xml("Use of 'parentaddr' element requires use of the adapter 'type'");
    }
    const name = adapter.get("name");
    if (name === undefined) return source.remove(adapter);
    adapter.attributes = [{ name: "type", value: "scsi_host" }, { name: "name", value: name }];
    return;
  }
  keep(adapter, "type name");
  if (place === undefined) return;
  const address = place.child("address");
  if (address === undefined) xml("Missing scsi_host PCI address element");
  address.set("type", "pci");
  fillPlace(address);
  address.set("type", undefined);
  const id = parseInteger(place.get("unique_id") ?? "");
  if (id === undefined || id < 0n) xml("Missing or invalid scsi adapter 'unique_id' value");
  place.set("unique_id", String(id));
}

const WWN = /^(0x)?[0-9a-fA-F]{16}$/;

function checkAdapter(adapter: XmlElement): void {
  if (adapter.get("type") === "fc_host") {
    const [node, port] = [adapter.get("wwnn"), adapter.get("wwpn")];
    if (node === undefined || port === undefined) {
      xml("'wwnn' and 'wwpn' must be specified for adapter type 'fchost'");
    }
    const malformed = [node, port].find((one) => !WWN.test(one));
    if (malformed === undefined) return;
    throw failure(ErrorDomain.NONE, ErrorNumber.INTERNAL_ERROR, `Malformed wwn: ${malformed}`);
  }
  const named = adapter.get("name") !== undefined;
  const placed = adapter.child("parentaddr") !== undefined;
  if (!named && !placed) {
    xml("Either 'name' or 'parent' must be specified for the 'scsi_host' adapter");
  }
  if (named && placed) {
    xml("Both 'name' and 'parent' cannot be specified for the 'scsi_host' adapter");
  }
}
