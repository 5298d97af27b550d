/**
 * What libvirt checks and fills in of parts of a domain that stand for themselves.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { parseUuid } from "./domain_defaults.ts";
import { unknownCause } from "./refusals.ts";
import { parseDecimal, unsupportedConfig } from "./values.ts";
import { misfit, xml } from "./domain_faults.ts";

const UINT_MAX = 0xffff_ffffn;

function drop(where: XmlElement, name: string): void {
  const child = where.child(name);
  if (child !== undefined) where.remove(child);
}

/** Checks the labels of a domain's security and fills in what they leave open. */
export function fillSecurityLabels(domain: XmlElement): void {
  const labels = domain.all("seclabel");
  for (const label of labels) fillSecurityLabel(label);
  const seen = new Set<string>();
  for (const label of labels) {
    const model = label.get("model") ?? "(null)";
    if (seen.has(model)) misfit(`seclabel for model ${model} is already provided`);
    seen.add(model);
  }
  if (labels.length > 1 && seen.has("(null)")) {
    xml("missing security model when using multiple labels");
  }
}

function fillSecurityLabel(label: XmlElement): void {
  const type = label.get("type") ?? "dynamic";
  const relabel = label.get("relabel");
  if (type === "dynamic" && relabel === "no") {
    unsupportedConfig("dynamic label type must use resource relabeling");
  }
  if (type === "none" && relabel === "yes") {
    unsupportedConfig("resource relabeling is not compatible with 'none' label type");
  }
  if (type === "static" && label.textOf("label") === undefined) xml("security label is missing");
  if (type !== "static") drop(label, "label");
  if (type !== "dynamic") drop(label, "baselabel");
  const model = label.get("model");
  label.attributes = [{ name: "type", value: type }];
  label.set("model", model);
  if (type === "none") return;
  label.set("relabel", relabel ?? (type === "dynamic" ? "yes" : "no"));
}

/** Throws where a cipher is told twice. */
export function fillKeywrap(domain: XmlElement): void {
  const keywrap = domain.child("keywrap");
  if (keywrap === undefined) return;
  const all = new Map<string, XmlElement>();
  for (const cipher of keywrap.all("cipher")) {
    const name = cipher.get("name")!;
    if (all.has(name)) {
      throw failure(
        ErrorDomain.DOMAIN,
        ErrorNumber.INTERNAL_ERROR,
        `A domain definition can have no more than one cipher node with name ${name}`,
      );
    }
    all.set(name, cipher);
  }
  keywrap.children = ["aes", "dea"].flatMap((name) => all.get(name) ?? []);
}

/** Throws where a performance event is told twice. */
export function checkPerfEvents(domain: XmlElement): void {
  const seen = new Set<string>();
  for (const event of domain.child("perf")?.all("event") ?? []) {
    const name = event.get("name")!;
    if (seen.has(name)) xml(`perf event '${name}' was already specified`);
    seen.add(name);
  }
}

/** Throws for resources of the host that name none. */
export function checkResource(source: XmlElement): void {
  const resource = source.child("resource");
  if (resource === undefined) return;
  const application = resource.child("fibrechannel")?.get("appid");
  if (application && !/^[\x20-\x7e]*$/.test(application)) {
    xml("Fibre Channel 'appid' is not a printable string");
  }
  if (!application && resource.textOf("partition") === undefined) throw unknownCause();
}

/** Checks which of a guest's users are which of the host's; they are printed in their order. */
export function fillIdEntries(map: XmlElement): void {
  for (const name of ["uid", "gid"]) {
    for (const one of map.all(name)) {
      for (const field of ["start", "target", "count"]) {
        const value = parseDecimal(one.get(field) ?? "");
        if (value === undefined || value < 0n || value > UINT_MAX) {
          xml("invalid idmap start/target/count settings");
        }
        one.set(field, String(value));
      }
    }
  }
  const start = (one: XmlElement): number => Number(one.get("start"));
  map.children = ["uid", "gid"].flatMap((name) =>
    map.all(name).sort((a, b) => start(a) - start(b))
  );
}

/** Checks whose users a container's users are. */
export function fillIdMap(map: XmlElement | undefined): void {
  if (map === undefined) return;
  fillIdEntries(map);
  const [users, groups] = [map.all("uid"), map.all("gid")];
  if ((users.length === 0) !== (groups.length === 0)) {
    unsupportedConfig("uid and gid should be mapped both");
  }
  const missing = ([["user", users], ["group", groups]] as const).find(([, all]) =>
    all.length > 0 && all[0]!.get("start") !== "0"
  );
  if (missing !== undefined) {
    unsupportedConfig(`You must map the root ${missing[0]} of container`);
  }
}

// What each table of SMBIOS tells, in the order in which it is printed.
const TABLES: Readonly<Record<string, string>> = lookupTable({
  bios: "vendor version date release",
  system: "manufacturer product version serial uuid sku family",
  baseBoard: "manufacturer product version serial asset location",
  chassis: "manufacturer version serial asset sku",
});
const DATE = /^\s*(0?[1-9]|1[0-2])\/\s*(0?[1-9]|[12]\d|3[01])\/\s*(\d{2}|(19|2\d)\d{2})$/;

/** Checks what a domain's firmware tells of it. */
export function fillSysinfo(domain: XmlElement, source: XmlElement): void {
  domain.all("sysinfo").forEach((info, at) => {
    if (info.get("type") === "fwcfg") return fillFirmwareEntries(info);
    for (const [table, names] of Object.entries(TABLES)) {
      for (const one of info.all(table)) {
        const all = one.all("entry");
        one.children = names.split(" ").flatMap((name) =>
          all.find((entry) => entry.get("name") === name && entry.text !== "") ?? []
        );
        if (one.children.length === 0) info.remove(one);
      }
    }
    for (const entry of info.all("entry")) info.remove(entry);
    const given = source.all("sysinfo")[at]?.child("oemStrings");
    const strings = info.child("oemStrings") ?? element("oemStrings");
    strings.children = (given?.all("entry") ?? []).map((entry) => {
      const made = element("entry");
      made.children = [entry.text];
      return made;
    });
    if (strings.children.length > 0 && !info.children.includes(strings)) {
      info.children.push(strings);
    }
    checkTables(info, domain);
  });
}

function checkTables(info: XmlElement, domain: XmlElement): void {
  const find = (table: string, name: string): XmlElement | undefined =>
    info.child(table)?.all("entry").find((entry) => entry.get("name") === name);
  const date = find("bios", "date");
  if (date !== undefined && !DATE.test(date.text)) misfit("Invalid BIOS 'date' format");
  const entry = find("system", "uuid");
  if (entry === undefined) return;
  const uuid = parseUuid(entry.text);
  if (uuid === undefined) misfit("malformed <sysinfo> uuid element");
  entry.setText(uuid.toString());
  if (domain.textOf("uuid") !== entry.text) {
    misfit("UUID mismatch between <uuid> and <sysinfo>");
  }
}

function fillFirmwareEntries(info: XmlElement): void {
  info.children = info.all("entry");
  for (const entry of info.all("entry")) {
    if (!entry.get("name")) xml("Firmware entry is missing 'name' attribute");
    if (entry.get("file")) entry.setText("");
    else if (entry.text === "") {
      xml("Firmware entry must have either value or 'file' attribute");
    } else entry.set("file", undefined);
  }
}
