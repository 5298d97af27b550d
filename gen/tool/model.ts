/**
 * The shape of `gen/schema/wire.json` and `gen/schema/api.json`: facts about libvirt's protocol and
 * its public interface, as the emitters read them.
 *
 * @module
 */

/** The RPC programs described, in the order in which the schema holds them. */
export const PROGRAM_NAMES = ["net", "keepalive", "remote", "qemu", "lxc", "admin"] as const;

/**
 * One RPC program, or `net`: the packet header and error message that all programs share, which
 * has no number of its own.
 */
export type ProgramName = typeof PROGRAM_NAMES[number];

/** `wire.json`: what goes over the wire. */
export interface Wire {
  /** The libvirt release described, as `12.8.0`. */
  readonly libvirt: string;
  readonly programs: Readonly<Record<ProgramName, Program>>;
}

/** One program: its definitions in the order of its interface file, and its procedures. */
export interface Program {
  /**
   * Values by name. Behind the file's own constants stand those of libvirt's headers that an array
   * bound names, so every bound that is a name is found here.
   */
  readonly constants: Readonly<Record<string, number>>;
  /** Enumerations, without the one that numbers the procedures. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly typedefs: Readonly<Record<string, TypeUse>>;
  readonly structs: Readonly<Record<string, readonly Declaration[]>>;
  readonly unions: Readonly<Record<string, Union>>;
  /** Ordered by number. */
  readonly procedures: readonly Procedure[];
  /** The number that packets carry; absent in `net`. */
  readonly program?: number;
  /** The version that packets carry; absent in `net`. */
  readonly version?: number;
}

/** The size of an array: a number, or the name of one of the program's constants. */
export type Bound = number | string;

/**
 * A use of a type. At most one of `pointer`, `fixed` and `max` is there, but for a variable-length
 * array whose source states no bound: it has `max: null`.
 */
export interface TypeUse {
  /**
   * A primitive of {@linkcode PRIMITIVES}, or the name of a definition of this program, of `remote`
   * (in `qemu` and `lxc`).
   */
  readonly type: string;
  /** XDR optional-data: present or absent. */
  readonly pointer?: true;
  /** The length of a fixed-length array, or of fixed-length opaque data. */
  readonly fixed?: Bound;
  /** The largest length of a variable-length array, of opaque data or of a string. */
  readonly max?: Bound | null;
}

/** A struct's field, a union's discriminant or a union's arm. */
export interface Declaration extends TypeUse {
  readonly name: string;
}

/** A discriminated union. */
export interface Union {
  /** The discriminant. */
  readonly switch: Declaration;
  readonly arms: readonly UnionArm[];
  /** What stands for every other discriminant, `null` for nothing; absent if that is an error. */
  readonly default?: Declaration | null;
}

/** What a union holds for one value of its discriminant. */
export interface UnionArm {
  /** A number, or the name of an enumeration's member or of a constant of libvirt's headers. */
  readonly case: string | number;
  /** `null` where the arm is void. */
  readonly arm: Declaration | null;
}

/** The types that XDR itself, or libvirt's C compiler, defines. */
export const PRIMITIVES = [
  "char",
  "unsigned char",
  "short",
  "unsigned short",
  "int",
  "unsigned int",
  "hyper",
  "unsigned hyper",
  "float",
  "double",
  "bool",
  "string",
  "opaque",
] as const;

/** The name of a type that needs no definition. */
export type Primitive = typeof PRIMITIVES[number];

/** Which halves of a procedure libvirt generates for itself. */
export type Generate = "none" | "client" | "server" | "both";

/** One procedure with the annotations libvirt gives it. */
export interface Procedure {
  /** As `REMOTE_PROC_DOMAIN_CREATE`. */
  readonly name: string;
  readonly number: number;
  /** `null`: not known; absent in `keepalive`, whose procedures carry no annotations. */
  readonly generate?: Generate | null;
  /** The position of the stream among the C function's parameters, from 0; daemon to client. */
  readonly readstream?: string;
  /** The position of the stream among the C function's parameters, from 0; client to daemon. */
  readonly writestream?: string;
  /** The name of the flag with which the stream carries holes. */
  readonly sparseflag?: string;
  /** Absent means low. `high`: never waits for a hypervisor, so a daemon answers it at once. */
  readonly priority?: "low" | "high";
  /** `object:permission` whose holders alone see an item of the list returned. */
  readonly aclfilter?: string;
  /** `object:permission[:flag | ::parameter:value]` each, or `["none"]`; `[]` in `admin`. */
  readonly acl?: readonly string[];
  /** The struct with the arguments; absent when there are none. */
  readonly args?: string;
  /** The struct with the result; absent when there is none. */
  readonly ret?: string;
  /** The struct of a message that the daemon sends unasked. */
  readonly msg?: string;
}

/** The libraries described, in the order in which the schema holds them. */
export const LIBRARY_NAMES = ["libvirt", "libvirt-qemu", "libvirt-lxc", "libvirt-admin"] as const;

/** One of libvirt's libraries. */
export type LibraryName = typeof LIBRARY_NAMES[number];

/** `api.json`: libvirt's public C interface. */
export interface Api {
  /** The libvirt release described, as `12.8.0`. */
  readonly libvirt: string;
  readonly libraries: Readonly<Record<LibraryName, Library>>;
}

/** The public interface of one library. */
export interface Library {
  readonly enums: Readonly<Record<string, readonly EnumMember[]>>;
  readonly functions: Readonly<Record<string, ApiFunction>>;
  readonly macros: Readonly<Record<string, Macro>>;
  readonly structs: Readonly<Record<string, ApiStruct>>;
}

/** A member of a C enumeration. */
export interface EnumMember {
  readonly name: string;
  /** A decimal number, or the name of the member of another enumeration with the same value. */
  readonly value: string;
  readonly value_hex?: string;
  /** The position of the one bit set, for flags. */
  readonly value_bitshift?: string;
  /** The release that added it. */
  readonly version: string;
  /** The public header, without its suffix. */
  readonly file: string;
}

/** A function, or the type of a callback. */
export interface ApiFunction {
  /** The public header, without its suffix. */
  readonly file: string;
  readonly kind: "function" | "functype";
  /** The release that added it. */
  readonly since: string;
  /** A C type. */
  readonly returns: string;
  /** Name and C type of each argument. */
  readonly args: readonly (readonly [name: string, type: string])[];
}

/** A preprocessor macro. */
export interface Macro {
  /** Its replacement, if that is a string. */
  readonly string?: string;
  /** Its replacement, if that is anything else. */
  readonly raw?: string;
  /** The release that added it. */
  readonly version: string;
  /** The public header, without its suffix. */
  readonly file: string;
  /** For the name of a typed parameter's field: its type where the description states one. */
  readonly typedParam?: TypedParamType;
}

/** The types of typed parameters, as `VIR_TYPED_PARAM_INT` and the rest name them. */
export type TypedParamType = "int" | "uint" | "llong" | "ullong" | "double" | "boolean" | "string";

/** A public C struct; without fields where the header keeps them private. */
export interface ApiStruct {
  /** The release that added it. */
  readonly since: string;
  /** Name and C type of each field. */
  readonly fields: readonly (readonly [name: string, type: string])[];
}
