/**
 * What libvirt checks and fills in of a domain's file systems.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { fillIdEntries } from "./domain_parts.ts";
import { sanitizePath } from "./source_path.ts";
import { fillSize } from "./tuning_defaults.ts";
import { parseDecimal, scale, unsupportedConfig, xmlFailure } from "./values.ts";
import { xml } from "./domain_faults.ts";

// What tells where a file system of each type is.
const SOURCES: Readonly<Record<string, readonly string[]>> = lookupTable({
  mount: ["dir"],
  bind: ["dir"],
  block: ["dev"],
  file: ["file"],
  template: ["name"],
  ram: ["usage", "units"],
  volume: ["pool", "volume"],
});

const FORMATS: ReadonlySet<string> = new Set(
  ("none raw dir bochs cloop dmg iso vpc vdi fat vhd ploop cow qcow qcow2 qed vmdk").split(" "),
);

const MODE = /^\s*\+?([0-7]+)$/;

/** Checks a file system and fills in its defaults. */
export function fillFilesystem(filesystem: XmlElement): void {
  const type = filesystem.get("type") ?? "mount";
  const socket = filesystem.child("source")?.get("socket") !== undefined;
  for (const name of ["fmode", "dmode"]) readMode(filesystem, name);
  for (const name of ["space_hard_limit", "space_soft_limit"]) {
    const limit = filesystem.child(name);
    fillSize(limit, "bytes", `./${name}[1]`);
    if (limit?.text === "0") filesystem.remove(limit);
  }
  for (const name of ["fmode", "dmode"]) fillMode(filesystem, name);
  fillDriver(filesystem);
  fillSource(filesystem, type);
  const access = filesystem.get("accessmode") ?? "passthrough";
  if (filesystem.get("multidevs") === "default") filesystem.set("multidevs", undefined);
  const rest = filesystem.attributes.filter(({ name }) => !["type", "accessmode"].includes(name));
  filesystem.attributes = [{ name: "type", value: type }];
  if (!socket) filesystem.set("accessmode", access);
  filesystem.attributes.push(...rest);
  const virtio = filesystem.child("driver")?.get("type") === "virtiofs";
  if (!virtio && filesystem.child("boot") !== undefined) {
    unsupportedConfig("boot order is only supported for virtiofs");
  }
}

function fillSource(filesystem: XmlElement, type: string): void {
  const source = filesystem.child("source");
  const target = filesystem.child("target")?.get("dir");
  const socket = type === "mount" || type === "bind" ? source?.get("socket") : undefined;
  const names = SOURCES[type]!;
  if (type === "ram") fillUsage(filesystem, source);
  else if (socket === undefined && source?.get(names[0]!) === undefined) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_SOURCE, target);
  }
  const place = source?.get(names[0]!);
  if (target === undefined) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_TARGET, place);
  }
  if (type === "ram") return;
  const told = socket === undefined ? names : ["socket"];
  source!.attributes = told.flatMap((name) => {
    const value = source!.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
}

function fillUsage(filesystem: XmlElement, source: XmlElement | undefined): void {
  const usage = source?.get("usage");
  if (usage === undefined) xml("missing 'usage' attribute for RAM filesystem");
  const value = parseDecimal(usage);
  if (value === undefined || value < 0n) {
    xml(`cannot parse usage '${usage}' for RAM filesystem`);
  }
  const bytes = scale(value, source!.get("units"), 1024n);
  const made = element("source", { usage: String(bytes / 1024n), units: "KiB" });
  filesystem.children[filesystem.children.indexOf(source!)] = made;
}

function fillDriver(filesystem: XmlElement): void {
  const driver = filesystem.child("driver");
  const type = driver?.get("type");
  if (driver !== undefined) {
    const format = driver.get("format");
    if (format !== undefined && !FORMATS.has(format)) {
      unsupportedConfig(`unknown driver format value '${format}'`);
    }
    const queue = driver.get("queue");
    if (queue !== undefined && type === "virtiofs") {
      driver.set("queue", count(queue, "queue size"));
    } else driver.set("queue", undefined);
    if (type === undefined) driver.set("format", undefined).set("wrpolicy", undefined);
    if (driver.attributes.length === 0) filesystem.remove(driver);
  }
  for (const name of ["binary", "idmap"]) {
    const part = filesystem.child(name);
    if (part === undefined) continue;
    if (type !== "virtiofs") filesystem.remove(part);
    else if (name === "binary") fillBinary(filesystem, part);
    else fillIdEntries(part);
  }
}

function count(text: string, what: string): string | undefined {
  const value = parseDecimal(text);
  if (value === undefined || value < 0n) xml(`cannot parse ${what} '${text}' for virtiofs`);
  return value === 0n ? undefined : String(value);
}

function fillBinary(filesystem: XmlElement, binary: XmlElement): void {
  const path = binary.get("path");
  if (path !== undefined) binary.set("path", sanitizePath(path));
  const threads = binary.child("thread_pool");
  const size = threads?.get("size");
  if (threads !== undefined && size !== undefined) {
    const value = parseDecimal(size);
    if (value === undefined) xml(`cannot parse thread pool size '${size}' for virtiofs`);
    if (value < 0n) binary.remove(threads);
    else threads.set("size", String(value));
  }
  const files = binary.child("openfiles");
  const most = files?.get("max");
  if (files !== undefined && most !== undefined) {
    const value = count(most, "openfiles");
    if (value === undefined) binary.remove(files);
    else files.set("max", value);
  }
  if (binary.attributes.length === 0 && binary.children.length === 0) filesystem.remove(binary);
}

function readMode(filesystem: XmlElement, name: string): void {
  const mode = filesystem.get(name);
  if (mode === undefined) return;
  const digits = MODE.exec(mode)?.[1];
  if (digits === undefined || digits.replace(/^0+/, "").length > 10) {
    xmlFailure(
      `Invalid value for attribute '${name}' in element 'filesystem': '${mode}'. Expected ` +
        "non-negative integer value",
    );
  }
  const value = digits.replace(/^0+/, "");
  filesystem.set(name, value === "" ? undefined : value.padStart(4, "0"));
}

function fillMode(filesystem: XmlElement, name: string): void {
  const mode = filesystem.get(name);
  if (mode === undefined || Number.parseInt(mode, 8) <= 0o777) return;
  xml(`invalid ${name}: '0${mode}'`);
}
