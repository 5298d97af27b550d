/**
 * Volumes of a real daemon, and what the host knows of them.
 *
 * @module
 */

import { connect, type Connection, type StoragePool, type StorageVol } from "../../mod.ts";
import type { RealDaemon } from "../daemons/daemons.ts";

function builtin<T>(name: string): T {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: string): unknown };
  };
  return process.getBuiltinModule(name) as T;
}

export const fs: typeof import("node:fs") = builtin("node:fs");
export const path: typeof import("node:path") = builtin("node:path");
export const crypto: typeof import("node:crypto") = builtin("node:crypto");
export const process: typeof import("node:process") = builtin("node:process");

export const MIB = 1048576;

/** Connects to a daemon. */
export function open(daemon: RealDaemon): Promise<Connection> {
  return connect(`qemu+unix:///system?socket=${daemon.socket}`, { strict: true });
}

/** A pool of files in the daemon's directory. */
export async function newPool(daemon: RealDaemon, conn: Connection): Promise<StoragePool> {
  const directory = path.join(daemon.directory, "pool");
  fs.mkdirSync(directory);
  return await conn.createStoragePoolXml(
    `<pool type='dir'><name>p</name><target><path>${directory}</path></target></pool>`,
  );
}

/** An empty raw volume, and the file behind it. */
export async function newVolume(
  daemon: RealDaemon,
  pool: StoragePool,
  name: string,
): Promise<[StorageVol, string]> {
  const volume = await pool.createVolumeXml(
    `<volume><name>${name}</name><capacity>0</capacity><target><format type='raw'/></target></volume>`,
  );
  return [volume, path.join(daemon.directory, "pool", name)];
}

/** How many descriptors of the daemon lead to a file. */
export function descriptorsTo(daemon: RealDaemon, file: string): number {
  const folder = `/proc/${daemon.pid}/fd`;
  return fs.readdirSync(folder).filter((name) => {
    try {
      return fs.readlinkSync(path.join(folder, name)) === file;
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

/** SHA-256 of what comes, and how much that is. */
export async function digest(source: AsyncIterable<Uint8Array>): Promise<[string, number]> {
  const hash = crypto.createHash("sha256");
  let length = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    length += chunk.length;
  }
  return [hash.digest("hex"), length];
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 1000) throw new Error(`Waited 10 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
