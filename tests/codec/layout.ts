/**
 * What the schema says about a type, with names looked up and bounds as numbers.
 *
 * Written for the tests alone: it shares no code with the generator, so that a mistake in one of
 * them shows as a difference.
 *
 * @module
 */

import type { Bound, Program, ProgramName, TypeUse, Union, Wire } from "../../gen/tool/model.ts";

/** How a value lies on the wire. */
export type Layout = Primitive | Text | Opaque | List | Optional | Struct | OneOf;

/** A number of RFC 4506, or one of the C types that libvirt's files use as words. */
export interface Primitive {
  readonly kind: "int" | "uint" | "hyper" | "uhyper" | "double" | "char" | "uchar" | "ushort";
}

/** A string. */
export interface Text {
  readonly kind: "string";
  readonly max: number;
}

/** Opaque data: `length` when fixed, else `max`. */
export interface Opaque {
  readonly kind: "opaque";
  readonly max?: number;
  readonly length?: number;
}

/** An array: `length` when fixed, else `max`. */
export interface List {
  readonly kind: "list";
  readonly of: Layout;
  readonly max?: number;
  readonly length?: number;
}

/** Optional data. */
export interface Optional {
  readonly kind: "optional";
  readonly of: Layout;
}

/** A struct. */
export interface Struct {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly Field[];
}

/** A field of a struct, or an arm of a union. */
export interface Field {
  readonly name: string;
  readonly layout: Layout;
}

/** A discriminated union; no other discriminant than those of `arms` is valid. */
export interface OneOf {
  readonly kind: "union";
  readonly name: string;
  readonly discriminant: string;
  readonly arms: ReadonlyMap<number, Field>;
}

const WORDS: Readonly<Record<string, Primitive>> = {
  "int": { kind: "int" },
  "unsigned int": { kind: "uint" },
  "hyper": { kind: "hyper" },
  "unsigned hyper": { kind: "uhyper" },
  "double": { kind: "double" },
  "char": { kind: "char" },
  "unsigned char": { kind: "uchar" },
  "unsigned short": { kind: "ushort" },
};

// RFC 4506, sections 4.10, 4.11 and 4.13: without a stated bound it is this
const UNBOUNDED = 0xffffffff;

/** Looks up the layouts of a schema. */
export class Layouts {
  readonly #wire: Wire;
  readonly #headers: ReadonlyMap<string, number>;
  readonly #structs = new Map<string, Struct>();

  /** `headers` has the constants that the schema names without giving their values. */
  constructor(wire: Wire, headers: ReadonlyMap<string, number>) {
    this.#wire = wire;
    this.#headers = headers;
  }

  /** The layout of a struct by its name in the interface file. */
  struct(program: ProgramName, name: string): Struct {
    const key = `${program} ${name}`;
    const known = this.#structs.get(key);
    if (known !== undefined) return known;
    const declared = this.#program(program).structs[name];
    if (declared === undefined) throw new Error(`No struct "${name}" in "${program}"`);
    const fields = declared.map((f) => ({ name: f.name, layout: this.#layout(program, f) }));
    const struct: Struct = { kind: "struct", name, fields };
    this.#structs.set(key, struct);
    return struct;
  }

  #layout(program: ProgramName, use: TypeUse): Layout {
    if (use.pointer) return { kind: "optional", of: this.#single(program, use.type) };
    const size = use.fixed !== undefined
      ? { length: this.#number(program, use.fixed) }
      : use.max !== undefined
      ? { max: use.max === null ? UNBOUNDED : this.#number(program, use.max) }
      : undefined;
    if (use.type === "opaque") return { kind: "opaque", ...size! };
    if (use.type === "string") return { kind: "string", max: size!.max! };
    const single = this.#single(program, use.type);
    return size === undefined ? single : { kind: "list", of: single, ...size };
  }

  #single(program: ProgramName, type: string): Layout {
    const word = WORDS[type];
    if (word !== undefined) return word;
    for (const owner of this.#searched(program)) {
      const { typedefs, enums, structs, unions } = this.#program(owner);
      if (typedefs[type] !== undefined) return this.#layout(owner, typedefs[type]);
      if (enums[type] !== undefined) return { kind: "int" }; // RFC 4506, section 4.3
      if (structs[type] !== undefined) return this.struct(owner, type);
      if (unions[type] !== undefined) return this.#union(owner, type, unions[type]);
    }
    throw new Error(`No rule for type "${type}" in "${program}"`);
  }

  #union(program: ProgramName, name: string, union: Union): OneOf {
    if (union.default !== undefined) throw new Error(`No rule for the default of "${name}"`);
    if (union.switch.type !== "int") throw new Error(`No rule for the switch of "${name}"`);
    const arms = new Map<number, Field>();
    for (const { case: label, arm } of union.arms) {
      if (arm === null) throw new Error(`No rule for a void arm of "${name}"`);
      arms.set(this.#number(program, label), {
        name: arm.name,
        layout: this.#layout(program, arm),
      });
    }
    return { kind: "union", name, discriminant: union.switch.name, arms };
  }

  #number(program: ProgramName, bound: Bound): number {
    if (typeof bound === "number") return bound;
    for (const owner of this.#searched(program)) {
      const value = this.#program(owner).constants[bound];
      if (value !== undefined) return value;
    }
    const value = this.#headers.get(bound);
    if (value === undefined) throw new Error(`No constant "${bound}" in "${program}"`);
    return value;
  }

  // the interface files of qemu and lxc use the types of remote's
  #searched(program: ProgramName): ProgramName[] {
    return program === "qemu" || program === "lxc" ? [program, "remote"] : [program];
  }

  #program(name: ProgramName): Program {
    return this.#wire.programs[name];
  }
}
