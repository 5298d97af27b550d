/**
 * A domain's memory.
 *
 * @module
 */

import { DomainMemoryStatTags, DomainModificationImpact } from "../../../gen/enums/domain.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { TypedParamType } from "../../xdr/typed_param.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { BEFORE_MEMTUNE, put } from "./domain_defaults.ts";
import { devicesOf, memoryOf } from "./domain_values.ts";
import {
  checkFlags,
  internalError,
  invalidArgument,
  invalidOperation,
  STRING_OKAY,
} from "./refusals.ts";
import type { TestState } from "./state.ts";
import { checkParams, paged, ullong } from "./typed.ts";

const { LIVE, CONFIG } = DomainModificationImpact;
const MAXIMUM = 4;

/** KiB that stand for no limit (`VIR_DOMAIN_MEMORY_PARAM_UNLIMITED`). */
const UNLIMITED = 9007199254740991n;

const LIMITS = ["hard_limit", "soft_limit", "swap_hard_limit"] as const;

/** Handlers of a domain's memory. */
export function domainMemory(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function setMemory(dom: NonnullDomain, memory: bigint, flags: number, context: CallContext) {
    checkFlags(
      { ...context, procedure: "domainSetMemoryFlags" },
      flags,
      LIVE | CONFIG | MAXIMUM,
    );
    const domain = domains.of(dom);
    const definition = domain.one(flags);
    const { live } = domain.impact(flags);
    const { total, balloon } = memoryOf(definition);
    if ((flags & MAXIMUM) === 0) {
      if (memory > total) throw invalidArgument("cannot set memory higher than max memory");
      definition.child("currentMemory")!.setText(memory.toString());
      return;
    }
    if (live) {
      throw invalidOperation("cannot resize the maximum memory on an active domain");
    }
    if (definition.find("cpu/numa/cell") !== undefined) {
      throw invalidOperation(
        "initial memory size of a domain with NUMA nodes cannot be modified with this API",
      );
    }
    const most = definition.textOf("maxMemory");
    if (most !== undefined && BigInt(most) < memory) {
      throw invalidOperation(
        "cannot set initial memory size greater than the maximum memory size",
      );
    }
    definition.child("memory")!.setText(memory.toString());
    if (balloon > memory) definition.child("currentMemory")!.setText(memory.toString());
  }

  return {
    domainGetMaxMemory: ({ dom }) => ({ memory: memoryOf(domains.of(dom).definition).total }),
    domainSetMaxMemory: ({ dom, memory }, context) => setMemory(dom, memory, MAXIMUM, context),
    domainSetMemory: ({ dom, memory }, context) => setMemory(dom, memory, LIVE, context),
    domainSetMemoryFlags: ({ dom, memory, flags }, context) =>
      setMemory(dom, memory, flags, context),
    domainSetMemoryStatsPeriod({ dom, period, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const definition = domains.of(dom).one(flags);
      const balloon = memballoonOf(definition);
      if (balloon === undefined) {
        throw internalError(
          "No memory balloon device configured, can not set the collection period",
        );
      }
      const stats = balloon.child("stats");
      if (stats !== undefined) balloon.remove(stats);
      if (period > 0) balloon.children.unshift(element("stats", { period: String(period) }));
    },
    domainMemoryStats({ dom, maxStats, flags }, context) {
      if (maxStats === 0) return { stats: [] };
      checkFlags(context, flags);
      const domain = domains.of(dom);
      domain.checkActive();
      if (memballoonOf(domain.definition) === undefined) return { stats: [] };
      return { stats: memoryStats(memoryOf(domain.definition).balloon).slice(0, maxStats) };
    },
    domainMemoryPeek({ dom, offset, size, flags }, context) {
      checkFlags(context, flags, 3);
      if (flags !== 1 && flags !== 2) {
        throw invalidArgument(
          "flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL",
        );
      }
      domains.of(dom).checkActive();
      const first = Number(offset & 0xffn);
      return { buffer: Uint8Array.from({ length: size }, (_, i) => (first + i) & 0xff) };
    },
    domainGetMemoryParameters({ dom, nparams, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG | STRING_OKAY);
      return paged(nparams, LIMITS.length, () => {
        const definition = domains.of(dom).one(flags);
        return LIMITS.map((name) => ullong(name, limitOf(definition, name)));
      });
    },
    domainSetMemoryParameters({ dom, params, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const types = Object.fromEntries(LIMITS.map((name) => [name, TypedParamType.ULLONG]));
      checkParams(params, types);
      const domain = domains.of(dom);
      const definition = domain.one(flags);
      const given = new Map(params.map(({ field, value }) => [field, value as bigint]));
      if (given.has("hard_limit") || given.has("swap_hard_limit")) {
        const hard = given.get("hard_limit") ?? limitOf(domain.definition, "hard_limit");
        const swap = given.get("swap_hard_limit") ?? limitOf(domain.definition, "swap_hard_limit");
        if (hard > swap) {
          throw invalidArgument(
            "memory hard_limit tunable value must be lower than or equal to swap_hard_limit",
          );
        }
      }
      setLimits(definition, given);
    },
  };
}

function memballoonOf(definition: XmlElement): XmlElement | undefined {
  return devicesOf(definition, "memballoon").find((one) => one.get("model") !== "none");
}

function limitOf(definition: XmlElement, name: string): bigint {
  return BigInt(definition.textOf(`memtune/${name}`) ?? UNLIMITED);
}

// Limits that limit nothing are not printed.
function setLimits(definition: XmlElement, given: ReadonlyMap<string, bigint>): void {
  const old = definition.child("memtune");
  const limits = ["hard_limit", "soft_limit", "min_guarantee", "swap_hard_limit"].flatMap(
    (name) => {
      const value = given.get(name) ?? old?.textOf(name);
      const set = value !== undefined && BigInt(value) < UNLIMITED;
      return set ? [element(name, { unit: "KiB" }, String(value))] : [];
    },
  );
  if (old !== undefined) definition.remove(old);
  if (limits.length > 0) put(definition, element("memtune", {}, ...limits), BEFORE_MEMTUNE);
}

function memoryStats(current: bigint): { tag: number; val: bigint }[] {
  const T = DomainMemoryStatTags;
  const stats: readonly (readonly [number, bigint])[] = [
    [T.ACTUAL_BALLOON, current],
    [T.SWAP_IN, 0n],
    [T.SWAP_OUT, 0n],
    [T.MAJOR_FAULT, 0n],
    [T.MINOR_FAULT, 0n],
    [T.UNUSED, current / 2n],
    [T.AVAILABLE, current],
    [T.USABLE, current / 2n],
    [T.LAST_UPDATE, 627319920n],
    [T.DISK_CACHES, current / 8n],
    [T.HUGETLB_PGALLOC, 0n],
    [T.HUGETLB_PGFAIL, 0n],
    [T.RSS, current / 2n],
  ];
  return stats.map(([tag, val]) => ({ tag, val }));
}
