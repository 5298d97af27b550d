// deno-lint-ignore-file no-console
/**
 * Runs test files under one runtime, and the whole choice of runtimes one after another.
 *
 * @module
 */

import { join } from "node:path";
import { root, type SourceRuntime, testFiles } from "./files.ts";
import { readJunit, type Testcase } from "./junit.ts";
import { npmSuite } from "./npm_suite.ts";
import { findProgram, type Program } from "./programs.ts";

/** What to run. */
export interface TestOptions {
  readonly runtimes: readonly (SourceRuntime | "npm")[];
  /** Test files and folders, relative to the root. */
  readonly paths: readonly string[];
  /** A part of the names of the tests to run. */
  readonly filter?: string | undefined;
}

/** What came of running some tests under one runtime. */
export interface Result {
  readonly label: string;
  readonly cases: readonly Testcase[];
  readonly seconds: number;
}

/** The runtimes, in the order in which they are run. */
export const RUNTIMES: readonly (SourceRuntime | "npm")[] = ["deno", "bun", "node", "npm"];

/** No test fails on time; this ends a runner that hangs, in milliseconds. */
const LIMIT = 20 * 60_000;
/** The same for one file, which Node runs in a process of its own. */
const FILE_LIMIT = 10 * 60_000;

/** Runs the tests under each runtime in turn, so that they do not fight over few cores. */
export async function runTests(options: TestOptions): Promise<Result[]> {
  const results: Result[] = [];
  for (const runtime of options.runtimes) {
    try {
      if (runtime === "npm") results.push(...await npmSuite(options.filter));
      else results.push(...await sourceSuite(runtime, options));
    } catch (error) { // a runtime that cannot be had must not hide the others' results
      const name = `Cannot run the tests on ${runtime}: ${(error as Error).message}`;
      results.push({ label: runtime, cases: [{ name, outcome: "failed" }], seconds: 0 });
    }
  }
  return results;
}

async function sourceSuite(runtime: SourceRuntime, options: TestOptions): Promise<Result[]> {
  const files = await testFiles(runtime, options.paths);
  if (files.length === 0) return [];
  return [
    await runSuite(runtime, await findProgram(runtime), {
      directory: root,
      files,
      nodeImport: "./tests/std_names.mjs",
      filter: options.filter,
    }),
  ];
}

/** Where and what one runner runs. */
export interface Run {
  readonly directory: string;
  readonly files: readonly string[];
  /** A module that Node loads first. */
  readonly nodeImport?: string;
  readonly filter?: string | undefined;
  /** What the label says behind the runtime. */
  readonly suffix?: string;
}

/** Runs files with the runtime's own test runner, whose output goes where ours does. */
export async function runSuite(
  runtime: SourceRuntime,
  program: Program,
  run: Run,
): Promise<Result> {
  const label = program.label + (run.suffix ?? "");
  console.log(
    `\n── ${label}: ${run.files.length} test ${run.files.length === 1 ? "file" : "files"} ──\n`,
  );
  const temporary = await Deno.makeTempDir({ prefix: "virtwire-tests-" });
  const started = performance.now();
  try {
    const report = join(temporary, "junit.xml");
    const ended = await runToEnd(program.path, testArguments(runtime, run, report), run.directory);
    const xml = await Deno.readTextFile(report).catch(() => "");
    const cases = readJunit(xml).filter((test) => isTest(test, run));
    const nothing = run.filter !== undefined && cases.length === 0; // Bun calls that a failure
    if (ended !== undefined && !nothing && !cases.some(({ outcome }) => outcome === "failed")) {
      // a module that does not load, a crash, a leak found after the last test
      cases.push({ name: `The test runner ${ended}`, outcome: "failed" });
    }
    return { label, cases, seconds: (performance.now() - started) / 1000 };
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

function testArguments(runtime: SourceRuntime, run: Run, report: string): string[] {
  const { filter, files } = run;
  switch (runtime) {
    case "deno":
      return [
        "test",
        "--allow-all",
        "--no-check", // `deno task check` does, and an error of types must not hide the tests
        `--junit-path=${report}`,
        ...(filter === undefined ? [] : [`--filter=${filter}`]),
        ...files,
      ];
    case "bun":
      return [
        "test",
        "--reporter=junit",
        `--reporter-outfile=${report}`,
        ...(filter === undefined ? [] : [`--test-name-pattern=${literally(filter)}`]),
        ...files.map((file) => `./${file}`), // without it, a name is a pattern
      ];
    case "node":
      return [
        ...(run.nodeImport === undefined ? [] : ["--import", run.nodeImport]),
        "--test",
        `--test-timeout=${FILE_LIMIT}`,
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        ...(filter === undefined ? [] : [`--test-name-pattern=${literally(filter)}`]),
        ...files,
      ];
  }
}

/** Whether this is a test that was asked for: runners report more. */
function isTest({ name, outcome }: Testcase, { files, filter }: Run): boolean {
  // Node counts a file without tests as one
  if (outcome === "passed") return !files.includes(name);
  // Bun counts what the filter leaves out as skipped
  return outcome !== "skipped" || filter === undefined || name.includes(filter);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Waits for a program's end; tells how it failed, if it did. */
async function runToEnd(
  command: string,
  args: readonly string[],
  directory: string,
): Promise<string | undefined> {
  const child = new Deno.Command(command, { args: [...args], cwd: directory, stdin: "null" })
    .spawn();
  let late = false;
  let timer = setTimeout(() => {
    late = true;
    child.kill("SIGTERM"); // on which Node ends its own children
    timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  }, LIMIT);
  const { success, code, signal } = await child.status;
  clearTimeout(timer);
  if (late) return `was stopped, for it did not end within ${LIMIT / 60_000} minutes`;
  return success ? undefined : signal === null ? `ended with ${code}` : `was ended by ${signal}`;
}
