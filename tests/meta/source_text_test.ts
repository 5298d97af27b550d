// Runs on: deno (it tests what only the tests beside it use)
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { importsOf, tokenize } from "./source_text.ts";

function words(source: string): string[] {
  return tokenize(source).filter(({ kind }) => kind === "word").map(({ text }) => text);
}

function imports(source: string): string[] {
  return importsOf(tokenize(source)).map(({ kind, specifier, line }) =>
    `${line} ${kind} ${specifier}`
  );
}

test("meta: comments, strings and regular expressions are no code", () => {
  assertEquals(words('a /* b */ c // d\ne \'f\' "g\\"h" `i` = /j"[/]/g'), ["a", "c", "e"]);
  assertEquals(words("x = y / z / w; if (/[\"']/.test(v)) {}"), [..."xyzw", "if", "test", "v"]);
  assertEquals(words("#!/usr/bin/env deno\na"), ["a"]);
});

test("meta: templates hold code, which may hold templates", () => {
  assertEquals(words("`a ${b + `c ${{ d }} e` + f} g $ ${h}` + i"), ["b", "d", "f", "h", "i"]);
});

test("meta: tokens know their lines", () => {
  const source = "`\n${a}\n` /*\n*/ b\n'c'";
  assertEquals(
    tokenize(source).filter(({ text }) => /^[abc]$/.test(text)).map(({ line }) => line),
    [2, 4, 5],
  );
});

test("meta: imports that run", () => {
  assertEquals(imports('import "a"; import b from "b"; import * as c from "c";'), [
    "1 static a",
    "1 static b",
    "1 static c",
  ]);
  assertEquals(imports('import { a, type B } from "x";\nexport { c } from "y";'), [
    "1 static x",
    "2 static y",
  ]);
  assertEquals(imports('export * from "a"; export * as b from "b";'), ["1 static a", "1 static b"]);
  assertEquals(imports('import type from "a";'), ["1 static a"]);
});

test("meta: imports of types", () => {
  assertEquals(imports('import type { A } from "a"; export type * from "b";'), [
    "1 type a",
    "1 type b",
  ]);
  assertEquals(imports('import { type A, type B, } from "a";'), ["1 type a"]);
  assertEquals(imports('const a = b as typeof import("c"); let d: import("e").F;'), [
    "1 type c",
    "1 type e",
  ]);
});

test("meta: imports on use", () => {
  assertEquals(imports('const { a } = await import("b"); const c = d ? e : import("f");'), [
    "1 lazy b",
    "1 lazy f",
  ]);
  assertEquals(imports("await import(name)"), ["1 lazy <computed>"]);
  assertEquals(
    imports("import.meta.url; export const from = 1; export default x; a.import(b)"),
    [],
  );
});
