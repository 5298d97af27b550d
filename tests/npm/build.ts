// deno-lint-ignore-file no-console
/**
 * `deno task npm`: the package for npm, with the entry points of deno.json, in `npm/`.
 *
 * @module
 */

import { join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "../runner/files.ts";
import { output } from "../runner/output.ts";
import { buildUi } from "../ui/build.ts";
import { bundle } from "./bundle.ts";

interface DenoJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

interface PackageJson {
  readonly description: string;
  readonly keywords?: readonly string[];
  readonly repository?: unknown;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Where the package is built. */
export const PACKAGE: string = join(root, "npm");

/** The oldest Node: the first of an LTS line that has `process.getBuiltinModule()`. */
const NODE = "22.3";

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(join(root, path))) as T;
}

/** The entry points: name in the package, as `./protocol`, to the source's path. */
export async function entryPoints(): Promise<Readonly<Record<string, string>>> {
  return (await readJson<DenoJson>("deno.json")).exports;
}

/** `./protocol` to `protocol`, and `.` to `mod`. */
function fileOf(entry: string): string {
  return entry === "." ? "mod" : entry.slice("./".length);
}

/** Builds the package; returns the paths of its files of JavaScript with their sizes. */
export async function buildPackage(): Promise<ReadonlyMap<string, number>> {
  await removeIfThere(PACKAGE);
  const deno = await readJson<DenoJson>("deno.json");
  const source = await readJson<PackageJson>("package.json");
  const { outputs } = await bundle({
    entryPoints: {
      ...Object.fromEntries(
        Object.entries(deno.exports).map(([entry, path]) => [fileOf(entry), path]),
      ),
      bin: "src/cli/bin.ts",
      bin_proxy: "src/cli/proxy.ts",
    },
    imports: deno.imports,
    outdir: PACKAGE,
    target: ["es2023", `node${NODE}`],
  });
  await buildUi(join(PACKAGE, "ui"));
  await declare(Object.values(deno.exports));
  const imported = Object.values(outputs).flatMap((file) =>
    file.imports.flatMap(({ external, path }) => external ? [path] : [])
  );
  const manifest = {
    name: deno.name,
    version: deno.version,
    description: source.description,
    keywords: source.keywords,
    license: deno.license,
    repository: source.repository,
    type: "module",
    engines: { node: `>=${NODE}` },
    sideEffects: ["./bin.js", "./bin_proxy.js"],
    bin: { "virtwire": "./bin.js", "virtwire-proxy": "./bin_proxy.js" },
    exports: {
      ...Object.fromEntries(
        Object.entries(deno.exports).map(([entry, path]) => [entry, {
          types: `./types/${normalize(path).replace(/\.ts$/, ".d.ts")}`,
          default: `./${fileOf(entry)}.js`,
        }]),
      ),
      "./package.json": "./package.json",
    },
    dependencies: dependenciesOf(imported, source.dependencies),
  };
  await Deno.writeTextFile(join(PACKAGE, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    await Deno.copyFile(join(root, name), join(PACKAGE, name));
  }
  return new Map(
    Object.entries(outputs).flatMap(([path, { bytes }]) =>
      path.endsWith(".js") ? [[path, bytes]] : []
    ),
  );
}

/** The packages that the built files import, with the versions that package.json asks for. */
function dependenciesOf(
  imported: readonly string[],
  versions: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = imported.filter((path) => !path.startsWith("node:"))
    .map((path) => path.match(/^(?:@[^/]+\/)?[^/]+/)![0]);
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => {
      const version = versions[name];
      if (version === undefined) throw new Error(`package.json has no dependency ${name}`);
      return [name, version];
    }),
  );
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Writes the declarations of what the entry points reach. */
async function declare(paths: readonly string[]): Promise<void> {
  const project = join(PACKAGE, "tsconfig.json");
  const types = join(PACKAGE, "types");
  await Deno.writeTextFile(
    project,
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        emitDeclarationOnly: true,
        rootDir: root,
        outDir: types,
      },
      include: [],
      files: [...paths, "tests/std.d.ts"].map((path) => join(root, path)),
    }),
  );
  await output(join(root, "node_modules/.bin/tsc"), ["--project", project]);
  await Deno.remove(project);
  await nameJavaScript(types);
}

/** Declarations name their neighbours by the names that JavaScript has, which all checkers take. */
async function nameJavaScript(directory: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) await nameJavaScript(path);
    else {
      const text = await Deno.readTextFile(path);
      const pattern = /^(.*(?:\bfrom |\bimport\(|\bimport )"\.[^"\n]*)\.ts"/gm;
      await Deno.writeTextFile(path, text.replace(pattern, '$1.js"'));
    }
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

if (import.meta.main) {
  for (const [path, bytes] of [...await buildPackage()].sort()) {
    const zipped = gzipSync(await Deno.readFile(join(root, path))).length;
    console.log(`${path}  ${kilobytes(bytes)}, ${kilobytes(zipped)} zipped`);
  }
}
