// deno-lint-ignore-file no-console
/**
 * `deno task test`: the tests on every runtime.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { closingLine, printSummary, totalOf } from "./runner/summary.ts";
import { runTests, RUNTIMES, type TestOptions } from "./runner/suite.ts";

const HELP = `deno task test [--runtime NAME,…] [--filter TEXT] [PATH…]

  --runtime  ${RUNTIMES.join(", ")}, all of them when left out; npm is the built package
             on Node 22 and on the others
  --filter   runs only the tests whose names contain the text
  PATH       runs only these test files, or those in these folders, from source

Bun and Node, where they are missing or too old, come from npm. Tests that need a real libvirtd are
skipped where none is installed, unless VIRTWIRE_REQUIRE_DAEMONS=1; tests/daemons/install.sh
installs two. VIRTWIRE_REQUIRE_BROWSER=1 and VIRTWIRE_REQUIRE_SHELLS=1 do so for Chromium, and for
bash, zsh and fish.`;

function isRuntime(name: string): name is typeof RUNTIMES[number] {
  return (RUNTIMES as readonly string[]).includes(name);
}

function parse(): TestOptions | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        runtime: { type: "string", multiple: true },
        filter: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return "";
    const named = values.runtime?.flatMap((names) => names.split(/[ ,]+/));
    const unknown = named?.find((name) => !isRuntime(name));
    if (unknown !== undefined) return `There is no runtime ${unknown}: ${RUNTIMES.join(", ")}`;
    const paths = positionals.length === 0 ? ["tests"] : positionals;
    const all = RUNTIMES.filter((name) => name !== "npm" || positionals.length === 0);
    return { runtimes: named?.filter(isRuntime) ?? all, paths, filter: values.filter };
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(): Promise<number> {
  const options = parse();
  if (typeof options === "string") {
    if (options !== "") console.error(`${options}\n`);
    console.log(HELP);
    return options === "" ? 0 : 2;
  }
  const results = await runTests(options);
  const total = totalOf(results);
  printSummary(results);
  if (total.passed + total.failed === 0) console.error("No test was run");
  console.log(closingLine(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

Deno.exitCode = await main();
