/**
 * What libvirt checks and fills in of a domain's interfaces.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import type { Identities } from "./domain_definition.ts";
import { badValue, xmlFailure } from "./values.ts";

const TYPES: ReadonlySet<string> = new Set(
  "user ethernet vhostuser server client mcast network bridge internal direct hostdev udp vdpa vds null"
    .split(" "),
);

// What each type says of its source.
const SOURCE_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  network: ["network", "portgroup", "portid"],
  bridge: ["bridge"],
  direct: ["dev", "mode"],
  internal: ["name"],
  vdpa: ["dev"],
  user: ["dev"],
  ethernet: [],
};

/** Checks an interface and fills in its defaults. */
export function fillInterface(net: XmlElement, identities: Identities): void {
  const type = net.get("type");
  if (type === undefined) xmlFailure("Missing required attribute 'type' in element 'interface'");
  if (!TYPES.has(type)) badValue("type", net, type);
  const mac = net.child("mac");
  const address = mac?.get("address");
  if (address === undefined) {
    if (mac !== undefined) net.remove(mac);
    net.children.unshift(element("mac", { address: identities.mac() }));
  } else {
    if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(address)) {
      xmlFailure(`unable to parse mac address '${address}'`, 20);
    }
    const parts = address.toLowerCase().split(":");
    mac!.set("address", parts.map((part) => part.padStart(2, "0")).join(":"));
  }
  fillSource(net, type);
  // names that the hypervisor would make up itself are not kept
  const target = net.child("target");
  if (target?.get("dev")?.startsWith("vnet")) target.set("dev", undefined);
}

function fillSource(net: XmlElement, type: string): void {
  const source = net.child("source");
  if (type === "network" && source?.get("network") === undefined) {
    xmlFailure("No <source> 'network' attribute specified with <interface type='network'/>", 20);
  }
  if (type === "bridge" && source?.get("bridge") === undefined) {
    xmlFailure("No <source> 'bridge' attribute specified with <interface type='bridge'/>", 20);
  }
  const known = SOURCE_ATTRIBUTES[type];
  if (source === undefined || known === undefined) return;
  source.attributes = known.flatMap((name) => {
    const value = source.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
  if (type === "direct" && source.get("mode") === undefined) source.set("mode", "vepa");
  if (source.attributes.length === 0 && source.children.length === 0) net.remove(source);
}
