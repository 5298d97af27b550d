import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { createColors } from "picocolors";
import { complete } from "../../src/cli/completion.ts";
import { UsageError } from "../../src/cli/failures.ts";
import { toJson } from "../../src/cli/json.ts";
import { pcapFileHeader, pcapRecords, readPcap, Reassembly } from "../../src/cli/pcap.ts";
import { bar, draw } from "../../src/cli/progress.ts";
import { formatTable } from "../../src/cli/table.ts";
import { GROUPS } from "../../src/cli/table_of_commands.ts";
import { drawTop, sparkline } from "../../src/cli/top_view.ts";
import { bytes, clock, parseSize, rate } from "../../src/cli/values.ts";
import { test } from "../harness.ts";

const PLAIN = createColors(false);

test("cli: a table fits the terminal, the widest column giving way", () => {
  const rows = [{ a: "short", b: "x".repeat(60), c: "wide 表表表表表表" }, {
    a: "y",
    b: "z",
    c: "",
  }];
  const columns = [{ key: "a", title: "A" }, { key: "b", title: "B" }, { key: "c", title: "C" }];
  const options = { head: true, colors: PLAIN };
  const free = formatTable(rows, columns, { ...options, width: undefined }).split("\n");
  assertEquals(free[1], `short   ${"x".repeat(60)}   wide 表表表表表表`);
  const fitted = formatTable(rows, columns, { ...options, width: 40 }).split("\n");
  assertEquals(fitted[1], `short   ${"x".repeat(13)}…   wide 表表表表…`);
  assertEquals(fitted.length, 3);
  assertEquals(formatTable([], columns, { ...options, head: false, width: 40 }), "");
});

test("cli: sizes as people write them", () => {
  for (
    const [text, value] of [
      ["10G", 10n << 30n],
      ["10GiB", 10n << 30n],
      ["10GB", 10_000_000_000n],
      ["1.5k", 1536n],
      ["17", 17n],
      ["17b", 17n],
      ["18446744073709551615", 18446744073709551615n],
    ] as const
  ) assertEquals(parseSize(text, "it"), value, text);
  assertEquals(parseSize("4", "it", "k"), 4096n);
  for (const text of ["", "G", "-1", "1x", "1 2"]) {
    assertThrows(() => parseSize(text, "it"), UsageError, "such as 512M");
  }
  assertEquals([bytes(0), bytes(1023n), bytes(1536), bytes(1n << 62n)], [
    "0 B",
    "1023 B",
    "1.50 KiB",
    "4.00 EiB",
  ]);
  assertEquals([rate(0), rate(1023), rate(5_000_000)], ["0 B/s", "1.0 KiB/s", "4.8 MiB/s"]);
  assertEquals([clock(5), clock(65), clock(3725)], ["0:05", "1:05", "1:02:05"]);
});

test("cli: 64-bit numbers in JSON", () => {
  assertEquals(
    toJson({ a: 9007199254740991n, b: 9007199254740992n, c: new Uint8Array([1, 2]), d: null }),
    '{"a":9007199254740991,"b":"9007199254740992","c":"AQI=","d":null}',
  );
});

test("cli: a bar, with and without a total", () => {
  assertEquals([bar(0, 4), bar(0.5, 4), bar(0.53, 4), bar(1, 4)], ["░░░░", "██░░", "██▏░", "████"]);
  const progress = { holeBytes: 0n, seconds: 2, rate: 1048576, done: false };
  const known = { ...progress, bytes: 1n << 20n, total: 4n << 20n, secondsLeft: 3 };
  const rest = "25%  1.00 MiB of 4.00 MiB  1.0 MiB/s  0:03 left";
  assertEquals(draw("v", known, 120), `v  ${bar(0.25)}   ${rest}`);
  assertEquals(draw("v", known), `v  ${bar(0.25, 24)}   ${rest}`);
  assertEquals(draw("v", known, 70), `v  ${bar(0.25, 14)}   ${rest}`);
  assertEquals(draw("v", known, 50), `v   ${rest}`.slice(0, 49));
  const unknown = { ...progress, bytes: 1n << 20n, total: undefined, secondsLeft: undefined };
  assertEquals(draw("v", unknown), "v  1.00 MiB  1.0 MiB/s");
});

test("cli: a picture of top is as wide and high as the terminal, whatever that is", () => {
  const usage = {
    name: "a domain with quite a long name, longer than there is room for",
    uuid: "",
    id: 1,
    state: 1,
    vcpus: 2,
    cpu: 150,
    memory: 1 << 30,
    memoryUsed: 1 << 29,
    memoryMax: 1 << 30,
    diskRead: 1e6,
    diskWrite: 0,
    netReceive: null,
    netSend: null,
    history: { cpu: [0, 50, 100, 200], disk: [], network: [1, 2] },
  };
  const host = { hostname: "host", type: "QEMU", cpus: 4, memory: 2 ** 33 };
  for (const [columns, rows] of [[40, 10], [100, 24], [200, 50]] as const) {
    const lines = drawTop({
      host,
      usages: Array.from({ length: 60 }, () => usage),
      sort: "cpu",
      scroll: 3,
      notice: "",
      columns,
      rows,
      colors: PLAIN,
    });
    assertEquals(lines.length, rows);
    assertEquals(lines.filter((line) => line.length > columns), [], `${columns}`);
  }
  const [, narrow] = drawTop({
    host: { ...host, cpus: 16 },
    usages: [usage],
    sort: "cpu",
    scroll: 0,
    notice: "",
    columns: 80,
    rows: 24,
    colors: PLAIN,
  });
  assertStringIncludes(narrow!, "1.00 GiB of 8.00 GiB", "the usual width has room for it");
  // a name that is cut keeps its colours to itself
  const tiny = drawTop({
    host: { ...host, hostname: "h".repeat(30) },
    usages: [usage],
    sort: "cpu",
    scroll: 0,
    notice: "",
    columns: 20,
    rows: 3,
    colors: createColors(true),
  });
  assertEquals([tiny.length, tiny[0]], [3, `\x1b[1m${"h".repeat(19)}\x1b[22m…`]);
  assertEquals(sparkline([0, 50, 100], 100, 5), "  ▁▅█");
});

test("cli: segments come together whatever their order, and once", () => {
  const client = { sent: 0, port: 50_000 };
  const daemon = { sent: 0, port: 16_509 };
  const data = new Uint8Array(200_000).map((_, i) => i % 251);
  const parts = [pcapFileHeader(), ...pcapRecords(client, daemon, data, 1234.5)];
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  const segments = [...readPcap(file)];
  assertEquals(segments.map(({ time }) => time), segments.map(() => 1234.5));
  assertEquals(segments.length, 4);
  const order = [0, 2, 0, 3, 1, 2];
  const reassembly = new Reassembly();
  const got = order.flatMap((i) => reassembly.take(segments[i]!));
  assertEquals(got.length, 4);
  const whole = got.flatMap((piece) => [...piece]);
  assertEquals([whole.length, whole.every((byte, i) => byte === data[i])], [data.length, true]);
});

test("cli: each command has a name of its own, and what runs it", async () => {
  const names = GROUPS.flatMap(({ commands }) => commands.map(({ name }) => name));
  assertEquals(new Set(names).size, names.length);
  for (const group of GROUPS) {
    const { handlers } = await group.load();
    assertEquals(Object.keys(handlers).sort(), group.commands.map(({ name }) => name).sort());
  }
});

test("cli: completion knows arguments, options and their values", () => {
  const texts = (...words: string[]) => {
    const found = complete(words);
    return "candidates" in found ? found.candidates.map(({ text }) => text) : found;
  };
  assertEquals(texts("net-dest"), ["net-destroy"]);
  assertEquals(texts("vol-info", "--po"), ["--pool"]);
  assertEquals(texts("define", ""), { files: true });
  assertEquals(texts("--capture", ""), { files: true });
  assertEquals(texts("hostname", ""), []);
  const found = complete(["-c", "some:uri", "dominfo", "x"]);
  assertEquals("argument" in found && found.argument, "domain");
});
