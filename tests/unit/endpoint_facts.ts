/**
 * Hosts for the tables of the endpoint tests.
 *
 * @module
 */

import type { ClientConfig, HostFacts } from "../../src/endpoint.ts";

/** What differs from a plain host: root, no environment, no socket, no libvirt.conf. */
export interface Situation {
  /** An ordinary user with a runtime directory instead of root. */
  readonly user?: boolean;
  /** Whether the connection is read-only. */
  readonly readOnly?: boolean;
  /** Environment; `LIBVIRT_AUTOSTART` is 0 and `XDG_RUNTIME_DIR` set unless it says otherwise. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What exists. */
  readonly exists?: readonly string[];
  /** libvirt.conf. */
  readonly config?: ClientConfig;
  /** Home directory, `/home/u` unless it says otherwise. */
  readonly home?: string;
  /** Directory of the system's sockets. */
  readonly systemSocketDirectory?: string;
}

/** Facts that note each question in `asked`. */
export function factsOf(situation: Situation, asked: string[] = []): HostFacts {
  const { user = false, exists = [], config, home = "/home/u", systemSocketDirectory } = situation;
  const env: Readonly<Record<string, string | undefined>> = {
    LIBVIRT_AUTOSTART: "0",
    XDG_RUNTIME_DIR: "/run/user/1000",
    ...situation.env,
  };

  function note<T>(question: string, answer: T): T {
    asked.push(question);
    return answer;
  }

  return {
    isRoot: () => note("isRoot", !user),
    env: (name) => note(`env ${name}`, env[name]),
    home: () => note("home", home === "" ? undefined : home),
    exists: (path) => note(`exists ${path}`, exists.includes(path)),
    ...(config === undefined ? {} : { config: () => note("config", config) }),
    ...(systemSocketDirectory === undefined ? {} : { systemSocketDirectory }),
  };
}
