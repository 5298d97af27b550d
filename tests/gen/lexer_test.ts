import { assertEquals } from "@std/assert";
import { evaluate } from "../../gen/tool/expression.ts";
import { tokenize, TokenStream } from "../../gen/tool/lexer.ts";
import { test } from "../harness.ts";
import { faultOf } from "./faults.ts";

function words(text: string): string[] {
  return tokenize(text, "a.x").map(({ kind, text }) => `${kind}:${text}`);
}

test("splits names, numbers, strings and symbols", () => {
  assertEquals(words('const LIMIT_2 = 0x1F; _a<"b\\"c">'), [
    "name:const",
    "name:LIMIT_2",
    "symbol:=",
    "number:0x1F",
    "symbol:;",
    "name:_a",
    "symbol:<",
    'string:"b\\"c"',
    "symbol:>",
    "end:",
  ]);
});

test("takes shifts for one symbol, and brackets side by side for two", () => {
  assertEquals(words("1<<2>>3"), [
    "number:1",
    "symbol:<<",
    "number:2",
    "symbol:>>",
    "number:3",
    "end:",
  ]);
  assertEquals(words("a<>"), ["name:a", "symbol:<", "symbol:>", "end:"]);
});

test("tells line and column of each token and of the end", () => {
  const places = tokenize("struct a {\n\tint b;\r\n};\n", "dir/a.x")
    .map(({ text, at }) => `${text} ${at.file}:${at.line}:${at.column}`);
  assertEquals(places, [
    "struct dir/a.x:1:1",
    "a dir/a.x:1:8",
    "{ dir/a.x:1:10",
    "int dir/a.x:2:2",
    "b dir/a.x:2:6",
    "; dir/a.x:2:7",
    "} dir/a.x:3:1",
    "; dir/a.x:3:2",
    " dir/a.x:4:1",
  ]);
});

test("leaves out the lines that begin with a percent sign", () => {
  assertEquals(words('%#include "a.h"\n% struct\na\n%'), ["name:a", "end:"]);
});

test("gives each token the comments in front of it", () => {
  const tokens = tokenize("/* one */ /** two\n * lines **/ a; /**/ /* three */", "a.x");
  assertEquals(
    tokens.map(({ text, comments }) =>
      `${text}|${comments.map(({ text, at }) => `${at.line}:${at.column} ${text}`).join("|")}`
    ),
    ["a|1:1 /* one */|1:11 /** two\n * lines **/", ";|", "|2:17 /**/|2:22 /* three */"],
  );
  assertEquals(tokens[0]?.at, { file: "a.x", line: 2, column: 14 });
});

test("refuses what is no token, and says where it is", () => {
  const faults: [text: string, message: string][] = [
    ["a;\n  /* b", 'a.x:2:3: Expected "*/" to end this comment'],
    ["/*/", 'a.x:1:1: Expected "*/" to end this comment'],
    ['x = "a;\n"', "a.x:1:5: Expected '\"' to end this string on its line"],
    ['"a\\', "a.x:1:1: Expected '\"' to end this string on its line"],
    ["int a;\n#define B", 'a.x:2:1: Expected a name, a number or a symbol, found "#"'],
    [" %b", 'a.x:1:2: Expected a name, a number or a symbol, found "%"'],
    ["a\n é", 'a.x:2:2: Expected a name, a number or a symbol, found "é"'],
    ["a 😀", 'a.x:1:3: Expected a name, a number or a symbol, found "😀"'],
    ["12ab", 'a.x:1:1: Expected a decimal, octal or hexadecimal integer, found "12ab"'],
    ["= 089", 'a.x:1:3: Expected a decimal, octal or hexadecimal integer, found "089"'],
    ["= 0x", 'a.x:1:3: Expected a decimal, octal or hexadecimal integer, found "0x"'],
  ];
  for (const [text, message] of faults) assertEquals(faultOf(() => tokenize(text, "a.x")), message);
});

test("a stream looks ahead, accepts and expects", () => {
  const tokens = new TokenStream("a = b", "a.x");
  assertEquals(tokens.peek(1).text, "=");
  assertEquals(tokens.peek(9).kind, "end");
  assertEquals(tokens.accept("b"), undefined);
  assertEquals(tokens.expectName("a name").text, "a");
  assertEquals(faultOf(() => tokens.expectName("a name")), 'a.x:1:3: Expected a name, found "="');
  assertEquals(tokens.expect("=").text, "=");
  assertEquals(faultOf(() => tokens.expect(";")), 'a.x:1:5: Expected ";", found "b"');
  tokens.next();
  assertEquals(
    faultOf(() => tokens.expect(";")),
    'a.x:1:6: Expected ";", found the end of the file',
  );
});

test("evaluates expressions as C does", () => {
  const known = new Map([["WIDTH", 8n], ["MINUS", -3n]]);
  const values: [text: string, value: bigint][] = [
    ["17", 17n],
    ["0x20008086", 536903814n],
    ["017", 15n],
    ["0", 0n],
    ["-5", -5n],
    ["- -5", 5n],
    ["(256 + 1)", 257n],
    ["10 - 4 - 3", 3n],
    ["2 + 3 * 4", 14n],
    ["(2 + 3) * 4", 20n],
    ["7 / 2 * 2", 6n],
    ["-7 / 2", -3n],
    ["1 << 4 + 1", 32n],
    ["256 >> 2 >> 1", 32n],
    ["1 | 6 & 3 << 1", 7n],
    ["~0 & 0xFF", 255n],
    ["WIDTH * MINUS", -24n],
  ];
  for (const [text, value] of values) {
    assertEquals(evaluate(text, "a.x", (name) => known.get(name)), value, text);
  }
});

test("refuses what is no expression, and says where", () => {
  const faults: [text: string, message: string][] = [
    ["", "e:1:1: Expected a number or the name of a constant, found the end of the file"],
    ["1 +", "e:1:4: Expected a number or the name of a constant, found the end of the file"],
    ['1 + "a"', 'e:1:5: Expected a number or the name of a constant, found the string "a"'],
    ["(1", 'e:1:3: Expected ")", found the end of the file'],
    ["1 2", 'e:1:3: Expected the end of the expression, found "2"'],
    ["1 + A", 'e:1:5: Expected a constant defined above, found "A"'],
    ["8 / (4 - 4)", "e:1:3: Expected a divisor other than 0"],
    ["1 << 64", "e:1:3: Expected a shift by 0 to 63, found 64"],
    ["1 >> -1", "e:1:3: Expected a shift by 0 to 63, found -1"],
    ["80LL", 'e:1:1: Expected a decimal, octal or hexadecimal integer, found "80LL"'],
  ];
  for (const [text, message] of faults) {
    assertEquals(faultOf(() => evaluate(text, "e", () => undefined)), message);
  }
});
