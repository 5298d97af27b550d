/**
 * Emits the base class of each object: one method a procedure.
 *
 * @module
 */

import { baseName, CLASSES, type ClassInfo } from "./classes.ts";
import { wrapName, wrappedClass } from "./method_values.ts";
import { argumentsOf, type MethodArgument, optionsOf } from "./method_arguments.ts";
import { resultOf } from "./method_results.ts";
import { type Call, type Method, planMethods } from "./methods.ts";
import type { Api, ProgramName, Wire } from "./model.ts";
import { camelCase, pascalCase } from "./names.ts";
import { STRING_PARAMS, ZERO_FLAGS_DIFFER } from "./overrides.ts";
import { type Printer, typeOf, valueOf } from "./printer.ts";
import { symbolsOf, type TypeTable } from "./types.ts";

const CALLER = typeOf("src/session/caller.ts", "Caller");
const CALL_OPTIONS = typeOf("src/session/caller.ts", "CallOptions");
const FLAG_OPTIONS = typeOf("src/session/caller.ts", "FlagOptions");

/** What the bases are emitted from. */
export interface BaseContext {
  readonly wire: Wire;
  readonly api: Api;
  readonly table: TypeTable;
  readonly docs: Readonly<Record<string, string>>;
  readonly printer: (file: string) => Printer;
}

/** The file of a procedure's constant. */
export type FileOf = (call: Call) => string;

/** Prints the bases of a program. */
export function emitBases(context: BaseContext, program: ProgramName, fileOf: FileOf): void {
  const { methods } = planMethods(context.wire, context.api, program);
  for (const info of CLASSES) {
    if (info.program !== program) continue;
    const own = methods.filter((m) => m.owner === info).sort((a, b) => a.name < b.name ? -1 : 1);
    new BaseEmitter(context, info, fileOf).emit(own);
  }
}

/** The page and anchor of a C function in libvirt's reference. */
export function referenceUrl(header: string, name: string): string {
  return `https://libvirt.org/html/libvirt-${header}.html#${name}`;
}

class BaseEmitter {
  readonly #context: BaseContext;
  readonly #info: ClassInfo;
  readonly #fileOf: FileOf;
  readonly #out: Printer;

  constructor(context: BaseContext, info: ClassInfo, fileOf: FileOf) {
    this.#context = context;
    this.#info = info;
    this.#fileOf = fileOf;
    this.#out = context.printer(info.base);
  }

  emit(methods: readonly Method[]): void {
    const bodies: string[][] = methods.map((method) => this.#method(method));
    const out = this.#out;
    const name = baseName(this.#info);
    out.doc(
      "",
      `The calls of a \`${this.#info.name}\`, one method each; what needs more is in the class itself.`,
    );
    out.print(`export abstract class ${name} {`);
    this.#members();
    const wrapped = new Set(methods.flatMap((m) => wrappedClass(m.call.ret) ?? []));
    for (const other of wrapped) {
      const handle = out.use(this.#handleType(other));
      const type = out.use(typeOf(other.file, other.name));
      out.doc("  ", `Makes an object of what the wire carries of one.`);
      out.print(`  protected abstract ${wrapName(other)}(handle: ${handle}): ${type};`, "");
    }
    for (const lines of bodies) out.print(...lines, "");
    out.print("}", "");
  }

  #handleType(info: ClassInfo): ReturnType<typeof typeOf> {
    return symbolsOf(this.#context.table.struct(info.program, info.handle!)).type;
  }

  #members(): void {
    const out = this.#out;
    const caller = out.use(CALLER);
    const { handle, properties, program } = this.#info;
    if (handle !== undefined) {
      out.doc("  ", "What identifies it to the daemon, as the wire carries it.");
      out.print(`  readonly handle: ${out.use(this.#handleType(this.#info))};`);
    }
    out.print(`  readonly #caller: ${caller};`, "");
    if (handle === undefined) {
      out.doc("  ", "Creates it for what makes the calls.");
      out.print(`  constructor(caller: ${caller}) {`, "    this.#caller = caller;", "  }", "");
    } else {
      out.doc("  ", "Creates it for what makes the calls and what identifies it; nothing is sent.");
      out.print(
        `  constructor(caller: ${caller}, handle: ${out.use(this.#handleType(this.#info))}) {`,
        "    this.#caller = caller;",
        "    this.handle = handle;",
        "  }",
        "",
      );
    }
    out.doc("  ", "What makes its calls: the session.");
    out.print(`  get caller(): ${caller} {`, "    return this.#caller;", "  }", "");
    if (handle === undefined) return;
    const fields = this.#context.table.struct(program, handle).fields;
    for (const property of properties) {
      const field = fields.find((f) => f.name === property.field)!;
      const type = this.#context.table.resolve(program, field);
      const value = `this.handle.${camelCase(field.name)}`;
      const [text, read] = type.kind === "uuid"
        ? ["string", `${value}.toString()`]
        : [type.kind === "primitive" ? type.info.type : "string", value];
      this.#doc([property.cName]);
      out.print(`  get ${property.name}(): ${text} {`, `    return ${read};`, "  }", "");
    }
    out.doc("  ", "What identifies it, for `JSON.stringify()`.");
    out.print(
      `  toJSON(): ${out.use(this.#handleType(this.#info))} {`,
      "    return this.handle;",
      "  }",
      "",
    );
  }

  #doc(cNames: readonly string[], into?: string[]): void {
    const { docs, api } = this.#context;
    const paragraphs: string[] = [];
    for (const cName of cNames) {
      const sentence = docs[cName];
      if (sentence !== undefined) paragraphs.push(sentence);
    }
    if (paragraphs.length === 0) paragraphs.push(`Calls libvirt's \`${cNames[0]}\`.`);
    const functions = cNames.map((cName) => {
      const fn = Object.values(api.libraries).map((l) => l.functions[cName]).find((f) =>
        f !== undefined
      );
      if (fn === undefined) throw new Error(`No C function ${cName}`);
      return { cName, fn };
    });
    if (ZERO_FLAGS_DIFFER.has(cNames[0]!)) {
      paragraphs.push(
        "Flags that are left out mean the running domain alone; 0 (`CURRENT`) means the running " +
          "domain, or the definition of one that does not run.",
      );
    }
    paragraphs.push(
      functions.map(({ cName, fn }, i) =>
        i === 0 ? `Since libvirt ${fn.since}` : `\`${cName}\` since ${fn.since}`
      ).join(", ") + ".",
    );
    const at = this.#out.mark();
    this.#out.doc(
      "  ",
      ...paragraphs,
      ...functions.map(({ cName, fn }) => `@see ${referenceUrl(fn.file, cName)}`),
    );
    if (into !== undefined) into.push(...this.#out.takeFrom(at));
  }

  #method({ name, call, older }: Method): string[] {
    const out = this.#out;
    const { table } = this.#context;
    const args = argumentsOf(out, table, this.#info, call);
    const cNames = older === undefined ? [call.cName] : [older.cName, call.cName];
    const options = this.#optionsType(name, call, args);
    const result = resultOf(out, table, this.#context, this.#info.program, call);
    const lines: string[] = [];
    this.#doc(cNames, lines);
    const parameters = [
      ...args.filter((a) => a.place === "positional").map((a) => `${a.name}: ${a.type}`),
      `options: ${options} = {}`,
    ].join(", ");
    const head = `  async ${name}(${parameters}): Promise<${result.type}> {`;
    if (head.length <= 100) lines.push(head);
    else {
      lines.push(`  async ${name}(`);
      for (const p of parameters.split(/, (?=[a-zA-Z]+: )/)) lines.push(`    ${p},`);
      lines.push(`  ): Promise<${result.type}> {`);
    }
    if (older !== undefined) {
      const extra = args.filter((a) => a.place === "option" && a.field !== "flags");
      const conditions = [
        ZERO_FLAGS_DIFFER.has(older.cName) ? "options.flags === undefined" : "!options.flags",
        ...extra.map((a) => `options.${a.name} == null`),
      ];
      const oldArgs = argumentsOf(out, table, this.#info, older);
      const oldResult = resultOf(out, table, this.#context, this.#info.program, older);
      lines.push(`    if (${conditions.join(" && ")}) {`);
      lines.push(...this.#call(older, oldArgs, oldResult).map((line) => `  ${line}`));
      if (oldResult.type === "void") lines.push("      return;");
      lines.push("    }");
    }
    lines.push(...this.#call(call, args, result), "  }");
    return lines;
  }

  #call(
    call: Call,
    args: readonly MethodArgument[],
    result: ReturnType<typeof resultOf>,
  ): string[] {
    const out = this.#out;
    const constant = out.use(valueOf(this.#fileOf(call), call.name));
    const make = (options: string, replaced: Readonly<Record<string, string>> = {}): string => {
      const pairs = args.map((a) => {
        const value = replaced[a.field] ?? a.value;
        return a.key === value ? a.key : `${a.key}: ${value}`;
      });
      const message = args.length === 0 ? "undefined" : `{ ${pairs.join(", ")} }`;
      return `await this.#caller.call(${constant}, ${message}, ${options})`;
    };
    const lines: string[] = [];
    const replaced: Record<string, string> = {};
    const strings = STRING_PARAMS.has(call.cName);
    let options = "options";
    if (strings || result.countedParams) {
      const start = out.use(valueOf("src/deadline.ts", "startOf"));
      lines.push(`    const start = ${start}(options);`);
    }
    if (strings) {
      const ask = out.use(valueOf("src/typed_params.ts", "stringFlags"));
      lines.push(`    const flags = await ${ask}(this.#caller, options);`);
      replaced["flags"] = "flags";
      options = `${out.use(valueOf("src/deadline.ts", "remaining"))}(options, start)`;
    }
    if (result.type === "void") return [...lines, `    ${make(options, replaced)};`];
    if (result.countedParams) {
      const rest = out.use(valueOf("src/deadline.ts", "remaining"));
      const made = out.use(valueOf("src/typed_params.ts", "toObject"));
      lines.push(
        `    const { nparams, params } = ${make(options, { ...replaced, nparams: "0" })};`,
        // some answer the parameters although they were asked for their number
        `    if (nparams <= 0 || params.length > 0) return ${made}(params);`,
      );
      options = `${rest}(options, start)`;
      replaced["nparams"] = "nparams";
    }
    lines.push(
      `    const ret = ${make(options, replaced)};`,
      ...result.lines.map((line) => `    ${line}`),
    );
    return lines;
  }

  #optionsType(name: string, call: Call, args: readonly MethodArgument[]): string {
    const out = this.#out;
    const flags = args.some((a) => a.field === "flags");
    const base = out.use(flags ? FLAG_OPTIONS : CALL_OPTIONS);
    const extra = optionsOf(args);
    if (extra.length === 0) return base;
    const type = `${this.#info.name}${pascalCase(name)}Options`;
    out.doc("", `Options of \`${this.#info.name}.${name}()\`.`);
    out.print(`export interface ${type} extends ${base} {`);
    for (const a of extra) {
      const sentence = this.#context.docs[`${call.cName}.${a.field}`];
      const most = a.field.startsWith("max")
        ? "The most to answer; as many as the wire carries when left out."
        : undefined;
      out.doc("  ", sentence ?? most ?? `\`${a.field}\` of libvirt's function.`);
      out.print(`  readonly ${a.name}?: ${a.type} | undefined;`);
    }
    out.print("}", "");
    return type;
  }
}
