/**
 * The version of this package, and what it runs on; a test compares the first with deno.json's.
 *
 * @module
 */

/** The version. */
export const VERSION = "0.1.0";

const OLDEST_NODE = "22.3";

/** What to say to who runs this on a Node that lacks what it is made of, as Debian's may. */
export function nodeTooOld(
  versions: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { node, bun, deno } = versions;
  if (node === undefined || bun !== undefined || deno !== undefined) return undefined;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE.split(".").map(Number) as [number, number];
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `This is Node ${node}, and ${OLDEST_NODE} is the oldest that will do; install a newer one, ` +
    `or run it with Deno or Bun`;
}
