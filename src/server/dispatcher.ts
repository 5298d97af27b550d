/**
 * From a procedure number to what answers it.
 *
 * @module
 */

import { lxcDispatch } from "../../gen/lxc/dispatch.ts";
import { qemuDispatch } from "../../gen/qemu/dispatch.ts";
import { remoteDispatch } from "../../gen/remote/dispatch.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { DispatchEntry, DispatchTable } from "../procedure.ts";
import { XdrReader } from "../xdr/reader.ts";
import { MessageStatus } from "../rpc/frame.ts";
import type { IncomingCall } from "../rpc/rpc_event.ts";
import { checkArguments } from "./argument_checks.ts";
import { checkAskedCounts } from "./asked_counts.ts";
import { cFunctionName, publicErrorDomain } from "./c_names.ts";
import type { CallContext, DriverConnection } from "./driver.ts";
import { failure, rpcFailure } from "./failure.ts";
import { needsWriteAccess } from "./read_only.ts";

/** Answers one procedure, whatever its types. */
export type Handler = (args: unknown, context: CallContext) => unknown;

/** The programs that a client reaches beside keepalive. */
export const SERVED_PROGRAMS: readonly DispatchTable[] = [
  remoteDispatch,
  qemuDispatch,
  lxcDispatch,
];

const TABLES: ReadonlyMap<number, DispatchTable> = new Map(
  SERVED_PROGRAMS.map((table) => [table.program.number, table]),
);

/** Looks a call up; throws what libvirt answers to one that it does not know. */
export function lookUp(call: IncomingCall, known: boolean, status: number): DispatchEntry {
  const table = known ? TABLES.get(call.program) : undefined;
  if (table === undefined) {
    throw rpcFailure(`Cannot find program ${call.program | 0} version ${call.version | 0}`);
  }
  // before the procedure is looked up, as in virNetServerProgramDispatchCall()
  if (status !== MessageStatus.OK) {
    throw rpcFailure(`Unexpected message status ${status >>> 0}`);
  }
  const entry = table.procedures[call.procedure];
  if (entry === undefined) throw rpcFailure(`unknown procedure: ${call.procedure | 0}`);
  return entry;
}

/** Decodes a call's arguments; what does not decode costs the client that call only. */
export function decodeArguments(entry: DispatchEntry, body: Uint8Array): unknown {
  try {
    return entry.decode(new XdrReader(body));
  } catch {
    throw rpcFailure("Unable to decode message payload");
  }
}

/** What the driver answers a procedure with; throws where the client may not call it, or nobody can. */
export function driverHandler(
  entry: DispatchEntry,
  program: number,
  connection: DriverConnection | undefined,
  readOnly: boolean,
): Handler {
  const { name } = entry;
  if (connection === undefined) throw notOpen(name);
  if (readOnly && needsWriteAccess(name)) {
    throw failure(
      publicErrorDomain(name),
      ErrorNumber.OPERATION_DENIED,
      `read only access prevents ${cFunctionName(name)}`,
    );
  }
  const handlers = handlersOf(connection, program);
  const handler = handlers?.[name];
  return (args, context) => {
    checkAskedCounts(name, args);
    checkArguments(name, args);
    if (handler === undefined) throw notSupported(name);
    return handler.call(handlers, args, context);
  };
}

/** The error of a function that a driver does not have. */
export function notSupported(procedure: string): Error {
  const domain = publicErrorDomain(procedure);
  return failure(domain, ErrorNumber.NO_SUPPORT, cFunctionName(procedure));
}

// Objects other than domains have connections of their own in libvirtd, with another text.
function notOpen(procedure: string): Error {
  const domain = publicErrorDomain(procedure);
  const domains: readonly number[] = [
    ErrorDomain.DOMAIN,
    ErrorDomain.DOMAIN_SNAPSHOT,
    ErrorDomain.DOMAIN_CHECKPOINT,
  ];
  const which = domains.includes(domain) ? "hypervisor connection" : "connection";
  return failure(ErrorDomain.RPC, ErrorNumber.INTERNAL_ERROR, `${which} not open`);
}

function handlersOf(
  connection: DriverConnection,
  program: number,
): Record<string, Handler | undefined> | undefined {
  const { remote, qemu, lxc } = connection;
  const handlers: unknown = program === qemuDispatch.program.number
    ? qemu
    : program === lxcDispatch.program.number
    ? lxc
    : remote;
  return handlers as Record<string, Handler | undefined> | undefined;
}
