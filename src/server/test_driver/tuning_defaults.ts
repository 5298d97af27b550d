/**
 * What libvirt checks and fills in of a domain's shares of the host.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { BEFORE_NUMATUNE, formatCpuSet, parseCpuSet, put } from "./domain_defaults.ts";
import { idsOf } from "./domain_iothreads.ts";
import { checkPageNodes } from "./needed_parts.ts";
import {
  memorySize,
  missingAttribute,
  parseDecimal,
  parseInteger,
  scale,
  unsupportedConfig,
  xmlFailure,
} from "./values.ts";
import { misfit, xml } from "./domain_faults.ts";

// What libvirt prints no limit for.
const UNLIMITED = 9007199254740991n;

/** Checks a domain's shares of the host and fills in their defaults. */
export function fillTuning(domain: XmlElement): void {
  fillMemoryLimits(domain);
  checkBacking(domain);
  if (domain.child("cputune")?.all("emulatorpin").some((pin) => pin.attributes.length === 0)) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, "missing cpuset for emulatorpin");
  }
  fillHugePages(domain);
  checkPageNodes(domain, numbersOf);
  checkIoThreadCount(domain);
  fillSchedulers(domain, "vcpusched", "vcpus");
  fillSchedulers(domain, "iothreadsched", "iothreads");
  fillThreadIds(domain);
  orderPins(domain);
  fillNuma(domain);
  const numa = domain.find("cpu/numa");
  if (numa !== undefined) fillDistances(numa);
}

/** Prints a size in one unit, whatever unit it came in. */
export function fillSize(
  size: XmlElement | undefined,
  unit: "KiB" | "bytes",
  path: string = size?.name ?? "",
): void {
  if (size === undefined || size.text.trim() === "") return;
  const value = parseInteger(size.text.trim());
  if (value === undefined || value < 0n) {
    xmlFailure(`Invalid value '${size.text}' for element or attribute '${path}'`);
  }
  const factor = unit === "KiB" ? 1024n : 1n;
  const bytes = scale(value, size.get("unit"), factor);
  size.attributes = [{ name: "unit", value: unit }];
  size.setText(String((bytes + factor - 1n) / factor));
}

function fillMemoryLimits(domain: XmlElement): void {
  const tune = domain.child("memtune");
  if (tune === undefined) return;
  for (const limit of tune.elements) {
    const kib = memorySize(limit, `./memtune/${limit.name}[1]`);
    if (kib >= UNLIMITED) tune.remove(limit);
    limit.attributes = [{ name: "unit", value: "KiB" }];
    limit.setText(String(kib));
  }
  if (tune.elements.length === 0) domain.remove(tune);
}

const BACKING = [
  ["access", "mode", "shared private"],
  ["source", "type", "file anonymous memfd"],
  ["allocation", "mode", "immediate ondemand"],
] as const;

function checkBacking(domain: XmlElement): void {
  for (const [name, attribute, words] of BACKING) {
    const value = domain.find(`memoryBacking/${name}`)?.get(attribute);
    if (!value || words.split(" ").includes(value)) continue;
    unsupportedConfig(`unknown memoryBacking/${name}/${attribute} '${value}'`);
  }
}

function fillHugePages(domain: XmlElement): void {
  const masters: string[] = [];
  for (const page of domain.find("memoryBacking/hugepages")?.all("page") ?? []) {
    const size = element("size", { unit: page.get("unit") }, page.get("size") ?? "");
    const kib = String(memorySize(size, "./@size"));
    const nodeset = page.get("nodeset");
    page.attributes = [{ name: "size", value: kib }, { name: "unit", value: "KiB" }];
    if (nodeset === undefined) masters.push(kib);
    else page.attributes.push({ name: "nodeset", value: nodeset });
  }
  const pages = domain.find("memoryBacking/hugepages")?.all("page") ?? [];
  const cells = domain.find("cpu/numa")?.all("cell").length ?? 0;
  if (masters.length === 1 && cells === 0 && pages.length > 1) {
    const other = pages.find((page) => page.get("nodeset") !== undefined);
    if (other !== undefined) masters.unshift(other.get("size")!);
  }
  if (masters.length > 1) misfit(`two master hugepages detected: ${masters[0]} and ${masters[1]}`);
}

// Each processor or thread is printed on its own, in their order.
function fillSchedulers(domain: XmlElement, name: string, attribute: string): void {
  const tune = domain.child("cputune");
  const all = tune?.all(name) ?? [];
  if (tune === undefined || all.length === 0) return;
  const byNumber = new Map<number, XmlElement>();
  for (const one of all) {
    const set = one.get(attribute);
    if (set === undefined) xml(`Missing attribute '${attribute}' in element '${name}'`);
    const real = one.get("scheduler") === "fifo" || one.get("scheduler") === "rr";
    if (real && one.get("priority") === undefined) missingAttribute("priority", one);
    for (const number of numbersOf(set)) {
      if (name === "iothreadsched" && !idsOf(domain).includes(number)) {
        unsupportedConfig(`Cannot find 'iothread' : ${number}`);
      }
      if (byNumber.has(number)) misfit(`'${name}' attributes '${attribute}' must not overlap`);
      byNumber.set(
        number,
        element(name, {
          [attribute]: String(number),
          scheduler: one.get("scheduler"),
          priority: real ? one.get("priority") : undefined,
        }),
      );
    }
  }
  const at = tune.children.indexOf(all[0]!);
  for (const one of all) tune.remove(one);
  const sorted = [...byNumber].sort(([a], [b]) => a - b).map(([, one]) => one);
  tune.children.splice(at, 0, ...sorted);
}

function numbersOf(set: string): readonly number[] {
  const numbers = parseCpuSet(set);
  if (numbers !== undefined) return numbers;
  throw failure(ErrorDomain.NONE, ErrorNumber.INVALID_ARG, `Failed to parse bitmap '${set}'`);
}

function orderPins(domain: XmlElement): void {
  const tune = domain.child("cputune");
  const pins = tune?.all("iothreadpin") ?? [];
  if (tune === undefined || pins.length < 2) return;
  const at = tune.children.indexOf(pins[0]!);
  const ids = idsOf(domain);
  const place = (pin: XmlElement): number => ids.indexOf(Number(pin.get("iothread")));
  for (const pin of pins) tune.remove(pin);
  tune.children.splice(at, 0, ...pins.sort((a, b) => place(a) - place(b)));
}

/**
 * The most IO threads of a domain. Each has a number, and libvirtd, which keeps a record of each,
 * ends for want of memory when a document asks for four billion.
 */
const IO_THREADS_MAX = 1_000_000n;

function checkIoThreadCount(domain: XmlElement): void {
  const text = domain.textOf("iothreads");
  if (text === undefined) return;
  const count = parseDecimal(text);
  if (count !== undefined && count >= 0n && count <= IO_THREADS_MAX) return;
  xml(`invalid iothreads count '${text}'`);
}

// Those that are only counted get numbers too, where others are named.
function fillThreadIds(domain: XmlElement): void {
  const named = domain.child("iothreadids");
  if (named === undefined) return;
  const known = new Set(named.all("iothread").map((one) => one.get("id")));
  for (const id of idsOf(domain)) {
    if (!known.has(String(id))) named.children.push(element("iothread", { id: String(id) }));
  }
}

function fillNuma(domain: XmlElement): void {
  const cells = domain.find("cpu/numa")?.all("cell").length ?? 0;
  const vcpu = domain.child("vcpu")!;
  let tune = domain.child("numatune");
  if (tune === undefined && vcpu.get("placement") === "auto") {
    tune = element("numatune", {}, element("memory"));
    put(domain, tune, BEFORE_NUMATUNE);
  }
  if (tune === undefined) return;
  for (const node of tune.all("memnode")) {
    const outer = tune.child("memory");
    if (outer?.get("placement") === "auto") {
      unsupportedConfig("Per-node binding is not compatible with automatic NUMA placement.");
    }
    if (outer?.get("mode") === "restrictive" && node.get("mode") !== "restrictive") {
      xml(
        "'restrictive' mode is required in memnode element when mode is 'restrictive' in memory " +
          "element",
      );
    }
    if (cells === 0) xml("Element 'memnode' is invalid without any guest NUMA cells");
    const nodeset = node.get("nodeset");
    node.attributes = [
      { name: "cellid", value: node.get("cellid") ?? "" },
      { name: "mode", value: node.get("mode") ?? "strict" },
      ...(nodeset === undefined ? [] : [{ name: "nodeset", value: formatCpuSet(nodeset) }]),
    ];
  }
  const memory = tune.child("memory");
  if (memory === undefined) return;
  const nodeset = memory.get("nodeset");
  const automatic = memory.get("placement") === "auto" ||
    (memory.get("placement") === undefined && nodeset === undefined &&
      vcpu.get("placement") === "auto");
  if (!automatic && nodeset === undefined) {
    unsupportedConfig("nodeset for NUMA memory tuning must be set if 'placement' is 'static'");
  }
  const set = nodeset === undefined ? "" : formatCpuSet(nodeset);
  if (nodeset !== undefined && set === "") {
    unsupportedConfig(`Invalid value of 'nodeset': ${nodeset}`);
  }
  memory.attributes = [
    { name: "mode", value: memory.get("mode") ?? "strict" },
    automatic ? { name: "placement", value: "auto" } : { name: "nodeset", value: set },
  ];
}

const LOCAL_DISTANCE = 10;

// A distance that one cell tells holds for the other way too, where that one tells none.
function fillDistances(numa: XmlElement): void {
  const cells = numa.all("cell");
  const table = new Map<number, Map<number, number>>();
  const row = (from: number): Map<number, number> => {
    const found = table.get(from) ?? new Map<number, number>([[from, LOCAL_DISTANCE]]);
    table.set(from, found);
    return found;
  };
  cells.forEach((cell, from) => {
    for (const sibling of cell.child("distances")?.all("sibling") ?? []) {
      const to = Number(sibling.get("id"));
      row(from).set(to, Number(sibling.get("value")));
    }
  });
  for (const [from, distances] of [...table]) {
    for (const [to, value] of distances) {
      if (to < cells.length && !row(to).has(from)) row(to).set(from, value);
    }
  }
  cells.forEach((cell, from) => {
    const distances = table.get(from);
    if (distances === undefined) return;
    const siblings = [...distances].sort(([a], [b]) => a - b).map(([id, value]) =>
      element("sibling", { id: String(id), value: String(value) })
    );
    put(cell, element("distances", {}, ...siblings), []);
  });
}
