/**
 * What the test driver itself adds to a definition that came in.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { put } from "./domain_defaults.ts";
import { partsBefore } from "./part_order.ts";
import { internalError } from "./refusals.ts";

const MAX_INTERFACES = 1024;

/** Names the interfaces that have no name: `testnet0` and on. */
export function prepareDomain(domain: XmlElement): void {
  const interfaces = domain.child("devices")?.all("interface") ?? [];
  const taken = new Set(interfaces.map((one) => one.child("target")?.get("dev")));
  let next = 0;
  for (const one of interfaces) {
    const target = one.child("target");
    if (target?.get("dev") !== undefined) continue;
    while (taken.has(`testnet${next}`)) next++;
    if (next >= MAX_INTERFACES) {
      throw internalError(`Exceeded max iface limit ${MAX_INTERFACES}`);
    }
    const dev = `testnet${next++}`;
    if (target === undefined) {
      put(one, element("target", { dev }), partsBefore("interface", "target"));
    } else target.attributes.unshift({ name: "dev", value: dev });
  }
}
