/**
 * The command line, made of the table of commands.
 *
 * @module
 */

import { Command, Option } from "commander";
import type { CommandGroup, CommandSpec } from "./command.ts";
import type { ParsedCommand } from "./invocation.ts";
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

Exit status: 0 for success, 1 for a failure, 2 for a wrong command line, 130 after ctrl-C.`;

/** Makes the parser; it says what was chosen, and runs nothing. */
export function createProgram(choose: (chosen: Chosen) => void): Command {
  const program = new Command(PROGRAM)
    .description("Manage virtual machines over libvirt's protocol")
    .version(VERSION, "--version", "print the version of this program")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showSuggestionAfterError(true)
    .showHelpAfterError(`(see "${PROGRAM} --help")`)
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
      for (const [syntax, description] of spec.arguments ?? []) {
        command.argument(syntax, description);
      }
      for (const [syntax, description] of spec.options ?? []) {
        command.addOption(new Option(syntax, description));
      }
      if (spec.details !== undefined) command.addHelpText("after", `\n${spec.details}`);
      command.configureHelp({ showGlobalOptions: true });
      command.action(() => {
        const names = command.registeredArguments;
        const values = Object.fromEntries(
          names.map((arg, i) => [arg.name(), command.processedArgs[i]]),
        );
        const parsed = { arguments: values, options: command.opts() };
        choose({ spec, group, parsed, globals: program.opts() });
      });
    }
  }
  return program;
}
