/**
 * Emits libvirt's public enumerations as objects of constants.
 *
 * @module
 */

import type { Api, EnumMember, LibraryName } from "./model.ts";
import { pascalCase } from "./names.ts";
import { ENUM_NAMES, MEMBER_PREFIXES } from "./overrides.ts";
import type { Printer } from "./printer.ts";

/** An enumeration with its generated name and members. */
export interface EnumInfo {
  readonly cName: string;
  readonly name: string;
  readonly file: string;
  readonly flags: boolean;
  readonly members: readonly { name: string; cName: string; value: number; since: string }[];
}

/** Sentences of documentation by C name, where there are some. */
export type EnumDocs = Readonly<Record<string, string>>;

const FILES: Readonly<Record<string, string>> = {
  virterror: "errors",
  "libvirt-domain-checkpoint": "domain_checkpoint",
  "libvirt-domain-snapshot": "domain_snapshot",
};

/** Describes each enumeration of a library. */
export function describeEnums(api: Api, library: LibraryName): EnumInfo[] {
  const { enums } = api.libraries[library];
  const values = new Map<string, string>();
  for (const lib of Object.values(api.libraries)) {
    for (const members of Object.values(lib.enums)) {
      for (const m of members) values.set(m.name, m.value);
    }
  }
  return Object.entries(enums).map(([cName, all]) => {
    // the `_LAST` members are sentinels, which libvirt hides from programs that do not ask for them,
    // but for VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, which does not stand behind all others
    const greatest = Math.max(...all.map((m) => numberOf(m.value, values)));
    const kept = all.filter((m) => !/_LAST$/.test(m.name) || numberOf(m.value, values) < greatest);
    const prefixes = MEMBER_PREFIXES[cName] ?? [commonPrefix(kept.map((m) => m.name), cName)];
    const members = kept.map((m) => ({
      name: memberName(m, prefixes),
      cName: m.name,
      value: numberOf(m.value, values),
      since: m.version,
    }));
    members.sort((a, b) => a.value - b.value);
    const header = all[0]!.file;
    return {
      cName,
      name: ENUM_NAMES[cName] ?? enumName(cName),
      file: `gen/enums/${FILES[header] ?? header.replace(/^libvirt-/, "").replaceAll("-", "_")}.ts`,
      flags: /Flags?(Values)?$/.test(cName) || all.some((m) => m.value_bitshift !== undefined),
      members,
    };
  });
}

function enumName(cName: string): string {
  return pascalCase(cName.replace(/^vir/, ""))
    .replace(/Fl(ag|ags)Values$/, "Flags")
    .replace(/Nwfilter/, "NwFilter");
}

function numberOf(value: string, values: ReadonlyMap<string, string>): number {
  const target = values.get(value);
  return target === undefined ? Number(value) : numberOf(target, values);
}

function memberName(member: EnumMember, prefixes: readonly string[]): string {
  const prefix = prefixes.find((p) => member.name.startsWith(p)) ?? "VIR_";
  const name = member.name.slice(prefix.length);
  return /^\d/.test(name) ? `_${name}` : name;
}

function commonPrefix(names: readonly string[], cName: string): string {
  if (names.length === 1) {
    // the words that the enumeration's own name has too are the prefix
    const own = pascalCase(cName).replace(/FlagValues$|FlagsValues$|Flags$|Values$/, "");
    const words = names[0]!.split("_");
    let n = 1;
    while (
      n < words.length - 1 &&
      own.toLowerCase().includes(words.slice(1, n + 1).join("").toLowerCase())
    ) n++;
    return `${words.slice(0, n).join("_")}_`;
  }
  const split = names.map((name) => name.split("_"));
  let n = 0;
  while (split.every((words) => words.length > n + 1 && words[n] === split[0]![n])) n++;
  return `${split[0]!.slice(0, n).join("_")}_`;
}

/** Prints an enumeration. */
export function emitEnum(out: Printer, info: EnumInfo, docs: EnumDocs): void {
  const what = docs[info.cName] ??
    (info.flags
      ? "Flags, to be combined with `|`."
      : "Values; indexed with a number it gives the name.");
  out.doc("", `${what} libvirt's \`${info.cName}\`.`);
  out.print(`export const ${info.name}: {`);
  for (const m of info.members) {
    const sentence = docs[m.cName];
    out.doc(
      "  ",
      `${sentence === undefined ? "" : `${sentence} `}\`${m.cName}\`, since ${m.since}.`,
    );
    out.print(`  readonly ${m.name}: ${m.value};`);
  }
  if (!info.flags) {
    out.doc("  ", "The name of a value; `undefined` for one that is newer than this library.");
    out.print("  readonly [value: number]: string | undefined;");
  }
  out.print("} = {", ...info.members.map((m) => `  ${m.name}: ${m.value},`));
  if (!info.flags) {
    const seen = new Set<number>();
    for (const m of info.members) {
      if (seen.has(m.value)) continue;
      seen.add(m.value);
      out.print(`  ${m.value < 0 ? `"${m.value}"` : m.value}: "${m.name}",`);
    }
  }
  out.print("};", "");
}
