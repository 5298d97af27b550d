/**
 * The proxy's options, from its command line and its files.
 *
 * @module
 */

import { promises } from "node:fs";
import { isIP } from "node:net";
import { extname, join, relative, sep } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type {
  FilterPreset,
  FilterRules,
  PageAccess,
  ProxyOptions,
  TargetOptions,
  TokenOptions,
  UiFile,
  UiFiles,
} from "../proxy/proxy.ts";
import { parseUri } from "../uri.ts";
import { withoutSecrets } from "../uri/secrets.ts";
import { fileError, readText } from "./files.ts";
import type { DemoHosts } from "./proxy_demo.ts";
import { findUi } from "./ui_files.ts";

/** What `--help` shows. */
export const USAGE = `Usage: virtwire-proxy --target NAME=URI [--target NAME=URI…] [options]

Lets clients reach libvirt over WebSockets, at ws://HOST:PORT/NAME. To look around without any
hypervisor: virtwire-proxy --ui --demo. In the repository it is "deno task proxy".

  --target NAME=URI       a target, and any libvirt URI that leads to it
  --filter PRESET         the calls that pass: monitor (looks only; the default), operate (also
                          starts and stops what others have defined), all
  --allow NAME            lets a procedure (storageVolUpload) or a permission (domain:snapshot) pass
  --deny NAME             refuses it
  --read-only             opens every target read-only
  --token-file FILE       lines of "NAME TOKEN [TARGET…]"; without it VIRTWIRE_PROXY_TOKEN counts,
                          and without that a token is made and printed
  --origin ORIGIN         lets pages of this origin in, not those of the proxy's own host
  --listen HOST:PORT      127.0.0.1:16580 when left out
  --cert FILE --key FILE  certificate chain and private key in PEM: serves wss:
  --trust-proxy ADDRESS   believes this proxy in front who the client is (X-Forwarded-For)
  --ticket-key-file FILE  the key of tickets, the same for all proxies behind one address
  --connections N         WebSockets in all, 256 when left out
  --per-client N          WebSockets from one address, 32 when left out
  --idle SECONDS          closes connections on which nothing passes for so long; 900 when left out
  --health ACCESS         who may read /healthz: open (the default), token, off
  --metrics ACCESS        who may read /metrics: token (the default), open, off
  --ui                    serves the web console at /
  --files DIRECTORY       serves these files in its place, index.html at /
  --demo                  adds two hosts in memory, where everything may be tried
  --config FILE           the options of createProxy() as JSON; what is given beside it wins

The log goes to standard error, a line of JSON an event. SIGINT and SIGTERM let what is under way
come to its end; a second one ends at once.
`;

/** A command line that cannot be. */
export class UsageError extends Error {}

/** The proxy's options, and the token that was made up, where none was given. */
export interface ReadOptions {
  readonly options: ProxyOptions;
  readonly madeUp?: string;
  /** The hosts in memory, where they are asked for; to be disposed of with the proxy. */
  readonly demo?: DemoHosts;
}

type Given = ReturnType<typeof parse>;

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        target: { type: "string", multiple: true, default: [] },
        filter: { type: "string" },
        allow: { type: "string", multiple: true, default: [] },
        deny: { type: "string", multiple: true, default: [] },
        "read-only": { type: "boolean", default: false },
        "token-file": { type: "string" },
        origin: { type: "string", multiple: true, default: [] },
        listen: { type: "string" },
        cert: { type: "string" },
        key: { type: "string" },
        "trust-proxy": { type: "string", multiple: true, default: [] },
        "ticket-key-file": { type: "string" },
        connections: { type: "string" },
        "per-client": { type: "string" },
        idle: { type: "string" },
        health: { type: "string" },
        metrics: { type: "string" },
        ui: { type: "boolean", default: false },
        files: { type: "string" },
        demo: { type: "boolean", default: false },
        config: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the command line and the files that it names; `undefined` when help is asked for. */
export async function readProxyOptions(args: string[]): Promise<ReadOptions | undefined> {
  const given = parse(args);
  if (given.help) return undefined;
  const demo = given.demo ? await (await import("./proxy_demo.ts")).serveDemo() : undefined;
  try {
    return await readWith(given, demo);
  } catch (error) {
    await demo?.[Symbol.asyncDispose]();
    throw error;
  }
}

async function readWith(given: Given, demo: DemoHosts | undefined): Promise<ReadOptions> {
  const config = given.config === undefined ? {} : await readConfig(given.config);
  const targets = readTargets(given, config, demo);
  if (Object.keys(targets).length === 0) {
    throw new UsageError("Give a target, as --target demo=test:///default");
  }
  const noAddress = given["trust-proxy"].find((address) => isIP(address) === 0);
  if (noAddress !== undefined) {
    throw new UsageError(`Expected an IP address for --trust-proxy, found "${noAddress}"`);
  }
  const { tokens, madeUp } = await readTokens(given, config);
  const options: ProxyOptions = {
    ...config,
    targets,
    tokens,
    filter: readFilter(given, demo === undefined ? config : { filter: "all", ...config }),
    limits: { ...config.limits, ...readLimits(given) },
    ...(given.origin.length === 0 ? {} : { origins: given.origin }),
    ...(given["trust-proxy"].length === 0 ? {} : { trustedProxies: given["trust-proxy"] }),
    ...(given.listen === undefined ? {} : readAddress(given.listen)),
    ...(given.health === undefined ? {} : { health: readAccess("health", given.health) }),
    ...(given.metrics === undefined ? {} : { metrics: readAccess("metrics", given.metrics) }),
    ...(await readPage(given)),
    ...(await readTls(given)),
    ...(await readTicketKey(given, config)),
  };
  return {
    options,
    ...(madeUp === undefined ? {} : { madeUp }),
    ...(demo === undefined ? {} : { demo }),
  };
}

/** What a configuration file may say, of the proxy and of a target. */
const CONFIG_KEYS = [
  "contentSecurityPolicy",
  "filter",
  "health",
  "host",
  "limits",
  "metrics",
  "origins",
  "port",
  "targets",
  "tickets",
  "tls",
  "tokens",
  "trustedProxies",
];
const TARGET_KEYS = ["filter", "readOnly", "uri"];

async function readConfig(path: string): Promise<Partial<ProxyOptions>> {
  let config: Partial<ProxyOptions>;
  try {
    config = JSON.parse(await readText(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // runtimes quote the text, which has tokens in it
    const place = /at position \d+( \(line \d+ column \d+\))?$/.exec(error.message)?.[0] ?? "";
    throw new UsageError(`Expected JSON in ${path}${place && `: it is not ${place}`}`);
  }
  // a word that is misspelt would leave something open in silence
  checkKeys(path, config, CONFIG_KEYS);
  for (const target of Object.values(config.targets ?? {})) {
    if (typeof target !== "string") checkKeys(path, target, TARGET_KEYS);
  }
  return config;
}

function checkKeys(path: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new UsageError(`Unknown "${unknown}" in ${path}: expected ${known.join(", ")}`);
}

function readTargets(
  given: Given,
  config: Partial<ProxyOptions>,
  demo: DemoHosts | undefined,
): Record<string, TargetOptions> {
  const targets: Record<string, TargetOptions> = {};
  for (const [name, uri] of Object.entries(demo?.targets ?? {})) targets[name] = { uri };
  for (const [name, target] of Object.entries(config.targets ?? {})) {
    targets[name] = typeof target === "string" ? { uri: target } : target;
  }
  for (const text of given.target) {
    const equals = text.indexOf("=");
    if (equals < 1) {
      throw new UsageError(`Expected --target NAME=URI, found "${withoutSecrets(text)}"`);
    }
    const uri = text.slice(equals + 1);
    checkUri(uri);
    targets[text.slice(0, equals)] = { uri };
  }
  if (given["read-only"]) {
    for (const name of Object.keys(targets)) targets[name] = { ...targets[name]!, readOnly: true };
  }
  return targets;
}

// What no client could ever reach is better said now.
function checkUri(uri: string): void {
  if (uri === "") return; // refused with the target's name
  try {
    parseUri(uri);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readFilter(given: Given, { filter = "monitor" }: Partial<ProxyOptions>): FilterRules {
  const rules = typeof filter === "string" ? { preset: filter } : filter;
  return {
    preset: (given.filter ?? rules.preset) as FilterPreset, // checked where it is used
    allow: [...rules.allow ?? [], ...given.allow],
    deny: [...rules.deny ?? [], ...given.deny],
  };
}

async function readTokens(
  given: Given,
  config: Partial<ProxyOptions>,
): Promise<{ tokens: readonly TokenOptions[]; madeUp?: string }> {
  const tokens: TokenOptions[] = [...config.tokens ?? []];
  const path = given["token-file"];
  if (path !== undefined) {
    for (const line of (await readText(path)).split("\n")) {
      const [name = "", token, ...targets] = line.trim().split(/\s+/);
      if (name === "" || name.startsWith("#")) continue;
      if (token === undefined) {
        throw new UsageError(
          `Expected lines of "NAME TOKEN [TARGET…]" in ${path}, found "${name}"`,
        );
      }
      tokens.push({ name, token, ...(targets.length === 0 ? {} : { targets }) });
    }
  }
  const own = process.env["VIRTWIRE_PROXY_TOKEN"];
  if (own !== undefined && own !== "") tokens.push({ name: "environment", token: own });
  if (tokens.length > 0) return { tokens };
  const madeUp = crypto.randomUUID();
  return { tokens: [{ name: "console", token: madeUp }], madeUp };
}

function readLimits(given: Given): Partial<Record<string, number>> {
  const { connections, idle } = given;
  const perClient = given["per-client"];
  return {
    ...(connections === undefined ? {} : { connections: readNumber("connections", connections) }),
    ...(perClient === undefined
      ? {}
      : { connectionsPerClient: readNumber("per-client", perClient) }),
    ...(idle === undefined ? {} : { idleTimeout: 1000 * readNumber("idle", idle) }),
  };
}

function readNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`Expected a number for --${name}, found "${text}"`);
}

function readAccess(name: string, text: string): PageAccess {
  if (text === "open" || text === "token" || text === "off") return text;
  throw new UsageError(`Expected open, token or off for --${name}, found "${text}"`);
}

function readAddress(text: string): { host: string; port: number } {
  const parts = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text);
  if (parts === null || Number(parts[2]) > 65_535) {
    throw new UsageError(`Expected --listen HOST:PORT, found "${text}"`);
  }
  return { host: parts[1]!.replace(/^\[|\]$/g, ""), port: Number(parts[2]) };
}

async function readTls({ cert, key }: Given): Promise<Pick<ProxyOptions, "tls">> {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined) {
    throw new UsageError("Give both --cert and --key, or neither");
  }
  const [certText, keyText] = await Promise.all([readText(cert), readText(key)]);
  return { tls: { cert: certText, key: keyText } };
}

async function readTicketKey(
  given: Given,
  { tickets }: Partial<ProxyOptions>,
): Promise<Pick<ProxyOptions, "tickets">> {
  const path = given["ticket-key-file"];
  if (path === undefined) return {};
  return { tickets: { ...tickets, key: (await readText(path)).trim() } };
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

async function readPage({ ui, files }: Given): Promise<Pick<ProxyOptions, "ui">> {
  if (files !== undefined) return { ui: await readUi(files) };
  if (!ui) return {};
  const directory = await findUi();
  if (directory === undefined) {
    throw new UsageError(
      "The web console is not part of this installation: it is in the npm package and the repository",
    );
  }
  return { ui: await readUi(directory) };
}

/** Reads a web page's files, all at once: what is served does not depend on a path that is asked. */
export async function readUi(directory: string): Promise<UiFiles> {
  const files = new Map<string, UiFile>();
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await promises.readdir(directory, options).catch((error) => {
    throw fileError("read", directory, error);
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join("/");
    files.set(`/${name}`, {
      type: TYPES[extname(name)] ?? "application/octet-stream",
      body: await promises.readFile(path),
    });
  }
  if (files.size === 0) throw new UsageError(`There are no files in ${directory}`);
  return files;
}
