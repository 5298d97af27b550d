// deno-lint-ignore-file no-console
/**
 * `deno task faults [--runs N] [--seed N] [--sockets]`, likewise with Bun and Node: seeded runs of a
 * random program over connections with faults. A run that fails prints its seed; `--seed` with it
 * runs that one again.
 *
 * @module
 */

import process from "node:process";
import { runtime } from "../harness.ts";
import { readOptions } from "../tool_options.ts";
import { type Report, runMany } from "./runs.ts";

const values = readOptions("deno task faults [--runs N] [--from N | --seed N] [--sockets]", {
  runs: { type: "string", default: "10000" },
  from: { type: "string", default: "1" },
  seed: { type: "string" },
  sockets: { type: "boolean", default: false },
});

function print({ runs, seconds, tally, left }: Report): void {
  console.log(JSON.stringify({ runtime, runs, seconds, ...tally, left }));
}

try {
  const single = values.seed !== undefined;
  const first = Number(values.seed ?? values.from);
  const report = await runMany({
    first,
    runs: single ? 1 : Number(values.runs),
    sockets: values.sockets,
    progress: (done) => console.error(`${done} runs`),
  });
  print(report);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
