// Runs on: deno (it reads the source, which is the same everywhere)
import { assertEquals } from "@std/assert";
import { posix } from "node:path";
import { test } from "../harness.ts";
import { globToRegExp, type Layer, layerOf, LAYERS } from "./layers.ts";
import { publishedFiles, readText } from "./repository.ts";
import { type Import, importsOf, type Token, tokenize } from "./source_text.ts";

const tokensOf = new Map<string, Token[]>();
for (const path of publishedFiles()) tokensOf.set(path, tokenize(readText(path)));

const importsByFile = new Map<string, Import[]>();
for (const [path, tokens] of tokensOf) importsByFile.set(path, importsOf(tokens));

/** The file that an import names, or undefined for a package. */
function targetOf(path: string, { specifier }: Import): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(path), specifier);
}

/** Why an import breaks the rules, if it does. */
function faultOf(path: string, use: Import): string | undefined {
  const own = layerOf(path)!;
  const layer: Layer = LAYERS[own];
  const target = targetOf(path, use);
  if (target === undefined) {
    const allowed = layer.packages?.some((glob) => globToRegExp(glob).test(use.specifier));
    return allowed ? undefined : `${own} may not use the package`;
  }
  if (!tokensOf.has(target)) return "there is no such file in the published source";
  const other = layerOf(target);
  if (other === undefined) return undefined; // told by another test
  if (other === own || layer.uses?.includes(other)) return undefined;
  if (use.kind === "type" && layer.types?.includes(other)) return undefined;
  if (use.kind === "lazy" && layer.lazy?.includes(other)) return undefined;
  const asWhat = layer.types?.includes(other)
    ? " but for types"
    : layer.lazy?.includes(other)
    ? " but by import()"
    : "";
  return `${own} may not import ${other}${asWhat}`;
}

test("meta: every published file has a layer", () => {
  assertEquals([...tokensOf.keys()].filter((path) => layerOf(path) === undefined), []);
});

test("meta: each layer imports only what it may", () => {
  const faults: string[] = [];
  for (const [path, imports] of importsByFile) {
    if (layerOf(path) === undefined) continue;
    for (const use of imports) {
      const fault = faultOf(path, use);
      if (fault !== undefined) faults.push(`${path}:${use.line} ${use.specifier}: ${fault}`);
    }
  }
  assertEquals(faults, []);
});

test("meta: connecting loads neither the server nor a parser of XML", () => {
  const loaded = new Set<string>();
  const waiting = ["mod.ts", "src/protocol.ts", "src/qemu.ts", "src/lxc.ts", "src/admin.ts"];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    for (const use of importsByFile.get(path) ?? []) {
      const target = use.kind === "static" ? targetOf(path, use) : undefined;
      if (target !== undefined) waiting.push(target);
    }
  }
  const unwanted = new Set(["server", "testing", "xml", "cli"]);
  assertEquals([...loaded].filter((path) => unwanted.has(layerOf(path)!)), []);
});

/** What names a runtime, in code. */
function runtimeNames(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ kind, text }, i) => {
    if (kind === "string") return text.startsWith("node:") || text === "Deno" || text === "Bun";
    if (kind !== "word" || !["Deno", "Bun", "process", "Buffer"].includes(text)) return false;
    const [before, after] = [tokens[i - 1]?.text, tokens[i + 1]?.text];
    if (before === ".") return tokens[i - 2]?.text === "globalThis"; // another object's member
    return after !== ":" && after !== "?"; // the name of a property
  });
}

test("meta: src names no runtime", () => {
  const faults: string[] = [];
  for (const [path, tokens] of tokensOf) {
    if (!path.startsWith("src/") || layerOf(path) === "cli") continue;
    for (const { text, line } of runtimeNames(tokens)) faults.push(`${path}:${line} ${text}`);
  }
  assertEquals(faults, []);
});
