/**
 * A domain's processors and where they may run.
 *
 * @module
 */

import { DomainModificationImpact, VcpuState } from "../../../gen/enums/domain.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { lookupTable } from "../../lookup_table.ts";
import { cpusOf, firstCpus, mapOf } from "./cpu_maps.ts";
import { BEFORE_CPUTUNE, parseCpuSet, printCpuSet, put } from "./domain_defaults.ts";
import { setMaximumVcpus, setOnlineVcpus, vcpusOf } from "./domain_values.ts";
import { checkFlags, invalidArgument, invalidOperation } from "./refusals.ts";
import type { TestState } from "./state.ts";

const { LIVE, CONFIG } = DomainModificationImpact;
const MAXIMUM = 4;

/** Processors that the hypervisor gives a domain at most. */
const MAX_VCPUS = 32;

/** Handlers of a domain's processors. */
export function domainVcpus(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  const hostCpus = (): number[] => {
    const { nodes, sockets, cores, threads } = state.node;
    return firstCpus(nodes * sockets * cores * threads);
  };

  function getVcpus(dom: NonnullDomain, flags: number, context: CallContext): number {
    checkFlags(
      { ...context, procedure: "domainGetVcpusFlags" },
      flags,
      LIVE | CONFIG | MAXIMUM,
    );
    const { maximum, online } = vcpusOf(domains.of(dom).one(flags));
    return (flags & MAXIMUM) !== 0 ? maximum : online;
  }

  function setVcpus(dom: NonnullDomain, count: number, flags: number, context: CallContext): void {
    checkFlags(
      { ...context, procedure: "domainSetVcpusFlags" },
      flags,
      LIVE | CONFIG | MAXIMUM,
    );
    if (count > MAX_VCPUS) {
      throw invalidArgument(
        `requested cpu amount exceeds maximum supported amount (${count} > ${MAX_VCPUS})`,
      );
    }
    const { live, persistent } = domains.of(dom).both(flags);
    const most = (flags & MAXIMUM) !== 0;
    for (const definition of [live, most ? undefined : persistent]) {
      if (definition === undefined) continue;
      const { maximum } = vcpusOf(definition);
      if (maximum < count) {
        throw invalidArgument(`requested cpu amount exceeds maximum (${count} > ${maximum})`);
      }
    }
    if (live !== undefined) setOnlineVcpus(live, count);
    if (persistent === undefined) return;
    if (most) setMaximumVcpus(persistent, count);
    else setOnlineVcpus(persistent, count);
  }

  function pin(
    dom: NonnullDomain,
    vcpu: number,
    map: Uint8Array,
    flags: number,
    context: CallContext,
  ): void {
    checkFlags({ ...context, procedure: "domainPinVcpuFlags" }, flags);
    const domain = domains.of(dom);
    if (!domain.active) throw invalidOperation("cannot pin vcpus on an inactive domain");
    if (vcpu >= vcpusOf(domain.definition).online) {
      throw invalidArgument(`requested vcpu '${vcpu}' is not present in the domain`);
    }
    setPin(domain.definition, "vcpupin", String(vcpu), cpusOf(map));
  }

  return {
    domainGetVcpusFlags: ({ dom, flags }, context) => ({ num: getVcpus(dom, flags, context) }),
    domainGetMaxVcpus: ({ dom }, context) => ({ num: getVcpus(dom, LIVE | MAXIMUM, context) }),
    domainSetVcpus: ({ dom, nvcpus }, context) => setVcpus(dom, nvcpus, LIVE, context),
    domainSetVcpusFlags: ({ dom, nvcpus, flags }, context) => setVcpus(dom, nvcpus, flags, context),
    domainPinVcpu: ({ dom, vcpu, cpumap }, context) => pin(dom, vcpu, cpumap, 0, context),
    domainPinVcpuFlags: ({ dom, vcpu, cpumap, flags }, context) =>
      pin(dom, vcpu, cpumap, flags, context),
    domainGetVcpus({ dom, maxinfo, maplen }) {
      const domain = domains.of(dom);
      if (!domain.active) throw invalidOperation("cannot list vcpus for an inactive domain");
      const { definition } = domain;
      const count = Math.min(maxinfo, vcpusOf(definition).online);
      const cpumaps = new Uint8Array(count * maplen);
      const info = firstCpus(count).map((number) => {
        const cpus = pinOf(definition, "vcpupin", String(number)) ?? hostCpus();
        cpumaps.set(mapOf(cpus, maplen), number * maplen);
        return {
          number,
          state: VcpuState.RUNNING,
          cpuTime: state.microseconds / 10n,
          cpu: cpus.at(-1) ?? -1,
        };
      });
      return { info, cpumaps };
    },
    domainGetVcpuPinInfo({ dom, ncpumaps, maplen, flags }) {
      const definition = domains.of(dom).one(flags);
      const num = Math.min(ncpumaps, vcpusOf(definition).maximum);
      const cpumaps = new Uint8Array(num * maplen);
      for (let i = 0; i < num; i++) {
        const cpus = pinOf(definition, "vcpupin", String(i)) ?? hostCpus();
        cpumaps.set(mapOf(cpus, maplen), i * maplen);
      }
      return { cpumaps, num };
    },
    domainPinEmulator({ dom, cpumap, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const definition = domains.of(dom).one(flags);
      const cpus = cpusOf(cpumap);
      if (cpus.length === 0) throw invalidArgument("Empty cpu list for pinning");
      setPin(definition, "emulatorpin", undefined, cpus);
    },
    domainGetEmulatorPinInfo({ dom, maplen, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const definition = domains.of(dom).one(flags);
      const cpus = pinOf(definition, "emulatorpin", undefined) ?? hostCpus();
      return { cpumaps: mapOf(cpus, maplen), ret: 1 };
    },
  };
}

const PIN_ATTRIBUTE: Readonly<Record<string, string>> = lookupTable({
  vcpupin: "vcpu",
  iothreadpin: "iothread",
});

/** Where something is pinned to; without a pin of its own where the domain is. */
export function pinOf(
  definition: XmlElement,
  kind: string,
  id: string | undefined,
): number[] | undefined {
  const pins = definition.child("cputune")?.all(kind) ?? [];
  const pin = pins.find((one) => id === undefined || one.get(PIN_ATTRIBUTE[kind]!) === id);
  const set = pin?.get("cpuset") ?? definition.child("vcpu")?.get("cpuset");
  return set === undefined ? undefined : parseCpuSet(set);
}

const BEFORE_PINS: readonly string[] = [
  "shares",
  "period",
  "quota",
  "global_period",
  "global_quota",
  "emulator_period",
  "emulator_quota",
  "iothread_period",
  "iothread_quota",
];

const PIN_ORDER: Readonly<Record<string, readonly string[]>> = lookupTable({
  vcpupin: BEFORE_PINS,
  emulatorpin: [...BEFORE_PINS, "vcpupin"],
  iothreadpin: [...BEFORE_PINS, "vcpupin", "emulatorpin"],
});

/** Removes the pin of something that is gone. */
export function unpin(definition: XmlElement, kind: string, id: string): void {
  const cputune = definition.child("cputune");
  const pin = cputune?.all(kind).find((one) => one.get(PIN_ATTRIBUTE[kind]!) === id);
  if (cputune === undefined || pin === undefined) return;
  cputune.remove(pin);
  if (cputune.elements.length === 0) definition.remove(cputune);
}

/** Pins something. */
export function setPin(
  definition: XmlElement,
  kind: string,
  id: string | undefined,
  cpus: readonly number[],
): void {
  let cputune = definition.child("cputune");
  if (cputune === undefined) {
    cputune = element("cputune");
    put(definition, cputune, BEFORE_CPUTUNE);
  }
  const cpuset = printCpuSet(cpus);
  if (id === undefined) {
    put(cputune, element(kind, { cpuset }), PIN_ORDER[kind]!);
    return;
  }
  const attribute = PIN_ATTRIBUTE[kind]!;
  const others = cputune.all(kind).filter((one) => one.get(attribute) !== id);
  const made = [...others, element(kind, { [attribute]: id, cpuset })];
  made.sort((a, b) => Number(a.get(attribute)) - Number(b.get(attribute)));
  for (const one of cputune.all(kind)) cputune.remove(one);
  const before = new Set(PIN_ORDER[kind]);
  const at = cputune.elements.filter((one) => before.has(one.name)).length;
  cputune.children.splice(at, 0, ...made);
}
