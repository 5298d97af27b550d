/**
 * Emits what each procedure needs of libvirt's access control, for whoever stands between a client
 * and a daemon.
 *
 * @module
 */

import type { Api, Procedure, Program, ProgramName } from "./model.ts";
import { procedureName } from "./names.ts";
import { type Printer, typeOf } from "./printer.ts";

const ACCESS = typeOf("src/procedure.ts", "ProcedureAccess");

/** Prints the table of a program: number to permissions. */
export function emitAccess(
  out: Printer,
  api: Api,
  program: ProgramName,
  { procedures, structs }: Program,
): void {
  const values = enumValues(api);
  out.doc(
    "",
    `What each procedure of the \`${program}\` program needs, by number, as libvirt's interface files ` +
      "note it (`@acl`).",
  );
  out.print(`export const ${program}Access: Readonly<Record<number, ${out.use(ACCESS)}>> = {`);
  for (const procedure of procedures.filter((each) => each.msg === undefined)) {
    const rules = (procedure.acl ?? []).filter((rule) => rule !== "none");
    const always = rules.filter((rule) => rule.split(":").length === 2);
    const conditions = rules.filter((rule) => !always.includes(rule))
      .map((rule) => condition(rule, procedure, structs, values));
    const stream = procedure.readstream ?? procedure.writestream;
    const fields = [
      `name: "${procedureName(program, procedure.name)}"`,
      `needs: [${always.map((rule) => `"${rule}"`).join(", ")}]`,
      ...(conditions.length === 0 ? [] : [`conditions: [${conditions.join(", ")}]`]),
      ...(stream === undefined ? [] : ["stream: true"]),
    ];
    out.print(`  ${procedure.number}: { ${fields.join(", ")} },`);
  }
  out.print("};", "");
}

/**
 * A rule as `domain:read_secure:VIR_DOMAIN_XML_SECURE`, which counts where the flag is set, or with
 * `!` in front where it is not, or `domain:write::source:VALUE`, which names another argument.
 */
function condition(
  rule: string,
  procedure: Procedure,
  structs: Program["structs"],
  values: ReadonlyMap<string, string>,
): string {
  const parts = rule.split(":");
  const [object, permission, flag = ""] = parts;
  const argument = flag === "" ? parts[3]! : "flags";
  const test = flag === "" ? parts[4]! : flag;
  const set = !test.startsWith("!");
  const mask = test.replace("!", "").split("|")
    .reduce((bits, name) => bits | numberOf(name, values), 0);
  const words = structs[procedure.args ?? ""] ?? [];
  const at = words.findIndex(({ name }) => name === argument);
  const behind = words.slice(at);
  if (at < 0 || behind.some(({ type }) => type !== "unsigned int" && type !== "int")) {
    throw new Error(
      `Cannot place the argument ${argument} of ${procedure.name}, which its access rule ` +
        `${rule} depends on: it is not among the last words of the arguments`,
    );
  }
  return `{ permission: "${object}:${permission}", fromEnd: ${4 * behind.length}, ` +
    `mask: ${mask}, set: ${set} }`;
}

function enumValues(api: Api): Map<string, string> {
  const values = new Map<string, string>();
  for (const { enums } of Object.values(api.libraries)) {
    for (const members of Object.values(enums)) {
      for (const { name, value } of members) values.set(name, value);
    }
  }
  return values;
}

function numberOf(name: string, values: ReadonlyMap<string, string>): number {
  const value = values.get(name);
  if (value === undefined) throw new Error(`Cannot find the flag ${name} in the API description`);
  return values.has(value) ? numberOf(value, values) : Number(value);
}
