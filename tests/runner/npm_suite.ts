// deno-lint-ignore-file no-console
/**
 * Builds the package for npm, installs it, and tests it on every runtime.
 *
 * @module
 */

import { CHECKS } from "../npm/checks.ts";
import { installPackage, SMOKE_TEST } from "../npm/install.ts";
import type { SourceRuntime } from "./files.ts";
import type { Testcase } from "./junit.ts";
import { findProgram, type ProgramName } from "./programs.ts";
import { type Result, runSuite } from "./suite.ts";

const PROGRAMS: readonly (readonly [ProgramName, SourceRuntime])[] = [
  ["oldestNode", "node"],
  ["node", "node"],
  ["bun", "bun"],
  ["deno", "deno"],
];

/** Tests the built package. */
export async function npmSuite(filter: string | undefined): Promise<Result[]> {
  console.log("\n── npm package: build, pack, install ──\n");
  const directory = await Deno.makeTempDir({ prefix: "virtwire-npm-" });
  try {
    const built = await build(directory);
    const results = [built];
    if (built.cases[0]!.outcome === "failed") return results;
    for (const [program, runtime] of PROGRAMS) {
      const found = await findProgram(program);
      const run = { directory, files: [SMOKE_TEST], suffix: ", npm build", filter };
      results.push(await runSuite(runtime, found, run));
    }
    return results;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function build(directory: string): Promise<Result> {
  const started = performance.now();
  const cases = [
    await step("npm: the package is built and installed", () => installPackage(directory)),
  ];
  for (const { name, skip, run } of CHECKS) {
    if (cases[0]!.outcome === "failed") break;
    if (skip !== false) console.log(`skip  ${name}: ${skip}`);
    cases.push(
      skip === false ? await step(name, () => run(directory)) : { name, outcome: "skipped" },
    );
  }
  return { label: "npm build", cases, seconds: (performance.now() - started) / 1000 };
}

async function step(name: string, run: () => Promise<void>): Promise<Testcase> {
  try {
    await run();
    console.log(`ok    ${name}`);
    return { name, outcome: "passed" };
  } catch (error) {
    console.log(`FAIL  ${name}\n${(error as Error).message}`);
    return { name, outcome: "failed" };
  }
}
