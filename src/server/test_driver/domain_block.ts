/**
 * A domain's disks and interfaces: statistics and limits.
 *
 * @module
 */

import { DomainModificationImpact } from "../../../gen/enums/domain.ts";
import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { type TypedParam, TypedParamType } from "../../xdr/typed_param.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { put } from "./domain_defaults.ts";
import { diskOf, interfaceOf, sourceOf } from "./domain_devices.ts";
import { devicesOf } from "./domain_values.ts";
import { partsBefore } from "./part_order.ts";
import { checkFlags, invalidArgument, refusal, STRING_OKAY } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { checkParams, paged, text, ullong } from "./typed.ts";

const { LIVE, CONFIG } = DomainModificationImpact;
const DISK_ERRORS = 2;
const IOTUNE_MAX = 1000000000000000n;
const GROUP_NAME = "group_name";

const IOTUNE: readonly string[] = [
  "total_bytes_sec",
  "read_bytes_sec",
  "write_bytes_sec",
  "total_iops_sec",
  "read_iops_sec",
  "write_iops_sec",
  "total_bytes_sec_max",
  "read_bytes_sec_max",
  "write_bytes_sec_max",
  "total_iops_sec_max",
  "read_iops_sec_max",
  "write_iops_sec_max",
  "size_iops_sec",
  GROUP_NAME,
  "total_bytes_sec_max_length",
  "read_bytes_sec_max_length",
  "write_bytes_sec_max_length",
  "total_iops_sec_max_length",
  "read_iops_sec_max_length",
  "write_iops_sec_max_length",
];

/** Handlers of disks and interfaces. */
export function domainBlock(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  return {
    domainBlockStats({ dom, path }) {
      if (path === "") {
        throw refusal(
          ErrorNumber.OPERATION_UNSUPPORTED,
          "summary statistics are not supported yet",
        );
      }
      const domain = domains.of(dom);
      domain.checkActive();
      if (diskOf(domain.definition, path, false) === undefined) {
        throw invalidArgument(`invalid path: ${path}`);
      }
      const base = state.microseconds;
      return {
        rdReq: base / 10n,
        rdBytes: base / 20n,
        wrReq: base / 30n,
        wrBytes: base / 40n,
        errs: base / 2000000n,
      };
    },
    domainInterfaceStats({ dom, device }) {
      const domain = domains.of(dom);
      domain.checkActive();
      interfaceOf(domain.definition, device);
      const base = state.microseconds;
      return {
        rxBytes: base / 10n,
        rxPackets: base / 100n,
        rxErrs: base / 1000000n,
        rxDrop: base / 2000000n,
        txBytes: base / 20n,
        txPackets: base / 110n,
        txErrs: base / 3000000n,
        txDrop: base / 4000000n,
      };
    },
    domainGetBlockInfo({ dom, path, flags }, context) {
      checkFlags(context, flags);
      const disk = diskOf(domains.of(dom).definition, path, false);
      if (disk === undefined) throw invalidArgument(`invalid path ${path} not assigned to domain`);
      if (sourceOf(disk) === undefined) {
        throw invalidArgument(`disk '${path}' does not currently have a source assigned`);
      }
      return { capacity: 1099506450432n, allocation: 1099511627776n, physical: 1099511627776n };
    },
    domainGetDiskErrors({ dom, maxerrors, flags }, context) {
      checkFlags(context, flags);
      const domain = domains.of(dom);
      domain.checkActive();
      const disks = devicesOf(domain.definition, "disk");
      if (maxerrors === 0) return { errors: [], nerrors: disks.length };
      const errors = disks.slice(0, maxerrors).map((disk, i) => ({
        disk: disk.child("target")?.get("dev") ?? "",
        error: (i % DISK_ERRORS) + 1,
      }));
      return { errors, nerrors: errors.length };
    },
    domainGetBlockIoTune({ dom, disk, nparams, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG | STRING_OKAY);
      return paged(nparams, IOTUNE.length, () => {
        const found = diskOf(domains.of(dom).one(flags), disk ?? "", true);
        if (found === undefined) {
          throw invalidArgument(`disk '${disk}' was not found in the domain config`);
        }
        return IOTUNE.map((name) => {
          const value = found.textOf(`iotune/${name}`);
          return name === GROUP_NAME ? text(name, value ?? "") : ullong(name, BigInt(value ?? 0));
        });
      });
    },
    domainSetBlockIoTune({ dom, disk, params, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const types = IOTUNE.map((name) => [
        name,
        name === GROUP_NAME ? TypedParamType.STRING : TypedParamType.ULLONG,
      ]);
      checkParams(params, Object.fromEntries(types));
      const found = diskOf(domains.of(dom).one(flags), disk, true);
      if (found === undefined) {
        throw invalidArgument(`missing persistent configuration for disk '${disk}'`);
      }
      setIoTune(found, params);
    },
  };
}

function setIoTune(disk: XmlElement, params: readonly TypedParam[]): void {
  const tune = new Map<string, bigint>();
  let group = disk.textOf(`iotune/${GROUP_NAME}`);
  for (const name of IOTUNE) {
    if (name !== GROUP_NAME) tune.set(name, BigInt(disk.textOf(`iotune/${name}`) ?? 0));
  }
  for (const { field, value } of params) {
    if (field === GROUP_NAME) {
      group = value as string;
      continue;
    }
    if ((value as bigint) > IOTUNE_MAX) {
      throw refusal(
        ErrorNumber.ARGUMENT_UNSUPPORTED,
        `block I/O throttle limit value must be no more than ${IOTUNE_MAX}`,
      );
    }
    tune.set(field, value as bigint);
  }
  checkIoTune(tune);
  const limits = IOTUNE.flatMap((name) => {
    const value = name === GROUP_NAME ? group : tune.get(name);
    return value === undefined || value === 0n || value === ""
      ? []
      : [element(name, {}, String(value))];
  });
  const old = disk.child("iotune");
  if (limits.length > 0) put(disk, element("iotune", {}, ...limits), partsBefore("disk", "iotune"));
  else if (old !== undefined) disk.remove(old);
}

function checkIoTune(tune: ReadonlyMap<string, bigint>): void {
  const set = (name: string): boolean => (tune.get(name) ?? 0n) > 0n;
  for (const kind of ["bytes_sec", "iops_sec", "bytes_sec_max", "iops_sec_max"]) {
    if (set(`total_${kind}`) && (set(`read_${kind}`) || set(`write_${kind}`))) {
      throw invalidArgument(`total and read/write of ${kind} cannot be set at the same time`);
    }
  }
  for (const kind of ["bytes_sec", "iops_sec"]) {
    for (const way of ["total", "read", "write"]) {
      const name = `${way}_${kind}`;
      if ((tune.get(name) ?? 0n) > (tune.get(`${name}_max`) ?? 0n)) {
        throw invalidArgument(`${name} cannot be set higher than ${name}_max`);
      }
    }
  }
}
