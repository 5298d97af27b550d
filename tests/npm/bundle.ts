/**
 * The package's JavaScript: each entry point a file, what they share in few others.
 *
 * @module
 */

import { dirname, relative, resolve } from "node:path";
import * as esbuild from "esbuild";
import { root } from "../runner/files.ts";

/** What is bundled. */
export interface BundleOptions {
  /** The name of each entry point's file, without its ending, to the path of its source. */
  readonly entryPoints: Readonly<Record<string, string>>;
  /** deno.json's `imports`. */
  readonly imports: Readonly<Record<string, string>>;
  readonly outdir: string;
  readonly target: readonly string[];
}

/** Bundles the entry points; what they import at run time from other packages stays outside. */
export async function bundle(options: BundleOptions): Promise<esbuild.Metafile> {
  try {
    const { metafile } = await esbuild.build({
      absWorkingDir: root,
      entryPoints: { ...options.entryPoints },
      outdir: options.outdir,
      chunkNames: "chunks/[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "neutral",
      target: [...options.target],
      // Node's start is mostly compiling: this saves a fifth of it. Names stay, for stack traces.
      minifyWhitespace: true,
      minifySyntax: true,
      lineLimit: 120, // for Node prints the whole line that an error comes from
      sourcemap: "linked",
      sourcesContent: false,
      metafile: true,
      logLevel: "warning",
      plugins: [mappedNames(options.imports), wholeCodecs],
    });
    return metafile;
  } finally {
    await esbuild.stop();
  }
}

/** What deno.json maps to npm's build of `@std` goes into the bundle; other packages stay out. */
export function mappedNames(imports: BundleOptions["imports"]): esbuild.Plugin {
  return {
    name: "mapped names",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, resolveDir, kind, pluginData }) => {
        if (kind === "entry-point" || pluginData === "mapped") return undefined;
        const mapped = imports[path]?.replace(/^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]+)?/, "$1");
        if (mapped === undefined) return { path, external: true };
        return build.resolve(mapped, { resolveDir, kind, pluginData: "mapped" });
      });
    },
  };
}

/** Those who use the codecs of every procedure, in both directions. */
const WHOLE = /^(?:src\/protocol\.ts|src\/server\/.*|gen\/\w+\/dispatch\.ts)$/;
const CODECS = /^gen\/(?!enums\/)/;

/**
 * Gives those who use every codec a copy of the codecs to themselves.
 *
 * A bundler splits by file: what one of them uses of a file that another shares, all load. With one
 * copy, `connect()` would load twice the code that it can ever run, a third of Node's whole start.
 * The codecs are functions and facts, without state or identity.
 */
const wholeCodecs: esbuild.Plugin = {
  name: "whole codecs",
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ path, resolveDir, importer, pluginData }) => {
      const target = resolve(resolveDir, path);
      const whole = pluginData === "whole" || WHOLE.test(relative(root, importer));
      if (!whole || !CODECS.test(relative(root, target))) return undefined;
      return { path: target, suffix: "?whole", pluginData: "whole" };
    });
    build.onLoad({ filter: /\.ts$/ }, async ({ path, suffix }) => {
      if (suffix !== "?whole") return undefined;
      const contents = await Deno.readTextFile(path);
      return { contents, loader: "ts", pluginData: "whole", resolveDir: dirname(path) };
    });
  },
};
