// deno-lint-ignore-file no-console
/**
 * Prints the addresses that libvirt's networks have leased.
 *
 *     deno run -A dhcp_leases.ts qemu:///system
 *
 * @module
 */

import { argv } from "node:process";
import {
  connect,
  type Connection,
  DomainInterfaceAddressesSource,
  DomainListFlags,
  isUnsupported,
} from "@virtwire/libvirt";

/** The leases of all networks as the daemon keeps them. */
async function printLeases(conn: Connection): Promise<void> {
  for (const network of await conn.listAllNetworks()) {
    for (const lease of await network.getDhcpLeases()) {
      const expires = new Date(Number(lease.expirytime) * 1000).toISOString();
      const address = `${lease.ipaddr}/${lease.prefix}`;
      console.log(network.name, lease.mac, address, lease.hostname ?? "-", expires);
    }
  }
}

/** The addresses by domain, for drivers that keep no list of leases. */
async function printAddresses(conn: Connection): Promise<void> {
  for (const domain of await conn.listAllDomains({ flags: DomainListFlags.ACTIVE })) {
    const interfaces = await domain.interfaceAddresses(DomainInterfaceAddressesSource.LEASE);
    for (const { name, hwaddr, addrs } of interfaces) {
      for (const { addr, prefix } of addrs) {
        console.log(domain.name, name, hwaddr, `${addr}/${prefix}`);
      }
    }
  }
}

await using conn = await connect(argv[2] ?? "test:///default");
try {
  await printLeases(conn);
} catch (error) {
  if (!isUnsupported(error)) throw error;
  await printAddresses(conn);
}
