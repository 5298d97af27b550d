/**
 * The disks and interfaces in a domain's description.
 *
 * @module
 */

import type { XmlElement } from "../xml/element.ts";
import { parseXml } from "../xml/parse.ts";

/** A disk. */
export interface Disk {
  /** `file`, `block`, `network`, `volume`, ... */
  readonly type: string;
  /** `disk`, `cdrom`, `floppy` or `lun`. */
  readonly device: string;
  /** What the guest calls it, more or less: `vda`. */
  readonly target: string;
  /** Where its contents are; `null` for an empty drive. */
  readonly source: string | null;
}

/** A network interface. */
export interface Nic {
  /** Its name on the host while the domain runs. */
  readonly interface: string | null;
  /** `network`, `bridge`, `user`, ... */
  readonly type: string;
  /** The network, bridge or device that it is plugged into. */
  readonly source: string | null;
  /** What it presents itself as: `virtio`. */
  readonly model: string | null;
  /** Its MAC address. */
  readonly mac: string | null;
}

/** The disks of a domain. */
export function disksOf(xml: string): Disk[] {
  return devices(xml, "disk").map((disk) => ({
    type: disk.get("type") ?? "file",
    device: disk.get("device") ?? "disk",
    target: disk.child("target")?.get("dev") ?? "-",
    source: diskSource(disk.child("source")),
  }));
}

/** The network interfaces of a domain. */
export function nicsOf(xml: string): Nic[] {
  return devices(xml, "interface").map((nic) => {
    const source = nic.child("source");
    return {
      interface: nic.child("target")?.get("dev") ?? null,
      type: nic.get("type") ?? "-",
      source: source?.get("network") ?? source?.get("bridge") ??
        source?.get("dev") ?? null,
      model: nic.child("model")?.get("type") ?? null,
      mac: nic.child("mac")?.get("address") ?? null,
    };
  });
}

function diskSource(source: XmlElement | undefined): string | null {
  if (source === undefined) return null;
  const pool = source.get("pool");
  if (pool !== undefined) return `${pool}/${source.get("volume") ?? ""}`;
  return source.get("file") ?? source.get("dev") ?? source.get("dir") ??
    source.get("name") ?? null;
}

function devices(xml: string, name: string): XmlElement[] {
  return parseXml(xml).child("devices")?.all(name) ?? [];
}
