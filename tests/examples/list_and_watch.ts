// deno-lint-ignore-file no-console
/**
 * Lists the domains, then prints what happens to them until Ctrl-C.
 *
 *     deno run -A list_and_watch.ts qemu:///system
 *
 * @module
 */

import { argv } from "node:process";
import { connect, DomainEvent, DomainState } from "@virtwire/libvirt";

await using conn = await connect(argv[2] ?? "test:///default");

// Subscribe first and list then: nothing falls between the two.
await using events = conn.events(DomainEvent.LIFECYCLE);
await events.ready;

for (const domain of await conn.listAllDomains()) {
  const { state, memory, nrVirtCpu } = await domain.getInfo();
  console.log(`${domain.name}: ${DomainState[state]}, ${nrVirtCpu} CPUs, ${memory / 1024n} MiB`);
}

for await (const { domain, eventName, detailName } of events) {
  console.log(`${domain.name}: ${eventName} (${detailName})`);
}
