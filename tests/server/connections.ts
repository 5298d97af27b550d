/**
 * Connections of the client to an in-memory hypervisor, for tests.
 *
 * @module
 */

import { lxcProgram } from "../../gen/lxc/program.ts";
import { qemuProgram } from "../../gen/qemu/program.ts";
import { connectOpen } from "../../gen/remote/connect.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { Connection } from "../../mod.ts";
import { Session } from "../../src/session/session.ts";
import {
  createTestHypervisor,
  type TestHypervisor,
  type TestHypervisorOptions,
} from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";

/** Connects to a hypervisor. */
export async function connectTo(hypervisor: TestHypervisor): Promise<Connection> {
  const [near, far] = memoryPair();
  hypervisor.serve(far);
  const session = new Session(near, {
    programs: [remoteProgram, qemuProgram, lxcProgram],
    strict: true,
  });
  await session.call(connectOpen, { name: "test:///default", flags: 0 });
  return new Connection(session);
}

/** A hypervisor of its own with a connection to it. */
export interface Hypervised extends AsyncDisposable {
  readonly hypervisor: TestHypervisor;
  readonly conn: Connection;
}

/** Makes a hypervisor and connects to it. */
export async function hypervised(options: TestHypervisorOptions = {}): Promise<Hypervised> {
  const hypervisor = createTestHypervisor(options);
  const conn = await connectTo(hypervisor);
  return {
    hypervisor,
    conn,
    async [Symbol.asyncDispose]() {
      await conn.close();
      await hypervisor.close();
    },
  };
}
