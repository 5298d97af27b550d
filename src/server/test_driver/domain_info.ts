/**
 * What a domain tells about itself.
 *
 * @module
 */

import { DomainControlState, DomainState } from "../../../gen/enums/domain.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { CallContext } from "../driver.ts";
import { memoryOf, vcpusOf } from "./domain_values.ts";
import { checkFlags, invalidOperation, STRING_OKAY } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { taintsOf } from "./taints.ts";
import type { TestDomain } from "./domain_object.ts";

/** Handlers of what a domain is and does. */
export function domainInfo(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  return {
    domainGetInfo({ dom }) {
      const domain = domains.of(dom);
      const { total, balloon } = memoryOf(domain.definition);
      return {
        state: domain.state,
        maxMem: total,
        memory: balloon,
        nrVirtCpu: vcpusOf(domain.definition).online,
        cpuTime: state.microseconds * 1000n,
      };
    },
    domainGetState({ dom, flags }, context) {
      checkFlags(context, flags);
      const { state, reason } = domains.of(dom);
      return { state, reason };
    },
    domainGetControlInfo({ dom, flags }, context) {
      checkFlags(context, flags);
      const domain = domains.of(dom);
      domain.checkActive();
      return controlInfo(domain);
    },
    domainGetTime({ dom, flags }, context) {
      checkFlags(context, flags);
      const domain = domains.of(dom);
      if (domain.state !== DomainState.RUNNING) throw invalidOperation("domain is not running");
      return domain.time;
    },
    domainSetTime({ dom, seconds, nseconds, flags }, context) {
      checkFlags(context, flags, 1);
      const domain = domains.of(dom);
      domain.checkActive();
      domain.time = { seconds, nseconds };
    },
    domainGetOsType: () => ({ type: "linux" }),
    domainGetHostname({ dom, flags }, context) {
      checkFlags(context, flags);
      domains.of(dom).checkActive();
      return { hostname: `${dom.name}host` };
    },
    domainIsActive: ({ dom }) => ({ active: domains.of(dom).active ? 1 : 0 }),
    domainIsPersistent: ({ dom }) => ({ persistent: domains.of(dom).persistent ? 1 : 0 }),
    domainIsUpdated: () => ({ updated: 0 }),
    domainGetAutostart: ({ dom }) => ({ autostart: domains.of(dom).autostart ? 1 : 0 }),
    domainSetAutostart({ dom, autostart }) {
      domains.of(dom).autostart = autostart !== 0;
    },
    domainGetSecurityLabel({ dom }) {
      const { active } = domains.of(dom);
      const label = active ? "libvirt-test" : "";
      return { label: new TextEncoder().encode(`${label}\0`), enforcing: active ? 1 : 0 };
    },
    domainGetMessages({ dom, flags }, context) {
      checkFlags(context, flags, 7);
      const domain = domains.of(dom);
      const msgs: string[] = [];
      if (flags === 0 || (flags & 2) !== 0) {
        for (const taint of taintsOf(domain)) msgs.push(`tainted: ${taint}`);
      }
      if (flags === 0 || (flags & 1) !== 0) {
        for (const one of domain.deprecations) msgs.push(`deprecated configuration: ${one}`);
      }
      return { msgs };
    },
    domainGetLaunchSecurityInfo({ flags }, context) {
      checkFlags(context, flags | STRING_OKAY);
      return { params: [] };
    },
  };
}

// The guest's clock decides, as in libvirt's driver: tests can have any answer they like.
function controlInfo({ time }: TestDomain): { state: number; details: number; stateTime: bigint } {
  const { seconds } = time;
  if (seconds > 0n && seconds < 10000n) {
    return { state: DomainControlState.JOB, details: 0, stateTime: seconds };
  }
  if (seconds >= 10000n && seconds < 30000n) {
    return { state: DomainControlState.OCCUPIED, details: 0, stateTime: seconds - 10000n };
  }
  if (seconds >= 30000n && seconds < 60000n) {
    const details = Number(seconds % 4n);
    return { state: DomainControlState.ERROR, details, stateTime: seconds - 30000n };
  }
  return { state: DomainControlState.OK, details: 0, stateTime: 0n };
}
