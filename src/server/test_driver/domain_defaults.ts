/**
 * What libvirt checks and fills in of a domain, its devices aside.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, XmlElement } from "../../xml/element.ts";
import { Uuid } from "../../xdr/uuid.ts";
import { failure } from "../failure.ts";
import { isArchitecture } from "./cpu_models.ts";
import { fillCpu } from "./cpu_defaults.ts";
import type { Identities } from "./domain_definition.ts";
import { fillClock } from "./clock_defaults.ts";
import {
  checkPerfEvents,
  checkResource,
  fillIdMap,
  fillKeywrap,
  fillSecurityLabels,
  fillSysinfo,
} from "./domain_parts.ts";
import { fillMemory } from "./domain_sizes.ts";
import { fillBoot, fillFeatures } from "./feature_defaults.ts";
import { checkCpu, checkLimits, checkNeeds, DOMAIN_NEEDS } from "./needed_parts.ts";
import { fillTuning } from "./tuning_defaults.ts";
import { parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";

/** Checks a domain and fills in its defaults; the devices are filled in after it. */
export function fillDomain(domain: XmlElement, source: XmlElement, identities: Identities): void {
  fillIdentity(domain, source, identities);
  checkNeeds(source, DOMAIN_NEEDS);
  const cpu = source.child("cpu");
  if (cpu !== undefined) checkCpu(cpu);
  for (const group of source.child("throttlegroups")?.all("throttlegroup") ?? []) {
    checkLimits(group, "throttle group");
  }
  fillSecurityLabels(domain);
  fillMemory(domain, source);
  checkResource(source);
  fillVcpus(domain, source);
  fillOs(domain);
  checkFeatures(source);
  fillCpu(domain);
  const features = domain.child("features");
  if (features !== undefined) fillFeatures(features);
  fillBoot(domain.child("os")!);
  fillTuning(domain);
  fillGenerationId(domain, source, identities);
  if (domain.child("clock") === undefined) {
    put(domain, element("clock", { offset: "utc" }), BEFORE_CLOCK);
  }
  fillClock(domain.child("clock")!);
  fillActions(domain);
  fillIdMap(domain.child("idmap"));
  fillKeywrap(domain);
  checkPerfEvents(domain);
  fillSysinfo(domain, source);
}

/** Throws for what makes no domain once all of it is read. */
export function checkWhole(domain: XmlElement): void {
  const name = domain.textOf("name") ?? "";
  if (name.includes("/")) xmlFailure(`name ${name} cannot contain '/'`, ErrorDomain.DOMAIN);
  const size = BigInt(domain.textOf("memory")!);
  if (size === 0n) {
    xmlFailure(
      "Memory size must be specified via <memory> or in the <numa> configuration",
      ErrorDomain.DOMAIN,
    );
  }
  const most = domain.textOf("maxMemory");
  if (most !== undefined && BigInt(most) < size) {
    xmlFailure(
      "maximum memory size must be equal or greater than the actual memory size",
      ErrorDomain.DOMAIN,
    );
  }
}

/** Throws for a definition without a name, or with a UUID that is none. */
export function checkIdentity(source: XmlElement): void {
  if (source.textOf("name") === undefined) {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.NO_NAME);
  }
  for (const name of ["uuid", "hwuuid", "genid"]) {
    const text = source.textOf(name);
    if (text === undefined || parseUuid(text) !== undefined) continue;
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, `malformed ${name} element`);
  }
}

function fillIdentity(domain: XmlElement, source: XmlElement, identities: Identities): void {
  const text = source.textOf("uuid");
  const uuid = text === undefined ? identities.uuid() : parseUuid(text)!;
  put(domain, element("uuid", {}, uuid.toString()), ["name"]);
  for (const name of ["hwuuid", "genid"]) {
    const one = domain.child(name);
    if (one !== undefined && one.text !== "") one.setText(parseUuid(one.text)!.toString());
  }
  const title = domain.child("title");
  if (title?.text.includes("\n")) {
    xmlFailure("Domain title can't contain newlines", ErrorDomain.DOMAIN);
  }
}

// An empty one asks for a new one.
function fillGenerationId(domain: XmlElement, source: XmlElement, identities: Identities): void {
  if (source.child("genid") === undefined || domain.child("genid")?.text) return;
  const id = element("genid", {}, identities.uuid().toString());
  put(domain, id, ["name", "uuid", "hwuuid"]);
}

/** Reads a UUID as libvirt does: spaces around it and hyphens anywhere are let pass. */
export function parseUuid(text: string): Uuid | undefined {
  const digits = text.trim().replaceAll("-", "");
  return /^[0-9a-fA-F]{32}$/.test(digits) ? Uuid.parse(digits) : undefined;
}

/** What stands before a domain's `maxMemory`. */
export const BEFORE_MEMORY: readonly string[] = [
  "name",
  "uuid",
  "hwuuid",
  "genid",
  "title",
  "description",
  "metadata",
];
/** What stands before a domain's `memory`. */
export const BEFORE_CURRENT: readonly string[] = [...BEFORE_MEMORY, "maxMemory"];

const UINT_MAX = 0xffff_ffffn;

function fillVcpus(domain: XmlElement, source: XmlElement): void {
  const vcpu = source.child("vcpu");
  let maximum = 1n;
  if (vcpu !== undefined && vcpu.text.trim() !== "") {
    const parsed = parseDecimal(vcpu.text);
    if (parsed === undefined || parsed < 0n || parsed > UINT_MAX) {
      xmlFailure("maximum vcpus count must be an integer", ErrorDomain.DOMAIN);
    }
    if (parsed === 0n) {
      throw failure(
        ErrorDomain.DOMAIN,
        ErrorNumber.INTERNAL_ERROR,
        "CPU IDs in <numa> exceed the <vcpu> count",
      );
    }
    maximum = parsed;
  }
  const currentText = vcpu?.get("current");
  let current: string | undefined;
  if (currentText !== undefined) {
    const parsed = parseDecimal(currentText);
    if (parsed === undefined || parsed < 0n || parsed > UINT_MAX) {
      xmlFailure("current vcpus count must be an integer", ErrorDomain.DOMAIN);
    }
    if (parsed > maximum) {
      unsupportedConfig("maximum vCPU count must not be less than current vCPU count");
    }
    if (parsed !== maximum && parsed !== 0n) current = parsed.toString();
  }
  const tune = source.child("cputune");
  const pinned = ["vcpupin", "emulatorpin", "iothreadpin"].some((name) =>
    tune?.child(name) !== undefined
  );
  const automatic = source.find("numatune/memory")?.get("placement") === "auto" &&
    vcpu?.get("cpuset") === undefined && !pinned;
  const placement = automatic ? "auto" : vcpu?.get("placement") ?? "static";
  const cpuset = placement === "static" ? vcpu?.get("cpuset") : undefined;
  const canonical = element("vcpu", {
    placement,
    cpuset: cpuset === undefined ? undefined : formatCpuSet(cpuset),
    current,
  }, maximum.toString());
  put(domain, canonical, [
    ...BEFORE_CURRENT,
    "memory",
    "currentMemory",
    "blkiotune",
    "memtune",
    "memoryBacking",
  ]);
}

/** A set of CPUs as libvirt prints it: sorted ranges. */
export function formatCpuSet(text: string): string {
  const cpus = parseCpuSet(text);
  if (cpus === undefined) {
    throw failure(
      ErrorDomain.NONE,
      ErrorNumber.INVALID_ARG,
      `Failed to parse bitmap '${text}'`,
    );
  }
  return printCpuSet(cpus);
}

/** Prints CPU numbers as ranges. */
export function printCpuSet(cpus: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < cpus.length;) {
    let end = i;
    while (cpus[end + 1] === cpus[end]! + 1) end++;
    parts.push(end === i ? `${cpus[i]}` : `${cpus[i]}-${cpus[end]}`);
    i = end + 1;
  }
  return parts.join(",");
}

/** The CPUs of a set such as `0-3,^2`, sorted; `undefined` where it cannot be read. */
export function parseCpuSet(text: string): number[] | undefined {
  const cpus = new Set<number>();
  for (const part of text.trim().split(",")) {
    const match = /^\s*(\^?)(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match === null) return undefined;
    const from = Number(match[2]);
    const to = match[3] === undefined ? from : Number(match[3]);
    if (to < from || to > 16383) return undefined;
    for (let cpu = from; cpu <= to; cpu++) {
      if (match[1] === "^") cpus.delete(cpu);
      else cpus.add(cpu);
    }
  }
  return [...cpus].sort((a, b) => a - b);
}

/** Throws for an operating system, or an architecture, that libvirt does not know. */
export function checkOs(source: XmlElement): void {
  const type = source.find("os/type");
  const name = type?.text || (source.textOf("bootloader") === undefined ? undefined : "xen");
  if (name === undefined) xmlFailure("an os <type> must be specified", ErrorDomain.DOMAIN);
  if (!OS_TYPES.has(name)) unsupportedConfig(`unknown OS type '${name}'`);
  const arch = type?.get("arch");
  if (arch && !isArchitecture(arch)) unsupportedConfig(`Unknown architecture ${arch}`);
}

function fillOs(domain: XmlElement): void {
  const os = domain.child("os") ?? element("os");
  put(domain, os, BEFORE_OS);
  let type = os.child("type");
  if (type === undefined || type.text === "") {
    type = element("type", {}, "xen");
    if (os.child("type") !== undefined) os.remove(os.child("type")!);
    os.children.unshift(type);
  }
  type.attributes = [
    { name: "arch", value: type.get("arch") || "i686" },
    ...type.attributes.filter(({ name, value }) => name === "machine" && value !== ""),
  ];
  const args = domain.child("bootloader_args");
  const loader = domain.textOf("bootloader") !== undefined;
  if (!loader && args !== undefined) domain.remove(args);
}

/** Fills in what a domain boots from, which a device of it may tell. */
export function fillBootDevices(domain: XmlElement): void {
  const os = domain.child("os")!;
  const hvm = os.textOf("type") === "hvm";
  const bootable = domain.child("devices")?.elements.some((device) =>
    device.child("boot") !== undefined
  );
  const boots = os.all("boot");
  if (bootable && boots.length > 0 && hvm) {
    unsupportedConfig("per-device boot elements cannot be used together with os/boot elements");
  }
  if (hvm && boots.length === 0 && !bootable && domain.child("bootloader") === undefined) {
    put(os, element("boot", { dev: "hd" }), BEFORE_BOOT);
  }
  if (!hvm) { for (const boot of boots) os.remove(boot); }
}

const OS_TYPES: ReadonlySet<string> = new Set(["hvm", "xen", "linux", "exe", "uml", "xenpvh"]);

const BEFORE_OS = [
  ...BEFORE_CURRENT,
  "memory",
  "currentMemory",
  "blkiotune",
  "memtune",
  "memoryBacking",
  "vcpu",
  "vcpus",
  "iothreads",
  "iothreadids",
  "defaultiothread",
  "cputune",
  "numatune",
  "resource",
  "sysinfo",
  "bootloader",
  "bootloader_args",
];

const BEFORE_BOOT = [
  "type",
  "firmware",
  "init",
  "initarg",
  "initenv",
  "initdir",
  "inituser",
  "initgroup",
  "loader",
  "nvram",
  "kernel",
  "initrd",
  "cmdline",
  "dtb",
  "root",
  "acpi",
];

/** What stands before a domain's `blkiotune`. */
export const BEFORE_BLKIOTUNE: readonly string[] = [...BEFORE_CURRENT, "memory", "currentMemory"];
/** What stands before a domain's `memtune`. */
export const BEFORE_MEMTUNE: readonly string[] = [...BEFORE_BLKIOTUNE, "blkiotune"];
/** What stands before a domain's `iothreads`. */
export const BEFORE_IOTHREADS: readonly string[] = [
  ...BEFORE_MEMTUNE,
  "memtune",
  "memoryBacking",
  "vcpu",
  "vcpus",
];
/** What stands before a domain's `cputune`. */
export const BEFORE_CPUTUNE: readonly string[] = [
  ...BEFORE_IOTHREADS,
  "iothreads",
  "iothreadids",
  "defaultiothread",
];
/** What stands before a domain's `numatune`. */
export const BEFORE_NUMATUNE: readonly string[] = [...BEFORE_CPUTUNE, "cputune"];

const FEATURES: ReadonlySet<string> = new Set(
  ("acpi apic pae hap viridian privnet hyperv kvm pvspinlock capabilities pmu vmport gic smm ioapic " +
    "hpt vmcoreinfo htm nested-hv msrs ccf-assist xen cfpc sbbc ibs tcg async-teardown ras ps2 aia")
    .split(" "),
);

function checkFeatures(source: XmlElement): void {
  for (const { name } of source.child("features")?.elements ?? []) {
    if (!FEATURES.has(name)) unsupportedConfig(`unexpected feature '${name}'`);
  }
}

/** What stands before a domain's `clock`. */
export const BEFORE_CLOCK: readonly string[] = [
  ...BEFORE_OS,
  "os",
  "idmap",
  "features",
  "throttlegroups",
  "cpu",
];

function fillActions(domain: XmlElement): void {
  let before = [...BEFORE_CLOCK, "clock"];
  for (const [name, byDefault] of Object.entries(ACTIONS)) {
    const action = domain.textOf(name);
    if (action !== undefined && !LIFECYCLE_ACTIONS.has(action)) {
      unsupportedConfig(`unknown ${name} action: ${action}`);
    }
    if (action === undefined) put(domain, element(name, {}, byDefault), before);
    before = [...before, name];
  }
  const lock = domain.textOf("on_lockfailure");
  if (lock !== undefined && !LOCK_FAILURE_ACTIONS.has(lock)) {
    unsupportedConfig(`unknown on_lockfailure action: ${lock}`);
  }
  for (const event of ["poweroff", "reboot"]) {
    const action = domain.textOf(`on_${event}`) ?? "";
    if (action.startsWith("coredump-")) {
      unsupportedConfig(`Lifecycle event '${event}' doesn't support '${action}' action`);
    }
  }
}

const LIFECYCLE_ACTIONS: ReadonlySet<string> = new Set(
  "destroy restart rename-restart preserve coredump-destroy coredump-restart".split(" "),
);

const LOCK_FAILURE_ACTIONS: ReadonlySet<string> = new Set(
  ["poweroff", "restart", "pause", "ignore"],
);

const ACTIONS = { on_poweroff: "destroy", on_reboot: "restart", on_crash: "destroy" } as const;

/** Puts an element in the place of one of its name, or behind the last of those named. */
export function put(parent: XmlElement, child: XmlElement, before: readonly string[]): void {
  const old = parent.child(child.name);
  if (old !== undefined) {
    parent.children[parent.children.indexOf(old)] = child;
    return;
  }
  const names = new Set(before);
  let at = 0;
  parent.children.forEach((one, index) => {
    if (one instanceof XmlElement && names.has(one.name)) at = index + 1;
  });
  parent.children.splice(at, 0, child);
}
