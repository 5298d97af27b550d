/**
 * What an interface's definition may not say.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseIp } from "./ip_address.ts";
import { checkConnection } from "./interface_parts.ts";
import { parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";

const { DOMAIN, NETWORK } = ErrorDomain;

// Types whose traffic libvirt itself can shape and whose host side it can set up.
const HOST_SIDE: ReadonlySet<string> = new Set(["ethernet"]);
const PORTS: ReadonlySet<string> = new Set(["network", "bridge", "direct", "hostdev"]);

/** Throws for an interface, as it came, that says what its type has not. */
export function checkSourceInterface(net: XmlElement): void {
  const type = net.get("type") ?? "user";
  if (net.child("virtualport") !== undefined && !PORTS.has(type)) {
    unsupportedConfig(`<virtualport> element unsupported for <interface type='${type}'>`);
  }
  checkConnection(net);
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
}

const LENGTHS = { ipv4: 32, ipv6: 128 } as const;

function checkAddresses(where: XmlElement, what: string): void {
  for (const ip of where.all("ip")) {
    const text = ip.get("address");
    const address = text === undefined ? undefined : parseIp(text);
    const family = ip.get("family");
    const known = family === "ipv4" || family === "ipv6" ? family : address?.family;
    if (text !== undefined && (address === undefined || address.family !== known)) {
      xmlFailure(`Invalid address '${text}' in <ip>`, DOMAIN);
    }
    const prefix = ip.get("prefix");
    if (prefix !== undefined && address !== undefined) {
      const value = parseDecimal(prefix);
      if (value === undefined || value < 0n || value > LENGTHS[address.family]) {
        xmlFailure(`Invalid prefix value '${prefix}' in <ip>`, DOMAIN);
      }
    }
    const peer = ip.get("peer");
    if (peer !== undefined && parseIp(peer) === undefined) {
      throw failure(DOMAIN, ErrorNumber.INVALID_ARG, `Invalid peer '${peer}' in <ip>`);
    }
  }
  for (const route of where.all("route")) checkRoute(route, what);
}

function checkRoute(route: XmlElement, what: string): void {
  const refuse = (detail: string): never => xmlFailure(`${what}: ${detail}`, NETWORK);
  const gateway = route.get("gateway");
  if (gateway !== undefined && parseIp(gateway) === undefined) {
    refuse(`Bad gateway address '${gateway}' in route definition`);
  }
  const family = route.get("family");
  if (family !== undefined && family !== "ipv4" && family !== "ipv6") {
    refuse(`Unrecognized family '${family}' in route definition`);
  }
  const text = route.get("address");
  const address = text === undefined ? undefined : parseIp(text);
  if (address === undefined) return;
  const length = LENGTHS[address.family];
  const mask = parseIp(route.get("netmask") ?? "");
  const told = parseDecimal(route.get("prefix") ?? "");
  const prefix = mask === undefined
    ? Number(told ?? (address.value === 0n ? 0 : length))
    : mask.value.toString(2).replaceAll("0", "").length;
  const whole = address.family === "ipv4" && told === undefined && mask === undefined;
  if (prefix > length) return;
  const hosts = 1n << BigInt(length - prefix);
  if (address.value % hosts !== 0n || (whole && address.value !== 0n)) {
    refuse(`Address '${text}' in route definition is not a network address`);
  }
}
