/**
 * How much memory a domain has.
 *
 * @module
 */

import { ErrorDomain } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { cellMemory } from "./cpu_defaults.ts";
import { BEFORE_CURRENT, BEFORE_MEMORY, put } from "./domain_defaults.ts";
import { memorySize, parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";

const KIB = { unit: "KiB" };
const UINT_MAX = 0xffff_ffffn;

/** Checks a domain's memory and fills in what of it the guest has at first. */
export function fillMemory(domain: XmlElement, source: XmlElement): void {
  const memory = source.child("memory");
  const cells = source.find("cpu/numa")?.all("cell") ?? [];
  let size = memory === undefined || memory.text === "" ? 0n : memorySize(memory, "./memory[1]");
  let cellSum = 0n;
  if (cells.length > 0) {
    cellSum = cells.reduce((sum, cell) => sum + cellMemory(cell), 0n);
    if (memory === undefined) size = cellSum;
  }
  const current = source.child("currentMemory");
  let balloon = current === undefined ? 0n : memorySize(current, "./currentMemory[1]");
  const modules = (source.child("devices")?.all("memory") ?? []).reduce((sum, module) => {
    const target = module.find("target/size");
    return target === undefined || target.text === "" ? sum : sum + memorySize(target, "./size");
  }, 0n);
  if (memory === undefined && cellSum > 0n) size = cellSum + modules;
  if (size <= modules) size = 0n;
  if (balloon === 0n || balloon > size) balloon = size;
  const dump = memory?.get("dumpCore");
  if (dump !== undefined && dump !== "on" && dump !== "off") {
    unsupportedConfig(`Invalid value '${dump}' for element or attribute './memory[1]/@dumpCore'`);
  }
  const max = domain.child("maxMemory");
  if (max !== undefined) {
    const told = parseDecimal(max.get("slots") ?? "0");
    if (told === undefined || told < 0n || told > UINT_MAX) {
      xmlFailure("Failed to parse memory slot count", ErrorDomain.DOMAIN);
    }
    const slots = told === 0n ? undefined : String(told);
    const kib = max.text === "" ? 0n : memorySize(max, "./maxMemory[1]");
    if (kib === 0n && slots !== undefined) {
      xmlFailure(
        "maximum memory size must be specified when specifying number of memory slots",
        ErrorDomain.DOMAIN,
      );
    }
    put(domain, element("maxMemory", { slots, ...KIB }, kib.toString()), BEFORE_MEMORY);
  }
  put(domain, element("memory", { dumpCore: dump, ...KIB }, size.toString()), BEFORE_CURRENT);
  put(
    domain,
    element("currentMemory", KIB, balloon.toString()),
    [...BEFORE_CURRENT, "memory"],
  );
}
