/**
 * Files of this host.
 *
 * @module
 */

import { unsupported } from "../src/errors.ts";
import type { LocalFile } from "../src/transport.ts";
import { findHoles } from "./holes.ts";

interface FileHandle {
  stat(): Promise<{ readonly size: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}
interface FileSystem {
  readonly constants: { readonly O_RDONLY: number; readonly O_DIRECT?: number };
  readonly promises: { open(path: string, flags: "r" | "w" | number): Promise<FileHandle> };
}
interface Bytes {
  Buffer: { compare(a: Uint8Array, b: Uint8Array): number };
}
interface Builtins {
  getBuiltinModule?(name: "node:fs"): FileSystem;
  getBuiltinModule?(name: "node:buffer"): Bytes;
}

/**
 * Opens a file: one that is there to read it, or a new, empty one to write it.
 *
 * Throws what the runtime throws: an error with a `code` such as `ENOENT`, or, on Deno without the
 * permission, `NotCapable`.
 */
export async function openLocalFile(path: string, mode: "read" | "write"): Promise<LocalFile> {
  const { process } = globalThis as unknown as { process?: Builtins };
  const fs = process?.getBuiltinModule?.("node:fs");
  if (fs === undefined) {
    throw unsupported("Cannot open a file: this is not Deno, Bun or Node; use a Blob or a stream");
  }
  const handle = await fs.promises.open(path, mode === "read" ? "r" : "w");
  try {
    const { size } = await handle.stat();
    const holes = mode === "read" ? findHoles(path) : undefined;
    const direct = mode === "read" && holes === undefined ? await openDirect(fs, path) : undefined;
    return {
      size,
      async read(buffer: Uint8Array, position: number, inHole = false): Promise<number> {
        const { length } = buffer;
        const fits = position % DIRECT_UNIT === 0 && length % DIRECT_UNIT === 0;
        if (inHole && fits && direct !== undefined) {
          // Data may be refused: memory for it has to lie as the device wants it, for a hole not.
          const { bytesRead } = await direct.read(buffer, 0, length, position)
            .catch(() => ({ bytesRead: 0 }));
          if (bytesRead > 0) return bytesRead;
        }
        return (await handle.read(buffer, 0, length, position)).bytesRead;
      },
      async write(bytes: Uint8Array, position: number): Promise<void> {
        for (let at = 0; at < bytes.length;) {
          const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
          at += bytesWritten;
        }
      },
      truncate: (length) => handle.truncate(length),
      isZero,
      ...(holes === undefined ? {} : { dataFrom: (position) => holes.dataFrom(position) }),
      async close(): Promise<void> {
        holes?.close();
        await direct?.close();
        await handle.close();
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

// What positions and lengths have to be multiples of, for any device and file system.
const DIRECT_UNIT = 4096;

/**
 * Opens a file past the kernel's cache, which it would fill with a hole's zeros page by page: that
 * took twenty times as long as the reading. `undefined` where system or file system cannot.
 */
async function openDirect(fs: FileSystem, path: string): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_DIRECT } = fs.constants;
  if (O_DIRECT === undefined) return undefined;
  return await fs.promises.open(path, O_RDONLY | O_DIRECT).catch(() => undefined);
}

const ZEROS = /* @__PURE__ */ new Uint8Array(65536);

// A comparison of memory is some five times as fast as a loop: where nothing tells where holes are,
// as on Node, a sparse upload takes as long as this.
function isZero(bytes: Uint8Array): boolean {
  const { process } = globalThis as unknown as { process: Builtins };
  const { compare } = process.getBuiltinModule!("node:buffer").Buffer;
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (compare(part, ZEROS.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}
