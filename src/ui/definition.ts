/// <reference lib="dom" />
/**
 * What a domain is: from its XML, and from what else says so.
 *
 * @module
 */

import { type Domain, DomainInterfaceAddressesSource } from "../web.ts";

/** What is told of a domain; texts that it does not have are empty. */
export interface Definition {
  readonly xml: string;
  readonly title: string;
  readonly description: string;
  /** Whether it is there when it is not running. */
  readonly persistent: boolean;
  /** `undefined` where it is not told. */
  readonly autostart: boolean | undefined;
  readonly addresses: readonly string[];
  /** Each as `vda: /var/lib/libvirt/images/web.qcow2`. */
  readonly disks: readonly string[];
  /** Each as `52:54:00:6b:3c:58 in default`. */
  readonly interfaces: readonly string[];
}

const { LEASE, ARP } = DomainInterfaceAddressesSource;

/** Asks for it all at once; rejects where not even the XML is to be had. */
export async function readDefinition(domain: Domain): Promise<Definition> {
  const [xml, persistent, autostart, ...found] = await Promise.all([
    domain.getXmlDesc(),
    domain.isPersistent().catch(() => true),
    domain.getAutostart().catch(() => undefined),
    // the agent would know more, but a question that it does not answer holds up all others
    ...[LEASE, ARP].map((source) => domain.interfaceAddresses(source).catch(() => [])),
  ]);
  const addresses = found.flat().flatMap(({ addrs }) => addrs.map(({ addr }) => addr));
  return { ...readXml(xml), xml, persistent, autostart, addresses: [...new Set(addresses)] };
}

/** Reads what the XML says. */
export function readXml(
  xml: string,
): Pick<Definition, "title" | "description" | "disks" | "interfaces"> {
  const { documentElement: root } = new DOMParser().parseFromString(xml, "text/xml");
  const text = (name: string) => root.querySelector(`:scope > ${name}`)?.textContent?.trim() ?? "";
  const all = (name: string) => [...root.querySelectorAll(`:scope > devices > ${name}`)];
  const first = (device: Element, name: string, ...attributes: string[]) => {
    const found = device.querySelector(`:scope > ${name}`);
    return attributes.map((it) => found?.getAttribute(it)).find((it) => it) ?? "";
  };
  return {
    title: text("title"),
    description: text("description"),
    disks: all("disk").map((disk) => {
      const kind = disk.getAttribute("device") ?? "disk";
      const source = first(disk, "source", "file", "dev", "volume", "name", "dir") || "empty";
      return `${first(disk, "target", "dev")}: ${source}${kind === "disk" ? "" : ` (${kind})`}`;
    }),
    interfaces: all("interface").map((device) => {
      const source = first(device, "source", "network", "bridge", "dev");
      return `${first(device, "mac", "address")}${source === "" ? "" : ` in ${source}`}`;
    }),
  };
}
