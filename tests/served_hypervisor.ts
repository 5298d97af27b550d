/**
 * A hypervisor in memory behind a unix socket, for programs of their own to connect to.
 *
 * @module
 */

import { promises } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestHypervisor, type TestHypervisor } from "../src/testing.ts";
import { listenUnix } from "../transports/listen.ts";

/** What is served, and where. */
export interface ServedHypervisor {
  readonly hypervisor: TestHypervisor;
  /** A URI that leads to it. */
  readonly uri: string;
  /** A directory that is removed afterwards. */
  readonly directory: string;
}

/** Serves one with extras while `use` runs, which leaves no connection behind. */
export async function withServedHypervisor(
  use: (served: ServedHypervisor) => Promise<void>,
): Promise<void> {
  const directory = await promises.mkdtemp(join(tmpdir(), "served-"));
  try {
    const path = join(directory, "s");
    await using hypervisor = createTestHypervisor({ extras: true, seed: 1 });
    await using listener = await listenUnix(path);
    const serving = (async () => {
      for await (const duplex of listener) hypervisor.serve(duplex);
    })();
    await use({ hypervisor, uri: `test+unix:///default?socket=${path}`, directory });
    await listener.close();
    await serving;
  } finally {
    await promises.rm(directory, { recursive: true });
  }
}
