import type { Connection } from "../../src/connection.ts";
import type { Domain } from "../../src/objects/domain.ts";
import type { Network } from "../../src/objects/network.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { domainEventCallbackReboot, type DomainEventLifecycleMsg } from "../../gen/remote/events.ts";
import { domainEvents, type DomainEventSpec } from "../../src/objects/domain_event_kind.ts";

export async function f(conn: Connection, domain: Domain, network: Network): Promise<void> {
  for await (const e of conn.events(DomainEvent.LIFECYCLE, { domain })) e.detailName?.length;
  conn.events(NetworkEvent.LIFECYCLE, { network, queue: 5 });
  // @ts-expect-error wrong filter
  conn.events(DomainEvent.LIFECYCLE, { network });
  // @ts-expect-error wrong filter
  conn.events(DomainEvent.LIFECYCLE, { domain: network });
  // @ts-expect-error wrong filter
  conn.events(ConnectionEvent.CLOSED, { domain });
  // @ts-expect-error no such field
  for await (const e of conn.events(DomainEvent.LIFECYCLE)) e.devAlias;
  for (const kind of Object.values(DomainEvent)) {
    conn.events(kind, { domain });
  }
  for (const kind of [DomainEvent.REBOOT, DomainEvent.VCPU_REMOVED]) {
    for await (const e of conn.events(kind, { domain })) e.domain;
  }
}
export const bad = {
  id: 1, name: "", since: "", subject: domainEvents,
  // @ts-expect-error wrong message
  message: domainEventCallbackReboot,
  event: (m: DomainEventLifecycleMsg, domain: Domain) => ({ domain, d: m.detail }),
} satisfies DomainEventSpec<DomainEventLifecycleMsg, { domain: Domain; d: number }>;
