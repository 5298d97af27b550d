// deno-lint-ignore-file no-console
/**
 * `deno task restarts [--restarts N] [--version 9|12]`, likewise with Bun and Node: a libvirtd that
 * is restarted under load. After each restart what a loop over events knows of the domains has to be
 * what the daemon lists.
 *
 * @module
 */

import process from "node:process";
import type { DaemonVersion } from "../daemons/daemons.ts";
import { endAtSignals } from "../daemons/kept_directory.ts";
import { runtime } from "../harness.ts";
import { readOptions } from "../tool_options.ts";
import { restartUnderLoad } from "./restarts.ts";

const values = readOptions("deno task restarts [--restarts N] [--version 9|12]", {
  restarts: { type: "string", default: "50" },
  version: { type: "string", default: "9" },
});

endAtSignals();
try {
  const version = values.version as DaemonVersion;
  const report = await restartUnderLoad(version, Number(values.restarts), (done) => {
    if (done % 10 === 0) console.error(`${done} restarts`);
  });
  console.log(JSON.stringify({ runtime, version, ...report }));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
