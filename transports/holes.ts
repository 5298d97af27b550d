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

interface Library {
  readonly symbols: Libc;
  close(): void;
}

interface DenoFfi {
  permissions: { querySync(what: { name: "ffi" }): { state: string } };
  dlopen(library: string, symbols: object): Library;
}

interface BunFfi {
  dlopen(library: string, symbols: object): Library;
}

/** Tells a file's stretches of data. */
export interface HoleFinder {
  /** The next stretch of data from a position on, or `undefined` when only a hole follows. */
  dataFrom(position: number): FileExtent | undefined;
  /** Lets go of the file. */
  close(): void;
}

/**
 * Opens a file to ask where its data is; `undefined` where that is not to be known: on Node, which
 * calls no C functions, and on a Deno that was not allowed to.
 */
export function findHoles(path: string): HoleFinder | undefined {
  const library = load();
  if (library === undefined) return undefined;
  const c = library.symbols;
  const descriptor = c.open(new TextEncoder().encode(`${path}\0`), 0);
  if (descriptor < 0) {
    library.close();
    return undefined;
  }
  return {
    dataFrom(position: number): FileExtent | undefined {
      const seek = (from: number, whence: number) =>
        Number(c.lseek(descriptor, BigInt(from), whence));
      const start = seek(position, SEEK_DATA);
      const hole = seek(start < 0 ? position : start, SEEK_HOLE);
      // Only where the position is known to be in a hole is there no data: any other failure may
      // not cost any.
      if (start < 0) return hole === position ? undefined : { start: position, end: Infinity };
      return { start, end: hole < 0 ? Infinity : hole };
    },
    close(): void {
      c.close(descriptor);
      library.close();
    },
  };
}

function load(): Library | undefined {
  const { Deno: deno, process } = globalThis as unknown as {
    Deno?: DenoFfi;
    process?: { getBuiltinModule?(name: "bun:ffi"): BunFfi | undefined };
  };
  try {
    if (deno !== undefined) {
      if (deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
      return deno.dlopen(LIBRARY, {
        open: { parameters: ["buffer", "i32"], result: "i32" },
        lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
        close: { parameters: ["i32"], result: "i32" },
      });
    }
    return process?.getBuiltinModule?.("bun:ffi")?.dlopen(LIBRARY, {
      open: { args: ["ptr", "i32"], returns: "i32" },
      lseek: { args: ["i32", "i64", "i32"], returns: "i64" },
      close: { args: ["i32"], returns: "i32" },
    });
  } catch {
    return undefined; // another C library, another system
  }
}
