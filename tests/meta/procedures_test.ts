/**
 * Every procedure has a method, was written by hand, or is excused; every method is documented.
 */

import { readdirSync, readFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { CLASSES } from "../../gen/tool/classes.ts";
import { type Method, planMethods } from "../../gen/tool/methods.ts";
import type { Api, Wire } from "../../gen/tool/model.ts";
import { procedureName } from "../../gen/tool/names.ts";
import { BY_HAND, EXCUSED } from "../../gen/tool/overrides.ts";
import { test } from "../harness.ts";

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

const wire = JSON.parse(read("gen/schema/wire.json")) as Wire;
const api = JSON.parse(read("gen/schema/api.json")) as Api;
const docs = JSON.parse(read("gen/schema/docs.json")) as Record<string, string>;

const GENERATED = ["remote", "admin"] as const;
const PROGRAMS = ["remote", "qemu", "lxc", "admin"] as const;

function methods(): Method[] {
  return GENERATED.flatMap((program) => planMethods(wire, api, program).methods);
}

function generatedNames(): Set<string> {
  return new Set(
    methods().flatMap((m) => [m.call.name, ...m.older === undefined ? [] : [m.older.name]]),
  );
}

test("every procedure is generated, by hand or excused, and only one of these", () => {
  const generated = generatedNames();
  const places = new Map<string, string[]>();
  for (const program of PROGRAMS) {
    for (const procedure of wire.programs[program].procedures) {
      if (procedure.msg !== undefined) continue;
      const name = procedureName(program, procedure.name);
      places.set(name, [
        ...generated.has(name) ? ["generated"] : [],
        ...Object.hasOwn(BY_HAND, name) ? ["by hand"] : [],
        ...Object.hasOwn(EXCUSED, name) ? ["excused"] : [],
      ]);
    }
  }
  assertEquals([...places].filter(([, where]) => where.length !== 1), []);
  const unknown = [...Object.keys(BY_HAND), ...Object.keys(EXCUSED)]
    .filter((name) => !places.has(name));
  assertEquals(unknown, []);
});

function uses(file: string, name: string): boolean {
  const code = read(file).replace(/\/\*\*[^]*?\*\/|^ *\/\/.*$/gm, "");
  // imported and used, or named by what refuses to call it
  return (code.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length > 1 ||
    code.includes(`"${name}"`);
}

test("a procedure by hand is used in the file that the table names", () => {
  assertEquals(Object.entries(BY_HAND).filter(([name, file]) => !uses(file, name)), []);
});

test("a procedure that is excused is used nowhere", () => {
  const files = readdirSync(new URL("../../src", import.meta.url), { recursive: true })
    .map((file) => `src/${String(file).replaceAll("\\", "/")}`)
    // neither the server half nor the proxy calls anything: they name procedures to refuse them
    .filter((file) => file.endsWith(".ts") && !/^src\/(?:server|proxy)\//.test(file));
  const used = Object.keys(EXCUSED).flatMap((name) =>
    files.filter((file) => uses(file, name)).map((file) => `${name} in ${file}`)
  );
  assertEquals(used, []);
});

test("each reason to excuse a procedure says something", () => {
  for (const [name, reason] of Object.entries(EXCUSED)) {
    assert(reason.length > 10, `${name} is excused without a reason`);
  }
});

test("what the bases hold is what was planned", () => {
  for (const info of CLASSES) {
    const text = read(info.base);
    const found = [...text.matchAll(/^ {2}async (\w+)\(/gm)].map((match) => match[1]!);
    const planned = methods().filter((m) => m.owner === info).map((m) => m.name);
    assertEquals(found.sort(), planned.sort());
    assertEquals(new Set(planned).size, planned.length, `${info.name} has a method twice`);
  }
});

test("every generated method and property has a sentence of its own", () => {
  const functions = [
    ...methods().map((m) => m.older?.cName ?? m.call.cName),
    ...CLASSES.flatMap((info) => info.properties.map((p) => p.cName)),
  ];
  assertEquals(functions.filter((cName) => docs[cName] === undefined), []);
});

test("a sentence is a sentence, and about something that exists", () => {
  const known = new Set<string>();
  for (const library of Object.values(api.libraries)) {
    for (const group of [library.functions, library.structs, library.enums]) {
      for (const name of Object.keys(group)) known.add(name);
    }
    for (const members of Object.values(library.enums)) for (const m of members) known.add(m.name);
  }
  for (const [key, sentence] of Object.entries(docs)) {
    const owner = key.split(".")[0]!.replace(/Result$/, "");
    assert(known.has(owner) || known.has(`${owner}Struct`), `${key} is nothing of libvirt's`);
    assert(/^[A-Z0-9`].*[.]$/.test(sentence), `${key}: not a sentence: ${sentence}`);
  }
});
