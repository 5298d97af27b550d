/**
 * What a device or a domain needs where it says a part of it, and what libvirt says where it lacks.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseDecimal } from "./values.ts";

const { XML_ERROR, CONFIG_UNSUPPORTED, XML_DETAIL } = ErrorNumber;
const { NONE, STORAGE, DOMAIN, NETWORK, CPU, XML } = ErrorDomain;

interface Need {
  /** Path of the element from the root. */
  readonly where: string;
  /** Attributes (`@name`) or elements that it needs, all of them. */
  readonly what: string;
  readonly code: number;
  readonly domain: number;
  readonly detail: string;
}

function need(where: string, what: string, code: number, domain: number, detail: string): Need {
  return { where, what, code, domain, detail };
}

const ENCRYPTION = "unknown volume encryption format";
const ID_MAP = "invalid idmap start/target/count settings";

/** What a disk needs. */
export const DISK_NEEDS: readonly Need[] = [
  need("encryption", "@format", XML_ERROR, STORAGE, ENCRYPTION),
  need("source/encryption", "@format", XML_ERROR, STORAGE, ENCRYPTION),
  need("auth", "@username", XML_ERROR, STORAGE, "missing username for auth"),
  need("auth", "secret", XML_ERROR, STORAGE, "Missing <secret> element in auth"),
  need("source/auth", "@username", XML_ERROR, STORAGE, "missing username for auth"),
  need("source/auth", "secret", XML_ERROR, STORAGE, "Missing <secret> element in auth"),
  need(
    "driver/statistics/latency-histogram",
    "bin",
    XML_ERROR,
    DOMAIN,
    "missing 'bin' elements for 'latency-histogram'",
  ),
];

/** What an interface needs. */
export const INTERFACE_NEEDS: readonly Need[] = [
  need("ip", "@address", XML_ERROR, DOMAIN, "Missing required address in <ip>"),
  need("source/ip", "@address", XML_ERROR, DOMAIN, "Missing required address in <ip>"),
  need(
    "route",
    "@gateway",
    XML_ERROR,
    NETWORK,
    "guest interface: Missing required gateway attribute in route definition",
  ),
  need(
    "source/route",
    "@gateway",
    XML_ERROR,
    NETWORK,
    "interface host IP: Missing required gateway attribute in route definition",
  ),
  need("virtualport", "@type", XML_ERROR, NONE, "missing required virtualport type"),
  need(
    "vlan",
    "tag",
    XML_ERROR,
    NONE,
    "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement",
  ),
  need("teaming", "@type", CONFIG_UNSUPPORTED, DOMAIN, "unknown teaming type '(null)'"),
];

/** What a domain needs, its devices aside. */
export const DOMAIN_NEEDS: readonly Need[] = [
  need("idmap/uid", "@start @target @count", XML_ERROR, DOMAIN, ID_MAP),
  need("idmap/gid", "@start @target @count", XML_ERROR, DOMAIN, ID_MAP),
  need("throttlegroups/throttlegroup", "group_name", XML_ERROR, DOMAIN, "missing group name"),
  need("blkiotune/device", "path", CONFIG_UNSUPPORTED, DOMAIN, "missing per-device path"),
  need("cpu/numa/cell", "@memory", XML_ERROR, XML, "missing element or attribute './@memory'"),
];

/** Throws for what lacks something that it needs. */
export function checkNeeds(root: XmlElement, needs: readonly Need[]): void {
  for (const { where, what, code, domain, detail } of needs) {
    for (const found of findAll(root, where)) {
      // of its network an interface may get a port, and an empty team is none
      if (where === "virtualport" && root.get("type") === "network") continue;
      if (where === "teaming" && found.attributes.length === 0) continue;
      const lacks = what.split(" ").some((part) =>
        part.startsWith("@")
          ? found.get(part.slice(1)) === undefined
          : found.child(part) === undefined
      );
      if (lacks) throw failure(domain, code, detail);
    }
  }
}

function findAll(root: XmlElement, path: string): XmlElement[] {
  return path.split("/").reduce<XmlElement[]>(
    (found, name) => found.flatMap((one) => one.all(name)),
    [root],
  );
}

const LIMIT_MAX = 0xffff_ffff_ffff_ffffn;

/** Throws for limits of a disk, or of a group of disks, that are no numbers. */
export function checkLimits(
  limits: XmlElement | undefined,
  of: "disk iotune" | "throttle group",
): void {
  for (const limit of limits?.elements ?? []) {
    if (limit.name === "group_name") continue;
    const value = parseDecimal(limit.text);
    if (value !== undefined && value >= 0n && value <= LIMIT_MAX) continue;
    throw failure(DOMAIN, XML_ERROR, `${of} field '${limit.name}' must be an integer`);
  }
}

/** Throws for a processor that libvirt cannot make sense of. */
export function checkCpu(cpu: XmlElement): void {
  const named = cpu.child("model") !== undefined || (cpu.get("mode") ?? "custom") !== "custom";
  if (!named && cpu.all("feature").length > 0) {
    throw failure(CPU, XML_ERROR, "Non-empty feature list specified without CPU model");
  }
  const numa = cpu.child("numa");
  const cells = numa?.all("cell") ?? [];
  if (numa !== undefined && cells.length === 0) {
    throw failure(DOMAIN, XML_ERROR, "NUMA topology defined without NUMA cells");
  }
  const ids = new Set(cells.map((cell, at) => Number(cell.get("id") ?? at)));
  if (cells.length !== ids.size || [...ids].some((id) => id < 0 || id >= cells.length)) {
    throw failure(
      DOMAIN,
      XML_ERROR,
      "Exactly one 'cell' element per guest NUMA cell allowed, non-contiguous ranges or ranges " +
        "not starting from 0 are not allowed",
    );
  }
}

/** Throws for pages of a node that the guest has not. */
export function checkPageNodes(
  domain: XmlElement,
  nodesOf: (set: string) => readonly number[],
): void {
  const cells = domain.find("cpu/numa")?.all("cell").length ?? 0;
  for (const page of domain.find("memoryBacking/hugepages")?.all("page") ?? []) {
    const set = page.get("nodeset");
    const nodes = set === undefined ? [] : nodesOf(set);
    const missing = nodes.find((node) => node >= Math.max(1, cells));
    if (missing !== undefined) {
      throw failure(DOMAIN, XML_DETAIL, `hugepages: node ${missing} not found`);
    }
  }
}
