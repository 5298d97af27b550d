/**
 * Emits the macros of libvirt's headers that name fields, in objects of constants.
 *
 * @module
 */

import type { EnumDocs } from "./emit_enums.ts";
import { MACRO_GROUPS, MACRO_NUMBERS, MACRO_TYPES, type MacroGroup } from "./macro_groups.ts";
import type { Api, LibraryName, Macro, TypedParamType } from "./model.ts";
import { FIELD_TYPES } from "./overrides.ts";
import type { Printer } from "./printer.ts";

/** Where the names of fields live. */
export const MACRO_FILES: Readonly<Partial<Record<LibraryName, string>>> = {
  libvirt: "gen/enums/fields.ts",
  "libvirt-admin": "gen/enums/admin.ts",
};

/** A member of a group. */
export interface MacroMember {
  /** The constant's name. */
  readonly name: string;
  /** libvirt's name. */
  readonly cName: string;
  readonly text: string;
  readonly since: string;
  /** Absent where it is a piece of a name, or a value and no field. */
  readonly type?: TypedParamType;
}

/** The group that a macro belongs to. */
export function groupOf(macro: string): MacroGroup | undefined {
  return MACRO_GROUPS.filter((g) => macro.startsWith(g.prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** The members of each group of a library; throws for a text that belongs nowhere. */
export function describeMacros(api: Api, library: LibraryName): Map<MacroGroup, MacroMember[]> {
  const groups = MACRO_GROUPS.filter((g) => g.library === library);
  const found = new Map<MacroGroup, MacroMember[]>(groups.map((g) => [g, []]));
  for (const [cName, macro] of Object.entries(api.libraries[library].macros)) {
    if (macro.string === undefined) continue;
    const group = groupOf(cName);
    if (group === undefined) throw new Error(`No group of MACRO_GROUPS takes ${cName}`);
    const type = typeOfMacro(group, cName, macro);
    const member = { cName, name: cName.slice(group.prefix.length), text: macro.string };
    found.get(group)!.push({
      ...member,
      since: macro.version,
      ...type === undefined ? {} : { type },
    });
  }
  return found;
}

function typeOfMacro(group: MacroGroup, cName: string, macro: Macro): TypedParamType | undefined {
  // what ends with a dot is not a whole name: more has to follow
  if (group.type === "none" || macro.string!.endsWith(".")) return undefined;
  const type = MACRO_TYPES[cName] ?? FIELD_TYPES[cName] ?? macro.typedParam ?? group.type;
  if (type === undefined) throw new Error(`The type of ${cName} is not known: see MACRO_TYPES`);
  return type;
}

/** Prints the groups of a library. */
export function emitMacros(out: Printer, api: Api, library: LibraryName, docs: EnumDocs): void {
  for (const [group, members] of describeMacros(api, library)) {
    out.doc("", docs[`${group.prefix}*`] ?? "", `libvirt's \`${group.prefix}*\`.`);
    out.print(`export const ${group.name}: {`);
    for (const m of members) {
      const type = m.type === undefined ? "" : ` \`${m.type.toUpperCase()}\`,`;
      const sentence = docs[m.cName] === undefined ? "" : `${docs[m.cName]} `;
      out.doc("  ", `${sentence}\`${m.cName}\`,${type} since ${m.since}.`);
      out.print(`  readonly ${m.name}: ${JSON.stringify(m.text)};`);
    }
    out.print("} = {", ...members.map((m) => `  ${m.name}: ${JSON.stringify(m.text)},`), "};", "");
  }
  for (const [cName, name] of Object.entries(MACRO_NUMBERS)) {
    const macro = api.libraries[library].macros[cName];
    if (macro === undefined) continue;
    const digits = /^\d+/.exec(macro.raw ?? "")?.[0];
    if (digits === undefined) throw new Error(`${cName} is no number: ${macro.raw}`);
    out.doc("", docs[cName] ?? "", `libvirt's \`${cName}\`, since ${macro.version}.`);
    out.print(`export const ${name}: bigint = ${digits}n;`, "");
  }
}
