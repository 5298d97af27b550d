/**
 * The dialer that is used unless another is given.
 *
 * @module
 */

import { unsupported } from "../src/errors.ts";
import type { ByteDuplex, DialOptions, Endpoint } from "../src/transport.ts";
import { dialTcp } from "./tcp.ts";
import { dialUnix } from "./unix.ts";

/**
 * Opens a connection to an endpoint of any kind; the larger ones are loaded on use.
 *
 * @throws {UnsupportedError} for a kind that cannot be dialed.
 */
export async function dialDefault(
  endpoint: Endpoint,
  options?: DialOptions,
): Promise<ByteDuplex> {
  switch (endpoint.kind) {
    case "unix":
      return await dialUnix(endpoint, options);
    case "tcp":
      return await dialTcp(endpoint, options);
    case "tls":
      return await (await import("./tls.ts")).dialTls(endpoint, options);
    case "ssh":
      return await (await import("./ssh.ts")).dialSsh(endpoint, options);
    case "ext":
      return await (await import("./ext.ts")).dialExt(endpoint, options);
    case "websocket":
      return await (await import("./websocket_default.ts")).dialDefaultWebSocket(endpoint, options);
    case "memory":
      throw unsupported(
        `Cannot dial the hypervisor in memory (test://${endpoint.path}): ` +
          "it is part of this process; use connect()",
      );
  }
}
