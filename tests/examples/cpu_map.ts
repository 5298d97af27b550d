// deno-lint-ignore-file no-console
/**
 * Shows the host's CPUs, and which of them each virtual CPU of each domain may use.
 *
 *     deno run -A cpu_map.ts qemu:///system
 *
 * @module
 */

import { argv } from "node:process";
import { connect } from "@virtwire/libvirt";

/** Draws `[true, true, false]` as `##.`. */
function draw(cpus: readonly boolean[]): string {
  return cpus.map((cpu) => cpu ? "#" : ".").join("");
}

await using conn = await connect(argv[2] ?? "test:///default");
const { cpus, online, cpumap } = await conn.getNodeCpuMap();
console.log(`${await conn.getHostname()}  ${draw(cpumap)}  ${online} of ${cpus} CPUs online`);

for (const domain of await conn.listAllDomains()) {
  const pinning = await domain.getVcpuPinInfo();
  for (const [vcpu, cpumap] of pinning.entries()) {
    console.log(`${domain.name} vCPU ${vcpu}  ${draw(cpumap)}`);
  }
}
