// Runs on: deno (it compares files, which are the same everywhere)
/**
 * Every enumeration, member and name of a field is documented by a sentence that tells something.
 */

import { assert, assertEquals } from "@std/assert";
import { describeEnums } from "../../gen/tool/emit_enums.ts";
import { describeMacros } from "../../gen/tool/emit_macros.ts";
import { EXCUSED_MACROS, MACRO_NUMBERS } from "../../gen/tool/macro_groups.ts";
import { type Api, LIBRARY_NAMES } from "../../gen/tool/model.ts";
import { test } from "../harness.ts";
import { readText } from "./repository.ts";

const api = JSON.parse(readText("gen/schema/api.json")) as Api;
const docs = JSON.parse(readText("gen/schema/docs_enums.json")) as Record<string, string>;

const enums = LIBRARY_NAMES.flatMap((library) => describeEnums(api, library));
const groups = LIBRARY_NAMES.flatMap((library) => [...describeMacros(api, library)]);

/** What has to be documented: libvirt's name to the name here. */
const wanted = new Map<string, string>([
  ...enums.map((e) => [e.cName, e.name] as const),
  ...enums.flatMap((e) => e.members.map((m) => [m.cName, m.name] as const)),
  ...groups.map(([group]) => [`${group.prefix}*`, group.name] as const),
  ...groups.flatMap(([, members]) => members.map((m) => [m.cName, m.name] as const)),
  ...Object.entries(MACRO_NUMBERS),
]);

/** The words of a name or sentence without those that tell nothing; a method counts as one word. */
function words(text: string): string[] {
  return text.replace(/`\S+\(\)`/g, "(method)").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
    .split(/[^a-z0-9()]+/).map((word) => word.replace(/s$/, ""))
    .filter((word) => !["", "the", "a", "an", "i", "are", "of", "it"].includes(word));
}

test("meta: the schema has what the documentation is about", () => {
  assertEquals(enums.length, 181);
  assert(wanted.size > 1700, `${wanted.size} names`);
});

test("meta: every enumeration, member and field has a sentence", () => {
  assertEquals([...wanted.keys()].filter((name) => docs[name] === undefined), []);
});

test("meta: no sentence is for what is not there", () => {
  assertEquals(Object.keys(docs).filter((name) => !wanted.has(name)), []);
});

test("meta: a sentence is whole, and short enough to be read in passing", () => {
  const bad = Object.entries(docs).filter(([, text]) =>
    text.length > 200 || !/^["`A-Z0-9].*\.$/.test(text) || /\s\s|[^\x20-\x7e]/.test(text)
  );
  assertEquals(bad, []);
});

test("meta: a sentence tells more than the name does", () => {
  const bad = [...wanted].filter(([cName, name]) => {
    const known = new Set(words(name));
    return words(docs[cName] ?? "").every((word) => known.has(word));
  });
  assertEquals(bad, []);
});

test("meta: the enumerations, methods and events that sentences name exist", () => {
  const names = new Set([...enums.map((e) => e.name), ...groups.map(([group]) => group.name)]);
  const members = new Map([
    ...enums.map((e) => [e.name, new Set(e.members.map((m) => m.name))] as const),
    ...groups.map(([group, all]) => [group.name, new Set(all.map((m) => m.name))] as const),
  ]);
  const bad: [string, string][] = [];
  for (const [cName, text] of Object.entries(docs)) {
    for (const [, code] of text.matchAll(/`([^`]+)`/g)) {
      const [, owner, member] = /^([A-Z][A-Za-z]+)\.([A-Z][A-Z0-9_]*)$/.exec(code!) ?? [];
      const isEvent = owner !== undefined && /[a-z]Event$/.test(owner);
      if (owner !== undefined && !isEvent && !members.get(owner)?.has(member!)) {
        bad.push([cName, code!]);
      }
      const type = /^([A-Z][a-z]+[A-Z]\w*(?:Flags|Reason|State|Type|Action|Field|Operation))$/;
      const named = type.exec(code!)?.[1];
      if (named !== undefined && !names.has(named)) bad.push([cName, code!]);
    }
  }
  assertEquals(bad, []);
});

test("meta: every macro has a constant or an excuse", () => {
  const macros = LIBRARY_NAMES.flatMap((library) => Object.entries(api.libraries[library].macros));
  const without = macros.filter(([name, macro]) =>
    macro.string === undefined && !Object.hasOwn(MACRO_NUMBERS, name)
  ).map(([name]) => name);
  assertEquals(without.sort(), Object.keys(EXCUSED_MACROS).sort());
});
