/**
 * Completing command lines.
 *
 * @module
 */

import type { CommandSpec } from "./command.ts";
import { GLOBAL_OPTIONS } from "./program.ts";
import { GROUPS } from "./table_of_commands.ts";

/** Something that a word may be completed to. */
export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/** The long options of descriptions such as `-c, --connect <uri>`. */
function longOptions(
  options: readonly (readonly [string, string])[],
): (Candidate & { value: boolean })[] {
  return options.flatMap(([syntax, description]) => {
    const [long] = /--[a-z-]+/.exec(syntax) ?? [];
    return long === undefined ? [] : [{ text: long, description, value: /[<[]/.test(syntax) }];
  });
}

/** Every command by name. */
export const COMMANDS: ReadonlyMap<string, CommandSpec> = new Map(
  GROUPS.flatMap(({ commands }) => commands.map((spec) => [spec.name, spec] as const)),
);

/** What the word that is being typed may be, as far as the table of commands tells. */
export type Completion =
  | { readonly candidates: readonly Candidate[] }
  | { readonly command: CommandSpec; readonly argument: string }
  | { readonly files: true };

/** The last of the words is the one that is being typed. */
export function complete(words: readonly string[]): Completion {
  const current = words.at(-1) ?? "";
  const globals = longOptions(GLOBAL_OPTIONS);
  let command: CommandSpec | undefined;
  let position = 0;
  for (let i = 0; i < words.length - 1; i++) {
    const word = words[i]!;
    if (!word.startsWith("-")) {
      if (command === undefined) command = COMMANDS.get(word);
      else position++;
      continue;
    }
    const options = [...globals, ...longOptions(command?.options ?? [])];
    const takesValue = /^-c$/.test(word) ||
      options.some(({ text, value }) => text === word && value);
    if (!takesValue) continue;
    if (i === words.length - 2) {
      if (/^(-c|--connect)$/.test(word)) {
        return {
          candidates: [{ text: "qemu:///system", description: "" }, {
            text: "test:///default",
            description: "",
          }],
        };
      }
      if (word === "--pool" && command !== undefined) return { command, argument: "pool" };
      return { files: true };
    }
    i++; // its value
  }
  const fitting = (candidates: readonly Candidate[]) =>
    candidates.filter(({ text }) => text.startsWith(current))
      .map(({ text, description }) => ({ text, description }));
  if (current.startsWith("-")) {
    return { candidates: fitting([...longOptions(command?.options ?? []), ...globals]) };
  }
  if (command === undefined) {
    const all = [...COMMANDS.values()].map(({ name, summary }) => ({
      text: name,
      description: summary,
    }));
    return {
      candidates: fitting([...all, { text: "help", description: "show help for a command" }]),
    };
  }
  const syntaxes = command.arguments ?? [];
  const [syntax] = syntaxes[Math.min(position, syntaxes.length - 1)] ?? [];
  if (syntax === undefined || (position >= syntaxes.length && !syntax.includes("..."))) {
    return { candidates: [] };
  }
  const argument = syntax.replace(/[<>[\].]/g, "");
  return argument === "file" ? { files: true } : { command, argument };
}

/** Scripts for shells; each asks this program for candidates, so that none has to be regenerated. */
export const SCRIPTS: Readonly<Record<string, (program: string) => string>> = {
  bash: (program) =>
    `# ${program} completion for bash: eval "$(${program} completion bash)"
_${program}() {
  local IFS=$'\\n' words
  mapfile -t words < <(${program} completion --words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "\${words[0]}" = ":files" ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  else
    COMPREPLY=("\${words[@]%%$'\\t'*}")
  fi
}
complete -o filenames -F _${program} ${program}
`,
  zsh: (program) =>
    `#compdef ${program}
# ${program} completion for zsh: eval "$(${program} completion zsh)", after compinit
_${program}() {
  local -a lines candidates
  local line
  lines=("\${(@f)$(${program} completion --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n "$line" ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe '${program}' candidates
}
compdef _${program} ${program}
`,
  fish: (program) =>
    `# ${program} completion for fish: ${program} completion fish | source
function __${program}_complete
  set -l tokens (commandline -opc) (commandline -ct)
  set -l lines (${program} completion --words -- $tokens[2..-1] 2>/dev/null)
  if test "$lines[1]" = ":files"
    __fish_complete_path (commandline -ct)
  else
    string join \\n -- $lines
  end
end
complete -c ${program} -f -a '(__${program}_complete)'
`,
};
