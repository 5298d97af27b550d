/**
 * What describes a remote procedure: its program, its number and its codecs.
 *
 * @module
 */

import type { XdrReader } from "./xdr/reader.ts";
import type { XdrWriter } from "./xdr/writer.ts";

/** Writes a value of type `T`. */
export type Encode<T> = (writer: XdrWriter, value: T) => void;

/** Reads a value of type `T`. */
export type Decode<T> = (reader: XdrReader) => T;

/** An RPC program: the first two words of every packet header. */
export interface Program {
  /** Its name in libvirt's sources: `remote`, `qemu`, `lxc`, `admin`, `keepalive`. */
  readonly name: string;
  /** The program number. */
  readonly number: number;
  /** The program's version; 1 for all of them. */
  readonly version: number;
}

/**
 * A procedure as the client half sees it: what it is called with and what it answers.
 *
 * @typeParam A Its arguments; `void` when it has none.
 * @typeParam R Its result; `void` when it has none.
 */
export interface Procedure<A, R> {
  /** The program that it belongs to. */
  readonly program: Program;
  /** Its number inside the program. */
  readonly number: number;
  /** Its name in camelCase: `domainGetState` for `REMOTE_PROC_DOMAIN_GET_STATE`. */
  readonly name: string;
  /** Whether the daemon runs it on a worker kept free for calls that cannot block. */
  readonly highPriority?: boolean;
  /** Which way stream data flows after the call, as libvirt's interface files note it. */
  readonly stream?: "read" | "write";
  /** Writes the arguments. */
  readonly encode: Encode<A>;
  /** Reads the result. */
  readonly decode: Decode<R>;
}

/** A message that a daemon sends by itself: an event. */
export interface EventMessage<M> {
  /** The program that it belongs to. */
  readonly program: Program;
  /** Its procedure number. */
  readonly number: number;
  /** Its name in camelCase: `domainEventCallbackLifecycle`. */
  readonly name: string;
  /** Reads the message. */
  readonly decode: Decode<M>;
}

/** What a server needs of one procedure. */
export interface DispatchEntry {
  /** Its name in camelCase, which is also its handler's. */
  readonly name: string;
  /** Whether libvirt's daemon runs it on a worker kept free for calls that cannot block. */
  readonly highPriority?: boolean;
  /** Reads the arguments. */
  readonly decode: Decode<unknown>;
  /** Writes the result; `never` because each entry takes its own type. */
  readonly encode: Encode<never>;
}

/** The procedures of a program by number. */
export interface DispatchTable {
  /** The program. */
  readonly program: Program;
  /** Its procedures by number. */
  readonly procedures: Readonly<Record<number, DispatchEntry>>;
}

/** A message that a server sends by itself. */
export interface OutgoingMessage<M> {
  /** The program that it belongs to. */
  readonly program: Program;
  /** Its procedure number. */
  readonly number: number;
  /** Writes the message. */
  readonly encode: Encode<M>;
}

/** A permission that a procedure asks for only where its arguments say so. */
export interface AccessCondition {
  /** `object:permission`. */
  readonly permission: string;
  /** Where the argument, 32 bits, begins: bytes before the end of the packet. */
  readonly fromEnd: number;
  /** The bits of it that count. */
  readonly mask: number;
  /** Whether the permission is asked for when one of them is set, or when none is. */
  readonly set: boolean;
}

/** What libvirt's daemon asks its access control about before it runs a procedure. */
export interface ProcedureAccess {
  /** The procedure's name in camelCase. */
  readonly name: string;
  /** Permissions as `object:permission`, of which all are needed. */
  readonly needs: readonly string[];
  /** Permissions that depend on the arguments. */
  readonly conditions?: readonly AccessCondition[];
  /** Whether stream data follows the call. */
  readonly stream?: boolean;
}
