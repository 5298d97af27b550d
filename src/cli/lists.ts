/**
 * What the lists of domains, networks, pools and the like have in common.
 *
 * @module
 */

import type { Invocation } from "./invocation.ts";
import type { Column, Row } from "./output.ts";

/** Makes text green, yellow, red or pale by what the state of an object means. */
export const STATE_COLUMN: Column = {
  key: "state",
  title: "State",
  color: (text, colors) => {
    const word = text.trim();
    if (/^(running|active|yes)$/.test(word)) return colors.green(text);
    if (/^(paused|pmsuspended|building|degraded|blocked|shutdown)$/.test(word)) {
      return colors.yellow(text);
    }
    if (/^(crashed|inaccessible)/.test(word)) return colors.red(text);
    return colors.dim(text);
  },
};

/** A column of an object's name. */
export const NAME_COLUMN: Column = { key: "name", title: "Name" };

/** Whether something starts with the host. */
export const AUTOSTART_COLUMN: Column = { key: "autostart", title: "Autostart" };

/** Whether something is defined. */
export const PERSISTENT_COLUMN: Column = { key: "persistent", title: "Persistent" };

/** Flags that networks, pools and devices have under the same names. */
interface ListFlags {
  readonly INACTIVE: number;
  readonly ACTIVE: number;
  readonly PERSISTENT: number;
  readonly TRANSIENT: number;
  readonly AUTOSTART: number;
  readonly NO_AUTOSTART: number;
}

/** The flags that the options of a list ask for; without `--all` and `--inactive`, active ones. */
export function listFlags(run: Invocation, names: ListFlags): number {
  // `--no-autostart` is commander's way to say `autostart: false`
  const autostart = run.choice("autostart");
  return (run.flag("all") ? 0 : run.flag("inactive") ? names.INACTIVE : names.ACTIVE) |
    (run.flag("persistent") ? names.PERSISTENT : 0) |
    (run.flag("transient") ? names.TRANSIENT : 0) |
    (autostart === true ? names.AUTOSTART : autostart === false ? names.NO_AUTOSTART : 0);
}

/**
 * Prints a list as the options ask for it: names, UUIDs, or a table of what a row has.
 *
 * @param details Asks for what only the table, or JSON, shows.
 */
export async function printList<T extends { readonly name: string; readonly uuid?: string }>(
  run: Invocation,
  objects: readonly T[],
  columns: readonly Column[],
  details: (object: T) => Promise<Row>,
): Promise<void> {
  const { out } = run;
  if ((run.flag("name") || run.flag("uuid")) && !out.json) {
    for (const object of objects) {
      const parts = [
        ...(run.flag("uuid") ? [object.uuid ?? "-"] : []),
        ...(run.flag("name") ? [object.name] : []),
      ];
      out.line(parts.join(" "));
    }
    return;
  }
  const rows = await Promise.all(objects.map((object) => details(object)));
  out.table(rows, columns);
}

/** What an object answers, or `undefined` when it has gone since the list was made. */
export async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  const { isNotFound } = await import("../errors.ts");
  try {
    return await ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
