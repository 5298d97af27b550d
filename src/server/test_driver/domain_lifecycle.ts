/**
 * Starting, stopping and all between.
 *
 * @module
 */

import {
  DomainDestroyFlags,
  DomainEventResumedDetailType,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
} from "../../../gen/enums/domain.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { CallContext } from "../driver.ts";
import { emitLifecycle } from "./domain_events.ts";
import type { TestDomain } from "./domain_object.ts";
import { checkFlags, internalError } from "./refusals.ts";
import type { TestState } from "./state.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";

/** Handlers of what changes a domain's state. */
export function domainLifecycle(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function start(dom: NonnullDomain, flags: number, context: CallContext): NonnullDomain {
    checkFlags(context, flags);
    const domain = domains.of(dom);
    if (domain.state !== DomainState.SHUTOFF) {
      throw internalError(`Domain '${dom.name}' is already running`);
    }
    domain.start(state.takeDomainId(), DomainRunningReason.BOOTED);
    emitLifecycle(
      state,
      domain,
      DomainEventType.STARTED,
      DomainEventStartedDetailType.BOOTED,
    );
    return domain.wire;
  }

  function destroy(dom: NonnullDomain, flags: number, context: CallContext): void {
    checkFlags(context, flags, DomainDestroyFlags.GRACEFUL);
    const domain = domains.of(dom);
    domain.checkActive();
    stopDomain(
      state,
      domain,
      DomainShutoffReason.DESTROYED,
      DomainEventStoppedDetailType.DESTROYED,
    );
  }

  function shutdown(dom: NonnullDomain, flags: number, context: CallContext): void {
    checkFlags(context, flags);
    const domain = domains.of(dom);
    if (domain.state === DomainState.SHUTOFF) {
      throw internalError(`domain '${dom.name}' not running`);
    }
    act(domain, "on_poweroff");
  }

  function act(domain: TestDomain, setting: string): void {
    const action = domain.definition.textOf(setting);
    if (action === "restart" || action === "rename-restart") {
      domain.state = DomainState.RUNNING;
      domain.reason = DomainRunningReason.BOOTED;
    } else {
      stopDomain(
        state,
        domain,
        DomainShutoffReason.SHUTDOWN,
        DomainEventStoppedDetailType.SHUTDOWN,
      );
    }
  }

  return {
    domainCreate({ dom }, context) {
      start(dom, 0, context);
    },
    domainCreateWithFlags: ({ dom, flags }, context) => ({ dom: start(dom, flags, context) }),
    domainCreateWithFiles: ({ dom, flags }, context) => ({
      dom: start(dom, flags, { ...context, procedure: "domainCreateWithFlags" }),
    }),
    domainDestroy: ({ dom }, context) => destroy(dom, 0, context),
    domainDestroyFlags: ({ dom, flags }, context) => destroy(dom, flags, context),
    domainShutdown: ({ dom }, context) => shutdown(dom, 0, context),
    domainShutdownFlags: ({ dom, flags }, context) => shutdown(dom, flags, context),
    domainReboot({ dom, flags }, context) {
      checkFlags(context, flags, 0x1f);
      const domain = domains.of(dom);
      domain.checkActive();
      act(domain, "on_reboot");
    },
    domainReset({ dom, flags }, context) {
      checkFlags(context, flags);
      domains.of(dom).checkActive();
    },
    domainSuspend({ dom }) {
      const domain = domains.of(dom);
      if (domain.state === DomainState.SHUTOFF || domain.state === DomainState.PAUSED) {
        throw internalError(`domain '${dom.name}' not running`);
      }
      domain.state = DomainState.PAUSED;
      domain.reason = DomainPausedReason.USER;
      emitLifecycle(
        state,
        domain,
        DomainEventType.SUSPENDED,
        DomainEventSuspendedDetailType.PAUSED,
      );
    },
    domainResume({ dom }) {
      const domain = domains.of(dom);
      if (domain.state !== DomainState.PAUSED) {
        throw internalError(`domain '${dom.name}' not paused`);
      }
      domain.state = DomainState.RUNNING;
      domain.reason = DomainRunningReason.UNPAUSED;
      emitLifecycle(
        state,
        domain,
        DomainEventType.RESUMED,
        DomainEventResumedDetailType.UNPAUSED,
      );
    },
  };
}

/** Stops a domain; one that is transient is gone then. */
export function stopDomain(
  state: TestState,
  domain: TestDomain,
  reason: number,
  detail: number,
): void {
  domain.stop(reason);
  emitLifecycle(state, domain, DomainEventType.STOPPED, detail);
  if (!domain.persistent) state.domains.remove(domain);
}
