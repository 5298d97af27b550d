// deno-lint-ignore-file no-console
/**
 * Takes a snapshot of every domain at once, and says of each what came of it.
 *
 *     deno run -A snapshot_fleet.ts qemu:///system nightly
 *
 * @module
 */

import { argv, exit } from "node:process";
import { connect } from "@virtwire/libvirt";

const [uri = "test:///default", label = "nightly"] = argv.slice(2);
const name = `${label}-${Date.now()}`;
let failed = 0;
{
  await using conn = await connect(uri);
  const domains = await conn.listAllDomains();
  // The connection sends as many calls as the daemon takes; the rest wait in order.
  const results = await Promise.allSettled(
    domains.map((domain) =>
      domain.createSnapshotXml(`<domainsnapshot><name>${name}</name></domainsnapshot>`)
    ),
  );
  for (const [i, result] of results.entries()) {
    const domain = domains[i]!.name;
    if (result.status === "fulfilled") {
      console.log(`${domain}: ${result.value.name}`);
    } else {
      failed++;
      console.log(`${domain}: failed, ${result.reason.message}`);
    }
  }
  console.log(`${domains.length - failed} of ${domains.length} snapshots taken`);
}
exit(failed === 0 ? 0 : 1);
