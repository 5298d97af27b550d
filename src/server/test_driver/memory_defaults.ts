/**
 * What libvirt checks and fills in of a domain's memory modules.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { checkNoVirtioOptions } from "./disk_checks.ts";
import { formatCpuSet, parseUuid } from "./domain_defaults.ts";
import { RULES } from "./shape_rules.ts";
import { badValue, memorySize, parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";
import { misfit, xml } from "./domain_faults.ts";

interface Model {
  readonly source: string;
  readonly target: string;
}

const MODELS: Readonly<Record<string, Model>> = lookupTable({
  dimm: { source: "nodemask pagesize", target: "" },
  nvdimm: { source: "path alignsize pmem", target: "label readonly" },
  "virtio-pmem": { source: "path", target: "address" },
  "virtio-mem": { source: "nodemask pagesize", target: "block requested address" },
  "sgx-epc": { source: "nodemask", target: "" },
});

const ADDRESS_ALIGNMENT = 4096n;
const LEAST_LABEL = 128n;

function keep(where: XmlElement, names: string): void {
  const known = new Set(names.split(" "));
  where.children = where.elements.filter(({ name }) => known.has(name));
}

function fillKib(size: XmlElement | undefined, path: string): bigint {
  if (size === undefined || size.text === "") return 0n;
  const kib = memorySize(size, path);
  size.attributes = [{ name: "unit", value: "KiB" }];
  size.setText(String(kib));
  return kib;
}

/** Throws for a module, as it came, that does not say what the guest gets of it. */
export function checkMemoryTarget(memory: XmlElement): void {
  if (memory.child("target") === undefined) xml("missing <target> element for <memory> device");
}

/** Checks a memory module and fills in its defaults. */
export function fillMemoryModule(memory: XmlElement): void {
  const model = memory.get("model")!;
  const parts = MODELS[model]!;
  const uuid = memory.child("uuid");
  if (uuid !== undefined) {
    const parsed = parseUuid(uuid.text);
    if (parsed === undefined) {
      throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, "malformed uuid element");
    }
    uuid.setText(parsed.toString());
  }
  const source = memory.child("source");
  if (source !== undefined) fillSource(memory, source, parts.source);
  const target = memory.child("target");
  if (target === undefined || target.textOf("size") === undefined) {
    xmlFailure("missing element or attribute './size'");
  }
  fillTarget(target, model, parts.target);
  const path = source?.textOf("path");
  if ((model === "nvdimm" || model === "virtio-pmem") && path === undefined) {
    misfit(`path is required for model '${model}'`);
  }
  if (model === "virtio-pmem" && memory.get("access") === undefined) {
    const at = memory.attributes.findIndex(({ name }) => name === "model") + 1;
    memory.attributes.splice(at, 0, { name: "access", value: "shared" });
  }
  if (!model.startsWith("virtio")) checkNoVirtioOptions(memory.child("driver"));
}

function fillSource(memory: XmlElement, source: XmlElement, known: string): void {
  keep(source, known);
  for (const name of ["pagesize", "alignsize"]) {
    const size = source.child(name);
    if (size !== undefined && fillKib(size, `./${name}`) === 0n) source.remove(size);
  }
  const nodes = source.child("nodemask");
  if (nodes !== undefined) {
    const set = formatCpuSet(nodes.text);
    if (set === "") unsupportedConfig(`Invalid value of 'nodemask': ${nodes.text}`);
    nodes.setText(set);
  }
  if (source.children.length === 0) memory.remove(source);
}

function fillTarget(target: XmlElement, model: string, known: string): void {
  keep(target, `size node ${known}`);
  const slots = target.get("dynamicMemslots");
  if (model !== "virtio-mem") target.attributes = [];
  else if (slots !== undefined && slots !== "yes" && slots !== "no") {
    badValue("dynamicMemslots", target, slots);
  }
  const node = target.child("node");
  if (node !== undefined) {
    const number = parseDecimal(node.text);
    if (number === undefined || number < 0n) xml("invalid value of memory device node");
    node.setText(String(number));
  }
  const size = fillKib(target.child("size"), "./size");
  if (model === "nvdimm") fillLabel(target, size);
  const base = fillBase(target);
  if (model === "virtio-pmem" && base % ADDRESS_ALIGNMENT !== 0n) {
    unsupportedConfig(`memory address must be aligned to ${ADDRESS_ALIGNMENT} bytes`);
  }
  if (model === "virtio-mem") checkBlocks(target, size, base);
}

function fillLabel(target: XmlElement, size: bigint): void {
  const label = target.child("label");
  if (label === undefined) return;
  const room = fillKib(label.child("size"), "./label/size");
  if (room !== 0n && room < LEAST_LABEL) xml("nvdimm label must be at least 128KiB");
  if (room >= size) xml("label size must be smaller than NVDIMM size");
  if (room === 0n) target.remove(label);
}

function fillBase(target: XmlElement): bigint {
  const address = target.child("address");
  const told = address?.get("base");
  if (address === undefined || told === undefined) return 0n;
  const base = BigInt(RULES.format("ull-hex", told, address, "base"));
  address.set("base", `0x${base.toString(16)}`);
  if (base === 0n) target.remove(address);
  return base;
}

function checkBlocks(target: XmlElement, size: bigint, base: bigint): void {
  const block = fillKib(target.child("block"), "./block");
  const requested = fillKib(target.child("requested"), "./requested");
  if (block === 0n || (block & (block - 1n)) !== 0n) misfit("block size must be a power of two");
  if (requested % block !== 0n) {
    misfit("requested size must be an integer multiple of block size");
  }
  if (requested > size) {
    misfit(`requested size must be smaller than or equal to @size (${size}KiB)`);
  }
  if (base % (block * 1024n) !== 0n) {
    misfit("memory device address must be aligned to blocksize");
  }
}
