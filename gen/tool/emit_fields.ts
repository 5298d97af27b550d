/**
 * Emits the types that libvirt documents for the fields of typed parameters.
 *
 * @module
 */

import type { Api, Macro, TypedParamType } from "./model.ts";
import { FIELD_FAMILIES, FIELD_TYPES } from "./overrides.ts";
import type { Printer } from "./printer.ts";

/** Where the tables live. */
export const FIELDS_FILE = "gen/enums/typed_param_fields.ts";

const NUMBERS: Readonly<Record<TypedParamType, number>> = {
  int: 1,
  uint: 2,
  llong: 3,
  ullong: 4,
  double: 5,
  boolean: 6,
  string: 7,
};

/** The constant of a family. */
export function fieldsConstant(family: string): string {
  if (!Object.hasOwn(FIELD_FAMILIES, family)) throw new Error(`No family of fields "${family}"`);
  return `${family}Fields`;
}

/** Prints one table a family. */
export function emitFields(out: Printer, api: Api): void {
  const macros: [string, Macro][] = Object.values(api.libraries)
    .flatMap((library) => Object.entries(library.macros));
  for (const [family, prefix] of Object.entries(FIELD_FAMILIES)) {
    const found = macros.filter(([name, m]) => name.startsWith(prefix) && m.string !== undefined);
    if (found.length === 0) throw new Error(`No macro begins with ${prefix}`);
    out.doc("", `The types of \`${prefix}*\`, as numbers of \`TypedParamType\`.`);
    out.print(`export const ${fieldsConstant(family)}: Readonly<Record<string, number>> = {`);
    for (const [name, macro] of found) {
      const type = FIELD_TYPES[name] ?? macro.typedParam ??
        (family === "perf" ? "boolean" : undefined);
      if (type === undefined) continue;
      out.print(`  ${JSON.stringify(macro.string)}: ${NUMBERS[type]}, // ${type}`);
    }
    out.print("};", "");
  }
}
