/**
 * What the commands print.
 *
 * @module
 */

import process from "node:process";
import { createColors } from "picocolors";
import { type Column, formatTable } from "./table.ts";
import { toJson } from "./json.ts";

export type { Column } from "./table.ts";

type Colors = ReturnType<typeof createColors>;

/** How to print. */
export interface OutputOptions {
  /** JSON in place of tables and texts. */
  readonly json: boolean;
  /** Neither headers nor messages nor progress. */
  readonly quiet: boolean;
}

/** A row of a table, or a record: what `--json` prints. */
export type Row = Readonly<Record<string, unknown>>;

/** Prints results to standard output and everything else to standard error. */
export class Output {
  /** Whether results are printed as JSON. */
  readonly json: boolean;
  /** Whether only results are printed. */
  readonly quiet: boolean;
  /** Colours for standard output; they do nothing where there is no terminal. */
  readonly colors: Colors;

  /** Looks at the terminal and the environment. */
  constructor({ json, quiet }: OutputOptions) {
    this.json = json;
    this.quiet = quiet;
    this.colors = createColors(colorsWanted(process.stdout));
  }

  /** Whether standard output is a terminal. */
  get isTerminal(): boolean {
    return process.stdout.isTTY === true;
  }

  /** Whether something may be drawn on standard error that changes while it is looked at. */
  get showsProgress(): boolean {
    return process.stderr.isTTY === true && !this.quiet && process.env["TERM"] !== "dumb";
  }

  /** The width of the terminal; `undefined` where there is none. */
  get columns(): number | undefined {
    if (!this.isTerminal) return undefined;
    const columns = process.stdout.columns ?? 0;
    return columns > 0 ? columns : 80;
  }

  /** Prints text as it is. */
  write(text: string): void {
    try {
      process.stdout.write(text);
    } catch (error) {
      process.stdout.emit("error", error); // what other runtimes emit, Deno throws
    }
  }

  /** Prints a line. */
  line(text: string = ""): void {
    this.write(`${text}\n`);
  }

  /** Prints what the user may want to know, but no script; not with `--quiet` or `--json`. */
  message(text: string): void {
    if (!this.quiet && !this.json) this.line(text);
  }

  /** Prints to standard error, where it does not get among the results; not with `--quiet`. */
  notice(text: string): void {
    if (!this.quiet) process.stderr.write(`${text}\n`);
  }

  /** Prints rows: a table, or an array of the same rows as JSON. */
  table(rows: readonly Row[], columns: readonly Column[]): void {
    if (this.json) return this.line(toJson(rows, 2));
    const head = !this.quiet;
    const text = formatTable(rows, columns, { head, width: this.columns, colors: this.colors });
    if (text !== "") this.line(text);
  }

  /** Prints one thing by its parts: a line each, or an object as JSON. */
  record(record: Row, titles: Readonly<Record<string, string>> = {}): void {
    if (this.json) return this.line(toJson(record, 2));
    const lines = Object.entries(record).filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`${titles[key] ?? key}:`, display(value)] as const);
    const width = Math.max(0, ...lines.map(([title]) => title.length)) + 3;
    for (const [title, value] of lines) this.line(`${title.padEnd(width)}${value}`);
  }

  /** Prints one value: as text, or as JSON. */
  value(value: unknown): void {
    this.line(this.json ? toJson(value, 2) : display(value));
  }

  /** Prints a value of many on a line of its own: as text, or as JSON. */
  item(value: unknown, text: string): void {
    this.line(this.json ? toJson(value) : text);
  }
}

/** Whether a stream is a terminal that takes colours, and the user wants them. */
export function colorsWanted(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/** A value as a line of text. */
export function display(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(display).join(", ");
  return typeof value === "object" ? toJson(value) : String(value);
}
