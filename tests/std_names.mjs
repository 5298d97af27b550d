// Gives Node the `@std/…` names of deno.json: node --import ./tests/std_names.mjs --test …
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const { imports } = JSON.parse(readFileSync(new URL("../deno.json", import.meta.url), "utf8"));

registerHooks({
  resolve(name, context, next) {
    const mapped = imports[name]?.replace(/^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]+)?/, "$1");
    return next(mapped ?? name, context);
  },
});
