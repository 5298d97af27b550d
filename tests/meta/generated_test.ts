// Runs on: deno (it compares files, which are the same everywhere)
import { assertEquals } from "@std/assert";
import { generate } from "../../gen/tool/generate.ts";
import { test } from "../harness.ts";
import { filesBelow, isGenerated, readText } from "./repository.ts";

test("meta: what is generated is what the generator makes", () => {
  const docs = filesBelow("gen/schema").filter((path) => /\/docs(_\w+)?\.json$/.test(path));
  const made = generate({
    wire: JSON.parse(readText("gen/schema/wire.json")),
    api: JSON.parse(readText("gen/schema/api.json")),
    docs: Object.assign({}, ...docs.map((path) => JSON.parse(readText(path)))),
  });
  const present = filesBelow("gen").filter(isGenerated);
  assertEquals(present, [...made.keys()].sort());
  const stale = present.filter((path) => readText(path) !== made.get(path));
  assertEquals(stale, [], "run `deno task gen` and commit what it changes");
});
