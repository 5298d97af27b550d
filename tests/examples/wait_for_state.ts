// deno-lint-ignore-file no-console
/**
 * Starts a domain unless it runs, and waits until it does: by events, without polling.
 *
 *     deno run -A wait_for_state.ts qemu:///system debian12
 *
 * @module
 */

import { argv } from "node:process";
import { connect, type Connection, type Domain, DomainEvent, DomainState } from "@virtwire/libvirt";

/** Resolves when the domain is in the state; rejects with a TimeoutError when it takes longer. */
async function waitForState(
  conn: Connection,
  domain: Domain,
  wanted: number,
  timeout = 60_000,
): Promise<void> {
  const signal = AbortSignal.timeout(timeout);
  await using events = conn.events(DomainEvent.LIFECYCLE, { domain, signal });
  await events.ready;
  // what has happened before is seen by asking, what happens from now on by an event
  if ((await domain.getState()).state === wanted) return;
  for await (const _ of events) {
    if ((await domain.getState()).state === wanted) return;
  }
}

await using conn = await connect(argv[2] ?? "test:///default");
const domain = await conn.lookupDomainByName(argv[3] ?? "test");
if (!await domain.isActive()) await domain.create();
await waitForState(conn, domain, DomainState.RUNNING);
console.log(`${domain.name} is running`);
