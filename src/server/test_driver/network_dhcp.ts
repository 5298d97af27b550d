/**
 * Updates of what a network's DHCP gives out.
 *
 * @module
 */

import { NetworkUpdateCommand } from "../../../gen/enums/network.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { formatIp, type IpAddress, parseIp, prefixOf, sameNetwork } from "./ip_address.ts";
import { lookupTable } from "../../lookup_table.ts";
import {
  change,
  checkElement,
  holder,
  misfit,
  nameOf,
  type SectionUpdate,
} from "./network_section.ts";
import { unsupportedUpdate } from "./network_section.ts";
import { badValue, parseInteger, unsupportedConfig, xmlFailure } from "./values.ts";

const C = NetworkUpdateCommand;
const LEASE_SECONDS: Readonly<Record<string, bigint>> = lookupTable({
  seconds: 1n,
  minutes: 60n,
  hours: 3600n,
});
const MIN_LEASE = 120n;

/** Changes the fixed addresses of an `ip` element. */
export function updateDhcpHost(update: SectionUpdate): void {
  const { network, command, given } = update;
  checkElement(update, "host");
  const name = nameOf(network);
  const ip = ipOf(update);
  const made = given.clone();
  const address = checkHost(made, ip, name, command === C.DELETE);
  const [mac, host] = [made.get("mac"), made.get("name")];
  const shown = {
    mac: mac ?? "unknown",
    name: host ?? "(null)",
    ip: address === undefined ? "unknown" : formatIp(address),
  };
  if (address !== undefined && address.family !== (ip.get("family") ?? "ipv4")) {
    throw misfit(
      "the address family of a host entry IP must match the address family of the dhcp element's parent",
    );
  }
  if (command === C.ADD_FIRST || command === C.ADD_LAST) checkOnlyDhcp(network, ip);
  const hosts = ip.child("dhcp")?.all("host") ?? [];
  const sameMac = (one: XmlElement): boolean =>
    one.get("mac")?.toLowerCase() === mac?.toLowerCase();
  const sameIp = (one: XmlElement): boolean => {
    const other = parseIp(one.get("ip") ?? "");
    return address !== undefined && other !== undefined && formatIp(other) === shown.ip;
  };
  const found = hosts.filter((one) =>
    command === C.DELETE
      ? (mac === undefined || one.get("mac") === undefined || sameMac(one)) &&
        (host === undefined || one.get("name") === host) && (address === undefined || sameIp(one))
      : (mac !== undefined && sameMac(one)) || (host !== undefined && one.get("name") === host) ||
        sameIp(one)
  );
  change(command, dhcpOf(ip), made, found, {
    exists:
      `there is an existing dhcp host entry in network '${name}' that matches "<host mac='${shown.mac}' name='${shown.name}' ip='${shown.ip}'/>"`,
    missing: command === C.DELETE
      ? `couldn't locate a matching dhcp host entry in network '${name}'`
      : `couldn't locate an existing dhcp host entry with "mac='${shown.mac}'" "name='${shown.name}'" "ip='${shown.ip}'" in network '${name}'`,
  });
}

/** Changes the ranges of addresses of an `ip` element. */
export function updateDhcpRange(update: SectionUpdate): void {
  const { network, command, given } = update;
  checkElement(update, "range");
  const name = nameOf(network);
  const ip = ipOf(update);
  if (command === C.MODIFY) {
    throw unsupportedUpdate("dhcp ranges cannot be modified, only added or deleted");
  }
  const made = given.clone();
  const { start, end } = checkRange(made, ip, name);
  if (command === C.ADD_FIRST || command === C.ADD_LAST) checkOnlyDhcp(network, ip);
  const found = (ip.child("dhcp")?.all("range") ?? []).filter((one) =>
    one.get("start") === start && one.get("end") === end
  );
  change(command, dhcpOf(ip), made, found, {
    exists:
      `there is an existing dhcp range entry in network '${name}' that matches "<range start='${start}' end='${end}'/>"`,
    missing: `couldn't locate a matching dhcp range entry in network '${name}'`,
  });
}

function ipOf({ network, parentIndex }: SectionUpdate): XmlElement {
  const all = network.all("ip");
  const chosen = parentIndex >= 0 ? all[parentIndex] : all.find((one) => givesOut(one)) ?? all[0];
  if (chosen !== undefined) return chosen;
  const where = parentIndex >= 0 ? ` at index ${parentIndex}` : "";
  throw misfit(
    `couldn't update dhcp host entry - no <ip> element found${where} in network '${
      nameOf(network)
    }'`,
  );
}

function dhcpOf(ip: XmlElement): XmlElement {
  return holder(ip, "dhcp", ["tftp"]);
}

function givesOut(ip: XmlElement): boolean {
  const dhcp = ip.child("dhcp");
  return dhcp !== undefined && dhcp.all("range").length + dhcp.all("host").length > 0;
}

function checkOnlyDhcp(network: XmlElement, ip: XmlElement): void {
  const family = ip.get("family") ?? "ipv4";
  const other = network.all("ip").some((one) =>
    one !== ip && (one.get("family") ?? "ipv4") === family && givesOut(one)
  );
  if (!other) return;
  const shown = family === "ipv6" ? "IPv6" : "IPv4";
  throw misfit(`dhcp is supported only for a single ${shown} address on each network`);
}

function refuse(detail: string): never {
  xmlFailure(detail, ErrorDomain.NETWORK);
}

// The order of the checks is libvirt's. Answers the address.
function checkHost(
  host: XmlElement,
  ip: XmlElement,
  network: string,
  partial: boolean,
): IpAddress | undefined {
  const [mac, id, name, text] = ["mac", "id", "name", "ip"].map((one) => host.get(one));
  if (mac !== undefined) {
    if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(mac)) {
      refuse(`Cannot parse MAC address '${mac}' in network '${network}'`);
    }
    if ((Number.parseInt(mac, 16) & 1) !== 0) {
      refuse(`expected unicast mac address, found multicast '${mac}' in network '${network}'`);
    }
  }
  const strange = id?.replace(/^[0-9a-fA-F:]*/, "")[0];
  if (strange !== undefined) {
    refuse(`Invalid character '${strange}' in id '${id}' of network '${network}'`);
  }
  const address = text === undefined ? undefined : parseIp(text);
  if (text !== undefined && address === undefined) {
    refuse(`Invalid IP address in static host definition for network '${network}'`);
  }
  if (partial) {
    if (mac === undefined && name === undefined && text === undefined) {
      refuse(
        `At least one of name, mac, or ip attribute must be specified for static host definition in network '${network}'`,
      );
    }
  } else if (ip.get("family") === "ipv6") {
    if (mac !== undefined) {
      refuse(
        `Invalid to specify MAC address '${mac}' in network '${network}' IPv6 static host definition`,
      );
    }
    if (id === undefined && name === undefined) {
      refuse(
        `Static host definition in IPv6 network '${network}' must have id or name attribute`,
      );
    }
  } else if (mac === undefined && name === undefined) {
    refuse(`Static host definition in IPv4 network '${network}' must have mac or name attribute`);
  }
  if (!partial && text === undefined) {
    refuse(`Missing IP address in static host definition for network '${network}'`);
  }
  checkLease(host);
  return address;
}

function checkLease(parent: XmlElement): void {
  const lease = parent.child("lease");
  if (lease === undefined) return;
  const unit = lease.get("unit");
  if (unit !== undefined && LEASE_SECONDS[unit] === undefined) badValue("unit", lease, unit);
  const expiry = parseInteger(lease.get("expiry") ?? "");
  if (expiry === undefined || expiry === 0n) return;
  if (expiry * LEASE_SECONDS[unit ?? "minutes"]! < MIN_LEASE) {
    unsupportedConfig(
      "The minimum lease time should be greater than 2 minutes",
      ErrorDomain.NETWORK,
    );
  }
  if (unit === undefined) lease.set("unit", "minutes");
}

function checkRange(
  range: XmlElement,
  ip: XmlElement,
  network: string,
): { start: string; end: string } {
  const address = (name: string): IpAddress => {
    const text = range.get(name);
    if (text === undefined) {
      refuse(`Missing '${name}' attribute in dhcp range for network '${network}'`);
    }
    const parsed = parseIp(text);
    if (parsed !== undefined) return parsed;
    throw failure(
      ErrorDomain.NONE,
      ErrorNumber.SYSTEM_ERROR,
      `Cannot parse socket address '${text}': Name or service not known`,
    );
  };
  const [start, end] = [address("start"), address("end")];
  const shown = `range ${formatIp(start)} - ${formatIp(end)}`;
  const internal = (detail: string): never => {
    throw failure(ErrorDomain.NONE, ErrorNumber.INTERNAL_ERROR, detail);
  };
  const text = ip.get("address");
  const own = text === undefined ? undefined : parseIp(text);
  if (
    start.family !== end.family || (own !== undefined && own.family !== start.family)
  ) internal(`mismatch of address family in ${shown} for network ${text}`);
  if (end.value < start.value) internal(`${shown} is reversed `);
  const prefix = prefixOf(ip);
  if (own !== undefined && prefix !== undefined) {
    const where = `network ${formatIp(own)}/${prefix}`;
    if (!sameNetwork(own, start, prefix) || !sameNetwork(own, end, prefix)) {
      internal(`${shown} is not entirely within ${where}`);
    }
    const hosts = 1n << BigInt((own.family === "ipv4" ? 32 : 128) - prefix);
    if (own.family === "ipv4" && hosts > 2n) {
      if (start.value % hosts === 0n) {
        internal(`start of ${shown} in ${where} is the network address`);
      }
      if (end.value % hosts === hosts - 1n) {
        internal(`end of ${shown} in ${where} is the broadcast address`);
      }
    }
  }
  checkLease(range);
  return { start: formatIp(start), end: formatIp(end) };
}
