import { assertEquals } from "@std/assert";
import type { Program } from "../../gen/tool/model.ts";
import { parseProtocol } from "../../gen/tool/parser.ts";
import { test } from "../harness.ts";
import { faultOf } from "./faults.ts";

function parse(text: string): Program {
  return parseProtocol(text, "a.x").program;
}

const PROGRAM = "const TOY_PROGRAM = 0x77;\nconst TOY_PROTOCOL_VERSION = 2;\n";

test("refuses a wrong definition, and says where and what it found", () => {
  const faults: [text: string, message: string][] = [
    ["program A {};", '1:1: Expected const, enum, typedef, struct or union, found "program"'],
    ["struct a { int b; }", '1:20: Expected ";", found the end of the file'],
    ["const int = 1;", '1:7: Expected the name of a constant, found "int"'],
    ["const A 1;", '1:9: Expected "=", found "1"'],
    ['const A = "1";', '1:11: Expected a number or the name of a constant, found the string "1"'],
    ["const A = B;\nconst B = 1;", '1:11: Expected a constant defined above, found "B"'],
    ["const A = A;", '1:11: Expected a constant defined above, found "A"'],
    ["const A = 1;\nconst A = 1;", '2:7: Expected a new name, found "A", defined in line 1'],
    [
      "const A = 0x100000000;",
      "1:11: Expected a constant from -2147483648 to 4294967295, found 4294967296",
    ],
    ["enum e { };", '1:10: Expected the name of a member, found "}"'],
    ["enum e { A };", '1:12: Expected "=", found "}"'],
    ["enum e { A = 1 B = 2 };", '1:16: Expected "," or "}", found "B"'],
    ["enum e { A = 1,\n A = 2 };", '2:2: Expected a new name, found "A", defined in line 1'],
    [
      "enum e { A = 2147483648 };",
      "1:14: Expected a value from -2147483648 to 2147483647, found 2147483648",
    ],
    [
      "struct e { int a; };\nenum e { A = 1 };",
      '2:6: Expected a new name, found "e", defined in line 1',
    ],
    ["typedef opaque a;", '1:17: Expected "[" or "<" behind the name of opaque data, found ";"'],
    ["typedef string a[3];", '1:17: Expected "<" behind the name of a string, found "["'],
    ["typedef string *a<>;", '1:16: Expected the name of a type, found "*"'],
    ["typedef int *a[3];", '1:15: Expected ";", found "["'],
    ["typedef int a[3;", '1:16: Expected "]", found ";"'],
    ["typedef int a[];", '1:15: Expected a number or the name of a constant, found "]"'],
    ["typedef int a[0];", "1:15: Expected a length from 1 to 4294967295, found 0"],
    ["typedef int a<-1>;", "1:15: Expected a length from 0 to 4294967295, found -1"],
    ["typedef int a<MOST>;", '1:15: Expected a constant defined above, found "MOST"'],
    ["typedef a a;", '1:11: Expected a type that ends, found "a" inside itself'],
    ["typedef b a;", '1:9: Expected a type that is defined, found "b"'],
    ["struct a {\n};", '2:1: Expected a type, found "}"'],
    ["struct a {\n  int };", '2:7: Expected a field name, found "}"'],
    ["struct a { int b };", '1:18: Expected ";", found "}"'],
    ["struct a { int b; hyper b; };", '1:25: Expected a new name, found "b" again'],
    [
      "struct a { int b; };\nstruct c { d e; };",
      '2:12: Expected a type that is defined, found "d"',
    ],
    ["struct a { long b; };", '1:12: Expected a type that is defined, found "long"'],
    ["struct a { void b; };", '1:12: Expected a type, found "void"'],
    ["struct a { unsigned float b; };", '1:21: Expected a field name, found "float"'],
    [
      "struct a { b c; };\nstruct b { a d[2]; };",
      '1:8: Expected a type that ends, found "a" inside itself',
    ],
    ["struct a { int b; /* insert@x */ };", '1:19: Expected insert@position, found "insert@x"'],
    [
      "struct a { /* alloc@1 */ int b; };",
      '1:12: Expected alloc@position@type@position, found "alloc@1"',
    ],
    [
      "struct a { int b; /* insert@1 */ /* insert@2 */ };",
      "1:34: Expected one note for a.b, found a second",
    ],
  ];
  for (const [text, message] of faults) assertEquals(faultOf(() => parse(text)), `a.x:${message}`);
});

test("refuses a wrong union, and says where and what it found", () => {
  const faults: [text: string, message: string][] = [
    ["union u {", '1:9: Expected "switch", found "{"'],
    [
      "union u switch (hyper a) { case 1: void; };",
      '1:17: Expected int, unsigned int, bool or an enumeration, found "hyper"',
    ],
    [
      "union u switch (int a<2>) { case 1: void; };",
      '1:17: Expected int, unsigned int, bool or an enumeration, found "int"',
    ],
    [
      "struct s { int a; };\nunion u switch (s a) { case 1: void; };",
      '2:17: Expected an enumeration, found "s"',
    ],
    ["union u switch (int a) { default: void; };", '1:26: Expected "case", found "default"'],
    [
      "union u switch (int a) { case 1: void; case 1: void; };",
      '1:45: Expected a new case, found "1" again',
    ],
    [
      "union u switch (int a) { case B: void; };",
      '1:31: Expected a constant defined above, found "B"',
    ],
    ["union u switch (int a) { case 1: void b; };", '1:39: Expected ";", found "b"'],
    [
      "union u switch (int a) { case 1: void; int b; };",
      '1:40: Expected "case", "default" or "}", found "int"',
    ],
    [
      "union u switch (int a) { case 1: u b; };",
      '1:7: Expected a type that ends, found "u" inside itself',
    ],
  ];
  for (const [text, message] of faults) assertEquals(faultOf(() => parse(text)), `a.x:${message}`);
});

test("refuses wrong procedures and annotations, and says where and what it found", () => {
  const one = (comment: string): string =>
    `${PROGRAM}enum toy_procedure {\n  ${comment}\n  TOY_PROC_A = 1\n};`;
  const known = "@generate, @priority, @readstream, @writestream, @sparseflag, @aclfilter, @acl";
  const faults: [text: string, message: string][] = [
    [one("/** @genrate: both */"), `4:7: Expected one of ${known}, found "@genrate"`],
    [one("/**\n   * @: both */"), `5:6: Expected one of ${known}, found "@"`],
    [one("/** @generate both */"), '4:16: Expected ":" behind @generate, found "both"'],
    [
      one("/**\n   * @generate\n   */"),
      '5:15: Expected ":" behind @generate, found the end of the line',
    ],
    [
      one("/** @generate: all */"),
      '4:18: Expected none, client, server or both behind @generate, found "all"',
    ],
    [
      one("/** @generate:\n * @acl: none */"),
      "4:17: Expected none, client, server or both behind @generate, found the end of the line",
    ],
    [
      one("/**\n * @generate: none\n * @priority: middle */"),
      '6:15: Expected low or high behind @priority, found "middle"',
    ],
    [
      one("/**\n * @generate: none\n * @readstream: 0 */"),
      '6:17: Expected the position of a parameter behind @readstream, found "0"',
    ],
    [
      one("/**\n * @generate: none\n * @generate: both */"),
      "6:4: Expected one @generate for a procedure, found a second",
    ],
    [
      one("/**\n * @generate: none\n * @acl: toy */"),
      "6:10: Expected none, object:permission, object:permission:flag or " +
      'object:permission::name:value behind @acl, found "toy"',
    ],
    [
      one("/**\n * @generate: none\n * @aclfilter: toy:see:A */"),
      '6:16: Expected object:permission behind @aclfilter, found "toy:see:A"',
    ],
    [
      one("/**\n * @generate: none\n * @sparseflag: A */"),
      "6:4: Expected @readstream or @writestream beside @sparseflag",
    ],
    [one("/**\n * @acl: none */"), '6:3: Expected an annotation @generate before "TOY_PROC_A"'],
    [
      `${PROGRAM}enum toy_procedure { TOY_PROC_A = 0 };`,
      "3:35: Expected a procedure's number from 1 to 2147483647, found 0",
    ],
    [
      `${PROGRAM}enum toy_procedure { TOY_PROC_A = 1,\nTOY_PROC_B = 1 };`,
      "4:1: Expected a new number, found 1 again",
    ],
    [
      `${PROGRAM}enum toy_procedure { GAME_PROC_A = 1 };`,
      '3:22: Expected a name that begins with TOY_PROC_, found "GAME_PROC_A"',
    ],
    [
      "enum toy_procedure { TOY_PROC_A = 1 };",
      "1:6: Expected a constant TOY_PROGRAM of 0 or more, found none",
    ],
    [
      `${PROGRAM}enum toy_procedure { TOY_PROC_A = 1 };\nenum b_procedure { B = 1 };`,
      "4:6: Expected one enumeration of procedures, found a second",
    ],
  ];
  for (const [text, message] of faults) assertEquals(faultOf(() => parse(text)), `a.x:${message}`);
});
