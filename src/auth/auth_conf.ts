/**
 * libvirt's file of credentials, auth.conf.
 *
 * @module
 */

import type { CredentialKind } from "./mechanism.ts";

/** How files and the environment are reached. */
export interface AuthFiles {
  /** Contents of a text file; `undefined` when it does not exist. */
  readTextFile(path: string): Promise<string | undefined>;
  /** An environment variable. */
  env(name: string): string | undefined;
  /** The user's home directory. */
  home(): string | undefined;
}

/** Finds the entries of a file for a host. */
export type ConfiguredCredentials = Partial<Record<CredentialKind, string>>;

const NAMES: Readonly<Record<CredentialKind, readonly string[]>> = {
  username: ["authname", "username"],
  password: ["password"],
  realm: ["realm"],
};

/**
 * Reads the credentials for a host: from the file that the URI names, else from that of
 * `LIBVIRT_AUTH_FILE`, else from the user's, else from the system's, the first that exists.
 *
 * @throws {TypeError} when the URI or the variable names a file that does not exist, or when a
 * section refers to another that is not there.
 */
export async function readAuthConf(
  given: string | undefined,
  host: string,
  files: AuthFiles,
): Promise<ConfiguredCredentials> {
  const named = given ?? (unlessRefused(() => files.env("LIBVIRT_AUTH_FILE")) || undefined);
  if (named !== undefined) {
    const text = await files.readTextFile(named);
    if (text !== undefined) return findCredentials(text, named, host);
    throw new TypeError(`Cannot read credentials from ${named}: there is no such file`);
  }
  for (const path of defaultPaths(files)) {
    // one that may not be read is passed over, as libvirt does
    const text = await files.readTextFile(path).catch(() => undefined);
    if (text !== undefined) return findCredentials(text, path, host);
  }
  return {};
}

/** The callback may know all that is needed: a runtime's refusal to look elsewhere is no failure. */
function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function defaultPaths(files: AuthFiles): string[] {
  const home = unlessRefused(() => files.home());
  const config = unlessRefused(() => files.env("XDG_CONFIG_HOME")) ||
    (home === undefined ? undefined : `${home}/.config`);
  return [
    ...(config === undefined ? [] : [`${config}/libvirt/auth.conf`]),
    "/etc/libvirt/auth.conf",
  ];
}

/** Finds a host's credentials in the text of a file; `default` stands in for a host without any. */
export function findCredentials(text: string, path: string, host: string): ConfiguredCredentials {
  const sections = parseSections(text);
  const section = sections.get(`auth-libvirt-${host}`) ?? sections.get("auth-libvirt-default");
  const name = section?.get("credentials");
  if (section === undefined) return {};
  if (name === undefined) {
    throw new TypeError(`The section for ${host} in ${path} has no entry "credentials"`);
  }
  const entries = sections.get(`credentials-${name}`);
  if (entries === undefined) {
    throw new TypeError(
      `The file ${path} refers to a section [credentials-${name}] that it does not have`,
    );
  }
  const found: ConfiguredCredentials = {};
  for (const [kind, keys] of Object.entries(NAMES)) {
    const value = keys.map((key) => entries.get(key)).find((each) => each !== undefined);
    if (value !== undefined) found[kind as CredentialKind] = value;
  }
  return found;
}

// The format is GLib's key file.
function parseSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(line);
    if (header !== null) {
      current = sections.get(header[1]!) ?? new Map();
      sections.set(header[1]!, current);
      continue;
    }
    const entry = /^\s*([^#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (entry !== null) current?.set(entry[1]!, unescape(entry[2]!));
  }
  return sections;
}

const ESCAPES: Readonly<Record<string, string>> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };

function unescape(value: string): string {
  return value.replace(/\\([sntr\\])/g, (_, letter: string) => ESCAPES[letter]!);
}
