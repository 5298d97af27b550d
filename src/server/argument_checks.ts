/**
 * What libvirt's public functions refuse before a driver sees the call.
 *
 * Its own clients check the same before they call, so only others come here.
 *
 * @module
 */

import { cFunctionName, publicErrorDomain } from "./c_names.ts";
import { badArgument } from "./failure.ts";

// Procedure, its argument, what the argument must not be, and libvirt's name for it; observed with
// libvirtd 12.8.0.
const TABLE = `
domainBlockPeek path empty string_disk
domainGetBlockInfo path empty string_disk
domainGetVcpus maxinfo NULL info
domainPinVcpu cpumap NULL cpumap
domainSetMaxMemory memory zero memory
domainSetMemory memory zero memory
domainSetVcpus nvcpus zero nvcpus
domainGetSchedulerParameters nparams NULL params
domainSetSchedulerParameters params NULL params
domainMigrateFinish dname empty string_dname
nodeGetCellsFreeMemory maxcells greater-than-zero maxCells
domainMigrateFinish2 dname empty string_dname
connectBaselineCpu xmlCpUs NULL xmlCPUs
domainSetMemoryParameters params NULL params
domainSetVcpusFlags nvcpus zero nvcpus
domainSetMemoryFlags memory zero memory
domainSetBlkioParameters params NULL params
domainMigrateFinish3 dname empty string_dname
domainSetSchedulerParametersFlags params NULL params
domainGetSchedulerParametersFlags nparams NULL params
domainPinVcpuFlags cpumap NULL cpumap
domainSendKey keycodes NULL keycodes
domainGetVcpuPinInfo ncpumaps greater-than-zero ncpumaps
domainSetBlockIoTune params greater-than-zero nparams
domainSetNumaParameters params NULL params
domainSetInterfaceParameters params NULL params
domainPinEmulator cpumap NULL cpumap
domainGetEmulatorPinInfo maplen NULL cpumap
nodeSetMemoryParameters params NULL params
domainSendProcessSignal pidValue zero pid_value
nodeGetFreePages pages zero npages
nodeAllocPages pageSizes zero npages
domainPinIothread cpumap NULL cpumap
domainDelIothread iothreadId zero iothread_id
domainSetUserPassword user NULL user
domainRename newName NULL new_name
domainSetPerfEvents params NULL params
connectBaselineHypervisorCpu xmlCpUs NULL xmlCPUs
domainSetIothreadParams params NULL params
domainSetLaunchSecurityState params NULL params
domainFdAssociate name zero nfds
domainSetThrottleGroup params greater-than-zero nparams
domainDelThrottleGroup group NULL group
`;

interface Check {
  readonly field: string;
  readonly refused: string;
  readonly label: string;
}

const CHECKS: ReadonlyMap<string, Check> = new Map(
  TABLE.trim().split("\n").map((line) => {
    const [procedure, field, refused, label] = line.split(" ");
    return [procedure!, {
      field: field!,
      refused: refused!,
      label: label!.replace(/^string_/, "string "),
    }];
  }),
);

const PROBLEMS: Readonly<Record<string, string>> = {
  NULL: "must not be NULL",
  zero: "must not be zero",
  empty: "must not be empty",
  "greater-than-zero": "must be greater than zero",
};

/** Throws for an argument that the public function behind a procedure refuses. */
export function checkArguments(procedure: string, args: unknown): void {
  const check = CHECKS.get(procedure);
  if (check === undefined) return;
  const value = (args as Record<string, unknown>)[check.field];
  if (!isRefused(value, check.refused)) return;
  throw badArgument(
    publicErrorDomain(procedure),
    cFunctionName(procedure),
    check.label,
    PROBLEMS[check.refused]!,
  );
}

function isRefused(value: unknown, refused: string): boolean {
  if (value === null || value === undefined) return true;
  if (typeof value === "string") return refused === "empty" && value === "";
  if (typeof value === "number" || typeof value === "bigint") {
    return refused === "greater-than-zero" ? value <= 0 : value == 0;
  }
  return (value as ArrayLike<unknown>).length === 0;
}
