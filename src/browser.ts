/**
 * The main entry point where there is nothing but WebSockets: in browsers and edge workers.
 *
 * It has what `mod.ts` has, by the same names. npm's package.json leads bundlers for such places here,
 * so that a program need not say where it runs.
 *
 * @module
 */

import type { ConnectOptions } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { unsupported } from "./errors.ts";
import type { FileTransferOptions } from "./objects/file_transfer.ts";
import type { StorageVol } from "./objects/storage_vol.ts";
import type { StreamProgress } from "./streams.ts";
import type { SupervisedConnection, SuperviseOptions } from "./supervised/connection.ts";
import { connectWeb } from "./web.ts";

/**
 * Connects to the daemon behind a proxy, as `connectWeb()` of `./web` does.
 *
 * Throws as the main entry point's, and an UnsupportedError for a URI that leads elsewhere than to a
 * WebSocket.
 */
export async function connect(uri?: string, options: ConnectOptions = {}): Promise<Connection> {
  if (!uri) { // elsewhere the environment or the host's own daemon would decide
    throw unsupported(
      `Cannot connect over a WebSocket without a URI; name a proxy, as in "wss://host/target"`,
    );
  }
  return await connectWeb(uri, options);
}

/** Connects as `connect()` does, and again whenever the connection is lost. */
export async function supervise(
  uri?: string,
  options: SuperviseOptions = {},
): Promise<SupervisedConnection> {
  const { superviseWith } = await import("./supervised/connection.ts");
  return await superviseWith((attempt) => connect(uri, attempt), options);
}

/** Rejects with an UnsupportedError: there are no files here. */
export function uploadFile(
  _volume: StorageVol,
  _path: string,
  _options: FileTransferOptions = {},
): Promise<StreamProgress> {
  return Promise.reject(noFiles());
}

/** Rejects with an UnsupportedError: there are no files here. */
export function downloadFile(
  _volume: StorageVol,
  _path: string,
  _options: FileTransferOptions = {},
): Promise<StreamProgress> {
  return Promise.reject(noFiles());
}

function noFiles(): Error {
  return unsupported("Cannot open a file: this is not Deno, Bun or Node; use a Blob or a stream");
}

export type { FileTransferOptions } from "./objects/file_transfer.ts";
export {
  type ClientConfig,
  type HostFacts,
  type ResolvedEndpoint,
  resolveEndpoint,
  type ResolveOptions,
  resolveUri,
} from "./endpoint.ts";
export * from "./client.ts";
