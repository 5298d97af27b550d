import { assert } from "@std/assert";
import { test } from "../harness.ts";
import { DOCUMENTS } from "./document_target.ts";
import { corpusOf, fuzz } from "./fuzz.ts";
import { PROXY } from "./proxy_target.ts";
import { closeSessions, SESSIONS } from "./sessions.ts";
import { TARGETS } from "./targets.ts";

for (const target of [...TARGETS, DOCUMENTS, PROXY, ...SESSIONS]) {
  const inputs = SESSIONS.includes(target) ? 200 : 5000;

  test(`fuzz: ${target.name} takes ${inputs} damaged inputs as it must`, async () => {
    const { behaviours } = await fuzz(target, inputs, 20_260_901);
    await closeSessions();
    assert(behaviours > 20, `only ${behaviours} different things happened`);
    assert(corpusOf(target.name).length > 10, "there is no corpus");
  });
}
