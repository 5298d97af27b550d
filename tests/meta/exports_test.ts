// Runs on: deno (it compares files, which are the same everywhere)
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { readText } from "./repository.ts";

// Bun and Node find the package by its own name, as the examples have it, by package.json alone.
test("meta: deno.json and package.json name the same entry points", () => {
  const [deno, npm] = ["deno.json", "package.json"].map((path) => JSON.parse(readText(path)));
  assertEquals(npm.exports, deno.exports);
});
