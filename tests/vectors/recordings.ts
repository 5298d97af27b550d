/**
 * Conversations between libvirt's own client and daemon, as they were recorded.
 *
 * Each file tells in its first lines what was run, with which release, and when.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { decodeHex } from "@std/encoding/hex";

/** Bytes that went over in one piece. */
export interface Chunk {
  /** Who sent them. */
  readonly from: "client" | "daemon";
  readonly bytes: Uint8Array;
}

/** One connection from its first byte to its last. */
export interface Recording {
  /** The release and what was done: `12.8.0-list`. */
  readonly name: string;
  readonly chunks: readonly Chunk[];
}

function parse(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const from = line.startsWith("> ") ? "client" : "daemon";
    chunks.push({ from, bytes: decodeHex(line.slice(2)) });
  }
  return chunks;
}

/** All recordings. */
export const recordings: readonly Recording[] = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".txt")).sort()
  .map((file) => ({
    name: file.slice(0, -".txt".length),
    chunks: parse(readFileSync(new URL(file, import.meta.url), "utf8")),
  }));

/** A recording by its name. */
export function recording(name: string): Recording {
  return recordings.find((found) => found.name === name)!;
}

/** What one side has sent, in its pieces. */
export function sentBy(from: Chunk["from"], { chunks }: Recording): Uint8Array[] {
  return chunks.filter((chunk) => chunk.from === from).map(({ bytes }) => bytes);
}
