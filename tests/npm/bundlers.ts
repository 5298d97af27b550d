/**
 * The installed package in the hands of bundlers: for pages and workers they find what only needs
 * WebSockets, for servers the whole.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { output } from "../runner/output.ts";
import { findProgram } from "../runner/programs.ts";

/** A program that says nothing of where it runs. */
export const PROGRAM = `
import { connect } from "@virtwire/libvirt";

globalThis.domainsOf = async function (uri) {
  const connection = await connect(uri);
  const domains = await connection.listAllDomains();
  await connection.close();
  return domains.map(({ name }) => name).sort();
};
`;
const SOURCE = "program.mjs";
const MADE = "bundled";
const MAIN = "node_modules/@virtwire/libvirt/mod.js";
const BROWSER = "node_modules/@virtwire/libvirt/browser.js";

/** What a page loads before it can connect, in bytes, minified and zipped. */
const PAGE_LIMIT = 60 * 1024;

/** Files that load with the main entry point: a program reads each of them before it can connect. */
const FILES = 8;

/** What no page can use: a module of Node's, the hypervisor in memory. */
const FOREIGN = /["']node:\w|getBuiltinModule|\bTestDriver\b/g;

type Bundler = (directory: string) => Promise<readonly string[]>;

function esbuildFor(where: esbuild.BuildOptions, entry: string): Bundler {
  return async (directory) => {
    const { outputFiles, metafile } = await esbuild.build({
      absWorkingDir: directory,
      entryPoints: [SOURCE],
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: MADE,
      outExtension: { ".js": ".mjs" },
      write: false, // so that it tells what it made
      metafile: true,
      logLevel: "silent", // it throws them
      ...where,
    });
    const other = entry === MAIN ? BROWSER : MAIN;
    if (!(entry in metafile!.inputs) || other in metafile!.inputs) {
      throw new Error(`${entry} is not what esbuild takes for the package`);
    }
    for (const { path, contents } of outputFiles!) {
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeFile(path, contents);
    }
    return outputFiles!.map(({ text }) => text);
  };
}

const esbuildForPages = esbuildFor({ platform: "browser" }, BROWSER);

async function rolldownForPages(directory: string): Promise<readonly string[]> {
  const build = await rolldown({ cwd: directory, input: SOURCE, platform: "browser" });
  try {
    const { output } = await build.generate({ format: "esm" });
    return output.map((file) => file.type === "chunk" ? file.code : "");
  } finally {
    await build.close();
  }
}

async function bunForPages(directory: string): Promise<readonly string[]> {
  const { path } = await findProgram("bun");
  const made = join(directory, `${MADE}-by-bun`);
  const flags = ["--target=browser", "--splitting", `--outdir=${made}`];
  await output(path, ["build", SOURCE, ...flags], directory);
  const names = [...Deno.readDirSync(made)].map(({ name }) => name);
  return await Promise.all(names.map((name) => Deno.readTextFile(join(made, name))));
}

/** What workers' bundlers name beside `browser`, some of them also what a worker is not. */
const WORKERS = [["workerd", "worker"], ["edge-light", "worker", "node"], ["worker"]];

/** Bundlers, each for a place that has WebSockets alone. */
const FOR_PAGES: Readonly<Record<string, Bundler>> = {
  "esbuild, for a page": esbuildForPages,
  "Rolldown, for a page": rolldownForPages,
  "Bun, for a page": bunForPages,
  ...Object.fromEntries(WORKERS.map((conditions) => {
    const bundler = esbuildFor({ platform: "browser", conditions }, BROWSER);
    return [`esbuild, for a worker (${conditions.join(", ")})`, bundler];
  })),
};

function foreignIn(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => text.match(FOREIGN) ?? []))].sort();
}

async function checkForeign(directory: string, bundler: Bundler): Promise<void> {
  const found = foreignIn(await bundler(directory));
  if (found.length > 0) throw new Error(`There is what no page can use: ${found.join(", ")}`);
}

/** Bundled for Node it is whole, and runs. */
async function checkServer(directory: string): Promise<void> {
  const texts = await esbuildFor({ platform: "node" }, MAIN)(directory);
  const found = foreignIn(texts);
  if (found.length < 3) throw new Error(`The checks for pages would find no more than ${found}`);
  const { path } = await findProgram("oldestNode");
  const program =
    `await import("./bundled/program.mjs"); console.log(await domainsOf("test:///default"))`;
  const printed = await output(path, ["--input-type=module", "--eval", program], directory);
  if (printed !== "[ 'test' ]") throw new Error(`It prints ${printed}`);
}

/** Few files load with the main entry point. */
async function checkFiles(directory: string): Promise<void> {
  const { metafile: { inputs } } = await esbuild.build({
    absWorkingDir: directory,
    entryPoints: [MAIN],
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    write: false,
    metafile: true,
  });
  const first = new Set([MAIN]);
  for (const path of first) {
    for (const { kind, external, path: next } of inputs[path]!.imports) {
      if (kind === "import-statement" && !external) first.add(next);
    }
  }
  if (first.size > FILES) throw new Error(`${[...first].join(", ")}: ${first.size} files`);
}

/** What a page loads before anything is needed of it is small. */
async function checkSize(directory: string): Promise<void> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: directory,
    entryPoints: [SOURCE],
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    outdir: MADE,
    write: false,
    metafile: true,
  });
  const zipped = new Map(
    outputFiles.map(({ path, contents }) => [path, gzipSync(contents, { level: 9 }).length]),
  );
  const first = new Set([`${MADE}/program.js`]);
  for (const path of first) {
    for (const { kind, path: next } of metafile.outputs[path]!.imports) {
      if (kind === "import-statement") first.add(next);
    }
  }
  const size = [...first].reduce((sum, path) => sum + zipped.get(join(directory, path))!, 0);
  if (size > PAGE_LIMIT) throw new Error(`A page loads ${(size / 1024).toFixed(1)} KiB first`);
}

/** Each check's name, and the check of a directory that has the package installed. */
export const BUNDLER_CHECKS: Readonly<Record<string, (directory: string) => Promise<void>>> = {
  ...Object.fromEntries(
    Object.entries(FOR_PAGES).map(([name, bundler]) => [
      `npm: ${name}`,
      (directory: string) => checkForeign(directory, bundler),
    ]),
  ),
  "npm: esbuild, for Node": checkServer,
  [`npm: the main entry point loads at most ${FILES} files at once`]: checkFiles,
  [`npm: a page that connects loads at most ${PAGE_LIMIT / 1024} KiB first`]: checkSize,
};

/** Writes the program that is bundled. */
export async function writeProgram(directory: string): Promise<void> {
  await Deno.writeTextFile(join(directory, SOURCE), PROGRAM);
}
