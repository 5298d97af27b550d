/**
 * For every C function: what covers it here, or why nothing does.
 *
 * @module
 */

import { CLASSES, type ClassInfo } from "./classes.ts";
import { COUNTERPARTS, PROCEDURES_APART } from "./coverage_by_hand.ts";
import { excusedGroup } from "./coverage_excused.ts";
import { matchPeers, type PeerNames, type Peers } from "./coverage_peers.ts";
import { findTests, type TestUse } from "./coverage_tests.ts";
import { methodName, planMethods } from "./methods.ts";
import { type Api, type ApiFunction, LIBRARY_NAMES, type Wire } from "./model.ts";
import { procedureName } from "./names.ts";
import { BY_HAND, EXCUSED } from "./overrides.ts";

/** What the table is made from. */
export interface CoverageInput {
  readonly wire: Wire;
  readonly api: Api;
  /** The methods that other clients document. */
  readonly peers: Peers;
  /** The tests' and their helpers' texts by path. */
  readonly tests: ReadonlyMap<string, string>;
}

/** One C function. */
export interface CoverageRow {
  readonly cName: string;
  readonly kind: ApiFunction["kind"];
  /** The release that brought it. */
  readonly since: string;
  /** The heading that it stands under: the class of its first argument. */
  readonly section: string;
  /** `Class.member`, or the name of a function; none where it is excused. */
  readonly ours: readonly string[];
  /** How the counterpart differs, where its name does not tell. */
  readonly note?: string;
  /** The procedures, as this package names them. */
  readonly procedures: readonly string[];
  /** The group that excuses it. */
  readonly excuse?: { readonly title: string; readonly reason: string; readonly notYet: boolean };
  readonly sysVirt: readonly string[];
  readonly sysAsyncVirt: readonly string[];
  readonly tests: readonly TestUse[];
}

/** The whole table. */
export interface Coverage {
  readonly rows: readonly CoverageRow[];
  /** Procedures behind no C function that is covered, with the reason. */
  readonly proceduresApart: ReadonlyMap<string, string>;
  /** Procedures that are neither: none, if all is well. */
  readonly proceduresUnexplained: readonly string[];
  /** Methods of other clients that stand for no C function, with what there is here instead. */
  readonly peersApart: ReadonlyMap<string, string>;
  /** Methods of other clients that nothing explains: none, if all is well. */
  readonly peersUnexplained: readonly string[];
}

interface Found {
  readonly ours: readonly string[];
  readonly note?: string;
  readonly procedures: readonly string[];
}

/** Makes the table. */
export function describeCoverage({ wire, api, peers, tests }: CoverageInput): Coverage {
  const found = derive(wire, api);
  const functions = LIBRARY_NAMES.flatMap((library) =>
    Object.entries(api.libraries[library].functions)
  );
  const matched = matchPeers(peers, functions.map(([name]) => name));
  const partners = partnersOf(wire, api);
  const rows = functions.map(([cName, fn]): CoverageRow => {
    const { ours: all, note, procedures } = found.get(cName) ?? { ours: [], procedures: [] };
    const candidate = excusedGroup(cName);
    // a method that always rejects covers nothing
    const group = all.length === 0 || candidate?.notYet ? candidate : undefined;
    const ours = group === undefined ? all : [];
    const names = peersOf(cName, matched.byFunction, partners);
    return {
      cName,
      kind: fn.kind,
      since: fn.since,
      section: sectionOf(fn),
      ours,
      ...(note === undefined ? {} : { note }),
      procedures,
      ...(group === undefined ? {} : {
        excuse: { title: group.title, reason: group.reason, notYet: group.notYet ?? false },
      }),
      sysVirt: names["Sys::Virt"],
      sysAsyncVirt: names["Sys::Async::Virt"],
      tests: findTests(ours, tests),
    };
  });
  return {
    rows,
    ...proceduresWithout(wire, new Set(rows.flatMap((row) => row.procedures))),
    peersApart: matched.apart,
    peersUnexplained: matched.unexplained,
  };
}

function proceduresWithout(
  wire: Wire,
  listed: ReadonlySet<string>,
): Pick<Coverage, "proceduresApart" | "proceduresUnexplained"> {
  const apart = new Map<string, string>();
  const unexplained: string[] = [];
  for (const program of ["remote", "qemu", "lxc", "admin"] as const) {
    for (const procedure of wire.programs[program].procedures) {
      const name = procedureName(program, procedure.name);
      if (procedure.msg !== undefined || listed.has(name)) continue;
      const reason = EXCUSED[name] ?? PROCEDURES_APART[name];
      if (reason === undefined) unexplained.push(name);
      else apart.set(name, reason);
    }
  }
  return { proceduresApart: apart, proceduresUnexplained: unexplained };
}

/** What the generator's plan, the tables of classes and the tables by hand say. */
function derive(wire: Wire, api: Api): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const { fn: [cName, , owner], name, byHand } of proceduresWithFunction(wire, api)) {
    if (byHand && owner !== undefined) {
      found.set(cName, { ours: [`${owner.name}.${methodName(cName, owner)}`], procedures: [name] });
    }
  }
  for (const program of ["remote", "admin"] as const) {
    for (const { owner, name, call, older } of planMethods(wire, api, program).methods) {
      for (const { cName, name: procedure } of older === undefined ? [call] : [older, call]) {
        found.set(cName, { ours: [`${owner.name}.${name}`], procedures: [procedure] });
      }
    }
  }
  for (const { name, properties } of CLASSES) {
    for (const property of properties) {
      found.set(property.cName, { ours: [`${name}.${property.name}`], procedures: [] });
    }
  }
  for (const { fn: [cName], name, byHand } of proceduresWithFunction(wire, api)) {
    const counterpart = COUNTERPARTS[cName];
    if (counterpart !== undefined && counterpart.procedures === undefined && byHand) {
      found.set(cName, { ...counterpart, procedures: [name] });
    }
  }
  for (const [cName, counterpart] of Object.entries(COUNTERPARTS)) {
    const procedures = counterpart.procedures ?? found.get(cName)?.procedures ?? [];
    found.set(cName, { ...counterpart, procedures });
  }
  return found;
}

interface NamedProcedure {
  readonly name: string;
  readonly byHand: boolean;
  readonly fn: readonly [cName: string, fn: ApiFunction, owner: ClassInfo | undefined];
}

/** The procedures that no plan has although a C function of their name exists. */
function proceduresWithFunction(wire: Wire, api: Api): NamedProcedure[] {
  const functions = new Map<string, [string, ApiFunction]>();
  for (const library of Object.values(api.libraries)) {
    for (const entry of Object.entries(library.functions)) {
      functions.set(entry[0].toLowerCase(), entry);
    }
  }
  const found: NamedProcedure[] = [];
  for (const program of ["remote", "admin"] as const) {
    for (const procedure of wire.programs[program].procedures) {
      if (procedure.msg !== undefined) continue;
      const bare = procedure.name.replace(/^[A-Z]+_PROC_/, "").replaceAll("_", "").toLowerCase();
      const entry = functions.get(`vir${program === "admin" ? "adm" : ""}${bare}`);
      if (entry === undefined) continue;
      const [cName, fn] = entry;
      const owner = CLASSES.find((c) => c.program === program && c.pointer === fn.args[0]?.[1]);
      const name = procedureName(program, procedure.name);
      found.push({ name, byHand: Object.hasOwn(BY_HAND, name), fn: [cName, fn, owner] });
    }
  }
  return found;
}

/** Functions that one method stands for, in both directions: `X` and `XFlags`. */
function partnersOf(wire: Wire, api: Api): Map<string, string> {
  const partners = new Map<string, string>();
  for (const { call, older } of planMethods(wire, api, "remote").methods) {
    if (older === undefined) continue;
    partners.set(call.cName, older.cName);
    partners.set(older.cName, call.cName);
  }
  partners.set("virDomainCreateWithFlags", "virDomainCreate");
  partners.set("virDomainGetSchedulerParametersFlags", "virDomainGetSchedulerParameters");
  return partners;
}

function peersOf(
  cName: string,
  byFunction: ReadonlyMap<string, PeerNames>,
  partners: ReadonlyMap<string, string>,
): PeerNames {
  const own = byFunction.get(cName);
  const partner = byFunction.get(partners.get(cName) ?? "");
  function pick(peer: keyof PeerNames): readonly string[] {
    const names = own?.[peer] ?? [];
    return names.length > 0 ? names : partner?.[peer] ?? [];
  }
  return { "Sys::Virt": pick("Sys::Virt"), "Sys::Async::Virt": pick("Sys::Async::Virt") };
}

const OTHER_SECTIONS: Readonly<Record<string, string>> = {
  "libvirt-qemu": "The qemu driver's own",
  "libvirt-lxc": "The lxc driver's own",
  "libvirt-stream": "Streams",
  virterror: "Errors",
  "libvirt-event": "Event loop",
  "libvirt-common": "Typed parameters and common types",
};

function sectionOf({ file, kind, args }: ApiFunction): string {
  if (kind === "functype") return "Types of callbacks";
  const header = OTHER_SECTIONS[file];
  if (header !== undefined) return header;
  const owner = CLASSES.find((c) => c.pointer === args[0]?.[1]);
  if (owner !== undefined) return owner.name;
  if (file === "libvirt-admin") return "AdminConnection";
  return args[0]?.[1].startsWith("virDomain") ? "Domain" : "Connection";
}
