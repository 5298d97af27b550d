/**
 * What an interface's definition may not say.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseIp } from "./ip_address.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

const { NONE, DOMAIN, NETWORK } = ErrorDomain;

// Types whose traffic libvirt itself can shape and whose host side it can set up.
const HOST_SIDE: ReadonlySet<string> = new Set(["ethernet"]);
const PORTS: ReadonlySet<string> = new Set(["network", "bridge", "direct", "hostdev"]);

/** Throws for an interface, as it came, that says what its type has not. */
export function checkSourceInterface(net: XmlElement): void {
  const type = net.get("type") ?? "user";
  if (net.child("virtualport") !== undefined && !PORTS.has(type)) {
    unsupportedConfig(`<virtualport> element unsupported for <interface type='${type}'>`);
  }
  checkAddresses(net, "guest interface");
  const source = net.child("source");
  if (source !== undefined) checkAddresses(source, "interface host IP");
  const placed = source?.child("ip") ?? source?.child("route");
  if (placed !== undefined && !HOST_SIDE.has(type)) {
    unsupportedConfig(
      "Invalid attempt to set network interface host-side IP route and/or address info on " +
        `interface of type '${type}'. This is only supported on interfaces of type 'ethernet'`,
    );
  }
  checkShares(net.child("bandwidth"), type);
}

function checkAddresses(where: XmlElement, what: string): void {
  for (const ip of where.all("ip")) {
    const address = ip.get("address");
    if (address !== undefined && parseIp(address) === undefined) {
      xmlFailure(`Invalid address '${address}' in <ip>`, DOMAIN);
    }
  }
  for (const route of where.all("route")) {
    const gateway = route.get("gateway");
    if (gateway !== undefined && parseIp(gateway) === undefined) {
      xmlFailure(`${what}: Bad gateway address '${gateway}' in route definition`, NETWORK);
    }
  }
}

function checkShares(bandwidth: XmlElement | undefined, type: string): void {
  for (const way of ["inbound", "outbound"]) {
    const share = bandwidth?.child(way);
    if (share === undefined) continue;
    if (share.get("average") === undefined && share.get("floor") === undefined) {
      throw failure(
        NONE,
        ErrorNumber.XML_DETAIL,
        "Missing mandatory average or floor attributes",
      );
    }
    if (share.get("floor") !== undefined && (type !== "network" || way === "outbound")) {
      unsupportedConfig("floor attribute is not supported for this config", NONE);
    }
  }
}
