/**
 * The command line, made of the table of commands.
 *
 * @module
 */

import { Command, Option } from "commander";
import type { CommandGroup, CommandSpec } from "./command.ts";
import { withoutSecrets } from "../uri/secrets.ts";
import type { ParsedCommand } from "./invocation.ts";
import { assignArguments, namedArguments } from "./named_arguments.ts";
import { GROUPS } from "./table_of_commands.ts";
import { VERSION } from "./version.ts";

/** The program's name. */
export const PROGRAM = "virtwire";

/** The global options as the command line has them. */
export interface GlobalOptions {
  readonly connect?: string;
  readonly readonly?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly timeout?: string;
  readonly capture?: string;
}

/** The command that was asked for. */
export interface Chosen {
  readonly spec: CommandSpec;
  readonly group: CommandGroup;
  readonly parsed: ParsedCommand;
  readonly globals: GlobalOptions;
}

/** The global options and what they mean. */
export const GLOBAL_OPTIONS: readonly (readonly [string, string])[] = [
  ["-c, --connect <uri>", "the hypervisor to talk to; LIBVIRT_DEFAULT_URI when left out"],
  ["-r, --readonly", "connect so that nothing can be changed"],
  ["--json", "print results as JSON"],
  ["-q, --quiet", "print results alone: no headings, no messages, no progress"],
  ["--timeout <seconds>", "give up connecting, and each call, after so long"],
  ["--capture <file>", "write all that passes over the connection to a pcap file"],
];

const CLOSING = `
Without a URI libvirt's own choice counts: LIBVIRT_DEFAULT_URI, uri_default of libvirt.conf, the
local daemon. test:///default is a hypervisor in memory, which each command starts anew; "serve"
keeps one for many commands.

An argument may be said by its name too, as with virsh: "dominfo --domain web".

Exit status: 0 for success, 1 for a failure, 2 for a wrong command line, 130 after ctrl-C.`;

/** The parser quotes words that it does not expect; a URI may be one of them. */
function wordedAsOurs(text: string): string {
  return text.replace(/'([^']*)'/g, (_, word: string) => `'${withoutSecrets(word)}'`)
    .replace(/^error: (.)/, (_, first: string) => `Error: ${first.toUpperCase()}`);
}

/** An option; with `...` behind its value it may be said several times. */
function optionOf(syntax: string, description: string): Option {
  if (!syntax.endsWith(">...")) return new Option(syntax, description);
  return new Option(syntax.slice(0, -"...".length), description)
    .argParser((value: string, before: string[] = []) => [...before, value]);
}

/** Makes the parser; it says what was chosen, and runs nothing. */
export function createProgram(choose: (chosen: Chosen) => void): Command {
  const program = new Command(PROGRAM)
    .description("Manage virtual machines over libvirt's protocol")
    .version(VERSION, "--version", "print the version of this program")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showSuggestionAfterError(true)
    .showHelpAfterError(`(see "${PROGRAM} --help")`)
    .configureOutput({ outputError: (text, write) => write(wordedAsOurs(text)) })
    .addHelpText("after", CLOSING)
    .exitOverride();
  for (const [syntax, description] of GLOBAL_OPTIONS) program.option(syntax, description);
  for (const group of GROUPS) {
    program.commandsGroup(`${group.title}:`);
    for (const spec of group.commands) {
      const command = program.command(spec.name).description(spec.summary);
      command.copyInheritedSettings(program).showHelpAfterError(
        `(see "${PROGRAM} help ${spec.name}")`,
      );
      const args = namedArguments(spec);
      const syntaxes = (spec.arguments ?? []).map(([syntax]) => syntax);
      command.usage(["[options]", ...syntaxes].join(" "));
      for (const { name, description, variadic, options } of args) {
        command.argument(variadic ? `[${name}...]` : `[${name}]`, description);
        for (const long of options) command.addOption(new Option(`${long} <value>`).hideHelp());
      }
      for (const [syntax, description] of spec.options ?? []) {
        command.addOption(optionOf(syntax, description));
      }
      if (spec.details !== undefined) command.addHelpText("after", `\n${spec.details}`);
      command.configureHelp({ showGlobalOptions: true });
      command.action(() => {
        const options = command.opts();
        const assigned = assignArguments(
          args,
          command.args,
          (long) => options[new Option(long).attributeName()],
        );
        if ("wrong" in assigned) return command.error(`error: ${assigned.wrong}`);
        const parsed = { arguments: assigned.values, options };
        choose({ spec, group, parsed, globals: program.opts() });
      });
    }
  }
  return program;
}
