/**
 * What a command is: its description, which needs no code, and what runs it.
 *
 * @module
 */

import type { Invocation } from "./invocation.ts";

/** A name as commander writes it (`<domain>`, `[file]`, `--file <file>`), and what it means. */
export type Described = readonly [syntax: string, description: string];

/** A command as the help and the completion show it. */
export interface CommandSpec {
  /** Its name, virsh's where virsh has one. */
  readonly name: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Its arguments in order. */
  readonly arguments?: readonly Described[];
  /** Its options beside the global ones. */
  readonly options?: readonly Described[];
  /** More words for its help. */
  readonly details?: string;
}

/** Runs one command. */
export type Handler = (run: Invocation) => Promise<void>;

/** The commands of a file by name. */
export type Handlers = Readonly<Record<string, Handler>>;

/** Commands that belong together and whose code is loaded together. */
export interface CommandGroup {
  /** The heading in the help. */
  readonly title: string;
  /** Its commands. */
  readonly commands: readonly CommandSpec[];
  /** Loads what runs them. */
  load(): Promise<{ readonly handlers: Handlers }>;
}
