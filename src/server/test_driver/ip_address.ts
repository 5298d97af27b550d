/**
 * IP addresses as numbers.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";

/** An address of either family. */
export interface IpAddress {
  readonly family: "ipv4" | "ipv6";
  readonly value: bigint;
}

/** Reads an address; `undefined` for what is none. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.includes(":")) return parseIpv6(text);
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) {
    return undefined;
  }
  return { family: "ipv4", value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => half === "" ? [] : half.split(":"));
  const missing = 8 - groups.flat().length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...groups[0]!, ...new Array<string>(missing).fill("0"), ...(groups[1] ?? [])];
  if (all.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { family: "ipv6", value: all.reduce((sum, one) => (sum << 16n) | BigInt(`0x${one}`), 0n) };
}

/** Prints an address, with the longest run of zero groups of an IPv6 one left out. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === "ipv4") {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  }
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const runs = groups.join(":").match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => run.length > best.length ? run : best, "");
  if (longest === "") return groups.join(":");
  return groups.join(":").replace(new RegExp(`(^|:)${longest}(:|$)`), "::");
}

/** The length of an `ip` element's prefix; `undefined` where it has none. */
export function prefixOf(ip: XmlElement): number | undefined {
  const prefix = ip.get("prefix");
  if (prefix !== undefined) return Number(prefix);
  const mask = parseIp(ip.get("netmask") ?? "");
  if (mask !== undefined) return mask.value.toString(2).replaceAll("0", "").length;
  const own = parseIp(ip.get("address") ?? "");
  if (own === undefined) return undefined;
  if (own.family === "ipv6") return 64;
  const first = own.value >> 24n;
  return first < 128n ? 8 : first < 192n ? 16 : 24;
}

/** Whether two addresses share a prefix. */
export function sameNetwork(left: IpAddress, right: IpAddress, prefix: number): boolean {
  const shift = BigInt((left.family === "ipv4" ? 32 : 128) - prefix);
  return left.value >> shift === right.value >> shift;
}
