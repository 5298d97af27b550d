import { assertEquals } from "@std/assert";
import type { Program } from "../../gen/tool/model.ts";
import { type Externals, parseProtocol, typeNames } from "../../gen/tool/parser.ts";
import { test } from "../harness.ts";
import { faultOf } from "./faults.ts";

function parse(text: string, externals?: Externals): Program {
  return parseProtocol(text, "a.x", externals).program;
}

const HEADER: Externals = { constants: (name) => name === "FROM_HEADER" ? 16n : undefined };

test("reads constants in every form", () => {
  const { constants } = parse(
    `
    const DECIMAL = 17;
    const HEX = 0x20008086;
    const OCTAL = 010;
    const NEGATIVE = -1;
    const REFERENCE = HEX;
    const SUM = (DECIMAL + 1) * 2;
    const BORROWED = FROM_HEADER + 1;
  `,
    HEADER,
  );
  assertEquals(constants, {
    DECIMAL: 17,
    HEX: 536903814,
    OCTAL: 8,
    NEGATIVE: -1,
    REFERENCE: 536903814,
    SUM: 36,
    BORROWED: 17,
  });
});

test("reads enumerations, a comma behind the last member too", () => {
  const { enums } = parse(`
    const FIRST = 3;
    enum colour { RED = FIRST, GREEN = -2, BLUE = RED, };
    enum one { ONLY = 1 };
  `);
  assertEquals(enums, { colour: { RED: 3, GREEN: -2, BLUE: 3 }, one: { ONLY: 1 } });
});

test("reads typedefs of every kind of type", () => {
  const { typedefs, constants } = parse(
    `
    const MOST = 9;
    enum sizes { SMALL = 4 };
    typedef string text<MOST>;
    typedef text *perhaps;
    typedef opaque id[FROM_HEADER];
    typedef opaque blob<>;
    typedef unsigned hyper list<2 * MOST>;
    typedef int few[SMALL];
    typedef double alias;
  `,
    HEADER,
  );
  assertEquals(typedefs, {
    text: { type: "string", max: "MOST" },
    perhaps: { type: "text", pointer: true },
    id: { type: "opaque", fixed: "FROM_HEADER" },
    blob: { type: "opaque", max: null },
    list: { type: "unsigned hyper", max: 18 },
    few: { type: "int", fixed: 4 },
    alias: { type: "double" },
  });
  // What a bound names is listed, behind the file's own; a member of an enumeration is a number.
  assertEquals(constants, { MOST: 9, FROM_HEADER: 16 });
});

test("reads structs of every primitive type, used above their definition too", () => {
  const { structs } = parse(`
    struct outer { inner *next; inner all<>; inner here; };
    struct inner {
      char a; unsigned char b; short c; unsigned short d; int e; unsigned int f; unsigned g;
      hyper h; unsigned hyper i; float j; double k; bool l; string m<>; opaque n[2]; char o[32];
    };
  `);
  assertEquals(structs["outer"], [
    { type: "inner", name: "next", pointer: true },
    { type: "inner", name: "all", max: null },
    { type: "inner", name: "here" },
  ]);
  assertEquals(structs["inner"], [
    { type: "char", name: "a" },
    { type: "unsigned char", name: "b" },
    { type: "short", name: "c" },
    { type: "unsigned short", name: "d" },
    { type: "int", name: "e" },
    { type: "unsigned int", name: "f" },
    { type: "unsigned int", name: "g" },
    { type: "hyper", name: "h" },
    { type: "unsigned hyper", name: "i" },
    { type: "float", name: "j" },
    { type: "double", name: "k" },
    { type: "bool", name: "l" },
    { type: "string", name: "m", max: null },
    { type: "opaque", name: "n", fixed: 2 },
    { type: "char", name: "o", fixed: 32 },
  ]);
});

test("reads unions with shared, void and default arms", () => {
  const { unions } = parse(
    `
    enum kind { NUMBER = 0, TEXT = 1 };
    union value switch (kind which) {
      case NUMBER: int number;
      case TEXT: string text<9>;
    };
    union other switch (int type) {
      case FROM_HEADER:
      case -1:
        int both;
      case 3: void;
      default: opaque rest<>;
    };
    union third switch (bool set) { case 1: hyper time; default: void; };
  `,
    HEADER,
  );
  const both = { type: "int", name: "both" };
  assertEquals(unions, {
    value: {
      switch: { type: "kind", name: "which" },
      arms: [
        { case: "NUMBER", arm: { type: "int", name: "number" } },
        { case: "TEXT", arm: { type: "string", name: "text", max: 9 } },
      ],
    },
    other: {
      switch: { type: "int", name: "type" },
      arms: [{ case: "FROM_HEADER", arm: both }, { case: -1, arm: both }, { case: 3, arm: null }],
      default: { type: "opaque", name: "rest", max: null },
    },
    third: {
      switch: { type: "bool", name: "set" },
      arms: [{ case: 1, arm: { type: "hyper", name: "time" } }],
      default: null,
    },
  });
});

test("a list may end in itself, and a file without procedures has none", () => {
  const program = parse("typedef node *link;\nstruct node { int value; link next; };");
  assertEquals(program, {
    constants: {},
    enums: {},
    typedefs: { link: { type: "node", pointer: true } },
    structs: { node: [{ type: "int", name: "value" }, { type: "link", name: "next" }] },
    unions: {},
    procedures: [],
  });
});

test("takes types from an included file", () => {
  const included = parse(`
    enum e { E = 1 }; typedef int t; struct s { int a; };
    union u switch (int d) { case 1: void; };
  `);
  const types = typeNames(included);
  assertEquals([...types], ["e", "t", "s", "u"]);
  const { structs } = parse("struct all { e a; t b; s c; u d; };", { types });
  assertEquals(structs["all"]?.map(({ type }) => type), ["e", "t", "s", "u"]);
  assertEquals(
    faultOf(() => parse("\nstruct s { int a; };", { types })),
    'a.x:2:8: Expected a new name, found "s", defined in an included file',
  );
});

const PROGRAM = "const TOY_PROGRAM = 0x77;\nconst TOY_PROTOCOL_VERSION = 2;\n";

test("reads procedures with their annotations and messages", () => {
  const { procedures, program, version, enums } = parse(`${PROGRAM}
    struct toy_wind_up_args { int turns; };
    struct toy_wind_up_ret { int left; };
    struct toy_stopped_msg { int why; };
    struct toy_stray_args { int a; };
    enum toy_procedure {
      /* Each one has annotations:
       * @generate: nonsense
       * - @other: neither is this
       */
      /**
       * Prose about @generate: a
       * @generate: client
       * @priority: high
       * @writestream: 1
       * @sparseflag: TOY_SPARSE
       * @acl: toy:use
       * @acl: toy:wind:!TOY_GENTLY|TOY_SLOWLY
       * @acl: toy:wind::turns:3
       * @aclfilter: toy:see
       */
      TOY_PROC_WIND_UP = 2,
      /** @generate: none
          @readstream : 2
          @acl: none */
      TOY_PROC_STOPPED = 3,
      /**
       *  @generate: both
       **/
      TOY_PROC_REST = 1
    };
  `);
  assertEquals([program, version, enums], [0x77, 2, {}]);
  assertEquals(procedures, [
    { name: "TOY_PROC_REST", number: 1, generate: "both", acl: [] },
    {
      name: "TOY_PROC_WIND_UP",
      number: 2,
      generate: "client",
      priority: "high",
      writestream: "1",
      sparseflag: "TOY_SPARSE",
      aclfilter: "toy:see",
      acl: ["toy:use", "toy:wind:!TOY_GENTLY|TOY_SLOWLY", "toy:wind::turns:3"],
      args: "toy_wind_up_args",
      ret: "toy_wind_up_ret",
    },
    {
      name: "TOY_PROC_STOPPED",
      number: 3,
      generate: "none",
      readstream: "2",
      acl: ["none"],
      msg: "toy_stopped_msg",
    },
  ]);
});

test("procedures may all go without annotations", () => {
  const { procedures } = parse(`${PROGRAM}enum toy_procedure { TOY_PROC_A = 1, TOY_PROC_B = 2 };`);
  assertEquals(procedures, [{ name: "TOY_PROC_A", number: 1 }, { name: "TOY_PROC_B", number: 2 }]);
});

test("reads the notes behind fields and structs", () => {
  const { notes } = parseProtocol(
    `
    struct a { /* insert@2 */
      int b; /* insert@1 */ /* not a note */
      int c<>; /* alloc@1@unsigned int@2 */
      int d; /* (a cast) */
      /* insert@7 */
      int e;
    };
  `,
    "a.x",
  );
  assertEquals([...notes], [
    ["a", { kind: "insert", position: 2 }],
    ["a.b", { kind: "insert", position: 1 }],
    ["a.c", { kind: "alloc", position: 1, countType: "unsigned int", countPosition: 2 }],
  ]);
});
