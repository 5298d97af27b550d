// Runs on: deno (it compares files, which are the same everywhere)
import { assertEquals } from "@std/assert";
import { describeCoverage } from "../../gen/tool/coverage.ts";
import { readCoverageInputs } from "../../gen/tool/coverage_inputs.ts";
import { COVERAGE_FILE, emitCoverage } from "../../gen/tool/emit_coverage.ts";
import { generate } from "../../gen/tool/generate.ts";
import { test } from "../harness.ts";
import { filesBelow, isGenerated, readText } from "./repository.ts";

test("meta: what is generated is what the generator makes", () => {
  const docs = filesBelow("gen/schema").filter((path) => /\/docs(_\w+)?\.json$/.test(path));
  const wire = JSON.parse(readText("gen/schema/wire.json"));
  const api = JSON.parse(readText("gen/schema/api.json"));
  const made = generate({
    wire,
    api,
    docs: Object.assign({}, ...docs.map((path) => JSON.parse(readText(path)))),
  });
  const coverage = describeCoverage({ wire, api, ...readCoverageInputs() });
  made.set(COVERAGE_FILE, emitCoverage(coverage, api.libvirt));
  const present = filesBelow("gen").filter(isGenerated);
  assertEquals(present, [...made.keys()].sort());
  const stale = present.filter((path) => readText(path) !== made.get(path));
  assertEquals(stale, [], "run `deno task gen` and commit what it changes");
});
