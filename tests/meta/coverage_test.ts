/**
 * The table of coverage has every function once, and what it names is there.
 */

import { readFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { type CoverageRow, describeCoverage } from "../../gen/tool/coverage.ts";
import { COUNTERPARTS, PROCEDURES_APART } from "../../gen/tool/coverage_by_hand.ts";
import { EXCUSED_GROUPS } from "../../gen/tool/coverage_excused.ts";
import { readCoverageInputs } from "../../gen/tool/coverage_inputs.ts";
import { PEERS_APART, PEERS_BY_HAND } from "../../gen/tool/coverage_peers_by_hand.ts";
import { COVERAGE_FILE } from "../../gen/tool/emit_coverage.ts";
import type { Api, Wire } from "../../gen/tool/model.ts";
import { procedureName } from "../../gen/tool/names.ts";
import { EXCUSED } from "../../gen/tool/overrides.ts";
import * as main from "../../mod.ts";
import * as admin from "../../src/admin.ts";
import * as lxc from "../../src/lxc.ts";
import * as qemu from "../../src/qemu.ts";
import { test } from "../harness.ts";

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

const wire = JSON.parse(read("gen/schema/wire.json")) as Wire;
const api = JSON.parse(read("gen/schema/api.json")) as Api;
const inputs = readCoverageInputs();
const coverage = describeCoverage({ wire, api, ...inputs });
const exported: Readonly<Record<string, unknown>> = { ...main, ...admin, ...lxc, ...qemu };

/** The instances' properties that are no part of a prototype: set by the constructor. */
const OWN_PROPERTIES = new Set([
  "LibvirtError.code",
  "LibvirtError.domain",
  "LibvirtError.message",
]);

function exists(name: string): boolean {
  const [owner, member] = name.split(".");
  const found = exported[owner!];
  if (member === undefined || found === undefined) return typeof found === "function";
  if (typeof found !== "function") return Object.hasOwn(found as object, member);
  return OWN_PROPERTIES.has(name) || member in (found.prototype as object);
}

test("every C function is in the table once", () => {
  const functions = Object.values(api.libraries).flatMap((l) => Object.keys(l.functions));
  const rows = [...read(COVERAGE_FILE).matchAll(/^\| `(vir\w+)` \|/gm)].map((match) => match[1]!);
  assertEquals(rows.sort(), functions.sort());
});

test("every C function is covered or excused, and not both", () => {
  const unexplained = coverage.rows.filter((row) =>
    (row.ours.length === 0) === (row.excuse === undefined)
  );
  assertEquals(unexplained.map((row) => row.cName), []);
});

test("what covers a C function exists", () => {
  const missing = coverage.rows.flatMap((row) =>
    row.ours.filter((name) => !exists(name)).map((name) => `${row.cName}: ${name}`)
  );
  assertEquals(missing, []);
});

test("every procedure is behind a C function or explained", () => {
  assertEquals(coverage.proceduresUnexplained, []);
  const all = new Set(
    (["remote", "qemu", "lxc", "admin"] as const).flatMap((program) =>
      wire.programs[program].procedures.map((p) => procedureName(program, p.name))
    ),
  );
  const named = [
    ...coverage.rows.flatMap((row) => row.procedures),
    ...coverage.proceduresApart.keys(),
    ...Object.keys(PROCEDURES_APART),
  ];
  assertEquals(named.filter((name) => !all.has(name)), []);
  const behind = new Set(coverage.rows.flatMap((row) => row.procedures));
  assertEquals(Object.keys(EXCUSED).filter((name) => behind.has(name)), []);
});

test("every method that Perl's clients document stands for a C function or is explained", () => {
  assertEquals(coverage.peersUnexplained, []);
  for (const [name, reason] of coverage.peersApart) {
    assert(reason.length > 10, `${name} is set apart without a reason`);
  }
});

test("a peer's method leads to something of ours wherever libvirt's function does", () => {
  const named = new Set(coverage.rows.flatMap((row) => [...row.sysVirt, ...row.sysAsyncVirt]));
  const documented = Object.values(inputs.peers).flatMap((classes) =>
    Object.entries(classes).flatMap(([owner, methods]) =>
      methods.split(" ").map((method) => `${owner}.${method}`)
    )
  );
  const lost = documented.filter((name) => !named.has(name) && !coverage.peersApart.has(name));
  assertEquals(lost, []);
});

test("no entry written by hand is idle", () => {
  const functions = new Set(coverage.rows.map((row) => row.cName));
  const lower = new Set([...functions].map((name) => name.toLowerCase()));
  const documented = new Set(
    Object.values(inputs.peers).flatMap((classes) =>
      Object.entries(classes).flatMap(([owner, methods]) => [
        owner,
        ...methods.split(" ").map((method) => `${owner}.${method}`),
      ])
    ),
  );
  assertEquals(Object.keys(COUNTERPARTS).filter((name) => !functions.has(name)), []);
  assertEquals(
    Object.values(PEERS_BY_HAND).flatMap((names) => names.split(" "))
      .filter((name) => !lower.has(`vir${name}`.toLowerCase())),
    [],
  );
  const peers = [...Object.keys(PEERS_APART), ...Object.keys(PEERS_BY_HAND)];
  assertEquals(peers.filter((name) => !documented.has(name)), []);
});

test("each excuse is used, and excuses one thing only", () => {
  const excused = (row: CoverageRow) => row.ours.length === 0;
  for (const { title, reason, functions } of EXCUSED_GROUPS) {
    assert(reason.length > 20, `${title} is excused without a reason`);
    for (const wanted of functions) {
      const hits = coverage.rows.filter((row) =>
        typeof wanted === "string" ? wanted === row.cName : wanted.test(row.cName)
      );
      assert(hits.some(excused), `${title}: ${wanted} excuses nothing`);
    }
  }
});

test("the files that the table names are there", () => {
  const named = new Set(coverage.rows.flatMap((row) => row.tests.map((use) => use.path)));
  assertEquals([...named].filter((path) => !inputs.tests.has(path)), []);
  assert(named.size > 10, "hardly any file calls anything: is the search broken?");
});
