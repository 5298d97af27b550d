/**
 * Tables that fit the terminal.
 *
 * @module
 */

import CliTable from "cli-table3";
import type { createColors } from "picocolors";
import stringWidth from "string-width";
import { display, type Row } from "./output.ts";

type Colors = ReturnType<typeof createColors>;

/** A column of a table. */
export interface Column {
  /** The member of the row that it shows. */
  readonly key: string;
  /** Its heading. */
  readonly title: string;
  /** Makes text of the member; given the whole row too. */
  readonly show?: (value: never, row: Row) => string;
  /** Numbers are best on the right. */
  readonly align?: "left" | "right";
  /** Colours the text. */
  readonly color?: (text: string, colors: Colors) => string;
}

/** How a table is drawn. */
export interface TableOptions {
  /** Whether it has headings. */
  readonly head: boolean;
  /** What it has to fit in; anything when left out. */
  readonly width: number | undefined;
  /** The terminal's colours. */
  readonly colors: Colors;
}

const GAP = 3;
const NARROWEST = 6;

const NO_BORDER = {
  "top": "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  "bottom": "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  "left": "",
  "left-mid": "",
  "mid": "",
  "mid-mid": "",
  "right": "",
  "right-mid": "",
  "middle": " ".repeat(GAP),
};

/** Draws a table; what does not fit is cut where it costs least, and ends with `…`. */
export function formatTable(
  rows: readonly Row[],
  columns: readonly Column[],
  { head, width, colors }: TableOptions,
): string {
  const texts = rows.map((row) =>
    columns.map(({ key, show }) => oneLine((show ?? display)(row[key] as never, row)))
  );
  const natural = columns.map(({ title }, i) =>
    Math.max(head ? title.length : 1, 1, ...texts.map((cells) => stringWidth(cells[i]!)))
  );
  const table = new CliTable({
    chars: NO_BORDER,
    style: { "padding-left": 0, "padding-right": 0, "head": [], "border": [], "compact": true },
    colWidths: fitted(natural, width),
    colAligns: columns.map(({ align = "left" }) => align),
    head: head ? columns.map(({ title }) => colors.bold(title)) : [],
  });
  for (const cells of texts) {
    table.push(cells.map((text, i) => columns[i]!.color?.(text, colors) ?? text));
  }
  if (!head && rows.length === 0) return "";
  return table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** Takes from the widest until it fits, or until no column can give any more. */
function fitted(natural: readonly number[], width: number | undefined): number[] {
  const widths = [...natural];
  if (width === undefined) return widths;
  let over = widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1) - width;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    over--;
  }
  return widths;
}

// A description of several lines would make a table of several tables.
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}
