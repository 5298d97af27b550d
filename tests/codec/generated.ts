/**
 * Everything that the generator made, found by importing all of it.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import type { ProgramName } from "../../gen/tool/model.ts";
import { structName } from "../../gen/tool/names.ts";
import type { Decode, Encode } from "../../src/procedure.ts";
import { decodeTypedParam, encodeTypedParam } from "../../src/xdr/typed_param.ts";

// the generator itself, its input, and constants without codecs
const OTHER_FOLDERS: ReadonlySet<string> = new Set(["tool", "schema", "enums"]);

/** A value exported by a generated module. */
export interface Export {
  /** Its folder under `gen`. */
  readonly folder: string;
  /** Its file in that folder. */
  readonly file: string;
  readonly name: string;
  readonly value: unknown;
}

async function importAll(): Promise<Export[]> {
  const found: Export[] = [];
  const gen = new URL("../../gen/", import.meta.url);
  const folders = readdirSync(gen, { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map(({ name }) => name)
    .filter((name) => !OTHER_FOLDERS.has(name)).sort();
  for (const folder of folders) {
    const url = new URL(`${folder}/`, gen);
    for (const file of readdirSync(url).filter((name) => name.endsWith(".ts")).sort()) {
      const module = await import(new URL(file, url).href) as Record<string, unknown>;
      for (const [name, value] of Object.entries(module)) found.push({ folder, file, name, value });
    }
  }
  return found;
}

/** Every value that the generated modules export. */
export const generatedExports: readonly Export[] = await importAll();

/** The encoder and decoder of a struct. */
export interface Codec {
  readonly encode: Encode<unknown>;
  readonly decode: Decode<unknown>;
}

const typedParam: Codec = { encode: encodeTypedParam as Encode<unknown>, decode: decodeTypedParam };

/** Structs whose codec is written by hand, because it flattens a union. */
export const BY_HAND: ReadonlyMap<string, Codec> = new Map([
  ["remote_typed_param", typedParam],
  ["admin_typed_param", typedParam],
]);

const byName = new Map<string, Export[]>();
for (const e of generatedExports) byName.set(e.name, [...byName.get(e.name) ?? [], e]);

/** The one exported value of a name; throws when there is none, or more than one. */
export function exportNamed(name: string): unknown {
  const found = byName.get(name) ?? [];
  if (found.length !== 1) {
    const where = found.map(({ folder, file }) => `gen/${folder}/${file}`).join(", ");
    throw new Error(`Expected one export "${name}", found ${found.length}: ${where}`);
  }
  return found[0]!.value;
}

/** The codec of a struct by its name in the interface file. */
export function codecOf(program: ProgramName, cName: string): Codec {
  const byHand = BY_HAND.get(cName);
  if (byHand !== undefined) return byHand;
  const name = structName(program, cName);
  return {
    encode: exportNamed(`encode${name}`) as Encode<unknown>,
    decode: exportNamed(`decode${name}`) as Decode<unknown>,
  };
}
