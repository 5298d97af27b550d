/**
 * Tables that are looked up by words from outside: of a document, of a command line.
 *
 * @module
 */

/** The table without what every object inherits: `constructor` is no type of a pool. */
export function lookupTable<T>(rows: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, rows);
}
