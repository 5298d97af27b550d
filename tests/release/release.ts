// deno-lint-ignore-file no-console
/**
 * `deno task release`: all that a release takes but the upload, whose commands it prints.
 *
 * With `--rehearse` it goes on where something is not ready, and says so at the end; `deno task ok`
 * is left out.
 *
 * @module
 */

import { basename, join } from "node:path";
import { CHECKS } from "../npm/checks.ts";
import { installPackage, SMOKE_TEST } from "../npm/install.ts";
import { root, type SourceRuntime } from "../runner/files.ts";
import { output } from "../runner/output.ts";
import { findProgram, type ProgramName } from "../runner/programs.ts";
import { type Result, runSuite } from "../runner/suite.ts";
import { readOptions } from "../tool_options.ts";
import { buildDocs } from "./docs.ts";
import { newestEntry, versionFaults } from "./versions.ts";

/** Where the tarball is put. */
const RELEASE = join(root, ".cache", "release");

const RUNTIMES: readonly (readonly [ProgramName, SourceRuntime])[] = [
  ["oldestNode", "node"],
  ["node", "node"],
  ["bun", "bun"],
  ["deno", "deno"],
];

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(join(root, path));
}

/** Nothing is released that is not in the history. */
async function checkTree(version: string): Promise<void> {
  const changed = await output("git", ["status", "--porcelain"], root);
  if (changed !== "") throw new Error(`The working tree has changes:\n${changed}`);
  const tag = await output("git", ["tag", "--list", `v${version}`], root);
  if (tag !== "") throw new Error(`There is a tag ${tag} already: give the release a new version`);
}

async function checkVersions(): Promise<void> {
  const faults = versionFaults({
    deno: await readText("deno.json"),
    npm: await readText("package.json"),
    changelog: await readText("CHANGELOG.md"),
  });
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

/** Runs one of deno.json's tasks, whose output goes where ours does. */
async function task(name: string): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["task", name],
    cwd: root,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`deno task ${name} ended with ${code}`);
}

/** Packs the package, tests what was packed on every runtime, and keeps it. */
async function pack(): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "virtwire-release-" });
  try {
    await installPackage(directory);
    for (const { name, skip, run } of CHECKS) {
      if (skip !== false) throw new Error(`${name}: not to be seen, ${skip}`);
      await run(directory);
    }
    const results: Result[] = [];
    for (const [program, runtime] of RUNTIMES) {
      const run = { directory, files: [SMOKE_TEST], suffix: ", release" };
      results.push(await runSuite(runtime, await findProgram(program), run));
    }
    const failed = results.flatMap(({ label, cases }) =>
      cases.filter(({ outcome }) => outcome === "failed").map(({ name }) => `${label}: ${name}`)
    );
    if (failed.length > 0) throw new Error(`The packed package fails:\n${failed.join("\n")}`);
    for await (const { name } of Deno.readDir(directory)) {
      if (!name.endsWith(".tgz")) continue;
      await Deno.mkdir(RELEASE, { recursive: true });
      await Deno.copyFile(join(directory, name), join(RELEASE, basename(name)));
      return join(RELEASE, name);
    }
    throw new Error("npm has packed nothing");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function main(): Promise<number> {
  const { rehearse } = readOptions("deno task release [--rehearse]", {
    rehearse: { type: "boolean", default: false },
  });
  const { version } = JSON.parse(await readText("deno.json")) as { version: string };
  const failed: string[] = [];

  /** Takes a step; a rehearsal goes on after one that fails. */
  async function step<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    console.log(`\n── ${name} ──`);
    try {
      return await work();
    } catch (error) {
      console.log((error as Error).message);
      if (!rehearse) throw new Error(`Not released: ${name}`);
      failed.push(name);
      return undefined;
    }
  }

  try {
    await step("the working tree is clean, the version new", () => checkTree(version));
    await step("the versions agree", checkVersions);
    if (!rehearse) await step("everything is in order", () => task("ok"));
    await step("the reference has no warnings", buildDocs);
    const tarball = await step(
      "the npm package, packed, works on every runtime and in a page",
      pack,
    );
    await step("the copy for JSR", () => task("jsr"));
    if (tarball !== undefined) {
      const { size } = await Deno.stat(tarball);
      console.log(`\n${tarball}: ${(size / 1000).toFixed(0)} kB`);
    }
    console.log(`\n${newestEntry(await readText("CHANGELOG.md"))?.text ?? ""}\n`);
    if (failed.length > 0) {
      console.log(`Not ready: ${failed.join("; ")}`);
      return 1;
    }
    console.log(`What is left, for somebody with the rights:

  git tag v${version} && git push --tags
  npm publish ${tarball} --access public
  (cd .cache/jsr && deno publish)
`);
    return 0;
  } catch (error) {
    console.log(`\n${(error as Error).message}`);
    return 1;
  }
}

Deno.exitCode = await main();
