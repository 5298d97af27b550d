/**
 * What only the qemu driver has: its monitor, its guest agent, processes that it did not start.
 *
 * These calls go past libvirt's model of the guest: a guest that was changed by one is tainted, and
 * libvirt may no longer know its state.
 *
 * @example Ask a guest's agent, and the emulator
 * ```ts
 * import { connect } from "@virtwire/libvirt";
 * import { qemuAgentCommand, qemuMonitorCommand } from "@virtwire/libvirt/qemu";
 *
 * await using conn = await connect("qemu:///system");
 * const domain = await conn.lookupDomainByName("debian12");
 * console.log(await qemuAgentCommand(domain, '{"execute":"guest-info"}', { agentTimeout: 5 }));
 * console.log(await qemuMonitorCommand(domain, '{"execute":"query-status"}'));
 * ```
 *
 * @module
 */

import {
  qemuDomainAgentCommand,
  qemuDomainAttach,
  qemuDomainMonitorCommand,
} from "../gen/qemu/calls.ts";
import { Domain } from "./objects/domain.ts";
import type { Caller, FlagOptions } from "./session/caller.ts";

export {
  ConnectDomainQemuMonitorEventRegisterFlags,
  DomainQemuAgentCommandTimeoutValues,
  DomainQemuMonitorCommandFlags,
} from "../gen/enums/qemu.ts";

/** Options of `qemuAgentCommand()`. */
export interface QemuAgentCommandOptions extends FlagOptions {
  /**
   * Seconds that the daemon waits for the agent, or a value of
   * `DomainQemuAgentCommandTimeoutValues`; the daemon's default when left out.
   */
  readonly agentTimeout?: number | undefined;
}

/**
 * Sends a command to the monitor of a running guest and answers what it says: JSON, or text with
 * the flag `HMP`.
 *
 * Since libvirt 0.8.3.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-qemu.html#virDomainQemuMonitorCommand
 *
 * @example
 * ```ts
 * import type { Domain } from "@virtwire/libvirt";
 * import { qemuMonitorCommand } from "@virtwire/libvirt/qemu";
 *
 * async function version(domain: Domain): Promise<unknown> {
 *   const answer = await qemuMonitorCommand(domain, '{"execute":"query-version"}');
 *   return JSON.parse(answer).return;
 * }
 * ```
 */
export async function qemuMonitorCommand(
  domain: Domain,
  cmd: string,
  options: FlagOptions = {},
): Promise<string> {
  const { result } = await domain.caller.call(
    qemuDomainMonitorCommand,
    { dom: domain.handle, cmd, flags: options.flags ?? 0 },
    options,
  );
  return result;
}

/**
 * Sends a command to the agent inside a guest and answers what it says, JSON; `null` for a command
 * that has no answer.
 *
 * Since libvirt 0.10.0.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-qemu.html#virDomainQemuAgentCommand
 */
export async function qemuAgentCommand(
  domain: Domain,
  cmd: string,
  options: QemuAgentCommandOptions = {},
): Promise<string | null> {
  const timeout = options.agentTimeout ?? -1; // VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT
  const { result } = await domain.caller.call(
    qemuDomainAgentCommand,
    { dom: domain.handle, cmd, timeout, flags: options.flags ?? 0 },
    options,
  );
  return result;
}

/**
 * Takes a qemu process on the host, which something else started, under libvirt's control.
 *
 * Current daemons refuse it. Since libvirt 0.9.4.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-qemu.html#virDomainQemuAttach
 */
export async function qemuAttach(
  conn: { readonly caller: Caller },
  pid: number,
  options: FlagOptions = {},
): Promise<Domain> {
  const { dom } = await conn.caller.call(
    qemuDomainAttach,
    { pidValue: pid, flags: options.flags ?? 0 },
    options,
  );
  return new Domain(conn.caller, dom);
}

export * from "./qemu/monitor_event.ts";
export * from "../gen/enums/qemu.ts";
