/**
 * The events that a domain's handlers emit.
 *
 * @module
 */

import { DomainEventId } from "../../../gen/enums/domain.ts";
import type { TestDomain } from "./domain_object.ts";
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
