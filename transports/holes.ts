/**
 * Where a file has data and where holes, which no runtime's own functions tell.
 *
 * @module
 */

import type { FileExtent } from "../src/transport.ts";

// whence of lseek(2), the same on every Linux
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

const LIBRARY = "libc.so.6";

interface Libc {
  open(path: Uint8Array, flags: number): number;
  lseek(descriptor: number, offset: bigint, whence: number): bigint | number;
  close(descriptor: number): number;
}

interface DenoFfi {
  permissions: { querySync(what: { name: "ffi" }): { state: string } };
  dlopen(library: string, symbols: object): { symbols: Libc };
  build: { os: string };
}

interface BunFfi {
  dlopen(library: string, symbols: object): { symbols: Libc };
}

/** Tells a file's stretches of data. */
export interface HoleFinder {
  /** The next stretch of data from a position on, or `undefined` when only a hole follows. */
  dataFrom(position: number): FileExtent | undefined;
  /** Lets go of the file. */
  close(): void;
}

let libc: Promise<Libc | undefined> | undefined;

/**
 * Opens a file to ask where its data is; `undefined` where that is not to be known: on Node, which
 * calls no C functions, and on a Deno that was not allowed to.
 */
export async function findHoles(path: string): Promise<HoleFinder | undefined> {
  const c = await (libc ??= loadLibc());
  if (c === undefined) return undefined;
  const descriptor = c.open(new TextEncoder().encode(`${path}\0`), 0);
  if (descriptor < 0) return undefined;
  return {
    dataFrom(position: number): FileExtent | undefined {
      const start = Number(c.lseek(descriptor, BigInt(position), SEEK_DATA));
      if (start < 0) return undefined;
      return { start, end: Number(c.lseek(descriptor, BigInt(start), SEEK_HOLE)) };
    },
    close: () => void c.close(descriptor),
  };
}

async function loadLibc(): Promise<Libc | undefined> {
  try {
    const { Deno: deno } = globalThis as unknown as { Deno?: DenoFfi };
    if (deno !== undefined) {
      if (deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
      return deno.dlopen(LIBRARY, {
        open: { parameters: ["buffer", "i32"], result: "i32" },
        lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
        close: { parameters: ["i32"], result: "i32" },
      }).symbols;
    }
    if (!("Bun" in globalThis)) return undefined;
    const module = "bun:ffi"; // a name in a variable: other bundlers and checkers leave it alone
    const ffi: BunFfi = await import(module);
    return ffi.dlopen(LIBRARY, {
      open: { args: ["ptr", "i32"], returns: "i32" },
      lseek: { args: ["i32", "i64", "i32"], returns: "i64" },
      close: { args: ["i32"], returns: "i32" },
    }).symbols;
  } catch {
    return undefined; // another C library, another system
  }
}
