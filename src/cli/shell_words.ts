/**
 * Words as a shell of the Bourne family quotes them.
 *
 * @module
 */

/** A line up to the cursor. */
export interface ShellLine {
  /** Its words as a program would get them; the last is the one that is being typed. */
  readonly words: readonly string[];
  /** The last word as it was typed, quotes and all. */
  readonly raw: string;
  /** The quote that the cursor is within. */
  readonly quote: "" | "'" | '"';
}

/** Takes a simple command to words; what only the shell knows, such as a variable, stays. */
export function splitShellLine(line: string): ShellLine {
  const words: string[] = [];
  let text = "";
  let start: number | undefined;
  let quote: ShellLine["quote"] = "";
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote === "" && /\s/.test(char)) {
      if (start !== undefined) words.push(text);
      [text, start] = ["", undefined];
      continue;
    }
    start ??= i;
    if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (char === "\\" && escapes(quote, line[i + 1])) text += line[++i] ?? "";
    else text += char;
  }
  return { words: [...words, text], raw: start === undefined ? "" : line.slice(start), quote };
}

function escapes(quote: ShellLine["quote"], next: string | undefined): boolean {
  if (quote === "'") return false;
  return quote === "" || (next !== undefined && '$`"\\'.includes(next));
}

/** Quotes what goes on behind a cursor that is within a quote, or within none. */
export function quoteForShell(text: string, quote: ShellLine["quote"]): string {
  if (quote === "'") return text.replaceAll("'", `'\\''`);
  // an exclamation mark calls on bash's history, in double quotes too
  if (quote === '"') return text.replace(/[$`"\\]/g, "\\$&").replaceAll("!", `"\\!"`);
  return text.replace(/[^\p{L}\p{M}\p{N}_@%+=:,./-]/gu, "\\$&");
}

/**
 * What readline has to put in the place of the word that it replaces, for the last word of a line
 * to become a text that begins with what is there.
 *
 * @param replaced What it replaces: of `test:///de` only what is behind the colon.
 */
export function readlineWord(
  { words, raw, quote }: ShellLine,
  text: string,
  replaced: string,
): string {
  const typed = raw.endsWith("\\") && quote !== "'" ? raw.slice(0, -1) : raw;
  const whole = typed + quoteForShell(text.slice(words.at(-1)!.length), quote);
  return whole.slice(raw.length - replaced.length);
}
