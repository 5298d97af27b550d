/**
 * What connecting needs of this host: its files, its environment, and every transport.
 *
 * @module
 */

import { dialDefault } from "../transports/default.ts";
import { detectRuntime } from "../transports/detect.ts";
import type { Runtime } from "../transports/runtime.ts";
import { daemonFileExists } from "../transports/unix.ts";
import type { ConnectContext } from "./connect.ts";
import type { ClientConfig, HostFacts } from "./endpoint.ts";
import type { Dial } from "./transport.ts";
import { readClientConfig } from "./uri/client_config.ts";

/** The context of a connection that starts here; asks the host for nothing before it is needed. */
export function localContext(): ConnectContext {
  const runtime = detectRuntime();
  let config: ClientConfig | undefined;
  const facts: HostFacts = {
    isRoot: () => runtime.uid() === 0,
    env: (name) => runtime.env(name),
    home: () => runtime.home(),
    exists: (path) => daemonFileExists(runtime, path),
    config: () => config ??= clientConfig(facts, runtime),
  };
  return { dial, facts, readTextFile: (path) => runtime.readTextFile(path) };
}

// A runtime that does not let us look for the file is not asked for more than the URI needs.
function clientConfig(facts: HostFacts, runtime: Runtime): ClientConfig {
  try {
    return readClientConfig(facts, (path) => runtime.readOptionalFile(path));
  } catch (error) {
    if (runtime.permissionHint(error, []) === undefined) throw error;
    return {};
  }
}

// The hypervisor in memory is part of this package, not of the transports: it is loaded only here.
const dial: Dial = async (endpoint, options) => {
  if (endpoint.kind !== "memory") return await dialDefault(endpoint, options);
  const [{ memoryPair }, { serveTestUri }] = await Promise.all([
    import("../transports/memory.ts"),
    import("./testing.ts"),
  ]);
  const [client, server] = memoryPair(`test://${endpoint.path}`);
  const runtime = detectRuntime();
  serveTestUri(endpoint.path, server, { readTextFile: (path) => runtime.readTextFile(path) });
  return client;
};
