import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { headerConstants, readSource } from "../../gen/tool/from_source.ts";
import { SourceError } from "../../gen/tool/lexer.ts";
import { type Api, type Library, LIBRARY_NAMES } from "../../gen/tool/model.ts";
import { test } from "../harness.ts";

type Files = Readonly<Record<string, string>>;

/** Runs `use` with a directory that holds `files`. */
function withFiles(files: Files, use: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), "from-source-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function program(name: string, number: number, rest = ""): string {
  return `%#include "toy.h"
    const ${name}_PROGRAM = ${number};
    const ${name}_PROTOCOL_VERSION = 1;
    ${rest}
    enum ${name.toLowerCase()}_procedure { ${name}_PROC_WIND_UP = 1 };
  `;
}

/** The smallest tree that has every file. */
const TREE: Files = {
  "meson.build":
    "project(\n  'libvirt', 'c',\n  version: '1.2.3',\n  meson_version: '>= 0.56.0',\n)\n",
  "src/rpc/virnetprotocol.x": "typedef opaque packetId[TOY_ID_LENGTH];",
  "src/rpc/virkeepaliveprotocol.x": program("KEEPALIVE", 1),
  "src/remote/remote_protocol.x": program("REMOTE", 2, "struct remote_toy { int id; };"),
  "src/remote/qemu_protocol.x": program("QEMU", 3, "struct qemu_wind_up_args { remote_toy a; };"),
  "src/remote/lxc_protocol.x": program("LXC", 4, "struct lxc_wind_up_ret { remote_toy a; };"),
  "src/admin/admin_protocol.x": program("ADMIN", 5),
};

function apiFiles(dir: string, version = 1_002_003): Files {
  const macros = `<macro name='LIBVIR_VERSION_NUMBER' file='f' raw='${version}' version='0.0.1'/>
    <macro name='TOY_ID_LENGTH' file='f' raw='(8 * 2)' version='1.0.0'/>`;
  return Object.fromEntries(LIBRARY_NAMES.map((name) => [
    join(dir, `${name}-api.xml`),
    `<api name='${name}'><symbols>${name === "libvirt" ? macros : ""}</symbols></api>`,
  ]));
}

const EMPTY: Library = { enums: {}, functions: {}, macros: {}, structs: {} };

function apiOf(release: string, libvirt: Partial<Library>): Api {
  const libraries = {
    libvirt: { ...EMPTY, ...libvirt },
    "libvirt-qemu": EMPTY,
    "libvirt-lxc": EMPTY,
    "libvirt-admin": EMPTY,
  };
  return { libvirt: release, libraries };
}

test("reads a tree and the API description in a build directory below it", () => {
  withFiles({ ...TREE, ...apiFiles("some_build/docs") }, (dir) => {
    const { wire, api, version, remarks } = readSource(dir);
    assertEquals([version, wire.libvirt, api.libvirt], ["1.2.3", "1.2.3", "1.2.3"]);
    assertEquals(remarks, []);
    assertEquals(Object.keys(wire.programs), [
      "net",
      "keepalive",
      "remote",
      "qemu",
      "lxc",
      "admin",
    ]);
    assertEquals(wire.programs.net.constants, { TOY_ID_LENGTH: 16 });
    assertEquals(wire.programs.net.procedures, []);
    assertEquals(wire.programs.net.program, undefined);
    assertEquals(wire.programs.admin.program, 5);
    assertEquals(wire.programs.qemu.structs, {
      qemu_wind_up_args: [{ type: "remote_toy", name: "a" }],
    });
    assertEquals(wire.programs.lxc.procedures, [
      { name: "LXC_PROC_WIND_UP", number: 1, ret: "lxc_wind_up_ret" },
    ]);
  });
});

test("takes the API description from the directory named, before the tree's own", () => {
  const files = { ...TREE, ...apiFiles("docs", 9_000_000), ...apiFiles("elsewhere/api") };
  withFiles(files, (dir) => {
    const { api } = readSource(dir, { apiDir: join(dir, "elsewhere/api") });
    assertEquals(api.libvirt, "1.2.3");
    assertThrows(() => readSource(dir), Error, "it is of libvirt 9.0.0, the source tree of 1.2.3");
  });
});

test("keeps the committed API description if there is no other, and says so", () => {
  const macros = { TOY_ID_LENGTH: { raw: "12", version: "1.0.0", file: "f" } };
  const committedApi = apiOf("1.2.2", { macros });
  withFiles(TREE, (dir) => {
    const { wire, api, remarks } = readSource(dir, { committedApi });
    assertStrictEquals(api, committedApi);
    assertEquals(wire.programs.net.constants, { TOY_ID_LENGTH: 12 });
    assertEquals(remarks, [
      "Kept the API description of libvirt 1.2.2: the source tree of 1.2.3 has no " +
      "libvirt-api.xml, which libvirt makes when it is built",
    ]);
    assertThrows(() => readSource(dir), Error, `Cannot find libvirt-api.xml in ${dir}`);
  });
});

test("names the file that is missing or wrong", () => {
  const api = apiFiles("docs");
  const { "src/admin/admin_protocol.x": _, ...lacking } = { ...TREE, ...api };
  withFiles(lacking, (dir) => {
    assertThrows(() => readSource(dir), Error, `Cannot read ${join(dir, "src/admin/admin_")}`);
  });
  withFiles({ ...TREE, ...api, "meson.build": "project('toys', version: '1.0.0')" }, (dir) => {
    assertThrows(() => readSource(dir), Error, "it names no project libvirt with a version");
  });
  withFiles({ ...TREE, ...api, "src/remote/lxc_protocol.x": "struct a {\n toy b; };" }, (dir) => {
    const message = 'src/remote/lxc_protocol.x:2:2: Expected a type that is defined, found "toy"';
    assertThrows(() => readSource(dir), SourceError, message);
  });
  withFiles({ ...TREE, ...api, "docs/libvirt-lxc-api.xml": "<api name='toy'/>" }, (dir) => {
    const message = "libvirt-lxc-api.xml:1:1: Expected the description of libvirt-lxc";
    assertThrows(() => readSource(dir), SourceError, message);
  });
});

test("finds the integers of headers, through the names of others too", () => {
  const member = (name: string, value: string) => ({ name, value, version: "1.0.0", file: "f" });
  const macro = (raw: string) => ({ raw, version: "1.0.0", file: "f" });
  const lookup = headerConstants(apiOf("1.2.3", {
    enums: { e: [member("A", "-1"), member("B", "C"), member("C", "7")] },
    macros: { D: macro("(B + 1)"), E: macro("F"), F: macro("E"), G: macro("call(1)") },
  }));
  assertEquals(["A", "B", "D", "X"].map(lookup), [-1n, 7n, 8n, undefined]);
  assertThrows(() => lookup("E"), SourceError, "F:1:1: Expected a constant defined above");
  assertThrows(() => lookup("G"), SourceError, "G:1:1: Expected a constant defined above");
  assertEquals(lookup("D"), 8n);
});
