/**
 * Arguments by their names: `dominfo --domain web` is `dominfo web`, as with virsh.
 *
 * @module
 */

import type { CommandSpec } from "./command.ts";
import type { ParsedCommand } from "./invocation.ts";

/** An argument of a command. */
export interface NamedArgument {
  /** What the help calls it. */
  readonly name: string;
  /** The options that say it too: virsh's, then our own name of it. */
  readonly options: readonly string[];
  readonly description: string;
  readonly required: boolean;
  /** Whether there may be several. */
  readonly variadic: boolean;
}

/** What virsh calls them. */
const NAMES: Readonly<Record<string, string>> = {
  volume: "vol",
  snapshot: "snapshotname",
  "snapshot-create file": "xmlfile",
};

/** The arguments of a command, those first that come first. */
export function namedArguments({ name: command, ...spec }: CommandSpec): NamedArgument[] {
  const taken = new Set(spec.options?.map(([syntax]) => /--[a-z0-9-]+/.exec(syntax)?.[0]));
  return (spec.arguments ?? []).map(([syntax, description]) => {
    const name = syntax.replace(/[<>[\]]|\.\.\./g, "");
    const options = new Set([NAMES[`${command} ${name}`] ?? NAMES[name] ?? name, name]);
    return {
      name,
      options: [...options].map((each) => `--${each}`).filter((each) => !taken.has(each)),
      description,
      required: syntax.startsWith("<"),
      variadic: syntax.includes("..."),
    };
  });
}

/**
 * Gives the words that no option took to the arguments that no option said, in their order.
 *
 * @param valueOf The value of an option.
 * @returns The values, or what is wrong.
 */
export function assignArguments(
  args: readonly NamedArgument[],
  words: readonly string[],
  valueOf: (option: string) => string | undefined,
): { readonly values: ParsedCommand["arguments"] } | { readonly wrong: string } {
  const values: Record<string, string | readonly string[]> = {};
  let next = 0;
  for (const { name, options, required, variadic } of args) {
    const said = options.map(valueOf).find((value) => value !== undefined);
    if (said !== undefined) values[name] = variadic ? [said] : said;
    else if (variadic) values[name] = words.slice(next, next = words.length);
    else if (next < words.length) values[name] = words[next++]!;
    if (required && (values[name] ?? "").length === 0 && !(name in values && !variadic)) {
      return { wrong: `missing required argument '${name}'` };
    }
  }
  return next < words.length
    ? { wrong: `too many arguments: nobody takes '${words.slice(next).join("', '")}'` }
    : { values };
}
