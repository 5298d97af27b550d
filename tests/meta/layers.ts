/**
 * Who may import whom.
 *
 * @module
 */

import { COMPUTED } from "./source_text.ts";

/** A layer's name. */
export type LayerName =
  | "xdr"
  | "enums"
  | "errors"
  | "procedure"
  | "transport"
  | "leaves"
  | "shared codecs"
  | "start codecs"
  | "dispatch tables"
  | "bases"
  | "codecs"
  | "engine"
  | "caller"
  | "session"
  | "auth"
  | "objects"
  | "migration"
  | "programs"
  | "connection"
  | "protocol"
  | "xml"
  | "server"
  | "transports"
  | "testing"
  | "local context"
  | "facade"
  | "supervised"
  | "proxy"
  | "cli"
  | "ui"
  | "streams"
  | "client parts";

/** A part of the source, and what it may import beside itself. */
export interface Layer {
  /** Its files, from the root; `*` is a part of a name, `**` any path. A file is of the first that fits. */
  readonly files: readonly string[];
  /** Layers that it may import. */
  readonly uses?: readonly LayerName[];
  /** Layers of which it may import types alone. */
  readonly types?: readonly LayerName[];
  /** Layers that it may only load when they are needed, by `import()`. */
  readonly lazy?: readonly LayerName[];
  /** Packages that it may import. */
  readonly packages?: readonly string[];
}

const CODECS = ["xdr", "errors", "enums", "shared codecs", "start codecs", "codecs"] as const;
const CLIENT = [
  ...CODECS,
  "procedure",
  "transport",
  "leaves",
  "engine",
  "caller",
  "session",
  "auth",
  "streams",
  "client parts",
] as const;
const STD = ["@std/encoding/base64", "@std/encoding/hex", "@std/streams"];

/** Every layer, the more particular first. */
export const LAYERS: Readonly<Record<LayerName, Layer>> = {
  "xdr": { files: ["src/xdr/**"] },
  "enums": { files: ["gen/enums/**"] },
  "errors": { files: ["src/errors.ts"], uses: ["xdr", "enums"] },
  "procedure": { files: ["src/procedure.ts"], types: ["xdr"] },
  "transport": { files: ["src/transport.ts"] },
  // What even the transports need.
  "leaves": { files: ["src/lookup_table.ts", "src/settled_within.ts", "src/uri/secrets.ts"] },

  "shared codecs": { files: ["gen/rpc/**"], uses: ["xdr"], types: ["procedure"] },
  // What every connection starts with, so that a session needs no other codec.
  "start codecs": {
    files: ["gen/remote/program.ts", "gen/remote/connect.ts"],
    uses: ["xdr", "codecs"],
    types: ["procedure"],
  },
  "dispatch tables": {
    files: ["gen/*/dispatch.ts"],
    uses: CODECS,
    types: ["procedure"],
  },
  "bases": {
    files: ["gen/*/*_base.ts"],
    uses: [...CODECS, "streams", "client parts"],
    types: ["procedure", "caller", "objects", "programs"],
  },
  "codecs": {
    files: ["gen/admin/**", "gen/lxc/**", "gen/qemu/**", "gen/remote/**"],
    uses: ["xdr", "enums", "shared codecs", "start codecs"],
    types: ["procedure"],
  },

  "engine": {
    files: ["src/rpc/**"],
    uses: ["xdr", "errors", "shared codecs"],
    types: ["procedure"],
  },
  "caller": { files: ["src/session/caller.ts"], types: ["procedure", "session"] },
  "session": {
    files: ["src/session/**"],
    uses: [
      "xdr",
      "errors",
      "enums",
      "shared codecs",
      "start codecs",
      "engine",
      "caller",
      "leaves",
      "client parts",
    ],
    types: ["procedure", "transport"],
    packages: STD,
  },
  "auth": {
    files: ["src/auth/**"],
    uses: ["xdr", "errors", "enums", "start codecs", "session", "client parts"],
    types: ["procedure", "transport", "caller"],
    packages: [...STD, "@mongodb-js/saslprep", "@noble/hashes/*"],
  },

  "objects": {
    files: ["src/objects/**"],
    uses: [...CLIENT, "bases"],
    types: ["migration"],
    lazy: ["migration"],
  },
  "migration": { files: ["src/migration/**"], uses: [...CLIENT, "bases", "objects"] },
  "programs": {
    files: ["src/{admin_objects,lxc,qemu}.ts", "src/{lxc,qemu}/**"],
    uses: [...CLIENT, "bases", "objects"],
  },
  "connection": {
    files: ["src/connection.ts", "src/connect.ts", "src/file_transfer.ts"],
    uses: [...CLIENT, "bases", "objects"],
  },
  "protocol": {
    files: ["src/protocol.ts"],
    uses: [...CLIENT, "dispatch tables"],
  },

  "xml": { files: ["src/xml/**"], uses: ["errors"], packages: ["@xmldom/xmldom"] },
  "server": {
    files: ["src/server/**", "src/server.ts"],
    uses: [
      "leaves",
      ...CODECS,
      "dispatch tables",
      "engine",
      "session",
      "auth",
      "xml",
      "client parts",
    ],
    types: ["procedure", "transport", "caller"],
    packages: STD,
  },

  "transports": {
    files: ["transports/**"],
    uses: ["errors", "leaves"],
    types: ["transport"],
    packages: ["ws", COMPUTED], // computed: a runtime's own module, out of bundlers' sight
  },

  // The only places that join the source and the transports.
  "testing": {
    files: ["src/testing.ts"],
    uses: [...CLIENT, "server", "transports"],
    types: ["connection"],
    lazy: ["connection"],
  },
  "local context": {
    files: ["src/local_context.ts"],
    uses: [...CLIENT, "transports"],
    types: ["connection"],
    lazy: ["testing"],
  },
  // Connections that are made again; all but the marks of its loops is loaded by who wants one.
  "supervised": {
    files: ["src/supervised/**"],
    uses: [...CLIENT, "bases", "objects", "connection"],
  },
  "proxy": {
    files: ["src/proxy/**"],
    uses: [...CLIENT, "connection", "local context", "transports"],
    packages: STD,
  },
  "facade": {
    files: ["mod.ts", "src/{client,web,browser,admin,admin_connect}.ts"],
    uses: [
      ...CLIENT,
      "bases",
      "objects",
      "migration",
      "programs",
      "connection",
      "local context",
      "transports",
    ],
    lazy: ["testing", "supervised"],
    types: ["supervised"],
  },
  // The web console: what a page of anybody's could be, on the entry point for browsers alone.
  "ui": {
    files: ["src/ui/**"],
    uses: ["facade"],
    packages: ["@xterm/xterm", "@xterm/addon-fit"],
  },
  "cli": {
    files: ["src/cli/**"],
    uses: [
      ...CLIENT,
      "dispatch tables",
      "protocol",
      "objects",
      "programs",
      "connection",
      "local context",
      "migration",
      "facade",
      "proxy",
      "testing",
      "server",
      "transports",
      "xml",
    ],
    packages: [
      "node:*",
      "node:fs/promises",
      "@clack/prompts",
      "cli-progress",
      "cli-table3",
      "commander",
      "picocolors",
      "string-width",
      // what XPath selects from
      "@xmldom/xmldom",
      "xpath",
    ],
  },

  "streams": {
    files: ["src/streams.ts"],
    uses: ["errors", "engine", "session", "client parts"],
    types: ["procedure", "caller"],
    packages: STD,
  },
  // What else lies in src: values and helpers of the client, each of one file or a folder.
  "client parts": {
    files: ["src/*.ts", "src/uri/**"],
    uses: ["xdr", "errors", "enums", "shared codecs", "start codecs", "engine", "leaves"],
    types: ["procedure", "transport", "caller", "session"],
    packages: STD,
  },
};

/** Turns `src/{a,b}/*.ts` into a regular expression. */
export function globToRegExp(glob: string): RegExp {
  const source = glob.replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, names: string) => `(?:${names.replaceAll(",", "|")})`)
    .replace(/\*\*|\*/g, (stars) => stars === "**" ? ".*" : "[^/]*");
  return new RegExp(`^${source}$`);
}

const MATCHERS = Object.entries(LAYERS).map(([name, { files }]) => ({
  name: name as LayerName,
  patterns: files.map(globToRegExp),
}));

/** The layer of a file, if it has one. */
export function layerOf(path: string): LayerName | undefined {
  return MATCHERS.find(({ patterns }) => patterns.some((pattern) => pattern.test(path)))?.name;
}
