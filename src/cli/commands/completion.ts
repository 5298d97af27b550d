/**
 * Completion in shells.
 *
 * @module
 */

import type { Connection } from "../../connection.ts";
import { complete, SCRIPTS } from "../completion.ts";
import { UsageError } from "../failures.ts";
import type { Invocation } from "../invocation.ts";
import { PROGRAM } from "../program.ts";

/** Whoever presses a key does not want to wait for a host that does not answer. */
const PATIENCE = 2000;

/** Prints a shell's script; or, with `--words`, the candidates for the last of the words. */
export async function completion(run: Invocation): Promise<void> {
  const words = run.rest("shell");
  if (!run.flag("words")) {
    const script = SCRIPTS[words[0] ?? ""];
    if (script === undefined || words.length !== 1) {
      const shells = Object.keys(SCRIPTS).join(", ");
      throw new UsageError(`Cannot complete in "${words.join(" ")}": expected one of ${shells}`);
    }
    return run.out.write(script(PROGRAM));
  }
  const found = complete(words);
  if ("files" in found) return run.out.line(":files");
  if ("candidates" in found) {
    for (const { text, description } of found.candidates) run.out.line(`${text}\t${description}`);
    return;
  }
  for (const name of await objects(run, words, found.argument).catch(() => [])) {
    if (name.startsWith(words.at(-1) ?? "")) run.out.line(`${name}\t${found.argument}`);
  }
}

/** The names that an argument may be, asked of the hypervisor that the words name. */
async function objects(
  run: Invocation,
  words: readonly string[],
  argument: string,
): Promise<string[]> {
  const at = words.findIndex((word) => word === "-c" || word === "--connect");
  const { connect } = await import("../../../mod.ts");
  const call = { signal: run.signal, timeout: PATIENCE };
  await using conn = await connect(at < 0 ? undefined : words[at + 1], { ...call, readOnly: true });
  const list = LISTS[argument];
  return list === undefined ? [] : (await list(conn)).map(({ name }) => name);
}

type Named = readonly { readonly name: string }[];

const LISTS: Readonly<Record<string, (conn: Connection) => Promise<Named>>> = {
  domain: (conn) => conn.listAllDomains(),
  network: (conn) => conn.listAllNetworks(),
  pool: (conn) => conn.listAllStoragePools(),
  device: (conn) => conn.listAllNodeDevices(),
  interface: (conn) => conn.listAllInterfaces(),
  nwfilter: (conn) => conn.listAllNwFilters(),
  secret: async (conn) => (await conn.listAllSecrets()).map(({ uuid }) => ({ name: uuid })),
};
