/**
 * How much of an answer a client may ask for: libvirt's daemon refuses more, and fewer than none,
 * before any driver makes room for it.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { failure, rpcFailure } from "./failure.ts";

// Texts, and that they come in this order, were observed with libvirtd 9.0.0 and 12.8.0; the limits
// are the protocol's.
const LISTS = `
connectListDomains maxids DOMAIN_LIST 16384
connectListDefinedDomains maxnames DOMAIN_LIST 16384
connectListNetworks maxnames NETWORK_LIST 16384
connectListDefinedNetworks maxnames NETWORK_LIST 16384
connectListStoragePools maxnames STORAGE_POOL_LIST 16384
connectListDefinedStoragePools maxnames STORAGE_POOL_LIST 16384
storagePoolListVolumes maxnames STORAGE_VOL_LIST 16384
connectListInterfaces maxnames INTERFACE_LIST 16384
connectListDefinedInterfaces maxnames INTERFACE_LIST 16384
connectListSecrets maxuuids SECRET_LIST 16384
connectListNwfilters maxnames NWFILTER_LIST 16384
nodeListDevices maxnames NODE_DEVICE_LIST 65536
nodeDeviceListCaps maxnames NODE_DEVICE_CAPS_LIST 65536
domainSnapshotListNames maxnames DOMAIN_SNAPSHOT_LIST 16384
domainSnapshotListChildrenNames maxnames DOMAIN_SNAPSHOT_LIST 16384
nodeGetCellsFreeMemory maxcells NODE_MAX_CELLS 1024
`;
const OTHERS = `
domainGetVcpus maxinfo 16384 maxinfo > REMOTE_VCPUINFO_MAX
domainGetVcpuPinInfo ncpumaps 16384 ncpumaps > REMOTE_VCPUINFO_MAX
domainBlockPeek size 4194304 size > maximum buffer size
domainMemoryPeek size 4194304 size > maximum buffer size
domainMemoryStats maxStats 1024 maxStats > REMOTE_DOMAIN_MEMORY_STATS_MAX
domainGetDiskErrors maxerrors 256 maxerrors too large
domainGetCpuStats nparams 2048 nparams too large
domainGetCpuStats ncpus 2048 ncpus too large
domainGetSchedulerParameters nparams 16 nparams too large
domainGetSchedulerParametersFlags nparams 16 nparams too large
domainGetMemoryParameters nparams 16 nparams too large
domainGetBlkioParameters nparams 16 nparams too large
domainGetNumaParameters nparams 16 nparams too large
domainGetInterfaceParameters nparams 16 nparams too large
domainGetBlockIoTune nparams 32 nparams too large
domainBlockStatsFlags nparams 16 nparams too large
nodeGetCpuStats nparams 16 nparams too large
nodeGetMemoryStats nparams 16 nparams too large
nodeGetMemoryParameters nparams 64 nparams too large
`;
const CELLS_MAX = 1024;
const CPUMAPS_MAX = 8_388_608;

interface Limit {
  readonly field: string;
  readonly most: number;
  readonly beyond: string;
  raise(text: string): Error;
}

const LIMITS: ReadonlyMap<string, readonly Limit[]> = limits();

function limits(): Map<string, Limit[]> {
  const found = new Map<string, Limit[]>();
  const add = (procedure: string, limit: Limit) =>
    found.set(procedure, [...found.get(procedure) ?? [], limit]);
  for (const line of LISTS.trim().split("\n")) {
    const [procedure, field, list, most] = line.split(" ") as [string, string, string, string];
    const constant = list.includes("MAX") ? `REMOTE_${list}` : `REMOTE_${list}_MAX`;
    const beyond = `${field} > ${constant}`;
    add(procedure, { field, most: Number(most), beyond, raise: rpcFailure });
  }
  for (const line of OTHERS.trim().split("\n")) {
    const [procedure, field, most, ...text] = line.split(" ") as [string, string, string];
    add(procedure, { field, most: Number(most), beyond: text.join(" "), raise: refusal });
  }
  return found;
}

type Counts = Readonly<Record<string, number>>;

// Where two counts together make the size.
const PRODUCTS: Readonly<Record<string, (args: Counts) => void>> = {
  domainGetVcpus: ({ maxinfo, maplen }) => cpuMaps(maxinfo!, maplen!, "maxinfo"),
  domainGetVcpuPinInfo: ({ ncpumaps, maplen }) => cpuMaps(ncpumaps!, maplen!, "maplen"),
  domainGetEmulatorPinInfo({ maplen }) {
    if (maplen! < 0) throw refusal("maplen must be non-negative");
    // libvirtd finds out when it puts its answer into words
    if (maplen! > CPUMAPS_MAX) throw rpcFailure("Unable to encode message payload");
  },
  nodeGetFreePages({ pages, cellCount }) {
    if ((pages as unknown as readonly number[]).length * cellCount! <= CELLS_MAX) return;
    throw refusal(`npages * cellcount > REMOTE_NODE_MAX_CELLS (${CELLS_MAX})`);
  },
};

function cpuMaps(count: number, length: number, blamed: string): void {
  if (length < 0) throw refusal(`${blamed} must be non-negative`);
  if (count * length > CPUMAPS_MAX) throw refusal("maxinfo * maplen > REMOTE_CPUMAPS_MAX");
}

function refusal(text: string): Error {
  return failure(ErrorDomain.RPC, ErrorNumber.INTERNAL_ERROR, text);
}

/** Throws for a call that asks for more than the protocol carries. */
export function checkAskedCounts(procedure: string, args: unknown): void {
  const counts = args as Counts;
  for (const { field, most, beyond, raise } of LIMITS.get(procedure) ?? []) {
    if (counts[field]! < 0) throw raise(`${field} must be non-negative`);
    if (counts[field]! > most) throw raise(beyond);
  }
  PRODUCTS[procedure]?.(counts);
}
