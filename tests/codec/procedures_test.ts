/**
 * The constants of procedures, messages and programs, and the dispatch tables, against the schema.
 */

import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { Procedure as Described, ProgramName } from "../../gen/tool/model.ts";
import { procedureName } from "../../gen/tool/names.ts";
import type {
  DispatchEntry,
  DispatchTable,
  EventMessage,
  OutgoingMessage,
  Procedure,
  Program,
} from "../../src/procedure.ts";
import { decodeVoid, encodeVoid } from "../../src/xdr/void.ts";
import { test } from "../harness.ts";
import { type Codec, codecOf, exportNamed, generatedExports } from "./generated.ts";
import { CALL_PROGRAMS, callsOf, messagesOf, wire } from "./schema.ts";

const nothing: Codec = { encode: encodeVoid, decode: decodeVoid };

function codec(program: ProgramName, struct: string | undefined): Codec {
  return struct === undefined ? nothing : codecOf(program, struct);
}

function programOf(name: ProgramName): Program {
  return exportNamed(`${name}Program`) as Program;
}

function streamOf({ readstream, writestream }: Described): "read" | "write" | undefined {
  return readstream !== undefined ? "read" : writestream !== undefined ? "write" : undefined;
}

/** Compares own keys too: an extra key is a difference, and one whose value is `undefined`. */
function assertShape(actual: object, expected: Record<string, unknown>, what: string): void {
  const entries = Object.entries(expected).filter(([, value]) => value !== undefined);
  assertEquals(Object.keys(actual).sort(), entries.map(([key]) => key).sort(), what);
  for (const [key, value] of entries) {
    const found = (actual as Record<string, unknown>)[key];
    if (typeof found === "function" && typeof value === "function") {
      assertEquals(bodyOf(found), bodyOf(value), `${what}: ${key}`);
    } else assertStrictEquals(found, value, `${what}: ${key}`);
  }
}

/** What a codec does: structs with the same fields share one, whose name and type are another's. */
function bodyOf(codec: { toString(): string }): string {
  const text = codec.toString();
  return text.slice(text.indexOf("{")).replace(/\s/g, "");
}

test("every program has the schema's number and version", () => {
  for (const name of ["keepalive", ...CALL_PROGRAMS] as const) {
    const { program: number, version } = wire.programs[name];
    assert(number !== undefined && version !== undefined);
    assertShape(programOf(name), { name, number, version }, name);
  }
  assertEquals(wire.programs.net.program, undefined);
  const programs = generatedExports.filter(({ name }) => name.endsWith("Program"));
  assertEquals(programs.length, 1 + CALL_PROGRAMS.length);
});

test("the keepalive program's messages have the schema's numbers", () => {
  const { procedures } = wire.programs.keepalive;
  for (const { name, number } of procedures) {
    assertEquals(exportNamed(name.replace("_PROC_", "_")), number);
  }
  const found = generatedExports.filter(({ name }) => name.startsWith("KEEPALIVE_"));
  assertEquals(found.length, procedures.length);
});

for (const program of CALL_PROGRAMS) {
  const calls = callsOf(program);

  test(`${program}: ${calls.length} procedures are as the schema says`, () => {
    for (const procedure of calls) {
      const name = procedureName(program, procedure.name);
      const constant = exportNamed(name) as Procedure<unknown, unknown>;
      assertShape(constant, {
        program: programOf(program),
        number: procedure.number,
        name,
        highPriority: procedure.priority === "high" ? true : undefined,
        stream: streamOf(procedure),
        encode: codec(program, procedure.args).encode,
        decode: codec(program, procedure.ret).decode,
      }, procedure.name);
    }
  });

  test(`${program}: the dispatch table has every procedure and nothing else`, () => {
    const table = exportNamed(`${program}Dispatch`) as DispatchTable;
    assertStrictEquals(table.program, programOf(program));
    assertEquals(
      Object.keys(table.procedures).sort(),
      calls.map(({ number }) => String(number)).sort(),
    );
    for (const procedure of calls) {
      const entry: DispatchEntry = table.procedures[procedure.number]!;
      assertShape(entry, {
        name: procedureName(program, procedure.name),
        highPriority: procedure.priority === "high" ? true : undefined,
        decode: codec(program, procedure.args).decode,
        encode: codec(program, procedure.ret).encode,
      }, procedure.name);
    }
  });
}

for (const program of CALL_PROGRAMS.filter((name) => messagesOf(name).length > 0)) {
  const messages = messagesOf(program);

  test(`${program}: ${messages.length} messages are as the schema says, in both directions`, () => {
    for (const message of messages) {
      assertEquals([message.args, message.ret], [undefined, undefined], message.name);
      const name = procedureName(program, message.name);
      const { encode, decode } = codec(program, message.msg);
      const common = { program: programOf(program), number: message.number };
      const incoming = exportNamed(name) as EventMessage<unknown>;
      assertShape(incoming, { ...common, name, decode }, message.name);
      const outgoing = exportNamed(`${name}Message`) as OutgoingMessage<unknown>;
      assertShape(outgoing, { ...common, encode }, message.name);
    }
  });
}

test("numbers and names are unique, and every number is used", () => {
  const names = new Set<string>();
  for (const program of CALL_PROGRAMS) {
    const { procedures } = wire.programs[program];
    assertEquals(
      procedures.map(({ number }) => number).sort((a, b) => a - b),
      procedures.map((_, i) => i + 1),
      program,
    );
    for (const { name } of procedures) {
      const generated = procedureName(program, name);
      assertMatch(generated, /^[a-z][a-zA-Z0-9]*$/);
      assert(!names.has(generated), generated);
      names.add(generated);
    }
  }
});

test("nothing is exported that the schema does not describe", () => {
  const expected = CALL_PROGRAMS.flatMap((program) => [
    `${program}Dispatch`,
    ...callsOf(program).map(({ name }) => procedureName(program, name)),
    ...messagesOf(program).flatMap(({ name }) => {
      const generated = procedureName(program, name);
      return [generated, `${generated}Message`];
    }),
  ]);
  const found = generatedExports
    .filter(({ value }) => typeof value === "object" && value !== null && "program" in value)
    .map(({ name }) => name);
  assertEquals(found.sort(), expected.sort());
});

test("names and numbers of well-known procedures", () => {
  const known: readonly (readonly [name: string, number: number, program: number])[] = [
    ["connectOpen", 1, 0x20008086],
    ["connectClose", 2, 0x20008086],
    ["authList", 66, 0x20008086],
    ["domainLookupByName", 23, 0x20008086],
    ["domainGetXmlDesc", 14, 0x20008086],
    ["connectListAllDomains", 273, 0x20008086],
    ["connectGetAllDomainStats", 344, 0x20008086],
    ["domainMigratePrepareTunnel3Params", 304, 0x20008086],
    ["storageVolUpload", 208, 0x20008086],
    ["nodeGetCpuStats", 227, 0x20008086],
    ["domainEventCallbackLifecycle", 318, 0x20008086],
    ["qemuDomainMonitorCommand", 1, 0x20008087],
    ["lxcDomainOpenNamespace", 1, 0x00068000],
    ["adminConnectListServers", 4, 0x06900690],
  ];
  for (const [name, number, program] of known) {
    const constant = exportNamed(name) as Procedure<unknown, unknown>;
    assertEquals([constant.number, constant.program.number], [number, program], name);
  }
});

test("streams flow the way that libvirt's functions of that name move data", () => {
  const stream = (name: string) => (exportNamed(name) as Procedure<unknown, unknown>).stream;
  assertEquals(stream("storageVolDownload"), "read");
  assertEquals(stream("storageVolUpload"), "write");
  assertEquals(stream("domainScreenshot"), "read");
  assertEquals(stream("domainMigratePrepareTunnel"), "write");
  assertEquals(stream("domainGetInfo"), undefined);
});
