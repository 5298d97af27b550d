/**
 * A domain's IO threads.
 *
 * @module
 */

import { DomainModificationImpact } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { TypedParamType } from "../../xdr/typed_param.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { failure, rpcFailure } from "../failure.ts";
import { cpusOf, firstCpus, mapOf } from "./cpu_maps.ts";
import { BEFORE_IOTHREADS, put } from "./domain_defaults.ts";
import type { IoThreadPolling } from "./domain_object.ts";
import { devicesOf, vcpusOf } from "./domain_values.ts";
import { pinOf, setPin, unpin } from "./domain_vcpus.ts";
import { checkFlags, invalidArgument, unknownCause } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { checkParams } from "./typed.ts";

const { LIVE, CONFIG } = DomainModificationImpact;
const POLL_MAX_NS = 32768n;

const POLL_PARAMS = {
  poll_max_ns: TypedParamType.ULLONG,
  poll_grow: TypedParamType.UINT,
  poll_shrink: TypedParamType.UINT,
  poll_weight: TypedParamType.UINT,
} as const;

// The protocol's limits of an answer: threads, and processors of a map.
const INFO_MAX = 16_384;
const CPUS_MAX = 16_384;

/** Handlers of IO threads. */
export function domainIoThreads(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  return {
    domainGetIothreadInfo({ dom, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const definition = domains.of(dom).one(flags);
      const ids = idsOf(definition);
      if (ids.length > INFO_MAX) {
        throw rpcFailure(`Too many IOThreads in info: ${ids.length} for limit ${INFO_MAX}`);
      }
      const cpus = firstCpus(Math.min(vcpusOf(definition).online, CPUS_MAX));
      const info = ids.map((iothreadId) => {
        const pinned = pinOf(definition, "iothreadpin", String(iothreadId)) ?? cpus;
        const bytes = ((pinned.at(-1) ?? 0) >> 3) + 1;
        return { iothreadId, cpumap: mapOf(pinned, bytes) };
      });
      return { info, ret: info.length };
    },
    domainAddIothread({ dom, iothreadId, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      if (iothreadId === 0) throw invalidArgument("invalid value of 0 for iothread_id");
      const domain = domains.of(dom);
      const definition = domain.one(flags);
      const ids = idsOf(definition);
      if (ids.includes(iothreadId)) {
        throw invalid(`an IOThread is already using iothread_id '${iothreadId}'`);
      }
      setIds(definition, [...ids, iothreadId]);
      domain.ioThreads.push(newPolling(iothreadId));
    },
    domainDelIothread({ dom, iothreadId, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      if (iothreadId === 0) throw invalidArgument("invalid value of 0 for iothread_id");
      const domain = domains.of(dom);
      const definition = domain.one(flags);
      const ids = idsOf(definition);
      if (!ids.includes(iothreadId)) {
        throw invalid(`cannot find IOThread '${iothreadId}' in iothreadids list`);
      }
      checkUnused(definition, iothreadId);
      setIds(definition, ids.filter((id) => id !== iothreadId));
      unpin(definition, "iothreadpin", String(iothreadId));
      const at = domain.ioThreads.findIndex(({ id }) => id === iothreadId);
      if (at >= 0) domain.ioThreads.splice(at, 1);
    },
    domainPinIothread({ dom, iothreadsId, cpumap, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const definition = domains.of(dom).one(flags);
      const cpus = cpusOf(cpumap);
      if (cpus.length === 0) throw invalidArgument("Empty iothread cpumap list for pinning");
      if (!idsOf(definition).includes(iothreadsId)) {
        throw invalidArgument(`iothreadid ${iothreadsId} not found`);
      }
      setPin(definition, "iothreadpin", String(iothreadsId), cpus);
    },
    domainSetIothreadParams({ dom, iothreadId, params, flags }, context) {
      checkFlags(context, flags, LIVE);
      if (iothreadId === 0) throw invalidArgument("invalid value of 0 for iothread_id");
      const domain = domains.of(dom);
      if (!idsOf(domain.one(flags)).includes(iothreadId)) {
        throw invalidArgument(`cannot find IOThread '${iothreadId}' in iothreadids`);
      }
      // only threads that were added to it, or came from a configuration file, have parameters
      const thread = domain.ioThreads.find(({ id }) => id === iothreadId);
      if (thread === undefined) throw unknownCause();
      checkParams(params, POLL_PARAMS);
      for (const { field, value } of params) {
        if (field === "poll_max_ns") thread.maxNs = value as bigint;
        else if (field === "poll_grow") thread.grow = value as number;
        else if (field === "poll_shrink") thread.shrink = value as number;
        else thread.weight = value as number;
      }
    },
  };
}

/** What a new IO thread polls with. */
export function newPolling(id: number): IoThreadPolling {
  return { id, maxNs: POLL_MAX_NS, grow: 0, shrink: 0, weight: 0 };
}

function invalid(detail: string): LibvirtError {
  return failure(ErrorDomain.DOMAIN, ErrorNumber.INVALID_ARG, detail);
}

/** The ids of a definition's IO threads: those it names, and those it only counts. */
export function idsOf(definition: XmlElement): number[] {
  const named = definition.child("iothreadids")?.all("iothread") ?? [];
  const ids = named.map((one) => Number(one.get("id")));
  const count = Number(definition.textOf("iothreads") ?? ids.length);
  const taken = new Set(ids);
  for (let id = 1; ids.length < count; id++) if (!taken.has(id)) ids.push(id);
  return ids;
}

// Threads that are numbered in their order are only counted.
function setIds(definition: XmlElement, ids: readonly number[]): void {
  const named = definition.child("iothreadids");
  if (named !== undefined) definition.remove(named);
  const counted = definition.child("iothreads");
  if (ids.length === 0) {
    if (counted !== undefined) definition.remove(counted);
    return;
  }
  put(definition, element("iothreads", {}, String(ids.length)), BEFORE_IOTHREADS);
  const threads = ids.map((id) => element("iothread", { id: String(id) }));
  put(definition, element("iothreadids", {}, ...threads), [...BEFORE_IOTHREADS, "iothreads"]);
}

function checkUnused(definition: XmlElement, id: number): void {
  const uses = (device: XmlElement): boolean => device.child("driver")?.get("iothread") === `${id}`;
  const disk = devicesOf(definition, "disk").find(uses);
  if (disk !== undefined) {
    const dev = disk.child("target")?.get("dev");
    throw invalid(`cannot remove IOThread ${id} since it is being used by disk '${dev}'`);
  }
  if (devicesOf(definition, "controller").some(uses)) {
    throw invalid(`cannot remove IOThread '${id}' since it is being used by controller`);
  }
}
