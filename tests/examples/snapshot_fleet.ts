// deno-lint-ignore-file no-console
/**
 * Takes a snapshot of every domain at once, and says of each what came of it.
 *
 *     deno run -A snapshot_fleet.ts qemu:///system nightly
 *
 * @module
 */

import process from "node:process";
import { connect } from "@virtwire/libvirt";

const [uri = "test:///default", label = "nightly"] = process.argv.slice(2);
const name = `${label}-${Date.now()}`;
await using conn = await connect(uri);
const domains = await conn.listAllDomains();

let taken = 0;
// All at once: the connection sends as many calls as the daemon takes, and the rest in order.
await Promise.all(domains.map(async (domain) => {
  try {
    await domain.createSnapshotXml(`<domainsnapshot><name>${name}</name></domainsnapshot>`);
    console.log(`${domain.name}: ${name}`);
    taken++;
  } catch (error) {
    console.log(`${domain.name}: failed, ${(error as Error).message}`);
  }
}));
console.log(`${taken} of ${domains.length} snapshots taken`);
if (taken < domains.length) process.exitCode = 1;
