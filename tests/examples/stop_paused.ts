/**
 * What {@link ./stop_paused_test.ts} tests: a piece of an application that uses libvirt.
 *
 * @module
 */

import { type Connection, DomainListFlags, isNotFound } from "@virtwire/libvirt";

/** Shuts off the domains that are paused; answers their names. */
export async function stopPaused(conn: Connection): Promise<string[]> {
  const paused = await conn.listAllDomains({ flags: DomainListFlags.PAUSED });
  const stopped: string[] = [];
  for (const domain of paused) {
    try {
      await domain.destroy();
      stopped.push(domain.name);
    } catch (error) {
      if (!isNotFound(error)) throw error; // somebody else was faster
    }
  }
  return stopped;
}
