// Runs on: deno (it measures what a browser would load)
import { assert } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { test } from "../harness.ts";
import { root } from "./repository.ts";

const KIB = 1024;

// Its worker stays, so that it must not be a test that starts it.
esbuild.transformSync("");

function bundle(source: string, external: string[]): esbuild.BuildResult {
  return esbuild.buildSync({
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    write: false,
    metafile: true,
    external,
  });
}

/** The files that only an import() reaches. */
function lazyFiles({ inputs }: esbuild.Metafile): string[] {
  const imports = Object.values(inputs).flatMap((file) => file.imports);
  const now = new Set(imports.flatMap(({ kind, path }) => kind === "dynamic-import" ? [] : [path]));
  return imports.flatMap(({ kind, path }) =>
    kind === "dynamic-import" && !now.has(path) ? [join(root, path)] : []
  );
}

/** The size of what a page loads first for some exports, in bytes, minified and zipped. */
function zippedSize(source: string): number {
  const whole = bundle(source, []);
  const { outputFiles } = bundle(source, lazyFiles(whole.metafile!));
  return gzipSync(outputFiles![0]!.contents, { level: 9 }).length;
}

/** Budgets in KiB. The aim for a connection with domains is 30; the whole API may have 80. */
const BUDGETS: readonly (readonly [file: string, exports: string, limit: number])[] = [
  ["src/web.ts", "{ connectWeb, Domain }", 30],
  ["src/web.ts", "*", 80],
  ["mod.ts", "{ Domain }", 30],
  ["mod.ts", "{ Connection, Domain }", 40],
  ["mod.ts", "*", 80],
];

for (const [file, exports, limit] of BUDGETS) {
  test(`meta: ${exports} of ${file} is at most ${limit} KiB`, () => {
    const size = zippedSize(`export ${exports} from "./${file}";`) / KIB;
    assert(size <= limit, `it is ${size.toFixed(1)} KiB`);
  }, { skip: !existsSync(join(root, file)) && `there is no ${file}` });
}
