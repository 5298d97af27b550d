/**
 * Which method of which class calls which procedure: derived from libvirt's C functions, whose
 * names and first arguments say both.
 *
 * @module
 */

import { CLASSES, type ClassInfo } from "./classes.ts";
import type { Api, ApiFunction, Declaration, Procedure, ProgramName, Wire } from "./model.ts";
import { camelCase, procedureName, wordsOf } from "./names.ts";
import { BY_HAND, EXCUSED, METHOD_NAMES, NEWER_FUNCTIONS, NOT_ONE_METHOD } from "./overrides.ts";

/** A procedure with the C function that stands for it. */
export interface Call {
  readonly procedure: Procedure;
  /** Its constant: `domainGetState`. */
  readonly name: string;
  /** The C function's name. */
  readonly cName: string;
  readonly fn: ApiFunction;
  readonly args: readonly Declaration[];
  readonly ret: readonly Declaration[];
}

/** One method of a generated base. */
export interface Method {
  readonly owner: ClassInfo;
  readonly name: string;
  /** What it calls. */
  readonly call: Call;
  /** The procedure for callers that give no flags, where a newer one took its place. */
  readonly older?: Call;
}

/** What becomes of every procedure that a client can call. */
export interface Plan {
  readonly methods: readonly Method[];
  /** Procedures that are neither generated, by hand nor excused: none, if all is well. */
  readonly unplanned: readonly string[];
}

const VERBS = new Set([
  "lookup",
  "define",
  "create",
  "get",
  "set",
  "list",
  "restore",
  "suspend",
  "alloc",
]);

/** Plans the methods of a program. */
export function planMethods(wire: Wire, api: Api, program: ProgramName): Plan {
  const functions = new Map<string, [string, ApiFunction]>();
  for (const library of Object.values(api.libraries)) {
    for (const [name, fn] of Object.entries(library.functions)) {
      if (fn.kind === "function") functions.set(name.toLowerCase(), [name, fn]);
    }
  }
  const { procedures, structs } = wire.programs[program];
  const calls = new Map<string, Call>();
  const unplanned: string[] = [];
  for (const procedure of procedures) {
    if (procedure.msg !== undefined) continue;
    const name = procedureName(program, procedure.name);
    if (Object.hasOwn(BY_HAND, name) || Object.hasOwn(EXCUSED, name)) continue;
    const bare = procedure.name.replace(/^[A-Z]+_PROC_/, "").replaceAll("_", "").toLowerCase();
    const found = functions.get(`vir${program === "admin" ? "adm" : ""}${bare}`);
    if (found === undefined) {
      unplanned.push(name);
      continue;
    }
    const [cName, fn] = found;
    calls.set(cName, {
      procedure,
      name,
      cName,
      fn,
      args: procedure.args === undefined ? [] : structs[procedure.args]!,
      ret: procedure.ret === undefined ? [] : structs[procedure.ret]!,
    });
  }
  const methods: Method[] = [];
  const merged = new Set<string>();
  for (const [cName, call] of calls) {
    const owner = CLASSES.find((c) => c.program === program && c.pointer === call.fn.args[0]?.[1]);
    if (owner === undefined) throw new Error(`No class for the first argument of ${cName}`);
    const newer = newerOf(cName, calls);
    if (newer !== undefined) merged.add(newer.cName);
    methods.push({
      owner,
      name: methodName(cName, owner),
      call: newer ?? call,
      ...(newer === undefined ? {} : { older: call }),
    });
  }
  return {
    methods: methods.filter((m) => m.older !== undefined || !merged.has(m.call.cName)),
    unplanned,
  };
}

function newerOf(cName: string, calls: ReadonlyMap<string, Call>): Call | undefined {
  if (NOT_ONE_METHOD.has(cName)) return undefined;
  const names = [NEWER_FUNCTIONS[cName] ?? "", `${cName}Flags`, `${cName}WithFlags`];
  return names.map((name) => calls.get(name)).find((call) => call !== undefined);
}

/**
 * The method's name: the function's without `vir` and its object's noun. Where the noun is another
 * object's, the verb comes first: `virDomainLookupByName` on a connection → `lookupDomainByName`.
 */
export function methodName(cName: string, owner: ClassInfo): string {
  const given = METHOD_NAMES[cName];
  if (given !== undefined) return given;
  const words = wordsOf(cName.replace(/^vir(Adm)?/, ""));
  const other = CLASSES.find((c) =>
    c !== owner && c.program === owner.program &&
    c.noun.length > (startsWith(words, owner.noun) ? owner.noun.length : 0) &&
    startsWith(words, c.noun)
  );
  if (other !== undefined) {
    return verbFirst(words.slice(other.noun.length), nounFor(other, owner), words);
  }
  if (startsWith(words, owner.noun)) return camelCase(words.slice(owner.noun.length).join("_"));
  if (words[0] === "node") return verbFirst(words.slice(1), "node", words);
  return camelCase(words.join("_"));
}

function verbFirst(rest: readonly string[], noun: string, all: readonly string[]): string {
  const [verb, ...others] = rest;
  if (verb === undefined || !VERBS.has(verb)) return camelCase(all.join("_"));
  return camelCase([verb, ...wordsOf(noun), ...others].join("_"));
}

// a pool's volumes are called so by libvirt itself: virStoragePoolListAllVolumes
function nounFor(other: ClassInfo, owner: ClassInfo): string {
  if (owner.name === "StoragePool" && other.name === "StorageVol") return "Volume";
  return owner.name === "Connection" ? other.name : other.as;
}

function startsWith(words: readonly string[], noun: readonly string[]): boolean {
  return noun.every((word, i) => words[i] === word);
}
