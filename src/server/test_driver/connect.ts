/**
 * What the connection tells of the hypervisor and its host.
 *
 * @module
 */

import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { TypedParam } from "../../xdr/typed_param.ts";
import { TypedParamType } from "../../xdr/typed_param.ts";
import type { CallContext } from "../driver.ts";
import { ErrorNumber } from "../../../gen/enums/errors.ts";
import { LIST_FLAGS, matches } from "./domain_list.ts";
import type { TestDomain } from "./domain_object.ts";
import { capabilitiesXml, domainCapabilitiesXml } from "./capabilities.ts";
import { baselineCpu } from "./cpu_baseline.ts";
import { cpuModels } from "./cpu_models.ts";
import { checkFlags, invalidArgument, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { charsOf } from "./domain_values.ts";

const SYSINFO = `<sysinfo type='smbios'>
  <bios>
    <entry name='vendor'>LENOVO</entry>
    <entry name='version'>G4ETA1WW (2.61 )</entry>
    <entry name='date'>05/07/2014</entry>
    <entry name='release'>2.61</entry>
  </bios>
</sysinfo>
`;

const MAX_VCPUS = 32;
const EXPAND_FEATURES = 1;

/** Handlers of the connection itself. */
export function connectHandlers(state: TestState, uri: string): RemoteHandlers<CallContext> {
  const { node } = state;
  return {
    connectGetType: () => ({ type: "TEST" }),
    connectGetVersion: () => ({ hvVer: 2n }),
    connectGetHostname: () => ({ hostname: state.hostname }),
    connectGetUri: () => ({ uri }),
    connectIsSecure: () => ({ secure: 1 }),
    connectGetMaxVcpus: () => ({ maxVcpus: MAX_VCPUS }),
    connectGetCapabilities: () => ({ capabilities: capabilitiesXml(state) }),
    connectGetSysinfo({ flags }, context) {
      checkFlags(context, flags);
      return { sysinfo: SYSINFO };
    },
    nodeGetInfo: () => ({ ...node, model: charsOf(node.model, 32) }),
    nodeGetSecurityModel: () => ({
      model: new TextEncoder().encode("testSecurity\0"),
      doi: new TextEncoder().encode("\0"),
    }),
    nodeGetCellsFreeMemory({ startCell, maxcells }) {
      if (startCell >= state.cells.length) throw invalidArgument("Range exceeds available cells");
      const cells = state.cells.slice(startCell, startCell + maxcells);
      return { cells: cells.map((cell) => cell.memory) };
    },
    nodeGetFreeMemory() {
      // the driver counts half of each cell, in 32 bits
      const free = state.cells.reduce((sum, cell) => sum + cell.memory / 2n, 0n);
      return { freeMem: BigInt.asUintN(32, free) };
    },
    nodeGetCpuMap({ needMap, needOnline, flags }, context) {
      checkFlags(context, flags);
      return {
        cpumap: needMap ? Uint8Array.of(0x15) : new Uint8Array(0),
        online: needOnline ? 3 : 0,
        ret: 8,
      };
    },
    nodeGetCpuStats({ nparams, flags }, context) {
      checkFlags(context, flags);
      if (nparams === 0) return { params: [], nparams: CPU_STATS.length };
      const params = CPU_STATS.slice(0, nparams).map(([field, value]) => ({ field, value }));
      return { params, nparams: params.length };
    },
    nodeGetFreePages({ pages, startCell, cellCount, flags }, context) {
      checkFlags(context, flags);
      // observed with 12.8.0: each cell starts its counter at six times its number
      const counts: bigint[] = [];
      for (let cell = startCell; cell < startCell + cellCount; cell++) {
        let x = cell * 6;
        for (const _ of pages) {
          x = (x * 2 + 7) | 0;
          counts.push(BigInt.asUintN(64, BigInt(x)));
        }
      }
      return { counts };
    },
    connectGetCpuModelNames({ arch, needResults, flags }, context) {
      checkFlags(context, flags);
      const models = cpuModels(arch);
      return { models: needResults ? [...models] : [], ret: models.length };
    },
    connectBaselineCpu({ xmlCpUs, flags }, context) {
      checkFlags(context, flags, EXPAND_FEATURES);
      return { cpu: baselineCpu(xmlCpUs, (flags & EXPAND_FEATURES) !== 0) };
    },
    connectGetDomainCapabilities({ emulatorbin, arch, machine, virttype, flags }, context) {
      checkFlags(context, flags);
      return { capabilities: domainCapabilitiesXml({ emulatorbin, arch, machine, virttype }) };
    },
    connectGetAllDomainStats({ doms, stats, flags }, context) {
      checkFlags(context, flags, LIST_FILTERS | STATS_FLAGS);
      const supported = STATS_STATE | STATS_IOTHREAD;
      if (stats !== 0 && (flags & ENFORCE_STATS) !== 0 && (stats & ~supported) !== 0) {
        throw refusal(
          ErrorNumber.ARGUMENT_UNSUPPORTED,
          `Stats types bits 0x${
            ((stats & ~supported) >>> 0).toString(16)
          } are not supported by this daemon`,
        );
      }
      const chosen = doms.length > 0
        ? doms.map((dom) => state.domains.byKey(dom.uuid.toString())).filter((domain) =>
          domain !== undefined
        )
        : [...state.domains.all];
      return {
        retStats: chosen.filter((domain) => matches(domain, flags & LIST_FILTERS)).map((
          domain,
        ) => ({ dom: domain.wire, params: statsOf(domain, stats || supported) })),
      };
    },
  };
}

const CPU_STATS: readonly (readonly [string, bigint])[] = [
  ["user", 9797400000n],
  ["kernel", 34678723400000n],
  ["idle", 87264900000n],
  ["iowait", 763600000n],
  ["guest", 1797400000n],
];

const LIST_FILTERS = LIST_FLAGS & 0xff;
const ENFORCE_STATS = 1 << 31;
const STATS_FLAGS = ENFORCE_STATS | (1 << 30) | (1 << 29);
const STATS_STATE = 1;
const STATS_IOTHREAD = 1 << 7;

function statsOf(domain: TestDomain, stats: number): TypedParam[] {
  const params: TypedParam[] = [];
  if ((stats & STATS_STATE) !== 0) {
    params.push(int("state.state", domain.state), int("state.reason", domain.reason));
  }
  if ((stats & STATS_IOTHREAD) !== 0 && domain.active && domain.ioThreads.length > 0) {
    params.push(uint("iothread.count", domain.ioThreads.length));
    for (const { id, maxNs, grow, shrink, weight } of domain.ioThreads) {
      params.push(
        { field: `iothread.${id}.poll-max-ns`, type: TypedParamType.ULLONG, value: maxNs },
        uint(`iothread.${id}.poll-grow`, grow),
        uint(`iothread.${id}.poll-shrink`, shrink),
        uint(`iothread.${id}.poll-weight`, weight),
      );
    }
  }
  return params;
}

function int(field: string, value: number): TypedParam {
  return { field, type: TypedParamType.INT, value };
}

function uint(field: string, value: number): TypedParam {
  return { field, type: TypedParamType.UINT, value };
}
