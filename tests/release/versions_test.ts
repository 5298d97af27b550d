// Runs on: deno (it reads texts, which is the same everywhere)
import { assertEquals } from "@std/assert";
import { readText } from "../meta/repository.ts";
import { test } from "../harness.ts";
import { newestEntry, unreleased, versionFaults } from "./versions.ts";

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.3.0] - 2027-01-02

### Added

- A thing.

## [1.2.0] - 2026-12-01

- Another.
`;

function texts(deno: string, npm: string, changelog: string) {
  return { deno: `{"version":"${deno}"}`, npm: `{"version":"${npm}"}`, changelog };
}

test("release: the newest entry of a changelog is found", () => {
  assertEquals(newestEntry(CHANGELOG), {
    version: "1.3.0",
    date: "2027-01-02",
    text: "### Added\n\n- A thing.",
  });
  assertEquals(newestEntry("# Changelog\n"), undefined);
  assertEquals(newestEntry("## [0.1.0] - 2026-01-01\n\n- All.\n")?.text, "- All.");
});

test("release: versions that differ are told", () => {
  assertEquals(versionFaults(texts("1.3.0", "1.3.0", CHANGELOG)), []);
  assertEquals(versionFaults(texts("1.4.0", "1.3.0", CHANGELOG)), [
    "package.json has 1.3.0, deno.json 1.4.0",
    "CHANGELOG.md describes 1.3.0, not 1.4.0",
  ]);
  assertEquals(versionFaults(texts("next", "next", CHANGELOG)), [
    'deno.json has no version as 1.2.3, but "next"',
  ]);
});

test("release: changes without a version are told", () => {
  const changelog = CHANGELOG.replace("[Unreleased]\n", "[Unreleased]\n\n- New.\n");
  assertEquals(unreleased(changelog), "- New.");
  assertEquals(versionFaults(texts("1.3.0", "1.3.0", changelog)), [
    'CHANGELOG.md has changes under "Unreleased": they belong to 1.3.0',
  ]);
});

test("release: the repository's changelog has an entry of its version", () => {
  const entry = newestEntry(readText("CHANGELOG.md"));
  assertEquals(entry?.version, JSON.parse(readText("deno.json")).version);
});
