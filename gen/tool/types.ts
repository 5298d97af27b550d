/**
 * Types of the schema, resolved to what the emitters print.
 *
 * @module
 */

import type { Bound, Declaration, Program, ProgramName, TypeUse, Wire } from "./model.ts";
import { structName } from "./names.ts";
import type { Placement } from "./placement.ts";
import { type SymbolRef, typeOf, valueOf } from "./printer.ts";

/** A primitive of the XDR layer: its TypeScript type, its method, its size on the wire. */
export interface PrimitiveInfo {
  readonly type: string;
  readonly method: string;
  readonly size: number;
}

const PRIMITIVES: Readonly<Record<string, PrimitiveInfo>> = {
  "int": { type: "number", method: "int32", size: 4 },
  "unsigned int": { type: "number", method: "uint32", size: 4 },
  "hyper": { type: "bigint", method: "int64", size: 8 },
  "unsigned hyper": { type: "bigint", method: "uint64", size: 8 },
  "double": { type: "number", method: "double", size: 8 },
  "char": { type: "number", method: "int8", size: 4 },
  "unsigned char": { type: "number", method: "uint8", size: 4 },
  "unsigned short": { type: "number", method: "uint16", size: 4 },
};

/** A type after its typedefs were followed. */
export type Resolved =
  | { readonly kind: "primitive"; readonly info: PrimitiveInfo }
  | { readonly kind: "string"; readonly max: number }
  | { readonly kind: "opaque"; readonly max: number }
  | { readonly kind: "fixedOpaque"; readonly length: number }
  | { readonly kind: "chars"; readonly max: number }
  | { readonly kind: "fixedChars"; readonly length: number }
  | { readonly kind: "uuid" }
  | { readonly kind: "struct"; readonly struct: StructRef }
  | { readonly kind: "optional"; readonly of: Resolved }
  | { readonly kind: "array"; readonly of: Resolved; readonly max: number }
  | { readonly kind: "fixedArray"; readonly of: Resolved; readonly length: number };

/** A struct with a codec: generated, or written by hand in the XDR layer. */
export interface StructRef {
  readonly program: ProgramName;
  /** As the interface file names it. */
  readonly cName: string;
  readonly name: string;
  /** Where its type lives. */
  readonly file: string;
  readonly encodeFile: string;
  readonly decodeFile: string;
  readonly fields: readonly Declaration[];
  /** Whether the codec is written by hand. */
  readonly byHand: boolean;
}

/**
 * Structs whose codecs are written by hand in `src/xdr/typed_param.ts`: a name, a type and a value
 * of that type make one flat object, where the union alone would nest another.
 */
const TYPED_PARAMS = new Set(["remote_typed_param", "admin_typed_param"]);
const TYPED_PARAM_FILE = "src/xdr/typed_param.ts";
const BY_HAND: Placement = {
  file: TYPED_PARAM_FILE,
  encodeFile: TYPED_PARAM_FILE,
  decodeFile: TYPED_PARAM_FILE,
};

const UUID_LENGTH = "VIR_UUID_BUFLEN";

/** Looks types up across the programs. */
export class TypeTable {
  readonly #wire: Wire;
  readonly #places: ReadonlyMap<string, Placement>;
  readonly #structs = new Map<string, StructRef>();
  readonly #alike = new Map<string, StructRef>();

  /** `places` says where each struct lives. */
  constructor(wire: Wire, places: ReadonlyMap<string, Placement>) {
    this.#wire = wire;
    this.#places = places;
  }

  /**
   * The first struct with the same fields as the one of a name, whose codec of one direction lives in
   * the same file; itself, where there is none before it.
   */
  firstAlike(program: ProgramName, cName: string, side: "encodeFile" | "decodeFile"): StructRef {
    const struct = this.struct(program, cName);
    if (struct.byHand) return struct;
    const key = `${side} ${struct[side]} ${JSON.stringify(struct.fields)}`;
    if (this.#alike.size === 0) this.#findAlike();
    return this.#alike.get(key) ?? struct;
  }

  #findAlike(): void {
    for (const program of Object.keys(this.#wire.programs) as ProgramName[]) {
      for (const name of Object.keys(this.#program(program).structs)) {
        const struct = this.struct(program, name);
        if (struct.byHand) continue;
        for (const side of ["encodeFile", "decodeFile"] as const) {
          const key = `${side} ${struct[side]} ${JSON.stringify(struct.fields)}`;
          if (!this.#alike.has(key)) this.#alike.set(key, struct);
        }
      }
    }
  }

  /** The struct of a name, if it is one. */
  struct(program: ProgramName, cName: string): StructRef {
    const known = this.#structs.get(cName);
    if (known !== undefined) return known;
    const owner = this.#owners(program).find((p) => this.#program(p).structs[cName] !== undefined);
    if (owner === undefined) throw new Error(`No struct "${cName}" in program "${program}"`);
    const byHand = TYPED_PARAMS.has(cName);
    const place = byHand ? BY_HAND : this.#places.get(cName);
    if (place === undefined) throw new Error(`Struct "${cName}" was given no file`);
    const ref: StructRef = {
      program: owner,
      cName,
      name: byHand ? "TypedParam" : structName(owner, cName),
      ...place,
      fields: this.#program(owner).structs[cName]!,
      byHand,
    };
    this.#structs.set(cName, ref);
    return ref;
  }

  /** Follows typedefs until something can be printed. */
  resolve(program: ProgramName, use: TypeUse): Resolved {
    if (use.pointer) {
      return { kind: "optional", of: this.#plain(program, { type: use.type }) };
    }
    return this.#plain(program, use);
  }

  /** The fewest bytes that a value takes. */
  size(type: Resolved): number {
    switch (type.kind) {
      case "primitive":
        return type.info.size;
      case "uuid":
        return 16;
      case "fixedOpaque":
        return (type.length + 3) & ~3;
      case "fixedChars":
        return type.length * 4;
      case "fixedArray":
        return type.length * this.size(type.of);
      case "struct":
        if (type.struct.byHand) return 12; // empty name, type, the smallest value
        return type.struct.fields
          .reduce((sum, f) => sum + this.size(this.resolve(type.struct.program, f)), 0);
      default:
        return 4; // a length, a count or a flag
    }
  }

  /** The names of the structs that a struct's fields use. */
  uses(program: ProgramName, cName: string): string[] {
    const found: string[] = [];
    const visit = (type: Resolved): void => {
      if (type.kind === "struct") found.push(type.struct.cName);
      else if ("of" in type) visit(type.of);
    };
    const struct = this.struct(program, cName);
    if (struct.byHand) return [];
    for (const field of struct.fields) visit(this.resolve(program, field));
    return found;
  }

  #plain(program: ProgramName, use: TypeUse): Resolved {
    const { type } = use;
    if (type === "string") return { kind: "string", max: this.bound(program, use.max ?? 0) };
    if (type === "opaque") {
      if (use.fixed === UUID_LENGTH) return { kind: "uuid" };
      return use.fixed === undefined
        ? { kind: "opaque", max: this.bound(program, use.max ?? 0) }
        : { kind: "fixedOpaque", length: this.bound(program, use.fixed) };
    }
    if (type === "char" && use.max !== undefined) {
      return { kind: "chars", max: this.bound(program, use.max ?? 0) };
    }
    if (type === "char" && use.fixed !== undefined) {
      return { kind: "fixedChars", length: this.bound(program, use.fixed) };
    }
    const element = this.#named(program, type);
    if (use.max !== undefined) {
      return { kind: "array", of: element, max: this.bound(program, use.max ?? 0) };
    }
    if (use.fixed !== undefined) {
      return { kind: "fixedArray", of: element, length: this.bound(program, use.fixed) };
    }
    return element;
  }

  #named(program: ProgramName, type: string): Resolved {
    const info = PRIMITIVES[type];
    if (info !== undefined) return { kind: "primitive", info };
    for (const owner of this.#owners(program)) {
      const { typedefs, enums, structs } = this.#program(owner);
      const alias = typedefs[type];
      if (alias !== undefined) return this.resolve(owner, alias);
      if (enums[type] !== undefined) return { kind: "primitive", info: PRIMITIVES["int"]! };
      if (structs[type] !== undefined) return { kind: "struct", struct: this.struct(owner, type) };
    }
    throw new Error(`Unknown type "${type}" in program "${program}"`);
  }

  /** The number that a bound stands for. */
  bound(program: ProgramName, bound: Bound): number {
    if (typeof bound === "number") return bound;
    for (const owner of this.#owners(program)) {
      const value = this.#program(owner).constants[bound];
      if (value !== undefined) return value;
    }
    throw new Error(`Unknown constant "${bound}" in program "${program}"`);
  }

  // qemu and lxc use remote's types; all use those of the packet header's file
  #owners(program: ProgramName): ProgramName[] {
    return program === "qemu" || program === "lxc"
      ? [program, "remote", "net"]
      : program === "net"
      ? ["net"]
      : [program, "net"];
  }

  #program(name: ProgramName): Program {
    return this.#wire.programs[name];
  }
}

/** The type, encoder and decoder of a struct as symbols. */
export function symbolsOf(
  struct: StructRef,
): { type: SymbolRef; encode: SymbolRef; decode: SymbolRef } {
  return {
    type: typeOf(struct.file, struct.name),
    encode: valueOf(struct.encodeFile, `encode${struct.name}`),
    decode: valueOf(struct.decodeFile, `decode${struct.name}`),
  };
}
