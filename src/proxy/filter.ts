/**
 * Which procedures a client may call.
 *
 * @module
 */

import { lxcAccess } from "../../gen/lxc/access.ts";
import { lxcProgram } from "../../gen/lxc/program.ts";
import { qemuAccess } from "../../gen/qemu/access.ts";
import { qemuProgram } from "../../gen/qemu/program.ts";
import { remoteAccess } from "../../gen/remote/access.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import type { AccessCondition, ProcedureAccess, Program } from "../procedure.ts";
import {
  AUTHENTICATING,
  CORRECTED,
  FILTER_PRESETS,
  type FilterPreset,
  LOOKING,
  OPERATING,
  OPERATING_BY_NAME,
  PASSING_DESCRIPTORS,
} from "./presets.ts";

/** Which procedures a client may call. */
export interface FilterRules {
  /**
   * What to begin with: `monitor` looks and changes nothing, `operate` also starts, stops and
   * handles what others have defined, `all` is whatever the daemon allows. `monitor` opens the
   * daemon read-only as well.
   */
  readonly preset: FilterPreset;
  /**
   * Procedures let through beside those, by name as `storageVolUpload`, and permissions of
   * libvirt's as `domain:snapshot`.
   */
  readonly allow?: readonly string[] | undefined;
  /** Procedures and permissions refused in spite of all that. */
  readonly deny?: readonly string[] | undefined;
}

/** What becomes of a call. */
export type Verdict = "pass" | "refuse" | "depends" | "descriptors" | "authentication";

/** One procedure, judged. */
export interface JudgedProcedure {
  /** Its name. */
  readonly name: string;
  /** What becomes of a call of it. */
  readonly verdict: Verdict;
  /** Where it depends: in which cases it is refused. */
  readonly refusedIf: readonly AccessCondition[];
  /** Whether it opens a stream. */
  readonly stream: boolean;
}

const TABLES: readonly { program: Program; access: Readonly<Record<number, ProcedureAccess>> }[] = [
  { program: remoteProgram, access: remoteAccess },
  { program: qemuProgram, access: qemuAccess },
  { program: lxcProgram, access: lxcAccess },
];

/** Judges every procedure once; asking is a look into a table. */
export class ProcedureFilter {
  /** What it was made with. */
  readonly rules: FilterRules;
  readonly #programs = new Map<number, JudgedProcedure[]>();

  /** Throws a TypeError for a preset, procedure or permission that there is none of. */
  constructor(rules: FilterRules) {
    if (!FILTER_PRESETS.includes(rules.preset)) {
      throw new TypeError(
        `No filter "${rules.preset}": it is one of ${FILTER_PRESETS.join(", ")}`,
      );
    }
    checkNames([...rules.allow ?? [], ...rules.deny ?? []]);
    this.rules = rules;
    for (const { program, access } of TABLES) {
      const judged: JudgedProcedure[] = [];
      for (const [number, each] of Object.entries(access)) {
        judged[Number(number)] = judge(each, rules);
      }
      this.#programs.set(program.number, judged);
    }
  }

  /** Whether a program is one that a client may speak. */
  knows(program: number): boolean {
    return this.#programs.has(program);
  }

  /**
   * The judgement of a procedure. One that is newer than this library passes only where all do.
   */
  judge(program: number, procedure: number): JudgedProcedure {
    return this.#programs.get(program)?.[procedure] ?? {
      name: `procedure ${procedure}`,
      verdict: this.rules.preset === "all" ? "pass" : "refuse",
      refusedIf: [],
      stream: false,
    };
  }

  /** Every procedure of every program, judged. */
  procedures(): JudgedProcedure[] {
    return [...this.#programs.values()].flatMap((each) => each.filter(() => true));
  }
}

function judge(access: ProcedureAccess, rules: FilterRules): JudgedProcedure {
  const { name, conditions = [], stream = false } = access;
  const needs = CORRECTED[name] ?? access.needs;
  const refusedIf = conditions.filter(({ permission }) => !allows(rules, permission));
  const denied = rules.deny?.includes(name) || needs.some((each) => rules.deny?.includes(each));
  const named = rules.allow?.includes(name) ?? false;
  const fits = rules.preset === "operate" && OPERATING_BY_NAME.has(name) ||
    needs.every((permission) => allows(rules, permission));
  let verdict: Verdict;
  if (PASSING_DESCRIPTORS.has(name)) verdict = "descriptors";
  else if (AUTHENTICATING.has(name)) verdict = "authentication";
  else if (denied || !fits && !named) verdict = "refuse";
  else if (refusedIf.length > 0 && !named) verdict = "depends";
  else verdict = "pass";
  return { name, verdict, refusedIf, stream };
}

function allows({ preset, allow, deny }: FilterRules, permission: string): boolean {
  if (deny?.includes(permission)) return false;
  if (preset === "all" || allow?.includes(permission)) return true;
  const action = permission.slice(permission.indexOf(":") + 1);
  if (LOOKING.has(action) || action.startsWith("search_")) return true;
  return preset === "operate" && OPERATING.has(permission);
}

// A name that is misspelt would let through, or refuse, something else than was meant.
function checkNames(names: readonly string[]): void {
  if (names.length === 0) return;
  const known = new Set<string>();
  for (const { access } of TABLES) {
    for (const { name, needs, conditions = [] } of Object.values(access)) {
      known.add(name);
      for (const need of needs) known.add(need);
      for (const { permission } of conditions) known.add(permission);
    }
  }
  for (const name of names) {
    if (known.has(name)) continue;
    throw new TypeError(
      `No procedure or permission "${name}": a procedure is named as "domainCreate", a permission ` +
        `as "domain:start"`,
    );
  }
}
