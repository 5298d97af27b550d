/**
 * The events that a domain's handlers emit.
 *
 * @module
 */

import {
  DomainEventId,
  DomainEventResumedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
} from "../../../gen/enums/domain.ts";
import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { TestDomain } from "./domain_object.ts";
import { refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";

/** Says that a domain has come to another point of its life. */
export function emitLifecycle(
  state: TestState,
  domain: TestDomain,
  event: number,
  detail: number,
): void {
  emitDomainEvent(state, domain, DomainEventId.LIFECYCLE, { event, detail });
}

/** Says of a domain, by turns and as often as asked, that it was suspended and resumed. */
export function emitBurst(state: TestState, name: string, count: number): void {
  const domain = state.domains.byName(name);
  if (domain === undefined) {
    throw refusal(ErrorNumber.NO_DOMAIN, `no domain with matching name '${name}'`);
  }
  const { SUSPENDED, RESUMED } = DomainEventType;
  for (let n = 0; n < count; n++) {
    if (n % 2 === 0) emitLifecycle(state, domain, SUSPENDED, DomainEventSuspendedDetailType.PAUSED);
    else emitLifecycle(state, domain, RESUMED, DomainEventResumedDetailType.UNPAUSED);
  }
}

/** Says something about a domain. */
export function emitDomainEvent(
  state: TestState,
  domain: TestDomain,
  id: number,
  fields: Readonly<Record<string, unknown>>,
): void {
  // the name and the id as they are now, not as they are when the event leaves
  state.events.emit({
    kind: "domain",
    id,
    key: domain.key,
    fields: { dom: domain.wire, ...fields },
  });
}
