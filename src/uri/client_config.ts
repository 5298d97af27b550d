/**
 * libvirt's file of settings for clients, libvirt.conf.
 *
 * @module
 */

import type { ClientConfig, HostFacts } from "./host_facts.ts";

type Value = string | number | readonly string[];

/**
 * Reads the settings: root's are the system's file, anyone else's the one in his own directory,
 * never both (libvirt.c).
 *
 * @param read Contents of a file, `undefined` when it cannot be read.
 * @throws {TypeError} when the file is malformed; the message tells the line.
 */
export function readClientConfig(
  facts: Pick<HostFacts, "isRoot" | "env" | "home">,
  read: (path: string) => string | undefined,
): ClientConfig {
  const path = configPath(facts);
  const text = path === undefined ? undefined : read(path);
  return text === undefined ? {} : parseClientConfig(text, path!);
}

function configPath({ isRoot, env, home }: Pick<HostFacts, "isRoot" | "env" | "home">) {
  if (isRoot()) return "/etc/libvirt/libvirt.conf";
  const own = env("XDG_CONFIG_HOME");
  if (own) return `${own}/libvirt/libvirt.conf`;
  const directory = home();
  return directory === undefined ? undefined : `${directory}/.config/libvirt/libvirt.conf`;
}

const STRINGS = {
  uri_default: "uriDefault",
  remote_mode: "remoteMode",
  remote_proxy: "remoteProxy",
  tls_priority: "tlsPriority",
} as const;

/** Reads the text of a file; settings that are not known are left aside. */
export function parseClientConfig(text: string, path: string): ClientConfig {
  const config: { -readonly [K in keyof ClientConfig]: ClientConfig[K] } = {};
  for (const { name, value, line } of parseSettings(text, path)) {
    const wrong = (what: string) =>
      new TypeError(`Cannot use ${path}: line ${line}: ${name} must be ${what}`);
    if (name === "uri_aliases") {
      if (!Array.isArray(value)) throw wrong('a list, as in [ "hail=qemu+ssh://hail/system" ]');
      config.uriAliases = value;
    } else if (Object.hasOwn(STRINGS, name)) {
      if (typeof value !== "string") throw wrong("a string in quotes");
      config[STRINGS[name as keyof typeof STRINGS]] = value;
    }
  }
  return config;
}

// What libvirt's own parser takes (virconf.c): names, and strings, numbers or lists of strings.
const TOKEN =
  /\s+|#[^\n]*|"""([^]*?)"""|"([^"\n]*)"|'([^'\n]*)'|(-?\d+)|([A-Za-z_][\w.-]*)|[=[\],]/y;

interface Token {
  readonly text: string;
  readonly value: string | number | undefined;
  readonly line: number;
}

function tokenize(text: string, path: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) {
      throw new TypeError(`Cannot read ${path}: line ${line} is not of the form name = "value"`);
    }
    const [whole, long, double, single, number] = found;
    const string = long ?? double ?? single;
    if (!/^[\s#]/.test(whole)) {
      const value = string ?? (number === undefined ? undefined : Number(number));
      tokens.push({ text: whole, value, line });
    }
    line += whole.split("\n").length - 1;
    at += whole.length;
  }
  return tokens;
}

function parseSettings(
  text: string,
  path: string,
): { name: string; value: Value; line: number }[] {
  const tokens = tokenize(text, path);
  let at = 0;

  function malformed(): TypeError {
    const line = (tokens[at] ?? tokens.at(-1))?.line ?? 1;
    return new TypeError(`Cannot read ${path}: line ${line} is not of the form name = "value"`);
  }
  function list(): string[] {
    const items: string[] = [];
    while (tokens[at]?.text !== "]") {
      const value = tokens[at]?.value;
      if (typeof value !== "string") throw malformed();
      items.push(value);
      at++;
      if (tokens[at]?.text === ",") at++;
      else if (tokens[at]?.text !== "]") throw malformed();
    }
    at++;
    return items;
  }

  const settings: { name: string; value: Value; line: number }[] = [];
  while (at < tokens.length) {
    const { text: name, line } = tokens[at]!;
    if (!/^[A-Za-z_]/.test(name) || tokens[at + 1]?.text !== "=") throw malformed();
    at += 2;
    const next = tokens[at];
    if (next?.text === "[") {
      at++;
      settings.push({ name, value: list(), line });
    } else {
      if (next?.value === undefined) throw malformed();
      settings.push({ name, value: next.value, line });
      at++;
    }
  }
  return settings;
}
