// Runs on: deno (it compares files, which are the same everywhere)
/**
 * Every enumeration, member and name of a field is documented by a sentence that tells something.
 */

import { assert, assertEquals } from "@std/assert";
import * as adminEnums from "../../gen/enums/admin.ts";
import { describeEnums } from "../../gen/tool/emit_enums.ts";
import { describeMacros } from "../../gen/tool/emit_macros.ts";
import { EXCUSED_MACROS, MACRO_NUMBERS } from "../../gen/tool/macro_groups.ts";
import { type Api, LIBRARY_NAMES } from "../../gen/tool/model.ts";
import * as main from "../../mod.ts";
import * as admin from "../../src/admin.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { NodeDeviceEvent } from "../../src/objects/node_device_event.ts";
import { SecretEvent } from "../../src/objects/secret_event.ts";
import { StoragePoolEvent } from "../../src/objects/storage_pool_event.ts";
import * as qemu from "../../src/qemu.ts";
import { test } from "../harness.ts";
import { readText } from "./repository.ts";

const api = JSON.parse(readText("gen/schema/api.json")) as Api;
const docs = JSON.parse(readText("gen/schema/docs_enums.json")) as Record<string, string>;

const exported: Readonly<Record<string, unknown>> = {
  ...main,
  ...admin,
  ...adminEnums,
  ...qemu,
  ConnectionEvent,
  NetworkEvent,
  NodeDeviceEvent,
  SecretEvent,
  StoragePoolEvent,
};

/** Names that are not of this package. */
const OF_OTHERS = new Set(["MemAvailable", "ReadableStream", "WritableStream"]);

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

/** Whether what a sentence has as code is there, when it looks like a name of this package. */
function exists(code: string): boolean {
  const [, owner, member, call] = /^(?:([A-Z]\w*)\.)?(\w+)(\(\))?$/.exec(code) ?? [];
  if (owner !== undefined) {
    const value = exported[owner] as { prototype?: object } | undefined;
    // methods and getters are in a class's prototype, constants in an object itself
    return value !== undefined && member! in (value.prototype ?? value);
  }
  if (call !== undefined) return member! in exported;
  return !/^[A-Z][a-z]+[A-Z]\w*$/.test(code) || OF_OTHERS.has(code) || code in exported;
}

test("meta: what sentences name by its name here exists", () => {
  const bad = Object.entries(docs).flatMap(([cName, text]) =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
      .filter((code) => !exists(code)).map((code) => [cName, code])
  );
  assertEquals(bad, []);
});

test("meta: every macro has a constant or an excuse", () => {
  const macros = LIBRARY_NAMES.flatMap((library) => Object.entries(api.libraries[library].macros));
  const without = macros.filter(([name, macro]) =>
    macro.string === undefined && !Object.hasOwn(MACRO_NUMBERS, name)
  ).map(([name]) => name);
  assertEquals(without.sort(), Object.keys(EXCUSED_MACROS).sort());
});
