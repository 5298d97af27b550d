/**
 * Guest agent and monitor commands, with the answers of a guest that has nothing to hide.
 *
 * @module
 */

import { DomainState } from "../../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../../gen/enums/errors.ts";
import type { QemuHandlers } from "../../../../gen/qemu/dispatch.ts";
import type { CallContext } from "../../driver.ts";
import { failure } from "../../failure.ts";
import type { TestDomain } from "../domain_object.ts";
import { checkFlags } from "../refusals.ts";
import type { TestState } from "../state.ts";

type Commands = Readonly<Record<string, (domain: TestDomain) => unknown>>;

// VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP
const HMP = 1;

/** Handlers of the `qemu` program. */
export function qemuHandlers(state: TestState): QemuHandlers<CallContext> {
  const { domains } = state;
  let sent = 0;

  const agent: Commands = {
    "guest-ping": () => ({}),
    "guest-info": () => ({
      version: "9.2.0",
      supported_commands: Object.keys(agent).map((name) => ({
        name,
        enabled: true,
        "success-response": true,
      })),
    }),
    "guest-get-host-name": ({ name }) => ({ "host-name": name }),
    "guest-get-osinfo": () => ({ id: "test", name: "Test", "pretty-name": "Test" }),
    "guest-get-time": ({ time }) => Number(time.seconds) * 1e9 + time.nseconds,
    "guest-get-users": () => [],
    "guest-fsfreeze-status": ({ frozen }) => frozen.includes(true) ? "frozen" : "thawed",
  };

  const monitor: Commands = {
    "query-status": (domain) => ({ running: isRunning(domain), status: statusOf(domain) }),
    "query-version": () => ({ qemu: { major: 11, minor: 0, micro: 0 }, package: "" }),
    "query-name": ({ name }) => ({ name }),
    "query-uuid": ({ key }) => ({ UUID: key }),
    "query-kvm": () => ({ enabled: false, present: false }),
    "query-commands": () => Object.keys(monitor).map((name) => ({ name })),
  };

  const human: Readonly<Record<string, (domain: TestDomain) => string>> = {
    "info status": (domain) => `VM status: ${statusOf(domain)}\r\n`,
    "info version": () => "11.0.0\r\n",
    "info name": ({ name }) => `${name}\r\n`,
    "info uuid": ({ key }) => `${key}\r\n`,
  };

  return {
    qemuDomainAgentCommand({ dom, cmd, flags }, context) {
      checkFlags(context, flags);
      const domain = domains.of(dom);
      domain.checkActive();
      const name = commandOf(cmd);
      const command = Object.hasOwn(agent, name) ? agent[name] : undefined;
      if (command === undefined) {
        throw failure(
          ErrorDomain.QEMU,
          ErrorNumber.INTERNAL_ERROR,
          `unable to execute QEMU agent command '${name}': The command ${name} has not been found`,
        );
      }
      return { result: JSON.stringify({ return: command(domain) }) };
    },
    qemuDomainMonitorCommand({ dom, cmd, flags }, context) {
      checkFlags(context, flags, HMP);
      const domain = domains.of(dom);
      domain.checkActive();
      if ((flags & HMP) !== 0) {
        const line = cmd.trim().replace(/\s+/g, " ");
        const answer = Object.hasOwn(human, line) ? human[line] : undefined;
        return { result: answer?.(domain) ?? `unknown command: '${line}'\r\n` };
      }
      const name = commandOf(cmd);
      const id = `libvirt-${++sent}`;
      const command = Object.hasOwn(monitor, name) ? monitor[name] : undefined;
      const desc = `The command ${name} has not been found`;
      const answer = command === undefined
        ? { id, error: { class: "CommandNotFound", desc } }
        : { return: command(domain), id };
      return { result: JSON.stringify(answer) };
    },
  };
}

function isRunning({ state }: TestDomain): boolean {
  return state === DomainState.RUNNING || state === DomainState.BLOCKED;
}

function statusOf(domain: TestDomain): string {
  return isRunning(domain) ? "running" : "paused";
}

function commandOf(text: string): string {
  let command: unknown;
  try {
    command = JSON.parse(text);
  } catch {
    throw failure(ErrorDomain.NONE, ErrorNumber.INTERNAL_ERROR, `cannot parse json ${text}`);
  }
  const name = (command as { execute?: unknown } | null)?.execute;
  if (typeof name === "string") return name;
  throw failure(ErrorDomain.QEMU, ErrorNumber.INTERNAL_ERROR, "missing 'execute' in the command");
}
