// deno-lint-ignore-file no-console
/**
 * `deno task ui [DIRECTORY]`: what a browser takes, made of the web console's sources, in `.cache/ui`
 * unless told otherwise.
 *
 * The npm package holds the result, so that who installs it needs no bundler. From the source it is
 * made when it is served, by esbuild, which building the package takes anyway. What is made is not
 * committed: it could only differ from its sources.
 *
 * @module
 */

import { copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where it is made unless told otherwise. */
export const UI: string = join(root, ".cache", "ui");

/** What is bundled: the sources by the names of what is made, from the root. */
export interface PageOptions {
  readonly entryPoints: Readonly<Record<string, string>>;
  /** Files that are copied as they are. */
  readonly files: readonly string[];
  readonly outdir: string;
}

/** Bundles a web page; answers the sizes of its files in bytes by their paths from the root. */
export async function buildPage(options: PageOptions): Promise<ReadonlyMap<string, number>> {
  const { imports } = JSON.parse(await readFile(join(root, "deno.json"), "utf8"));
  await mkdir(options.outdir, { recursive: true });
  try {
    const { metafile: { outputs } } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: { ...options.entryPoints },
      outdir: options.outdir,
      chunkNames: "chunks/[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: ["es2022", "chrome123", "firefox120", "safari17.5"], // light-dark() in style sheets
      supported: { "top-level-await": true },
      loader: { ".svg": "dataurl" },
      minify: true,
      legalComments: "linked",
      metafile: true,
      logLevel: "warning",
      plugins: [standardLibrary(imports)],
    });
    await forget(join(options.outdir, "chunks"), Object.keys(outputs));
    for (const file of options.files) {
      await copyFile(join(root, file), join(options.outdir, file.replace(/.*\//, "")));
    }
    return new Map(Object.entries(outputs).map(([path, { bytes }]) => [path, bytes]));
  } finally {
    await esbuild.stop();
  }
}

/** Removes what an earlier build has left; what is new is never missing meanwhile. */
async function forget(directory: string, made: readonly string[]): Promise<void> {
  const kept = new Set(made.map((path) => resolve(root, path)));
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (!kept.has(path)) await rm(path);
  }
}

/** Builds the web console. */
export async function buildUi(outdir: string = UI): Promise<ReadonlyMap<string, number>> {
  return await buildPage({
    entryPoints: { console: "src/ui/main.ts", style: "src/ui/style.css" },
    files: ["src/ui/index.html", "src/ui/icon.svg"],
    outdir,
  });
}

/** `@std/…` are names of deno.json's alone. */
function standardLibrary(imports: Readonly<Record<string, string>>): esbuild.Plugin {
  return {
    name: "standard library",
    setup(build) {
      build.onResolve({ filter: /^@std\// }, ({ path, resolveDir, kind }) => {
        const mapped = imports[path]!.replace(/^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]+)?/, "$1");
        return build.resolve(mapped, { resolveDir, kind });
      });
    },
  };
}

if (import.meta.main) {
  const [outdir = UI] = argv.slice(2);
  if (outdir.startsWith("-")) {
    console.error("Usage: deno task ui [DIRECTORY]");
    exit(outdir === "--help" ? 0 : 2);
  }
  for (const [path, bytes] of await buildUi(outdir)) {
    console.log(`${path}  ${(bytes / 1000).toFixed(1)} kB`);
  }
}
