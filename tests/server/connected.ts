/**
 * Clients of an in-memory hypervisor, for tests.
 *
 * @module
 */

import { connectOpen } from "../../gen/remote/connect.ts";
import { Session } from "../../src/session/session.ts";
import type { Driver, DriverConnection } from "../../src/server/driver.ts";
import { ServerSession } from "../../src/server/server.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { createTestHypervisor, type TestHypervisorOptions } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";

/** A client that has opened `test:///default` and closes all with it. */
export interface Connected extends AsyncDisposable {
  readonly session: Session;
  /** Another client of the same hypervisor. */
  another(options?: { readOnly?: boolean }): Promise<Session>;
}

/** Connects to a hypervisor of its own. */
export async function connected(
  options: TestHypervisorOptions & { readOnly?: boolean } = {},
): Promise<Connected> {
  const { readOnly = false, ...rest } = options;
  const hypervisor = createTestHypervisor(rest);
  const sessions: Session[] = [];
  async function another({ readOnly = false } = {}): Promise<Session> {
    const [near, far] = memoryPair();
    hypervisor.serve(far, { readOnly });
    const session = new Session(near, { strict: true });
    sessions.push(session);
    await session.call(connectOpen, { name: "test:///default", flags: 0 });
    return session;
  }
  const session = await another({ readOnly });
  return {
    session,
    another,
    async [Symbol.asyncDispose]() {
      for (const one of sessions) await one.close();
      await hypervisor.close();
    },
  };
}

/** A client of a server with a driver of the test's own, not opened yet. */
export function serving(
  handlers: DriverConnection["remote"],
  options: Omit<ServerOptions, "driver"> = {},
): { session: Session; server: ServerSession; closedConnections: () => number } {
  let closed = 0;
  const driver: Driver = {
    open: () => ({ remote: handlers, features: new Set(), close: () => closed++ }),
  };
  const [near, far] = memoryPair();
  const server = new ServerSession(far, { driver, ...options });
  return {
    session: new Session(near, { strict: true }),
    server,
    closedConnections: () => closed,
  };
}

/** The error of a call that must fail. */
export async function refused<T>(call: Promise<T>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error("The call was expected to fail");
}
