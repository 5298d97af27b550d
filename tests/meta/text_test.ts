// Runs on: deno (it reads the repository's files, which are the same everywhere)
import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { filesBelow, isGenerated, readText } from "./repository.ts";
import { type Token, tokenize } from "./source_text.ts";

const FILES = filesBelow();
const SOURCES = FILES.filter((path) => /\.(?:ts|mjs)$/.test(path));

/** Where a text has what it shall not have. */
function findings(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    readText(path).split("\n").flatMap((line, i) =>
      pattern.test(line) ? [`${path}:${i + 1} ${line.trim().slice(0, 120)}`] : []
    )
  );
}

test("meta: no file names a place on the machine where it was written", () => {
  const places = ["work", "opt/rt", "root"].join("|"); // or this line would be found
  assertEquals(findings(FILES, new RegExp(`(?<![\\w.$}~*-])/(?:${places})/`)), []);
});

test("meta: no file names the host of a package registry", () => {
  const hosts = [
    ["registry", "npmjs", "org"],
    ["registry", "yarnpkg", "com"],
    ["npm", "jsr", "io"],
    ["deb", "debian", "org"],
    ["proxy", "golang", "org"],
  ].map((parts) => parts.join("\\."));
  assertEquals(findings(FILES, new RegExp(hosts.join("|"))), []);
});

test("meta: the versions of deno.json and package.json agree", () => {
  const [deno, npm] = ["deno.json", "package.json"].map((path) => JSON.parse(readText(path)));
  for (const field of ["name", "version", "license"]) assertEquals(npm[field], deno[field], field);
});

/** Hand-written files may be longer than this for a reason only. */
const LINES = 450;
const LONGER: Readonly<Record<string, string>> = {};

test("meta: hand-written files hold one thing", () => {
  const long = SOURCES.filter((path) => !isGenerated(path))
    .filter((path) => readText(path).trimEnd().split("\n").length > LINES);
  assertEquals(long, Object.keys(LONGER).sort());
});

const MODIFIERS = new Set(["public", "private", "protected", "readonly", "override"]);

/** Syntax that stripping types cannot remove, which is how Node and Bun run the source. */
function unstrippable(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ kind, text }, i) => {
    if (kind !== "word" || tokens[i - 1]?.text === ".") return false;
    const [after, second] = [tokens[i + 1], tokens[i + 2]];
    if (text === "enum") return after?.kind === "word" && second?.text === "{";
    if (text === "namespace" || text === "module") {
      const declared = tokens[i - 1]?.text === "declare";
      return !declared && after?.kind === "word" && /^[.{]$/.test(second?.text ?? "");
    }
    return text === "constructor" && after?.text === "(" && hasParameterProperty(tokens, i + 2);
  });
}

function hasParameterProperty(tokens: readonly Token[], start: number): boolean {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (/^[([{]$/.test(text)) depth++;
    else if (/^[)\]}]$/.test(text) && depth-- === 0) return false;
    else if (depth === 0 && kind === "word" && MODIFIERS.has(text)) {
      if (tokens[i + 1]?.kind === "word") return true;
    }
  }
  return false;
}

test("meta: the source runs with its types stripped", () => {
  const found = SOURCES.filter((path) => path.endsWith(".ts")).flatMap((path) =>
    unstrippable(tokenize(readText(path))).map(({ text, line }) => `${path}:${line} ${text}`)
  );
  assertEquals(found, []);
});
