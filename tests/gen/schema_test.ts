import { assert, assertEquals, assertMatch } from "@std/assert";
import { readFileSync } from "node:fs";
import { headerConstants } from "../../gen/tool/from_source.ts";
import {
  type Api,
  type Declaration,
  LIBRARY_NAMES,
  PRIMITIVES,
  type Program,
  PROGRAM_NAMES,
  type TypeUse,
  type Wire,
} from "../../gen/tool/model.ts";
import { typeNames } from "../../gen/tool/parser.ts";
import { formatApi, formatWire } from "../../gen/tool/schema_json.ts";
import { test } from "../harness.ts";

function schemaText(name: string): string {
  return readFileSync(new URL(`../../gen/schema/${name}`, import.meta.url), "utf8");
}

const wire: Wire = JSON.parse(schemaText("wire.json"));
const api: Api = JSON.parse(schemaText("api.json"));
const constantOf = headerConstants(api);

function unionDeclarations({ unions }: Program): Declaration[] {
  return Object.values(unions)
    .flatMap((union) => [union.switch, ...union.arms.map(({ arm }) => arm), union.default ?? null])
    .filter((declaration) => declaration !== null);
}

function typeUses(program: Program): TypeUse[] {
  const { typedefs, structs } = program;
  return [
    ...Object.values(typedefs),
    ...Object.values(structs).flat(),
    ...unionDeclarations(program),
  ];
}

test("the schema is printed as the generator prints it", () => {
  assertEquals(formatWire(wire), schemaText("wire.json"));
  assertEquals(formatApi(api), schemaText("api.json"));
});

test("the printer puts each fact on its line", () => {
  const program = {
    constants: { A: 1 },
    enums: { e: { B: 0 } },
    typedefs: { t: { type: "int" } },
    structs: { s: [{ type: "int", name: "a" }, { type: "t", name: "b", max: "A" }] },
    unions: {
      u: {
        switch: { type: "int", name: "d" },
        arms: [{ case: 0, arm: null }],
        default: { type: "t", name: "c" },
      },
    },
    procedures: [{ name: "P_PROC_X", number: 1, acl: ["a:b", "c:d"] }],
    program: 7,
  };
  const text = formatWire({ libvirt: "1.2.3", programs: { net: program } } as unknown as Wire);
  assertEquals(
    text,
    `{
  "libvirt": "1.2.3",
  "programs": {
    "net": {
      "constants": {
        "A": 1
      },
      "enums": {
        "e": {
          "B": 0
        }
      },
      "typedefs": {
        "t": { "type": "int" }
      },
      "structs": {
        "s": [
          { "type": "int", "name": "a" },
          { "type": "t", "name": "b", "max": "A" }
        ]
      },
      "unions": {
        "u": {
          "switch": { "type": "int", "name": "d" },
          "arms": [
            { "case": 0, "arm": null }
          ],
          "default": { "type": "t", "name": "c" }
        }
      },
      "procedures": [
        { "name": "P_PROC_X", "number": 1, "acl": ["a:b", "c:d"] }
      ],
      "program": 7
    }
  }
}
`,
  );
});

test("both files describe the release that VERSION names", () => {
  const version = schemaText("VERSION");
  assertMatch(version, /^\d+\.\d+\.\d+\n$/);
  assertEquals([wire.libvirt, api.libvirt], [version.trim(), version.trim()]);
  const [major = 0, minor = 0, micro = 0] = version.split(".").map(Number);
  assertEquals(
    constantOf("LIBVIR_VERSION_NUMBER"),
    BigInt(major * 1_000_000 + minor * 1000 + micro),
  );
});

test("both files have every program and library", () => {
  assertEquals(Object.keys(wire.programs), [...PROGRAM_NAMES]);
  assertEquals(Object.keys(api.libraries), [...LIBRARY_NAMES]);
});

test("every program has the number and version that its constants state", () => {
  for (const name of PROGRAM_NAMES) {
    const { constants, program, version } = wire.programs[name];
    assertEquals(program, constants[`${name.toUpperCase()}_PROGRAM`], name);
    assertEquals(version, constants[`${name.toUpperCase()}_PROTOCOL_VERSION`], name);
  }
});

test("every type is defined", () => {
  const primitives: readonly string[] = PRIMITIVES;
  const shared = typeNames(wire.programs.remote);
  for (const name of PROGRAM_NAMES) {
    const program = wire.programs[name];
    const own = typeNames(program);
    const included = name === "qemu" || name === "lxc" ? shared : new Set<string>();
    for (const { type } of typeUses(program)) {
      assert(primitives.includes(type) || own.has(type) || included.has(type), `${name}: ${type}`);
    }
  }
});

test("every bound is a length, or a constant of its program that is one", () => {
  for (const name of PROGRAM_NAMES) {
    const program = wire.programs[name];
    for (const { type, fixed, max } of typeUses(program)) {
      const bound = fixed ?? max;
      if (bound === undefined) {
        assert(type !== "string" && type !== "opaque", `${name}: ${type}`);
        continue;
      }
      const length = typeof bound === "string" ? program.constants[bound] : bound;
      assert(typeof length === "number" && length > 0, `${name}: ${bound}`);
    }
  }
});

test("constants taken from libvirt's headers have the values they have there", () => {
  for (const name of PROGRAM_NAMES) {
    for (const [constant, value] of Object.entries(wire.programs[name].constants)) {
      const header = constantOf(constant);
      assert(header === undefined || header === BigInt(value), `${name}: ${constant}`);
    }
  }
});

test("every case of a union is a number or a constant of libvirt's headers", () => {
  for (const name of PROGRAM_NAMES) {
    for (const { arms } of Object.values(wire.programs[name].unions)) {
      const values = arms.map((arm) =>
        typeof arm.case === "number" ? BigInt(arm.case) : constantOf(arm.case)
      );
      assert(!values.includes(undefined), name);
      assertEquals(new Set(values).size, arms.length, name);
    }
  }
});

test("procedures are numbered from 1 without a gap, and their structs exist", () => {
  for (const name of PROGRAM_NAMES) {
    const { procedures, structs } = wire.programs[name];
    assertEquals(
      procedures.map(({ number }) => number),
      procedures.map((_, index) => index + 1),
    );
    for (const { name: procedure, args, ret, msg } of procedures) {
      const [, program, stem] = /^([A-Z]+)_PROC_(\w+)$/.exec(procedure) ?? [];
      assertEquals(program, name.toUpperCase());
      const struct = `${name}_${stem?.toLowerCase()}`;
      const expected = ["args", "ret", "msg"].map((suffix) => `${struct}_${suffix}`)
        .map((one) => structs[one] === undefined ? undefined : one);
      assertEquals([args, ret, msg], expected, procedure);
    }
  }
});

test("every struct of arguments, a result or a message belongs to a procedure", () => {
  for (const name of PROGRAM_NAMES) {
    const { procedures, structs, typedefs } = wire.programs[name];
    const used = new Set(procedures.flatMap(({ args, ret, msg }) => [args, ret, msg]));
    const held = new Set(
      [...Object.values(structs).flat(), ...Object.values(typedefs)].map(({ type }) => type),
    );
    for (const struct of Object.keys(structs)) {
      if (!/_(?:args|ret|msg)$/.test(struct)) continue;
      assert(used.has(struct) || held.has(struct), struct);
    }
  }
});

test("flags of sparse streams and access rules are libvirt's", () => {
  for (const name of PROGRAM_NAMES) {
    for (const { acl = [], sparseflag } of wire.programs[name].procedures) {
      const flags = acl.flatMap((rule) => /^\w+:\w+:!?([A-Z][\w|]*)$/.exec(rule)?.[1] ?? []);
      for (const flag of [...flags, sparseflag ?? []].flat().flatMap((some) => some.split("|"))) {
        assert(constantOf(flag) !== undefined, flag);
      }
    }
  }
});

test("every member of an enumeration has a value, the same in each notation", () => {
  for (const { enums } of Object.values(api.libraries)) {
    for (const { name, value_hex: hex, value_bitshift: bit } of Object.values(enums).flat()) {
      const value = constantOf(name);
      assert(value !== undefined && value >= -(2n ** 31n) && value < 2n ** 32n, name);
      const [sign, size] = value < 0n ? ["-", -value] : ["", value];
      if (hex !== undefined) assertEquals(hex, `${sign}0x${size.toString(16)}`, name);
      if (bit !== undefined) assertEquals(value, 1n << BigInt(bit), name);
    }
  }
});

test("no symbol is newer than the release", () => {
  const order = (version: string): number =>
    version.split(".").reduce((sum, part) => sum * 1000 + Number(part), 0);
  for (const { enums, functions, macros, structs } of Object.values(api.libraries)) {
    const versions = [
      ...Object.values(enums).flat().map(({ version }) => version),
      ...Object.values(macros).map(({ version }) => version),
      ...[...Object.values(functions), ...Object.values(structs)].map(({ since }) => since),
    ];
    for (const version of versions) {
      assertMatch(version, /^\d+\.\d+\.\d+$/);
      assert(order(version) <= order(api.libvirt), version);
    }
  }
});
