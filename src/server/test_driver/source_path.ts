/**
 * Paths as libvirt keeps them.
 *
 * @module
 */

/** A path without doubled slashes, but two at its beginning, and without one at its end. */
export function sanitizePath(path: string): string {
  const root = /^\/\/(?!\/)/.test(path) ? "/" : "";
  return root + path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
}
