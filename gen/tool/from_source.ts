/**
 * Makes the schema of a libvirt source tree: the first of the generator's two steps.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseApiXml } from "./api_xml.ts";
import { evaluate, type Lookup } from "./expression.ts";
import { type Api, type Library, LIBRARY_NAMES, PROGRAM_NAMES, type Wire } from "./model.ts";
import type { LibraryName, Program, ProgramName } from "./model.ts";
import { parseProtocol, typeNames } from "./parser.ts";

/** Where to take what a bare source tree lacks. */
export interface SourceOptions {
  /**
   * The directory with `libvirt-api.xml` and its like, which libvirt makes only when it is built;
   * a distribution's development package installs them. Without it the tree is searched.
   */
  readonly apiDir?: string;
  /** The description to keep if there is none for this release. */
  readonly committedApi?: Api;
}

/** What {@linkcode readSource} found. */
export interface Source {
  readonly wire: Wire;
  readonly api: Api;
  /** The tree's release, as `12.8.0`. */
  readonly version: string;
  /** What whoever runs the generator has to know; sentences without a full stop. */
  readonly remarks: readonly string[];
}

/** The interface file of each program, and the program whose types it includes. */
const FILES: Readonly<Record<ProgramName, readonly [path: string, includes?: ProgramName]>> = {
  net: ["src/rpc/virnetprotocol.x"],
  keepalive: ["src/rpc/virkeepaliveprotocol.x"],
  remote: ["src/remote/remote_protocol.x"],
  qemu: ["src/remote/qemu_protocol.x", "remote"],
  lxc: ["src/remote/lxc_protocol.x", "remote"],
  admin: ["src/admin/admin_protocol.x"],
};

/**
 * Reads the source tree of a libvirt release.
 *
 * @throws {SourceError} for a fault in one of the files
 * @throws {Error} if `dir` is no source tree of libvirt's, a file is missing, or there is neither a
 *   description of the public interface nor one to keep
 */
export function readSource(dir: string, options: SourceOptions = {}): Source {
  const version = readVersion(dir);
  const { api, remarks } = findApi(dir, version, options);
  const constants = headerConstants(api);
  const programs: Partial<Record<ProgramName, Program>> = {};
  for (const name of PROGRAM_NAMES) {
    const [path, includes] = FILES[name];
    const included = includes && programs[includes];
    const externals = { constants, ...(included && { types: typeNames(included) }) };
    programs[name] = parseProtocol(read(join(dir, path)), path, externals).program;
  }
  const wire: Wire = { libvirt: version, programs: programs as Record<ProgramName, Program> };
  return { wire, api, version, remarks };
}

/** The release that a tree's build file names. */
function readVersion(dir: string): string {
  const path = join(dir, "meson.build");
  const text = read(path);
  const [, version] = /^project\(\s*'libvirt'[^]*?\bversion:\s*'(\d+\.\d+\.\d+)'/m.exec(text) ?? [];
  if (version === undefined) {
    throw new Error(
      `Cannot read libvirt's release from ${path}: it names no project libvirt with a version; ` +
        "give the top directory of a libvirt source tree",
    );
  }
  return version;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const message =
      `Cannot read ${path}: ${(cause as Error).message}; give the top directory of a ` +
      "libvirt source tree, and for an API description the directory with libvirt-api.xml";
    throw new Error(message, { cause });
  }
}

function findApi(
  dir: string,
  version: string,
  { apiDir, committedApi }: SourceOptions,
): Pick<Source, "api" | "remarks"> {
  const found = apiDir ?? findApiDir(dir);
  if (found !== undefined) {
    const api = readApi(found);
    if (api.libvirt !== version) {
      throw new Error(
        `Cannot use the API description in ${found}: it is of libvirt ${api.libvirt}, the source ` +
          `tree of ${version}; give the description of the same release`,
      );
    }
    return { api, remarks: [] };
  }
  if (committedApi === undefined) {
    throw new Error(
      `Cannot find libvirt-api.xml in ${dir}: libvirt makes it when it is built; build the tree, ` +
        "or name the directory that has it",
    );
  }
  const remark =
    `Kept the API description of libvirt ${committedApi.libvirt}: the source tree of ` +
    `${version} has no libvirt-api.xml, which libvirt makes when it is built`;
  return { api: committedApi, remarks: [remark] };
}

/** Where meson, run in a directory of any name below the tree, has put the description. */
function findApiDir(dir: string): string | undefined {
  const below = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  return ["", ...below].map((name) => join(dir, name, "docs"))
    .find((docs) => existsSync(join(docs, "libvirt-api.xml")));
}

/** Reads the descriptions of all libraries in a directory. */
function readApi(dir: string): Api {
  const libraries: Partial<Record<LibraryName, Library>> = {};
  for (const name of LIBRARY_NAMES) {
    const file = `${name}-api.xml`;
    libraries[name] = parseApiXml(read(join(dir, file)), name, file);
  }
  const api = { libraries: libraries as Record<LibraryName, Library> };
  const number = headerConstants(api)("LIBVIR_VERSION_NUMBER");
  if (number === undefined) {
    throw new Error(
      `Cannot read the release from ${join(dir, "libvirt-api.xml")}: it has no macro ` +
        "LIBVIR_VERSION_NUMBER; give libvirt's own description",
    );
  }
  // Major, minor and micro have three decimal digits each.
  const parts = [number / 1_000_000n, number / 1000n % 1000n, number % 1000n];
  return { libvirt: parts.join("."), ...api };
}

/** Finds the integers that libvirt's public headers define, by macro or enumeration. */
export function headerConstants({ libraries }: Pick<Api, "libraries">): Lookup {
  const texts = new Map<string, string>();
  for (const { enums, macros } of Object.values(libraries)) {
    for (const { name, value } of Object.values(enums).flat()) texts.set(name, value);
    for (const [name, { raw }] of Object.entries(macros)) {
      if (raw !== undefined) texts.set(name, raw);
    }
  }
  function lookup(name: string): bigint | undefined {
    const text = texts.get(name);
    // A name is looked up once at most on the way to its value, so none can lead to itself.
    texts.delete(name);
    try {
      return text === undefined ? undefined : evaluate(text, name, lookup);
    } finally {
      if (text !== undefined) texts.set(name, text);
    }
  }
  return lookup;
}
