/**
 * What to do about an error that says only what was wrong.
 *
 * @module
 */

import process from "node:process";
import { ConnectionError, LibvirtError } from "../errors.ts";
import { PROGRAM } from "./program.ts";

const LISTS: Readonly<Record<string, string>> = {
  NO_DOMAIN: "list --all",
  NO_NETWORK: "net-list --all",
  NO_STORAGE_POOL: "pool-list --all",
  NO_STORAGE_VOL: "vol-list POOL",
  NO_NODE_DEVICE: "nodedev-list",
  NO_INTERFACE: "iface-list --all",
  NO_NWFILTER: "nwfilter-list",
  NO_SECRET: "secret-list",
  NO_DOMAIN_SNAPSHOT: "snapshot-list DOMAIN",
};

/**
 * A clause that goes behind the error's own text, if there is anything to say.
 *
 * @param uri What the command line named to connect to.
 */
export function hintFor(error: unknown, uri: string | undefined): string | undefined {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return "give it longer with --timeout SECONDS";
  }
  if (error instanceof ConnectionError && !uri && !process.env["LIBVIRT_DEFAULT_URI"]) {
    return "another host is named with --connect, as in -c qemu+ssh://host/system";
  }
  if (!(error instanceof LibvirtError) || error.origin !== "remote") return undefined;
  const list = LISTS[error.codeName];
  if (list !== undefined) return `"${PROGRAM} ${list}" shows what there is`;
  if (error.codeName === "OPERATION_DENIED" && /read.?only/i.test(error.message)) {
    return "leave --readonly out";
  }
  return undefined;
}
