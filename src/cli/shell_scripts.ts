/**
 * What makes shells complete; each asks this program, so that no script has to be made anew.
 *
 * @module
 */

import { lookupTable } from "../lookup_table.ts";

/** The scripts by shell. */
export const SCRIPTS: Readonly<Record<string, (program: string) => string>> = lookupTable({
  // readline replaces a part of the word only, which the program is told and takes into account
  bash: (program) =>
    `# ${program} completion for bash: eval "$(${program} completion bash)"
_${program}() {
  local -a lines
  mapfile -t lines < <(${program} completion bash --replaced="$2" \\
    --line="\${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  COMPREPLY=()
  if [[ \${lines[0]} == :files* ]]; then
    compopt -o default
  else
    COMPREPLY=("\${lines[@]%%$'\\t'*}")
  fi
}
complete -F _${program} ${program}
`,
  zsh: (program) =>
    `#compdef ${program}
# ${program} completion for zsh: eval "$(${program} completion zsh)", after compinit
_${program}() {
  local -a lines candidates
  local line name
  lines=("\${(@f)$(${program} completion --words -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" \\
    2>/dev/null </dev/null)}")
  if [[ "\${lines[1]}" == :files* ]]; then
    compset -P '--[a-z-]##='
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    [[ -n "$line" ]] || continue
    name="\${line%%$'\\t'*}"
    name="\${name//\\\\/\\\\\\\\}"
    candidates+=("\${name//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe '${program}' candidates
}
if [[ "\${funcstack[1]}" == _${program} ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`,
  fish: (program) =>
    `# ${program} completion for fish: ${program} completion fish | source
function __${program}_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  set -l current (string unescape -- $typed; or string unescape -- $typed"'"; or string unescape -- $typed'"')
  set -l lines (${program} completion --words -- $words[2..-1] "$current" 2>/dev/null </dev/null)
  if string match -q ':files*' -- "$lines[1]"
    set -l option (string match -r -- '^--[a-z-]+=' "$current")
    set -l path (string replace -r -- '^--[a-z-]+=' '' "$current")
    for each in (__fish_complete_path "$path")
      echo -- "$option$each"
    end
  else
    string join \\n -- $lines
  end
end
complete -c ${program} -f -a '(__${program}_complete)'
`,
});
