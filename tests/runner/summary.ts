// deno-lint-ignore-file no-console
/**
 * Sums up what was run, in a table and one closing line.
 *
 * @module
 */

import type { Testcase } from "./junit.ts";
import type { Result } from "./suite.ts";

/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A skip for want of a real daemon; the harness puts the reason in the test's name. */
function needsDaemon({ name, outcome }: Testcase): boolean {
  return outcome === "skipped" && /\(skipped: .*(?:daemon|libvirtd)/i.test(name);
}

/** What fails: failed tests and, where real daemons are required, those that found none. */
export function failuresOf(result: Result): Testcase[] {
  const required = Deno.env.get("VIRTWIRE_REQUIRE_DAEMONS") === "1";
  return result.cases.filter((test) =>
    test.outcome === "failed" || (required && needsDaemon(test))
  );
}

function countsOf(result: Result): Counts {
  const failed = failuresOf(result).length;
  const passed = result.cases.filter((test) => test.outcome === "passed").length;
  return { passed, failed, skipped: result.cases.length - passed - failed };
}

/** All results together. */
export function totalOf(results: readonly Result[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) {
    const { passed, failed, skipped } = countsOf(result);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** Prints every failure's name, and the table. */
export function printSummary(results: readonly Result[]): void {
  for (const result of results) {
    const failures = failuresOf(result);
    if (failures.length === 0) continue;
    console.log(`\nFailed on ${result.label}:`);
    for (const { name } of failures) console.log(`  ${name}`);
  }
  const rows = [
    ["", "passed", "failed", "skipped", "seconds"],
    ...results.map((result) => {
      const { passed, failed, skipped } = countsOf(result);
      return [result.label, `${passed}`, `${failed}`, `${skipped}`, result.seconds.toFixed(1)];
    }),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  console.log();
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)
    );
    console.log(cells.join("  ").trimEnd());
  }
  console.log();
}

/** The line that everything ends with. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
