// deno-lint-ignore-file no-console
/**
 * `deno task jsr`: a copy of what is published, for JSR.
 *
 * In the repository `@std/…` means npm's build of the same sources, for JSR is not reached from
 * every machine. A package on JSR had better depend on `jsr:@std/…`: the copy's deno.json says so, and
 * names the npm packages too, as the copy has no package.json.
 *
 * @module
 */

import { join } from "node:path";
import { root } from "../runner/files.ts";

const COPY = join(root, ".cache", "jsr");

/** The newest major version of each package of `@std`. */
const STD = "^1";

interface DenoJson extends Record<string, unknown> {
  readonly imports: Readonly<Record<string, string>>;
  readonly publish: { readonly include: readonly string[]; readonly exclude: readonly string[] };
}

/** `@std/encoding/hex` to `jsr:@std/encoding@^1/hex`. */
function onJsr(name: string): string {
  return name.replace(/^(@std\/[^/]+)/, `jsr:$1@${STD}`);
}

async function copy(path: string, excluded: readonly string[]): Promise<void> {
  if (excluded.includes(path)) return;
  const [from, to] = [join(root, path), join(COPY, path)];
  if (!path.endsWith("/")) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await copy(`${path}${name}${isDirectory ? "/" : ""}`, excluded);
  }
}

async function main(): Promise<void> {
  const deno: DenoJson = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(root, "package.json")),
  );
  const mapped = Object.values(deno.imports);
  const npm = Object.entries(dependencies).map((
    [name, version],
  ) => [name, `npm:${name}@${version}`]);
  const imports = Object.fromEntries([
    ...Object.keys(deno.imports).map((name) => [name, onJsr(name)]),
    ...npm.filter(([, specifier]) => !mapped.some((other) => other.startsWith(`${specifier}/`))),
  ]);
  await Deno.remove(COPY, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(COPY, { recursive: true });
  for (const path of deno.publish.include) await copy(path, deno.publish.exclude);
  const { types: _, ...compilerOptions } = deno["compilerOptions"] as Record<string, unknown>;
  const { nodeModulesDir: _dir, tasks: _tasks, ...kept } = deno;
  await Deno.writeTextFile(
    join(COPY, "deno.json"),
    `${JSON.stringify({ ...kept, compilerOptions, imports }, null, 2)}\n`,
  );
  console.log("Made .cache/jsr. To publish: cd .cache/jsr && deno publish");
}

await main();
