// deno-lint-ignore-file no-console
/**
 * `deno task npm`: the package for npm, with the entry points of deno.json, in `npm/`.
 *
 * @module
 */

import { join, normalize } from "node:path";
import { LAYERS } from "../meta/layers.ts";
import { root } from "../runner/files.ts";
import { output } from "../runner/output.ts";
import { buildUi } from "../ui/build.ts";
import { type BuiltFile, bundle } from "./bundle.ts";
import { pruneDeclarations } from "./declarations.ts";
import { DEPENDENCIES, packageFolder, thirdPartyLicenses } from "./packages.ts";
import { entrySizes } from "./sizes.ts";

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

/** Builds the package; answers what was written of JavaScript. */
export async function buildPackage(): Promise<readonly BuiltFile[]> {
  await removeIfThere(PACKAGE);
  const deno = await readJson<DenoJson>("deno.json");
  const source = await readJson<PackageJson>("package.json");
  const files = await bundle({
    entryPoints: {
      ...Object.fromEntries(
        Object.entries(deno.exports).map(([entry, path]) => [fileOf(entry), path]),
      ),
      [BROWSER]: "src/browser.ts",
      bin: "src/cli/bin.ts",
      bin_proxy: "src/cli/proxy.ts",
    },
    imports: deno.imports,
    external: DEPENDENCIES,
    outdir: PACKAGE,
    target: ["es2023", `node${NODE}`],
  });
  for (const bin of BINS) await Deno.chmod(join(PACKAGE, bin), 0o755);
  await buildUi(join(PACKAGE, "ui"));
  await declare(Object.values(deno.exports));
  const built = files.flatMap(({ modules }) => modules.map(packageFolder));
  const shown = LAYERS.ui.packages!.map((name) => join(root, "node_modules", name));
  await Deno.writeTextFile(
    join(PACKAGE, "THIRD_PARTY_LICENSES"),
    await thirdPartyLicenses([...built.filter((folder) => folder !== undefined), ...shown]),
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
    sideEffects: BINS.map((bin) => `./${bin}`),
    bin: { "virtwire": "./bin.js", "virtwire-proxy": "./bin_proxy.js" },
    exports: {
      ...Object.fromEntries(
        Object.entries(deno.exports).map(([entry, path]) => [entry, conditions(entry, path)]),
      ),
      "./package.json": "./package.json",
    },
    dependencies: dependencyVersions(files, source.dependencies),
  };
  await Deno.writeTextFile(join(PACKAGE, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    await Deno.copyFile(join(root, name), join(PACKAGE, name));
  }
  return files;
}

/** The file of the main entry point where there is nothing but WebSockets. */
const BROWSER = "browser";
const BINS = ["bin.js", "bin_proxy.js"];

/** Where an entry point's types and code are; of the conditions that fit, the first counts. */
function conditions(entry: string, path: string): Record<string, string> {
  const file = `./${fileOf(entry)}.js`;
  const types = declarationOf(path);
  if (entry !== ".") return { types, default: file };
  const browser = `./${BROWSER}.js`;
  return {
    types,
    // Cloudflare's, Vercel's and others' workers, whose bundlers may name Node or browsers too
    ...{ "workerd": browser, "edge-light": browser, "worker": browser },
    ...{ "deno": file, "bun": file, "node": file, browser },
    default: file,
  };
}

/** `./src/web.ts` to `./types/src/web.d.ts`. */
function declarationOf(path: string): string {
  return `./types/${normalize(path).replace(/\.ts$/, ".d.ts")}`;
}

/** The packages that the built files import, with the versions that package.json asks for. */
function dependencyVersions(
  files: readonly BuiltFile[],
  versions: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = new Set(files.map(({ path }) => path));
  const imported = files.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
    .filter((name) => !own.has(name) && !name.startsWith("node:"))
    .map((name) => name.match(/^(?:@[^/]+\/)?[^/]+/)![0]);
  return Object.fromEntries(
    [...new Set(imported)].sort().map((name) => {
      const version = versions[name];
      if (version === undefined || !DEPENDENCIES.includes(name)) {
        throw new Error(`The package ${name} is neither built in nor a dependency`);
      }
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
  await pruneDeclarations(types, paths.map((path) => join(PACKAGE, declarationOf(path))));
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

if (import.meta.main) {
  for (const line of await entrySizes(PACKAGE, await buildPackage())) console.log(line);
}
