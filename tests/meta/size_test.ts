// Runs on: deno (it measures what a browser would load)
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
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

/** A runtime's global, not a property or a word in a text; or one of Node's modules. */
const RUNTIME =
  /(?<![\w$."'`-])(?:Deno|Bun|process|Buffer|require|__dirname)(?=[.(\[?])|["']node:/g;

function filesOf(entryPoint: string): esbuild.Metafile {
  return bundle(`export * from "./${entryPoint}";`, []).metafile!;
}

/**
 * Budgets in KiB: of what a page loads first, so that what only an import() reaches does not count.
 *
 * A page that connects has the session, the transport and the URIs beside its classes.
 */
const BUDGETS: readonly (readonly [file: string, exports: string, limit: number])[] = [
  ["src/web.ts", "{ Connection, Domain }", 30],
  ["src/web.ts", "{ connectWeb, Domain }", 54],
  ["src/web.ts", "*", 80],
  ["src/browser.ts", "{ connect, Domain }", 54],
  ["mod.ts", "{ Domain }", 25],
  ["mod.ts", "{ Connection, Domain }", 33],
  ["mod.ts", "*", 80],
];

for (const [file, exports, limit] of BUDGETS) {
  test(`meta: ${exports} of ${file} is at most ${limit} KiB`, () => {
    const size = zippedSize(`export ${exports} from "./${file}";`) / KIB;
    assert(size <= limit, `it is ${size.toFixed(1)} KiB`);
  });
}

for (const entryPoint of ["src/web.ts", "src/browser.ts"]) {
  test(`meta: what is imported of ${entryPoint} and not used leaves nothing behind`, () => {
    const lazy = lazyFiles(filesOf(entryPoint));
    const [output] = bundle(`import "./${entryPoint}";`, lazy).outputFiles!;
    // numbers that are computed, which bundlers do not see to be without effect
    assert(output!.text.length < 400, output!.text);
  });
}

test("meta: the test below would find them", () => {
  const text = 'Deno.args;Bun.file("");process.env;Buffer.from("");import("node:fs");x.process.y';
  assertEquals([...text.matchAll(RUNTIME)].length, 5);
});

for (const entryPoint of ["src/web.ts", "src/browser.ts"]) {
  test(`meta: ${entryPoint} names nothing of Deno, Bun or Node`, () => {
    // of each file beside the other, as bundled text would hide which one it is
    const own = Object.keys(filesOf(entryPoint).inputs).filter((path) =>
      /^(?:src|gen|transports)\//.test(path)
    );
    assert(own.includes(entryPoint));
    const found = own.flatMap((path) => {
      const { code } = esbuild.transformSync(readFileSync(join(root, path), "utf8"), {
        loader: "ts",
        minify: true, // comments may speak of them
      });
      return [...code.matchAll(RUNTIME)].map(([name]) => `${path}: ${name}`);
    });
    assertEquals(found, []);
  });
}
