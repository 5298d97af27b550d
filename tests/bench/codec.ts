/**
 * Encoding and decoding in this process, without a daemon.
 *
 * The values are those of the programs for the peers, so that the bytes, and their FNV-1a sum, are
 * the same.
 *
 * @module
 */

import {
  type ConnectGetAllDomainStatsRet,
  type ConnectListAllDomainsRet,
  decodeConnectGetAllDomainStatsRet,
  decodeConnectListAllDomainsRet,
  encodeConnectGetAllDomainStatsRet,
  encodeConnectListAllDomainsRet,
  type NonnullDomain,
  type TypedParam,
  type TypedParamValue,
  Uuid,
  XdrReader,
  XdrWriter,
} from "../../src/protocol.ts";
import { ObjectMaker } from "../../src/typed_params.ts";
import type { BenchOptions } from "./main.ts";
import { Mark } from "./mark.ts";

const TYPES = [1, 2, 3, 4, 4, 4, 4, 5, 6, 7];

function domainOf(i: number): NonnullDomain {
  const uuid = Uint8Array.from({ length: 16 }, (_, k) => (i * 31 + k * 17) & 255);
  const name = `domain-${String(i).padStart(5, "0")}`;
  return { name, uuid: Uuid.fromBytes(uuid), id: i % 2 === 1 ? -1 : i };
}

function valueOf(type: number, i: number, j: number): TypedParamValue {
  switch (type) {
    case 1:
      return -(i + j);
    case 2:
      return 3_000_000_000 + j;
    case 3:
      return -1_099_511_627_776n * BigInt(i + 1) - BigInt(j);
    case 4:
      return 1_099_511_627_776n * BigInt(i + 1) + BigInt(j);
    case 5:
      return i + j / 4;
    case 6:
      return j % 2 === 1;
    default:
      return `value-${i}`;
  }
}

function paramOf(i: number, j: number): TypedParam {
  const type = TYPES[j % TYPES.length]!;
  const field = `group.${Math.floor(j / 10)}.metric.${String(j).padStart(2, "0")}`;
  return { field, type, value: valueOf(type, i, j) };
}

function fnv(bytes: Uint8Array): string {
  let h = 2166136261;
  for (const byte of bytes) h = Math.imul(h ^ byte, 16777619);
  return (h >>> 0).toString(16).padStart(8, "0");
}

const listValue: ConnectListAllDomainsRet = {
  domains: Array.from({ length: 10_000 }, (_, i) => domainOf(i)),
  ret: 10_000,
};
const statsValue: ConnectGetAllDomainStatsRet = {
  retStats: Array.from({ length: 1_000 }, (_, i) => ({
    dom: domainOf(i),
    params: Array.from({ length: 60 }, (_, j) => paramOf(i, j)),
  })),
};

let sink: unknown;

/** Both values, each way; strings become JavaScript strings, typed parameters plain objects. */
export function codec({ reps, number }: BenchOptions): Promise<void> {
  const seconds = number("seconds", 0.5);
  // an engine keeps its writer and its reader from packet to packet, so these are kept too
  const writer = new XdrWriter();
  const reader = new XdrReader(new Uint8Array(0));
  const encoded = (encode: () => void): Uint8Array => {
    encode();
    return writer.detach();
  };
  const list = () => encoded(() => encodeConnectListAllDomainsRet(writer, listValue));
  const stats = () => encoded(() => encodeConnectGetAllDomainStatsRet(writer, statsValue));
  const listBytes = list();
  const statsBytes = stats();
  const jobs: [workload: string, bytes: Uint8Array, job: () => unknown][] = [
    ["xdr-list-encode", listBytes, list],
    ["xdr-list-decode", listBytes, () => decodeConnectListAllDomainsRet(reader.reset(listBytes))],
    ["xdr-stats-encode", statsBytes, stats],
    ["xdr-stats-decode", statsBytes, () => {
      const { retStats } = decodeConnectGetAllDomainStatsRet(reader.reset(statsBytes));
      const maker = new ObjectMaker();
      return retStats.map(({ dom, params }) => ({ dom, stats: maker.toObject(params) }));
    }],
  ];
  for (const [workload, bytes, job] of jobs) {
    for (let rep = 0; rep <= reps; rep++) { // the first warms up
      const mark = new Mark();
      let n = 0;
      do {
        sink = job();
        n++;
      } while (mark.seconds < seconds || n < 3);
      if (rep === 0) continue;
      const mib = n * bytes.length / 1048576 / mark.seconds;
      mark.report(workload, rep, n, {
        variant: workload.endsWith("decode") ? "text" : "",
        bytes: bytes.length,
        mib_per_s: mib,
        fnv: fnv(bytes),
      });
    }
  }
  (globalThis as { sink?: unknown }).sink = sink; // so that no engine leaves the work out
  return Promise.resolve();
}
