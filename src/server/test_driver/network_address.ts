/**
 * Addresses that a network would give its guests.
 *
 * @module
 */

import { IpAddrType } from "../../../gen/enums/network.ts";
import type { DomainIpAddr } from "../../../gen/remote/domain.ts";
import type { NamedObject } from "./named_list.ts";

/** The address so many behind the first that a network's DHCP gives out. */
export function networkAddress({ definition }: NamedObject, offset: number): DomainIpAddr {
  const ip = definition.child("ip");
  const first = ip?.find("dhcp/range")?.get("start") ?? ip?.get("address") ?? "0.0.0.0";
  const prefix = ip?.get("prefix");
  if (ip?.get("family") === "ipv6") {
    const groups = first.split(":");
    const last = Number.parseInt(groups.pop() || "0", 16) + offset;
    const addr = [...groups, last.toString(16)].join(":");
    return { type: IpAddrType.IPV6, addr, prefix: Number(prefix ?? 64) };
  }
  const start = toNumber(first) + offset;
  const addr = [24, 16, 8, 0].map((shift) => (start >>> shift) & 255).join(".");
  const netmask = ip?.get("netmask");
  const bits = netmask === undefined
    ? Number(prefix ?? classPrefix(first))
    : ones(toNumber(netmask));
  return { type: IpAddrType.IPV4, addr, prefix: bits };
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}

function ones(mask: number): number {
  return mask.toString(2).replaceAll("0", "").length;
}

function classPrefix(address: string): number {
  const first = Number(address.split(".")[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}
