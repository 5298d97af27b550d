/**
 * libvirt over the wire: a client of libvirt's daemons, and a hypervisor in memory, in TypeScript
 * alone.
 *
 * {@linkcode connect} opens a {@linkcode Connection}; everything else is reached from there.
 *
 * @example List the running domains, then watch what happens
 * ```ts
 * import { connect, DomainEvent, DomainListFlags } from "@virtwire/libvirt";
 *
 * await using conn = await connect("test:///default");
 * for (const domain of await conn.listAllDomains({ flags: DomainListFlags.ACTIVE })) {
 *   const { state, memory } = await domain.getInfo();
 *   console.log(domain.name, state, memory);
 * }
 * await using events = conn.events(DomainEvent.LIFECYCLE);
 * ```
 *
 * @module
 */

import { type ConnectOptions, connectWith } from "./src/connect.ts";
import type { Connection } from "./src/connection.ts";
import { localContext } from "./src/local_context.ts";
import type { FileTransferOptions } from "./src/objects/file_transfer.ts";
import type { StorageVol } from "./src/objects/storage_vol.ts";
import type { StreamProgress } from "./src/streams.ts";
import type { SupervisedConnection, SuperviseOptions } from "./src/supervised/connection.ts";

/**
 * Connects to the daemon that a libvirt URI names, or to the hypervisor in memory.
 *
 * `test:///default` needs nothing installed; `qemu:///system`, `qemu+tcp://host/system` and the like
 * are libvirt's own URIs; `wss://host/target` leads to this package's proxy, which wants a `ticket` or
 * a `token`. Without a URI `LIBVIRT_DEFAULT_URI` counts, else libvirt's own choice of a local daemon.
 *
 * Throws a TypeError for a malformed URI, a ConnectionError when nobody answers, an AuthError when
 * the daemon does not accept the caller, an UnsupportedError for a driver or transport that is not
 * to be had, and a LibvirtError for what the daemon refuses to open.
 *
 * @example
 * ```ts
 * import { connect } from "@virtwire/libvirt";
 *
 * await using conn = await connect("test:///default", { timeout: 10_000 });
 * console.log(await conn.getHostname());
 * ```
 */
export async function connect(uri?: string, options: ConnectOptions = {}): Promise<Connection> {
  return await connectWith(localContext(), uri, options);
}

/**
 * Connects as `connect()` does, and again whenever the connection is lost; `credentials`, `ticket`
 * and `token` are asked each time where they are functions.
 *
 * Rejects as `connect()` does when the first connection cannot be made. Throws a RangeError for
 * `reconnect` options that make no sense.
 *
 * @example
 * ```ts
 * import { DomainEvent, Resync, supervise } from "@virtwire/libvirt";
 *
 * await using conn = await supervise("qemu+tls://host/system", {
 *   reconnect: { delay: 500, longest: 60_000 },
 * });
 * for await (const e of conn.watch(DomainEvent.LIFECYCLE)) {
 *   if (e instanceof Resync) console.log("list again", await conn.listAllDomains());
 *   else console.log(e.domain.name, e.eventName);
 * }
 * ```
 */
export async function supervise(
  uri?: string,
  options: SuperviseOptions = {},
): Promise<SupervisedConnection> {
  // most programs are shorter than their daemon lives
  const { superviseWith } = await import("./src/supervised/connection.ts");
  return await superviseWith((attempt) => connect(uri, attempt), options);
}

/**
 * Uploads a file of this host to a volume and resolves when the daemon has all of it.
 *
 * Holes go over as holes, and so do runs of zeros. Uses a connection of its own, without keepalive.
 * Answers what went over. Throws what the runtime throws for a file that cannot be read.
 *
 * @example
 * ```ts
 * import { connect, uploadFile } from "@virtwire/libvirt";
 *
 * await using conn = await connect("qemu:///system");
 * const pool = await conn.lookupStoragePoolByName("default");
 * const volume = await pool.lookupVolumeByName("disk.img");
 * const { bytes, rate } = await uploadFile(volume, "/tmp/disk.img", {
 *   onProgress: ({ bytes, total }) => console.log(`${bytes} of ${total}`),
 * });
 * console.log(`${bytes} bytes at ${rate / 1e6} MB/s`);
 * ```
 */
export async function uploadFile(
  volume: StorageVol,
  path: string,
  options: FileTransferOptions = {},
): Promise<StreamProgress> {
  const [{ uploadLocalFile }, { openLocalFile }] = await loadFileTransfer();
  return await uploadLocalFile(volume, await openLocalFile(path, "read"), options);
}

/**
 * Downloads a volume to a file of this host, which is made or emptied first.
 *
 * Holes stay holes. Uses a connection of its own, without keepalive. Answers what went over. Throws
 * what the runtime throws for a file that cannot be written.
 *
 * @example
 * ```ts
 * import { connect, downloadFile } from "@virtwire/libvirt";
 *
 * await using conn = await connect("qemu:///system");
 * const pool = await conn.lookupStoragePoolByName("default");
 * await downloadFile(await pool.lookupVolumeByName("disk.img"), "/tmp/disk.img");
 * ```
 */
export async function downloadFile(
  volume: StorageVol,
  path: string,
  options: FileTransferOptions = {},
): Promise<StreamProgress> {
  const [{ downloadLocalFile }, { openLocalFile }] = await loadFileTransfer();
  return await downloadLocalFile(volume, await openLocalFile(path, "write"), options);
}

// Most programs move no files, and none in a browser.
function loadFileTransfer() {
  return Promise.all([
    import("./src/objects/file_transfer.ts"),
    import("./transports/files.ts"),
  ]);
}

export type { FileTransferOptions } from "./src/objects/file_transfer.ts";
export {
  type ClientConfig,
  type HostFacts,
  type ResolvedEndpoint,
  resolveEndpoint,
  type ResolveOptions,
  resolveUri,
} from "./src/endpoint.ts";
export * from "./src/client.ts";
