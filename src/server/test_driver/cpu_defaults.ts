/**
 * What libvirt checks and fills in of a domain's processor and its NUMA cells.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { failure } from "../failure.ts";
import { formatCpuSet, parseCpuSet } from "./domain_defaults.ts";
import { fillHostCpu } from "./feature_defaults.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { memorySize, unsupportedConfig } from "./values.ts";

/** A cell's memory in KiB. */
export function cellMemory(cell: XmlElement): bigint {
  const memory = cell.get("memory");
  if (memory === undefined) return 0n;
  const size = element("memory", { unit: cell.get("unit") }, memory);
  return memorySize(size, "./memory");
}

const CPU_MODES: ReadonlySet<string> = new Set(
  ["custom", "host-model", "host-passthrough", "maximum"],
);

/** Checks a domain's processor and fills in its defaults. */
export function fillCpu(domain: XmlElement): void {
  const cpu = domain.child("cpu");
  if (cpu === undefined) return;
  const model = cpu.child("model");
  const mode = cpu.get("mode") ?? (model === undefined ? undefined : "custom");
  if (mode !== undefined && !CPU_MODES.has(mode)) {
    unsupportedConfig(`Invalid mode attribute '${mode}'`, ErrorDomain.CPU);
  }
  const match = cpu.get("match") ??
    (mode === "custom" && model !== undefined ? "exact" : undefined);
  cpu.attributes = Object.entries({
    mode,
    match: mode === "custom" ? match : undefined,
    check: cpu.get("check"),
    migratable: cpu.get("migratable"),
    deprecated_features: cpu.get("deprecated_features"),
  }).flatMap(([name, value]) => value === undefined ? [] : [{ name, value }]);
  fillHostCpu(cpu);
  if (
    model !== undefined && cpu.child("model") === model && model.get("fallback") === undefined &&
    mode !== undefined
  ) {
    model.attributes.unshift({ name: "fallback", value: "allow" });
  }
  const numa = cpu.child("numa");
  if (numa !== undefined) {
    orderCells(numa);
    checkCells(numa, Number(domain.textOf("vcpu")));
  }
  const topology = cpu.child("topology");
  if (topology === undefined) return;
  topology.attributes = ["sockets", "dies", "clusters", "cores", "threads"].map((name) => ({
    name,
    value: topology.get(name) ?? "1",
  }));
}

function checkCells(numa: XmlElement, vcpus: number): void {
  const sets = numa.all("cell").map((cell) => parseCpuSet(cell.get("cpus") ?? "") ?? []);
  const internal = (detail: string): never => {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, detail);
  };
  sets.forEach((set, at) => {
    const other = sets.slice(0, at).findIndex((one) => one.some((cpu) => set.includes(cpu)));
    if (other >= 0) {
      unsupportedConfig(`NUMA cells ${at} and ${other} have overlapping vCPU ids`);
    }
  });
  const all = sets.flat();
  if (all.length > vcpus) internal("Number of CPUs in <numa> exceeds the <vcpu> count");
  if (all.some((cpu) => cpu >= vcpus)) internal("CPU IDs in <numa> exceed the <vcpu> count");
}

// Cells are numbered in their order unless they say otherwise, and printed by number.
function orderCells(numa: XmlElement): void {
  const cells = numa.all("cell");
  cells.forEach((cell, at) => {
    const id = cell.get("id") ?? String(at);
    const unit = cell.get("memory") === undefined ? undefined : "KiB";
    const rest = cell.attributes.filter(({ name }) => !["id", "memory", "unit"].includes(name));
    const memory = unit === undefined ? undefined : cellMemory(cell).toString();
    const firstOther = rest.findIndex(({ name }) => name !== "cpus");
    const sized = memory === undefined ? [] : [
      { name: "memory", value: memory },
      { name: "unit", value: "KiB" },
    ];
    const split = firstOther < 0 ? rest.length : firstOther;
    cell.attributes = [
      { name: "id", value: id },
      ...rest.slice(0, split),
      ...sized,
      ...rest.slice(split),
    ];
    const cpus = cell.get("cpus");
    if (cpus !== undefined) cell.set("cpus", formatCpuSet(cpus));
  });
  cells.sort((a, b) => Number(a.get("id")) - Number(b.get("id")));
  numa.children = [
    ...cells,
    ...numa.elements.filter((one) => one.name !== "cell"),
  ];
}
