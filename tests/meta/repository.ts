/**
 * The repository's files as text.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Names that .gitignore lists, each a folder that tools fill. */
const IGNORED = new Set([
  ".git",
  ...readText(".gitignore").split("\n").map((line) => line.replace(/\/$/, "")),
]);

/** A file's text; the path is from the root. */
export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The paths of all files below some folders, or of the whole repository, from the root. */
export function filesBelow(...folders: readonly string[]): string[] {
  return (folders.length === 0 ? [""] : folders).flatMap((folder) => walk(join(root, folder)))
    .sort();
}

function walk(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    // as git has it: a name that begins with a slash is one of the root's
    if (IGNORED.has(entry.name) || IGNORED.has(`/${relative(root, path)}`)) return [];
    return entry.isDirectory() ? walk(path) : [relative(root, path)];
  });
}

/** What generating makes: everything in gen that is neither the generator nor its input. */
export function isGenerated(path: string): boolean {
  return /^gen\/(?!tool\/|schema\/)/.test(path);
}

/** The source that users get: hand-written and generated, without development's tools. */
export function publishedFiles(): string[] {
  const folders = filesBelow("src", "gen", "transports").filter((path) =>
    !path.startsWith("gen/tool/") && path.endsWith(".ts")
  );
  return ["mod.ts", ...folders];
}
