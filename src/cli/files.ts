/**
 * Text that commands read: from files and standard input.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { promises } from "node:fs";
import process from "node:process";
import { CommandError } from "./failures.ts";

/** What is said where no file was named. */
export const STANDARD_OUTPUT = "standard output";

/** The text of a file; of standard input for `-`. */
export async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path));
}

/** What a file holds, or standard input for `-`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    if (path !== "-") return await promises.readFile(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission is denied",
  EISDIR: "it is a directory",
  ENOSPC: "there is no space left",
  EEXIST: "it exists already",
  ENOTDIR: "a part of its path is not a directory",
  EROFS: "the file system is read-only",
};

/** Why a file could not be used, in words, where the runtime's code is known. */
export function fileReason(what: string, code: string): string {
  // a file that is written is made, so that only its directory can be missing
  if (code === "ENOENT" && what === "write") return "its directory does not exist";
  return REASONS[code] ?? code;
}

/** An error of the file system in words; any other error as it is. */
export function fileError(what: string, path: string, error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return error;
  const name = path === STANDARD_OUTPUT ? `to ${path}` : `"${path}"`;
  return new CommandError(`Cannot ${what} ${name}: ${fileReason(what, code)}`, { cause: error });
}
