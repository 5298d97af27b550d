// deno-lint-ignore-file no-console
/**
 * `deno task soak [--minutes N]`, likewise with Bun and Node. Fails
 * where memory, descriptors or timers grow.
 *
 * @module
 */

import process from "node:process";
import { runtime } from "../harness.ts";
import { readOptions } from "../tool_options.ts";
import { soak } from "./soak.ts";

const values = readOptions("deno task soak [--minutes N]", {
  minutes: { type: "string", default: "5" },
});
try {
  const report = await soak(Number(values.minutes));
  console.log(JSON.stringify({ runtime, ...report }));
  if (report.growing.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
