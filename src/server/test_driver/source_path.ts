/**
 * Paths as libvirt keeps them.
 *
 * @module
 */

/** A path without doubled slashes, but two at its beginning, and without one at its end. */
export function sanitizePath(path: string): string {
  const [, root = "", rest = ""] = /^(\/\/(?!\/))?(.*)$/s.exec(path) ?? [];
  return root + rest.replace(/\/{2,}/g, "/").replace(root === "" ? /(.)\/$/ : /\/$/, "$1");
}
