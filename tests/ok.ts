// deno-lint-ignore-file no-console
/**
 * `deno task ok`: all that has to hold before a commit; CI runs the same.
 *
 * @module
 */

import denoJson from "../deno.json" with { type: "json" };
import { root } from "./runner/files.ts";
import { closingLine, type Counts, printSummary, totalOf } from "./runner/summary.ts";
import { runTests, RUNTIMES } from "./runner/suite.ts";

const STEPS: Readonly<Record<string, readonly string[]>> = {
  "packages are those of deno.lock": ["install", "--frozen"],
  "format": ["fmt", "--check"],
  "lint": ["lint"],
  "types": ["task", "check"],
  "generated code is fresh": ["task", "gen", "--check"],
  "documentation": ["doc", "--lint", ...Object.values(denoJson.exports)],
  "publishing": ["publish", "--dry-run", "--allow-dirty"],
};

/** Runs a step; its output is shown only when it fails. */
async function step(name: string, args: readonly string[]): Promise<boolean> {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    stdin: "null",
  }).output();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${success ? "ok  " : "FAIL"}  ${name}: deno ${args.join(" ")} (${seconds} s)`);
  if (!success) {
    for (const bytes of [stdout, stderr]) console.log(new TextDecoder().decode(bytes).trimEnd());
  }
  return success;
}

async function main(): Promise<number> {
  const failed: string[] = [];
  for (const [name, args] of Object.entries(STEPS)) {
    if (!await step(name, args)) failed.push(name);
  }
  const results = await runTests({ runtimes: RUNTIMES, paths: ["tests"] });
  printSummary(results);
  const tests = totalOf(results);
  const total: Counts = {
    passed: tests.passed + Object.keys(STEPS).length - failed.length,
    failed: tests.failed + failed.length,
    skipped: tests.skipped,
  };
  if (failed.length > 0) console.log(`Failed, see above: ${failed.join(", ")}\n`);
  console.log(closingLine(total));
  return total.failed === 0 ? 0 : 1;
}

Deno.exitCode = await main();
