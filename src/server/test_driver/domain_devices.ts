/**
 * Finding a domain's devices as its users name them.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { devicesOf } from "./domain_values.ts";

const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i;

/** An interface by MAC address or by name on the host; throws when there is none. */
export function interfaceOf(definition: XmlElement, device: string): XmlElement {
  const found = devicesOf(definition, "interface").find((net) =>
    MAC.test(device)
      ? net.child("mac")?.get("address")?.toLowerCase() === device.toLowerCase()
      : net.child("target")?.get("dev") === device
  );
  if (found !== undefined) return found;
  throw failure(
    ErrorDomain.DOMAIN,
    ErrorNumber.INVALID_ARG,
    `'${device}' is not a known interface`,
  );
}

/** A disk by its target or, with a path, by its source; ambiguous sources only where allowed. */
export function diskOf(
  definition: XmlElement,
  name: string,
  ambiguous: boolean,
): XmlElement | undefined {
  const disks = devicesOf(definition, "disk");
  if (!name.startsWith("/")) return disks.find((disk) => disk.child("target")?.get("dev") === name);
  const found = disks.filter((disk) => sourceOf(disk) === name);
  return found.length > 1 && !ambiguous ? undefined : found[0];
}

/** Where a disk's data is: a file, a device, a directory; `undefined` for an empty drive. */
export function sourceOf(disk: XmlElement): string | undefined {
  const source = disk.child("source");
  return source?.get("file") ?? source?.get("dev") ?? source?.get("dir") ?? source?.get("name") ??
    source?.get("volume");
}
