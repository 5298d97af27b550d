// deno-lint-ignore-file no-console
/**
 * `deno task fuzz [--inputs N] [--target NAME] [--seed N] [--keep]`, likewise with Bun and Node:
 * damaged packets for the frame decoder, every codec in both directions, the engine in both roles,
 * the proxy's relay, a server whose client is nobody, and the hypervisor in memory. `--keep` writes the corpus anew.
 *
 * @module
 */

import process from "node:process";
import { runtime } from "../harness.ts";
import { readOptions } from "../tool_options.ts";
import { fuzz } from "./fuzz.ts";
import { DOCUMENTS } from "./document_target.ts";
import { PROXY } from "./proxy_target.ts";
import { closeSessions, SESSIONS } from "./sessions.ts";
import { TARGETS } from "./targets.ts";

// whole sessions are slower by so much
const SESSION_SHARE = 100;

const ALL = [...TARGETS, DOCUMENTS, PROXY, ...SESSIONS];
const USAGE = `deno task fuzz [--inputs N] [--target NAME,…] [--seed N] [--keep]
  NAME  ${ALL.map(({ name }) => name).join(", ")}`;

const values = readOptions(USAGE, {
  inputs: { type: "string", default: "1000000" },
  target: { type: "string" },
  seed: { type: "string", default: "1" },
  keep: { type: "boolean", default: false },
});

const chosen = ALL.filter(({ name }) =>
  values.target === undefined || values.target.split(",").includes(name)
);
const inputs = Number(values.inputs);
if (chosen.length === 0) {
  console.error(`Error: There is no target "${values.target}"\nUsage: ${USAGE}`);
  process.exit(2);
}
try {
  let total = 0;
  for (const target of chosen) {
    const share = Math.ceil(
      inputs / (SESSIONS.includes(target) && chosen.length > 2 ? SESSION_SHARE : chosen.length),
    );
    const fed = await fuzz(target, share, Number(values.seed), values.keep);
    total += fed.inputs;
    console.log(JSON.stringify({ runtime, ...fed }));
  }
  console.log(JSON.stringify({ runtime, inputs: total, flaws: 0 }));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await closeSessions();
}
