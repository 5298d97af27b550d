/**
 * A domain's shares of the host: scheduler, block IO, NUMA, interfaces, events, CPU statistics.
 *
 * @module
 */

import { DomainModificationImpact } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { type TypedParam, TypedParamType } from "../../xdr/typed_param.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { failure } from "../failure.ts";
import { blkioParams, setBlkioParams } from "./blkio.ts";
import {
  BEFORE_CLOCK,
  BEFORE_NUMATUNE,
  formatCpuSet,
  parseCpuSet,
  put,
} from "./domain_defaults.ts";
import { interfaceOf } from "./domain_devices.ts";
import { PERF_EVENTS } from "./perf_events.ts";
import { checkFlags, invalidArgument, invalidOperation, STRING_OKAY } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { boolean, checkParams, int, paged, text, uint, ullong } from "./typed.ts";

const { LIVE, CONFIG } = DomainModificationImpact;
const NUMA_MODES = ["strict", "preferred", "interleave", "restrictive"] as const;
const TOTAL_CPU_TIME = 48772617035n;
const WEIGHT = 50;

/** Handlers of a domain's shares. */
export function domainTuning(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  return {
    domainGetSchedulerType: () => ({ type: "fair", nparams: 1 }),
    domainGetSchedulerParameters({ dom }) {
      domains.of(dom);
      return { params: [uint("weight", WEIGHT)] };
    },
    domainGetSchedulerParametersFlags({ dom, flags }, context) {
      checkFlags(context, flags & ~STRING_OKAY);
      domains.of(dom);
      return { params: [uint("weight", WEIGHT)] };
    },
    domainSetSchedulerParameters({ dom, params }) {
      checkParams(params, { weight: TypedParamType.UINT });
      domains.of(dom);
    },
    domainSetSchedulerParametersFlags({ dom, params, flags }, context) {
      checkFlags(context, flags);
      checkParams(params, { weight: TypedParamType.UINT });
      domains.of(dom);
    },
    domainGetBlkioParameters({ dom, nparams, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG | STRING_OKAY);
      return paged(nparams, 6, () => blkioParams(domains.of(dom).one(flags)));
    },
    domainSetBlkioParameters({ dom, params, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      setBlkioParams(params, () => domains.of(dom).one(flags));
    },
    domainGetNumaParameters({ dom, nparams, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG | STRING_OKAY);
      return paged(nparams, 2, () => {
        const memory = domains.of(dom).one(flags).find("numatune/memory");
        const mode = NUMA_MODES.indexOf((memory?.get("mode") ?? "strict") as "strict");
        return [int("numa_mode", mode), text("numa_nodeset", memory?.get("nodeset") ?? "")];
      });
    },
    domainSetNumaParameters({ dom, params, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      checkParams(params, {
        numa_mode: TypedParamType.INT,
        numa_nodeset: TypedParamType.STRING,
      });
      const domain = domains.of(dom);
      const definition = domain.one(flags);
      setNuma(definition, params, domain.impact(flags).live);
    },
    domainGetInterfaceParameters({ dom, device, nparams, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG | STRING_OKAY);
      return paged(nparams, BANDWIDTH.length, () => {
        const net = interfaceOf(domains.of(dom).one(flags), device);
        return BANDWIDTH.map(([field, way, name]) =>
          uint(field, Number(net.find(`bandwidth/${way}`)?.get(name) ?? 0))
        );
      });
    },
    domainSetInterfaceParameters({ dom, device, params, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      checkParams(
        params,
        Object.fromEntries(BANDWIDTH.map(([field]) => [field, TypedParamType.UINT])),
      );
      setBandwidth(interfaceOf(domains.of(dom).one(flags), device), params);
    },
    domainGetPerfEvents({ dom, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG | STRING_OKAY);
      const events = domains.of(dom).one(flags).child("perf")?.all("event") ?? [];
      const enabled = new Set(
        events.filter((one) => one.get("enabled") === "yes").map((one) => one.get("name")),
      );
      return { params: PERF_EVENTS.map((name) => boolean(name, enabled.has(name))) };
    },
    domainSetPerfEvents({ dom, params, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const types = Object.fromEntries(PERF_EVENTS.map((name) => [name, TypedParamType.BOOLEAN]));
      checkParams(params, types);
      setPerf(domains.of(dom).one(flags), params);
    },
    domainGetCpuStats({ dom, nparams, startCpu, ncpus, flags }, context) {
      checkFlags(context, flags, STRING_OKAY);
      domains.of(dom).checkActive();
      return startCpu === -1
        ? paged(nparams, 3, totalCpuStats)
        : perCpuStats(nparams, startCpu, ncpus, state.node.cores);
    },
    domainSetLifecycleAction({ dom, type, action, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      if (type < 2 && (action === 4 || action === 5)) {
        throw failure(
          ErrorDomain.DOMAIN,
          ErrorNumber.CONFIG_UNSUPPORTED,
          `Lifecycle event '${["poweroff", "reboot"][type]}' doesn't support '${
            ACTIONS[action]
          }' action`,
        );
      }
      const name = ["on_poweroff", "on_reboot", "on_crash"][type];
      const value = ACTIONS[action];
      if (name === undefined || value === undefined) {
        const what = name === undefined ? `type '${type}'` : `action '${action}'`;
        throw failure(ErrorDomain.DOMAIN, ErrorNumber.INVALID_ARG, `invalid lifecycle ${what}`);
      }
      const { live, persistent } = domains.of(dom).both(flags);
      for (const definition of [live, persistent]) {
        definition?.child(name)?.setText(value);
      }
    },
  };
}

const ACTIONS: readonly string[] = [
  "destroy",
  "restart",
  "rename-restart",
  "preserve",
  "coredump-destroy",
  "coredump-restart",
];

const BANDWIDTH: readonly (readonly [field: string, way: string, name: string])[] = [
  ["inbound.average", "inbound", "average"],
  ["inbound.peak", "inbound", "peak"],
  ["inbound.burst", "inbound", "burst"],
  ["inbound.floor", "inbound", "floor"],
  ["outbound.average", "outbound", "average"],
  ["outbound.peak", "outbound", "peak"],
  ["outbound.burst", "outbound", "burst"],
];

function setBandwidth(net: XmlElement, params: readonly TypedParam[]): void {
  const given = new Map(params.map(({ field, value }) => [field, Number(value)]));
  const old = net.child("bandwidth");
  const ways = ["inbound", "outbound"].flatMap((way) => {
    const named = given.has(`${way}.average`) || given.has(`${way}.floor`);
    const main = (given.get(`${way}.average`) ?? 0) || (given.get(`${way}.floor`) ?? 0);
    if (!main) {
      const kept = named ? undefined : old?.child(way);
      return kept === undefined ? [] : [kept];
    }
    const attributes = Object.fromEntries(
      ["average", "peak", "burst", "floor"].map((name) => {
        const value = given.get(`${way}.${name}`) ?? 0;
        return [name, value === 0 ? undefined : String(value)];
      }),
    );
    return [element(way, attributes)];
  });
  if (old !== undefined) net.remove(old);
  if (ways.length > 0) {
    put(net, element("bandwidth", {}, ...ways), ["mac", "source", "vlan", "virtualport"]);
  }
}

function setNuma(definition: XmlElement, params: readonly TypedParam[], live: boolean): void {
  let mode: number | undefined;
  let nodeset: string | undefined;
  for (const { field, value } of params) {
    if (field === "numa_mode") {
      mode = value as number;
      if (mode < 0 || mode >= NUMA_MODES.length) {
        throw invalidArgument(`unsupported numatune mode: '${mode}'`);
      }
    } else {
      const nodes = parseCpuSet(value as string);
      if (nodes === undefined) {
        throw failure(
          ErrorDomain.NONE,
          ErrorNumber.INVALID_ARG,
          `Failed to parse bitmap '${value}'`,
        );
      }
      if (nodes.length === 0) {
        throw invalidOperation(`Invalid nodeset of 'numatune': ${value}`);
      }
      nodeset = formatCpuSet(value as string);
    }
  }
  const old = definition.find("numatune/memory");
  const was = old?.get("mode");
  if (live && mode !== undefined && was !== undefined && was !== NUMA_MODES[mode]) {
    throw invalidOperation("can't change numatune mode for running domain");
  }
  const nodes = nodeset ?? old?.get("nodeset");
  if (nodes === undefined) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.CONFIG_UNSUPPORTED,
      "nodeset for NUMA memory tuning must be set if 'placement' is 'static'",
    );
  }
  const memory = element("memory", {
    mode: mode === undefined ? was ?? "strict" : NUMA_MODES[mode],
    nodeset: nodes,
  });
  const numatune = definition.child("numatune") ?? element("numatune");
  put(definition, numatune, BEFORE_NUMATUNE);
  put(numatune, memory, []);
}

function setPerf(definition: XmlElement, params: readonly TypedParam[]): void {
  const perf = definition.child("perf") ?? element("perf");
  const enabled = new Map(
    perf.all("event").map((one) => [one.get("name")!, one.get("enabled") ?? "no"]),
  );
  for (const { field, value } of params) enabled.set(field, value === true ? "yes" : "no");
  perf.children = PERF_EVENTS.filter((name) => enabled.has(name)).map((name) =>
    element("event", { name, enabled: enabled.get(name) })
  );
  put(definition, perf, [
    ...BEFORE_CLOCK,
    "clock",
    "on_poweroff",
    "on_reboot",
    "on_crash",
    "on_lockfailure",
    "pm",
  ]);
}

function totalCpuStats(): TypedParam[] {
  return [
    ullong("cpu_time", TOTAL_CPU_TIME),
    ullong("user_time", 5540000000n),
    ullong("system_time", 6460000000n),
  ];
}

function perCpuStats(
  nparams: number,
  start: number,
  count: number,
  cpus: number,
): { params: TypedParam[]; nparams: number } {
  if (nparams === 0 && count !== 0) return { params: [], nparams: 2 };
  if (count === 0) return { params: [], nparams: cpus };
  if (start >= cpus) {
    throw invalidArgument(`start_cpu ${start} larger than maximum of ${cpus - 1}`);
  }
  const share = TOTAL_CPU_TIME / BigInt(cpus);
  const most = Math.min(nparams, 2);
  const params: TypedParam[] = [];
  for (let cpu = start; cpu < Math.min(cpus, start + count); cpu++) {
    params.push(ullong("cpu_time", share + BigInt(cpu)));
    if (most > 1) params.push(ullong("vcpu_time", share + BigInt(cpu) - 1234567890n));
  }
  return { params, nparams: most };
}
