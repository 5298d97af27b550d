/**
 * The richest processor that several have in common.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import { failure } from "../failure.ts";
import { X86_FEATURES, X86_MODELS } from "./cpu_map_x86.ts";
import { cpuModels, isArchitecture } from "./cpu_models.ts";
import { parseAnyRoot } from "./domain_definition.ts";

interface Model {
  readonly name: string;
  readonly vendor: string | undefined;
  /** Whether a guest's processor is ever called so. */
  readonly answer: boolean;
  readonly features: ReadonlySet<string>;
  /** Features that its hypervisor has dropped. */
  readonly dropped: ReadonlySet<string>;
}

interface Feature {
  readonly name: string;
  readonly policy: "require" | "disable";
}

interface HostCpu {
  readonly arch: string;
  readonly model: string;
  readonly vendor: string | undefined;
  readonly features: readonly string[];
}

const X86: ReadonlySet<string> = new Set(["x86_64", "i686"]);
const POWER: ReadonlySet<string> = new Set(["ppc64", "ppc64le"]);
const ARM: ReadonlySet<string> = new Set(["aarch64", "armv6l", "armv7l", "armv7b"]);

function refuse(code: number, detail: string): never {
  throw failure(ErrorDomain.CPU, code, detail);
}

/** The definition of the processor that those of some documents have in common. */
export function baselineCpu(documents: readonly string[], expand: boolean): string {
  const cpus = documents.map(readCpu);
  const { arch, model } = cpus[0]!;
  if (X86.has(arch)) return baselineX86(cpus, expand);
  if (!POWER.has(arch) && !ARM.has(arch)) {
    refuse(ErrorNumber.NO_SUPPORT, `cannot compute baseline CPU of ${arch} architecture`);
  }
  if (POWER.has(arch)) {
    const known = new Set(cpuModels(arch));
    const odd = cpus.find((cpu) => !known.has(cpu.model));
    if (odd !== undefined) refuse(ErrorNumber.INTERNAL_ERROR, `Unknown CPU model ${odd.model}`);
  }
  if (cpus.some((cpu) => cpu.model !== model)) {
    refuse(ErrorNumber.OPERATION_FAILED, "CPUs are incompatible");
  }
  return print(model, POWER.has(arch) ? "forbid" : "allow", undefined, []);
}

function readCpu(xml: string): HostCpu {
  const cpu = parseAnyRoot(xml, ErrorDomain.CPU);
  if (cpu.name !== "cpu") {
    refuse(ErrorNumber.XML_ERROR, "XML does not contain expected 'cpu' element");
  }
  if (cpu.get("mode") !== undefined) {
    refuse(ErrorNumber.CONFIG_UNSUPPORTED, "Attribute mode is only allowed for guest CPU");
  }
  const arch = cpu.textOf("arch");
  if (arch === undefined) refuse(ErrorNumber.XML_ERROR, "Missing CPU architecture");
  if (!isArchitecture(arch)) {
    refuse(ErrorNumber.CONFIG_UNSUPPORTED, `Unknown architecture ${arch}`);
  }
  const model = cpu.textOf("model");
  if (model === undefined) refuse(ErrorNumber.XML_ERROR, "Missing CPU model name");
  return { arch, model, vendor: cpu.textOf("vendor"), features: cpu.all("feature").map(nameOf) };
}

function nameOf(feature: XmlElement): string {
  const name = feature.get("name");
  if (name === undefined) refuse(ErrorNumber.XML_ERROR, "Invalid CPU feature name");
  return name;
}

const VENDORS: ReadonlySet<string> = new Set(["Intel", "AMD", "Hygon", "Zhaoxin", "CentaurHauls"]);

function baselineX86(cpus: readonly HostCpu[], expand: boolean): string {
  const [first] = cpus;
  let common = featuresOf(first!);
  let shown = first!.vendor !== undefined;
  let vendor = first!.vendor;
  if (vendor !== undefined && !VENDORS.has(vendor)) {
    refuse(ErrorNumber.OPERATION_FAILED, `Unknown CPU vendor ${vendor}`);
  }
  for (const cpu of cpus.slice(1)) {
    const own = featuresOf(cpu);
    const model = models().get(cpu.model)!;
    if (cpu.vendor !== undefined && model.vendor !== undefined && cpu.vendor !== model.vendor) {
      refuse(
        ErrorNumber.OPERATION_FAILED,
        `CPU vendor ${model.vendor} of model ${model.name} differs from vendor ${cpu.vendor}`,
      );
    }
    if (cpu.vendor === undefined) shown = false;
    const named = cpu.vendor ?? model.vendor;
    if (named !== undefined && vendor !== undefined && named !== vendor) {
      refuse(ErrorNumber.OPERATION_FAILED, "CPU vendors do not match");
    }
    vendor ??= named;
    common = new Set([...common].filter((name) => own.has(name)));
  }
  if (common.size === 0) refuse(ErrorNumber.OPERATION_FAILED, "CPUs are incompatible");
  const names = [...new Set(cpus.map((cpu) => cpu.model))];
  const { model, features } = closest(common, vendor, names);
  const fallback = names.length === 1 && model.name === names[0] ? "forbid" : "allow";
  const told = expand ? expanded(model, features) : features;
  return print(model.name, fallback, shown ? vendor : undefined, told);
}

function featuresOf({ model, features }: HostCpu): ReadonlySet<string> {
  const known = models().get(model);
  if (known === undefined) refuse(ErrorNumber.INTERNAL_ERROR, `Unknown CPU model ${model}`);
  const odd = features.find((name) => !X86_FEATURES.includes(name));
  if (odd !== undefined) refuse(ErrorNumber.INTERNAL_ERROR, `Unknown CPU feature ${odd}`);
  return new Set([...known.features, ...features]);
}

interface Candidate {
  readonly model: Model;
  readonly features: readonly Feature[];
}

// The newest models are looked at first; the one that says most of the features by its name wins.
function closest(
  data: ReadonlySet<string>,
  vendor: string | undefined,
  preferred: readonly string[],
): Candidate {
  let best: Candidate | undefined;
  for (const model of [...models().values()].reverse()) {
    if (vendor !== undefined && model.vendor !== undefined && vendor !== model.vendor) continue;
    if (!model.answer) continue;
    const candidate = { model, features: difference(data, model) };
    const wanted = preferred.includes(model.name);
    if (wanted && preferred.length === 1) return candidate;
    if (best === undefined || isBetter(candidate, best, wanted)) best = candidate;
  }
  if (best !== undefined) return best;
  refuse(ErrorNumber.INTERNAL_ERROR, "Cannot find suitable CPU model for given data");
}

function difference(data: ReadonlySet<string>, model: Model): Feature[] {
  const features: Feature[] = [];
  for (const name of X86_FEATURES) {
    if (data.has(name) && !model.features.has(name)) features.push({ name, policy: "require" });
  }
  for (const name of X86_FEATURES) {
    if (model.features.has(name) && !data.has(name)) features.push({ name, policy: "disable" });
  }
  return withDropped(features, model);
}

function withDropped(features: readonly Feature[], model: Model): Feature[] {
  const told = new Set(features.map(({ name }) => name));
  const dropped = [...model.dropped].filter((name) => !told.has(name));
  return [...features, ...dropped.map((name): Feature => ({ name, policy: "disable" }))];
}

function isBetter(candidate: Candidate, best: Candidate, wanted: boolean): boolean {
  const [one, other] = [candidate, best].map(weigh);
  if (one!.all < other!.all) return true;
  if (one!.disabled >= other!.disabled) return false;
  return one!.all === other!.all || wanted;
}

const PENALTY = 2;

// What is disabled weighs more; the loop ends early, as libvirt's does.
function weigh({ features }: Candidate): { all: number; disabled: number } {
  let enabled = features.length;
  let disabled = 0;
  let penalty = PENALTY;
  for (let i = 0; i < enabled; i++) {
    if (features[i]!.policy !== "disable") continue;
    enabled--;
    disabled += penalty++;
  }
  return { all: enabled + disabled, disabled };
}

// All of the model's features by name, with what differs.
function expanded(model: Model, features: readonly Feature[]): Feature[] {
  const all = new Map<string, Feature["policy"]>();
  for (const name of model.features) all.set(name, "require");
  for (const { name, policy } of features) all.set(name, policy);
  const listed = [...all].map(([name, policy]): Feature => ({ name, policy }));
  return withDropped(listed, model).sort((a, b) => a.name < b.name ? -1 : 1);
}

function print(
  model: string,
  fallback: string,
  vendor: string | undefined,
  features: readonly Feature[],
): string {
  return printXml(element(
    "cpu",
    { mode: "custom", match: "exact" },
    element("model", { fallback }, model),
    vendor === undefined ? undefined : element("vendor", {}, vendor),
    ...features.map(({ name, policy }) => element("feature", { policy, name })),
  ));
}

let known: Map<string, Model> | undefined;

function models(): ReadonlyMap<string, Model> {
  if (known !== undefined) return known;
  known = new Map();
  const lines = X86_MODELS.replaceAll(/\n {2}/g, " ").trim().split("\n");
  for (const line of lines) {
    const [name, vendor, like, ...changes] = line.split(" ");
    const base = known.get(like!);
    const features = new Set(base?.features);
    const dropped = new Set(base?.dropped);
    for (const change of changes) {
      const feature = change.slice(1);
      if (change.startsWith("+")) features.add(feature);
      else if (change.startsWith("-")) features.delete(feature);
      else if (change.startsWith("~")) dropped.add(feature);
      else dropped.delete(feature);
    }
    const model: Model = {
      name: name!.replace("*", ""),
      vendor: vendor === "-" ? undefined : vendor,
      answer: !name!.endsWith("*"),
      features,
      dropped,
    };
    known.set(model.name, model);
  }
  return known;
}
