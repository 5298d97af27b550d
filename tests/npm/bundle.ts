/**
 * The package's JavaScript: each entry point a file, what they share in few others.
 *
 * @module
 */

import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import * as esbuild from "esbuild";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { esmExternalRequirePlugin } from "rolldown/plugins";
import { root } from "../runner/files.ts";
import { type ChunkOf, CHUNKS, chunks } from "./chunks.ts";

/** What is bundled. */
export interface BundleOptions {
  /** The name of each entry point's file, without its ending, to the path of its source. */
  readonly entryPoints: Readonly<Record<string, string>>;
  /** deno.json's `imports`. */
  readonly imports: Readonly<Record<string, string>>;
  /** The packages that are left outside. */
  readonly external: readonly string[];
  readonly outdir: string;
  readonly target: readonly string[];
}

/** A file of JavaScript that was written. */
export interface BuiltFile {
  /** Its path in the package. */
  readonly path: string;
  /** Files and packages that load with it. */
  readonly imports: readonly string[];
  /** Those that it loads when it needs them. */
  readonly dynamicImports: readonly string[];
  /** The modules it is made of. */
  readonly modules: readonly string[];
}

/** Bundles the entry points with all that they import but the packages that are left outside. */
export async function bundle(options: BundleOptions): Promise<readonly BuiltFile[]> {
  const { entryPoints, external, imports, outdir, target } = options;
  const input = Object.fromEntries(
    Object.entries(entryPoints).map(([name, path]) => [name, join(root, path)]),
  );
  const outside = new RegExp(`^(?:${external.join("|")})(?:/|$)`);
  let chunkOf: ChunkOf | undefined;
  const build = await rolldown({
    cwd: root,
    input,
    external: outside,
    platform: "neutral", // the same files go into pages
    resolve: { mainFields: ["module", "main"], conditionNames: ["node", "import", "default"] },
    treeshake: { moduleSideEffects: (id) => id.includes("/node_modules/") ? undefined : false },
    plugins: [
      builtinNames,
      esmExternalRequirePlugin({ external: [/^node:/] }),
      absent,
      mappedNames(imports),
      wholeCodecs,
      compact(target),
    ],
  });
  try {
    const { output } = await build.write({
      dir: outdir,
      format: "esm",
      minify: false, // by esbuild, below
      chunkFileNames: "chunks/[name]-[hash].js",
      codeSplitting: {
        // the first has what others depend on too
        groups: CHUNKS.map((chunk, i) => ({
          debugName: chunk,
          priority: CHUNKS.length - i,
          name(id, context) {
            chunkOf ??= chunks((id) => context.getModuleInfo(id));
            return chunkOf(id) === chunk ? chunk : null;
          },
        })),
      },
    });
    return output.filter((file) => file.type === "chunk").map(builtFile);
  } finally {
    await build.close();
    await esbuild.stop();
  }
}

function builtFile({ fileName, imports, dynamicImports, moduleIds }: OutputChunk): BuiltFile {
  return { path: fileName, imports, dynamicImports, modules: moduleIds };
}

/** `util` is `node:util`, the only name that Deno and workers take. */
const builtinNames: Plugin = {
  name: "names of Node's modules",
  resolveId: {
    order: "pre",
    handler(name, importer, { kind }) {
      if (name.includes(":") || !isBuiltin(name)) return undefined;
      return this.resolve(`node:${name}`, importer, { kind, skipSelf: true });
    },
  },
};

/** What packages try to load and can do without: native code, and colours, which are picocolors'. */
const ABSENT: readonly string[] = ["bufferutil", "utf-8-validate", "@colors/colors/safe"];

const absent: Plugin = {
  name: "absent packages",
  resolveId: {
    order: "pre",
    handler: (name) => ABSENT.includes(name) ? `\0absent:${name}` : undefined,
  },
  load: (id) =>
    id.startsWith("\0absent:") ? `throw new Error("This package is not there");` : undefined,
};

/** What deno.json maps to npm's build of `@std`. */
function mappedNames(imports: BundleOptions["imports"]): Plugin {
  return {
    name: "mapped names",
    resolveId: {
      order: "pre",
      async handler(name, importer) {
        const mapped = imports[name]?.replace(/^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]+)?/, "$1");
        return mapped && await this.resolve(mapped, importer, { skipSelf: true });
      },
    },
  };
}

/** Those who use the codecs of every procedure, in both directions. */
const WHOLE = /^(?:src\/protocol\.ts|src\/server\/.*|gen\/\w+\/dispatch\.ts)$/;
const CODECS = /^gen\/(?!enums\/)/;
const MARK = "?whole";

/**
 * Gives those who use every codec a copy of the codecs to themselves.
 *
 * A bundler splits by file: what one of them uses of a file that another shares, all load. With one
 * copy, `connect()` would load twice the code that it can ever run, a third of Node's whole start.
 * The codecs are functions and facts, without state or identity.
 */
const wholeCodecs: Plugin = {
  name: "whole codecs",
  resolveId: {
    order: "pre",
    handler(name, importer) {
      if (importer === undefined || !name.startsWith(".")) return undefined;
      const from = relative(root, importer.replace(MARK, ""));
      const target = resolve(root, dirname(from), name);
      const whole = importer.endsWith(MARK) || WHOLE.test(from);
      return whole && CODECS.test(relative(root, target)) ? target + MARK : undefined;
    },
  },
  async load(id) {
    if (!id.endsWith(MARK)) return undefined;
    return { code: await Deno.readTextFile(id.slice(0, -MARK.length)), moduleType: "ts" };
  },
};

/**
 * Takes the white space out: Node's start is mostly compiling, of which it saves a fifth. Names stay,
 * for stack traces, and lines stay short, for Node prints the whole line that an error comes from.
 */
function compact(target: readonly string[]): Plugin {
  return {
    name: "compact",
    async renderChunk(code) {
      const { code: compacted } = await esbuild.transform(code, {
        format: "esm",
        target: [...target],
        minifyWhitespace: true,
        minifySyntax: true,
        lineLimit: 120,
        legalComments: "none", // THIRD_PARTY_LICENSES has them whole
      });
      return { code: compacted, map: null };
    },
  };
}
