/**
 * Installs the built package, as npm would publish it, into a project of its own.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../runner/files.ts";
import { output } from "../runner/output.ts";
import { buildPackage, entryPoints, PACKAGE } from "./build.ts";

/** A file of the project that imports every entry point; `imports.mjs` is the same to be run. */
const CONSUMER = "consumer.ts";

/** The tests that the project runs. */
export const SMOKE_TEST = "smoke_test.mjs";

/** Builds the package and installs it into a directory. */
export async function installPackage(directory: string): Promise<void> {
  await buildPackage();
  const packed = await output("npm", ["pack", "--json", "--pack-destination", directory], PACKAGE);
  const [{ filename, name }] = JSON.parse(packed) as [{ filename: string; name: string }];
  await writeJson(join(directory, "package.json"), {
    private: true,
    type: "module",
    dependencies: { [name]: `file:${filename}` },
  });
  await writeJson(join(directory, "deno.json"), { nodeModulesDir: "manual" });
  await output("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], directory);

  const exported: Record<string, string[]> = {};
  for (const [entry, path] of Object.entries(await entryPoints())) {
    const specifier = name + entry.slice(1);
    const source = await import(pathToFileURL(join(root, path)).href) as object;
    exported[specifier] = Object.keys(source).sort();
  }
  await writeJson(join(directory, "exported.json"), exported);
  const imports = Object.keys(exported).map((name, i) => `import * as entry${i} from "${name}";\n`);
  const used = `export const used = [${imports.map((_, i) => `entry${i}`)}];\n`;
  for (const file of [CONSUMER, "imports.mjs"]) {
    await Deno.writeTextFile(join(directory, file), imports.join("") + used);
  }
  await Deno.copyFile(join(import.meta.dirname!, SMOKE_TEST), join(directory, SMOKE_TEST));
}

/** How projects find a package's declarations. */
export const RESOLUTIONS: Readonly<Record<string, readonly string[]>> = {
  nodenext: ["--module", "nodenext"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"],
};

/** Checks the package's declarations as a strict project would that checks its libraries too. */
export async function checkDeclarations(
  directory: string,
  resolution: readonly string[],
): Promise<void> {
  await output(join(root, "node_modules/.bin/tsc"), [
    "--noEmit",
    "--strict",
    "--target",
    "esnext",
    "--skipLibCheck",
    "false",
    ...resolution,
    CONSUMER,
  ], directory);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
