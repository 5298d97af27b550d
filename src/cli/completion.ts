/**
 * Completing command lines, as far as the table of commands goes.
 *
 * @module
 */

import type { CommandSpec, Described } from "./command.ts";
import { type NamedArgument, namedArguments } from "./named_arguments.ts";
import { GLOBAL_OPTIONS } from "./program.ts";
import { GROUPS } from "./table_of_commands.ts";

/** Something that a word may be completed to. */
export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/** What the words before the one that is being typed have said. */
export interface Given {
  /** Values of options by name, such as `--pool`. */
  readonly options: ReadonlyMap<string, string>;
  /** The command's arguments. */
  readonly arguments: readonly string[];
}

/** What the word that is being typed may be. */
export type Completion =
  | { readonly candidates: readonly Candidate[] }
  /** What the hypervisor may know: `argument` is the name that the command's help has. */
  | {
    readonly command: CommandSpec;
    readonly argument: string;
    readonly given: Given;
    /** Goes before each name: of `--pool=de`, `--pool=`. */
    readonly prefix: string;
    /** What names begin with. */
    readonly start: string;
  }
  | { readonly files: true };

interface KnownOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** The name of its value, where it takes one. */
  readonly value: string | undefined;
}

function optionsOf(described: readonly Described[]): KnownOption[] {
  return described.flatMap(([syntax, description]) => {
    const [long] = /--[a-z0-9-]+/.exec(syntax) ?? [];
    const [, short] = /^(-[a-z]),/.exec(syntax) ?? [];
    const [, value] = /[<[]([^>\]]*)/.exec(syntax) ?? [];
    return long === undefined
      ? []
      : [{ long, short, description, value: value?.replace("...", "") }];
  });
}

/** Every command by name. */
export const COMMANDS: ReadonlyMap<string, CommandSpec> = new Map(
  GROUPS.flatMap(({ commands }) => commands.map((spec) => [spec.name, spec] as const)),
);

const GLOBALS = optionsOf([...GLOBAL_OPTIONS, ["-h, --help", "show help"]]);

const MODES = ["acpi", "agent", "initctl", "signal", "paravirt"];

/** Words that an argument or an option's value may be, by command and name. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "completion shell": ["bash", "zsh", "fish"],
  "shutdown mode": MODES,
  "reboot mode": MODES,
  "domifaddr source": ["lease", "agent", "arp"],
  "top column": ["cpu", "memory", "disk", "network", "name"],
  "decode side": ["client", "daemon"],
};

const URIS = ["qemu:///system", "qemu:///session", "test:///default"];

/** Reads the words before the last. */
class Line {
  command: CommandSpec | undefined;
  isHelp = false;
  readonly options = new Map<string, string>();
  readonly arguments: string[] = [];
  /** The option whose value the last word is. */
  pending: KnownOption | undefined;
  /** Whether `--` has ended the options. */
  plain = false;

  constructor(words: Iterable<string>) {
    for (const word of words) this.#take(word);
  }

  get known(): readonly KnownOption[] {
    return [...optionsOf(this.command?.options ?? []), ...GLOBALS];
  }

  /** Those and the arguments' names, of which nobody wants to be reminded. */
  get taken(): readonly KnownOption[] {
    const named = this.command === undefined ? [] : namedArguments(this.command);
    return [
      ...this.known,
      ...named.flatMap(({ name, options, description }) =>
        options.map((long) => ({ long, short: undefined, description, value: name }))
      ),
    ];
  }

  /** The arguments that no option has said. */
  get open(): readonly NamedArgument[] {
    if (this.command === undefined) return [];
    return namedArguments(this.command)
      .filter(({ options }) => !options.some((long) => this.options.has(long)));
  }

  #take(word: string): void {
    if (this.pending !== undefined) {
      this.options.set(this.pending.long, word);
      this.pending = undefined;
    } else if (this.plain || !/^-./.test(word)) this.#argument(word);
    else if (word === "--") this.plain = true;
    else if (word.startsWith("--")) this.#long(word);
    else this.#short(word.slice(1));
  }

  #argument(word: string): void {
    if (this.command !== undefined) this.arguments.push(word);
    else if (word === "help" && !this.isHelp) this.isHelp = true;
    else this.command = COMMANDS.get(word);
  }

  #long(word: string): void {
    const [name = "", ...rest] = word.split("=");
    const option = this.taken.find(({ long }) => long === name);
    if (option?.value === undefined) return;
    if (rest.length > 0) this.options.set(name, rest.join("="));
    else this.pending = option;
  }

  /** `-qc URI` and `-cURI` too. */
  #short(letters: string): void {
    for (let i = 0; i < letters.length; i++) {
      const option = this.known.find(({ short }) => short === `-${letters[i]}`);
      if (option?.value === undefined) continue;
      if (i + 1 < letters.length) this.options.set(option.long, letters.slice(i + 1));
      else this.pending = option;
      return;
    }
  }
}

function candidates(all: readonly Candidate[], start: string): Completion {
  return { candidates: all.filter(({ text }) => text.startsWith(start)) };
}

/** The last of the words is the one that is being typed. */
export function complete(words: readonly string[]): Completion {
  const current = words.at(-1) ?? "";
  const line = new Line(words.slice(0, -1));
  if (line.pending !== undefined) return values(line, line.pending.value!, "", current);
  if (!line.plain && current.startsWith("-")) {
    const [, name, start] = /^(--[a-z0-9-]+)=(.*)$/s.exec(current) ?? [];
    const option = line.taken.find(({ long, value }) => long === name && value !== undefined);
    if (option !== undefined) return values(line, option.value!, `${name}=`, start!);
    return candidates(
      line.known.map(({ long, description }) => ({ text: long, description })),
      current,
    );
  }
  if (line.command === undefined || line.isHelp) {
    if (line.command !== undefined) return { candidates: [] };
    const all = [...COMMANDS.values()].map(({ name, summary }) => (
      { text: name, description: summary }
    ));
    const help = { text: "help", description: "show help for a command" };
    return candidates(line.isHelp ? all : [...all, help], current);
  }
  const { open } = line;
  const argument = open[Math.min(line.arguments.length, open.length - 1)];
  if (argument === undefined || (line.arguments.length >= open.length && !argument.variadic)) {
    return { candidates: [] };
  }
  return values(line, argument.name, "", current);
}

/** What the value of an argument or option may be. */
function values(line: Line, argument: string, prefix: string, start: string): Completion {
  const { command, options } = line;
  if (/^(modes|names)$/.test(argument)) { // several, with commas between them
    const last = start.lastIndexOf(",") + 1;
    return values(line, argument.slice(0, -1), prefix + start.slice(0, last), start.slice(last));
  }
  if (argument === "file") return { files: true };
  const fixed = argument === "uri" || argument === "desturi"
    ? URIS
    : VALUES[`${command?.name} ${argument}`];
  if (fixed !== undefined) {
    return candidates(
      fixed.map((text) => ({ text: prefix + text, description: argument })),
      prefix + start,
    );
  }
  if (command === undefined) return { candidates: [] };
  return { command, argument, given: { options, arguments: line.arguments }, prefix, start };
}
