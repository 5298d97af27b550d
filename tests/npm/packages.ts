/**
 * Which other packages go into the built files, and under which licences they came.
 *
 * @module
 */

import { join } from "node:path";
import { root } from "../runner/files.ts";

/**
 * The packages that stay dependencies; all else that is imported, the command line's for the most part, is
 * built in, so that whoever installs the library installs little that it does not run.
 *
 * These meet what strangers send, so that a mended one must not wait for us: XML, and WebSockets, which
 * Bun has of its own by that name. The tables for passwords come in two builds, one of them for browsers.
 */
export const DEPENDENCIES: readonly string[] = ["@mongodb-js/saslprep", "@xmldom/xmldom", "ws"];

/** The folder of the package that a file is of, if it is of another one than ours. */
export function packageFolder(path: string): string | undefined {
  return path.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0];
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The text that tells whose code the built files hold, for the folders of these packages. */
export async function thirdPartyLicenses(folders: Iterable<string>): Promise<string> {
  const parts = new Map<string, string>();
  for (const folder of new Set(folders)) {
    const text = await Deno.readTextFile(join(folder, "package.json"));
    const { name, version, license } = JSON.parse(text) as Manifest;
    const terms = await licenseText(folder) ?? await sameAsOurs(name, license);
    const title = `${name} ${version}`;
    parts.set(title, `${title} (${license})\n\n${terms.trim()}\n`);
  }
  const rule = `\n${"-".repeat(80)}\n\n`;
  const head = "The files of this package hold code of these others, each under its own licence.\n";
  return [head, ...[...parts].sort(([a], [b]) => a < b ? -1 : 1).map(([, part]) => part)]
    .join(rule);
}

async function licenseText(folder: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(?:licen[cs]e|copying)(?:\.|-|$)/i.test(name)) {
      return await Deno.readTextFile(join(folder, name));
    }
  }
  return undefined;
}

/** npm's build of Deno's library comes without the text, but names its authors in each file. */
async function sameAsOurs(name: string, license: string | undefined): Promise<string> {
  if (name !== "deno-std" || license !== "MIT") {
    throw new Error(`The package ${name} (${license}) comes without the text of its licence`);
  }
  const ours = await Deno.readTextFile(join(root, "LICENSE"));
  return ours.replace(/^Copyright .*$/m, "Copyright 2018-2026 the Deno authors. MIT license.");
}
