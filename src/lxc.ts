/**
 * What only the lxc driver has: the namespaces of a container.
 *
 * @example
 * ```ts
 * import { connect, isUnsupported } from "@virtwire/libvirt";
 * import { lxcOpenNamespace } from "@virtwire/libvirt/lxc";
 *
 * await using conn = await connect("lxc:///system");
 * const container = await conn.lookupDomainByName("web");
 * const error = await lxcOpenNamespace(container).catch((reason) => reason);
 * console.log(isUnsupported(error)); // true: descriptors have no path to JavaScript
 * ```
 *
 * @module
 */

import { lxcDomainOpenNamespace } from "../gen/lxc/calls.ts";
import { unsupported } from "./errors.ts";
import type { Domain } from "./objects/domain.ts";

/**
 * Would open the namespaces of a container; it rejects with an UnsupportedError, and nothing is
 * sent: the daemon answers with file descriptors, for which JavaScript has no path.
 *
 * Since libvirt 1.0.2.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-lxc.html#virDomainLxcOpenNamespace
 */
export function lxcOpenNamespace(domain: Domain): Promise<never> {
  return Promise.reject(unsupported(
    `Cannot open the namespaces of "${domain.name}": the daemon passes them as file ` +
      "descriptors, which no transport here can receive",
    lxcDomainOpenNamespace.name,
  ));
}
