/**
 * Reads what the table of coverage is made from beside the schema.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import type { CoverageInput } from "./coverage.ts";

const TESTS = new URL("../../tests/", import.meta.url);

/** Folders of tests that hold no tests of calls: measurements, packaging, the repository itself. */
const APART = new Set(["bench", "gen", "jsr", "meta", "npm", "runner"]);

/** Reads the other clients' methods and the tests. */
export function readCoverageInputs(): Pick<CoverageInput, "peers" | "tests"> {
  const peers = readFileSync(new URL("../schema/peers.json", import.meta.url), "utf8");
  const tests = new Map<string, string>();
  const paths = readdirSync(TESTS, { recursive: true }).map((path) =>
    String(path).replaceAll("\\", "/")
  );
  for (const path of paths.sort()) {
    const folder = path.split("/")[0]!;
    if (!path.includes("/") || !path.endsWith(".ts") || APART.has(folder)) continue;
    tests.set(path, readFileSync(new URL(path, TESTS), "utf8"));
  }
  return { peers: JSON.parse(peers) as CoverageInput["peers"], tests };
}
