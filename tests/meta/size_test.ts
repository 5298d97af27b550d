// Runs on: deno (it measures what a browser would load)
import { assert } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { test } from "../harness.ts";
import { root } from "./repository.ts";

const ENTRY = ["src/web.ts", "mod.ts"].find((path) => existsSync(join(root, path)));

/** The size of what a page loads to use some exports of the entry, minified and zipped. */
function zippedSize(exports: string): number {
  const { outputFiles } = esbuild.buildSync({
    absWorkingDir: root,
    stdin: { contents: `export ${exports} from "./${ENTRY}";`, resolveDir: root, loader: "ts" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    outdir: "size",
    write: false,
  });
  // the entry is the first; the others hold what import() brings when it is needed
  const loaded = new Map(outputFiles.map((file) => [file.path.replace(/.*\//, ""), file.text]));
  const waiting = [outputFiles[0]!.path.replace(/.*\//, "")];
  const parts = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (parts.has(name)) continue;
    parts.add(name);
    for (const [, file] of loaded.get(name)!.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
      waiting.push(file!);
    }
  }
  return gzipSync([...parts].map((name) => loaded.get(name)).join("\n"), { level: 9 }).length;
}
