/**
 * What the types of events must let pass and must not; nothing runs, the type checker judges.
 *
 * @module
 */

import type { Connection } from "../../src/connection.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import type { Domain } from "../../src/objects/domain.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { Network } from "../../src/objects/network.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { QemuEvent } from "../../src/qemu/monitor_event.ts";

/** Filters by the kind's own object only, and events of the kind's own type. */
export async function typed(conn: Connection, domain: Domain, network: Network): Promise<void> {
  for await (const event of conn.events(DomainEvent.LIFECYCLE, { domain, queue: 5 })) {
    const { detail }: { readonly detail: number } = event;
    const { detailName }: { readonly detailName: string | undefined } = event;
    // @ts-expect-error: that is another kind's
    use(detail, detailName, event.devAlias);
  }
  for await (const event of conn.events(QemuEvent.MONITOR, { domain, event: "STOP", flags: 1 })) {
    const { seconds }: { readonly seconds: bigint } = event;
    use(seconds);
  }
  conn.events(NetworkEvent.LIFECYCLE, { network });
  // @ts-expect-error: a domain's events cannot be filtered by network
  conn.events(DomainEvent.LIFECYCLE, { network });
  // @ts-expect-error: a network is no domain
  conn.events(DomainEvent.LIFECYCLE, { domain: network });
  // @ts-expect-error: the connection's events cannot be filtered
  conn.events(ConnectionEvent.CLOSED, { domain });
  for (const kind of Object.values(DomainEvent)) {
    for await (const event of conn.events(kind, { domain })) {
      const about: { readonly domain: Domain } = event;
      use(about);
    }
  }
}

function use(..._values: unknown[]): void {}
