/**
 * An in-memory hypervisor for tests of programs that use libvirt.
 *
 * @example A test
 * ```ts
 * import assert from "node:assert/strict";
 * import { test } from "node:test";
 * import { createTestHypervisor } from "@virtwire/libvirt/testing";
 *
 * test("a domain that is suspended is paused", async () => {
 *   await using hypervisor = createTestHypervisor();
 *   await using conn = await hypervisor.connect();
 *   const domain = await conn.lookupDomainByName("test");
 *   await domain.suspend();
 *   assert.equal((await domain.getState()).state, 3);
 * });
 * ```
 *
 * @module
 */

import type { ConnectOptions } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { NO_FACTS } from "./endpoint.ts";
import { unsupported } from "./errors.ts";
import type { Interceptor } from "./server/interceptor.ts";
import { Faults } from "./server/faults.ts";
import { ServerSession } from "./server/server.ts";
import { emitBurst } from "./server/test_driver/domain_events.ts";
import { TestDriver } from "./server/test_driver/hypervisor.ts";
import type { ReadTextFile } from "./server/test_driver/config_file.ts";
import type { Clock } from "./server/test_driver/state.ts";
import type { ByteDuplex } from "./transport.ts";

/** What a hypervisor is made with. */
export interface TestHypervisorOptions {
  /** Tells the time; the system's clock when left out. */
  readonly clock?: Clock;
  /** Makes the UUIDs and MAC addresses that it invents the same each time; random when left out. */
  readonly seed?: number;
  /** The name that the host goes by; `localhost` when left out. */
  readonly hostname?: string;
  /**
   * How long its state lives: `hypervisor` (the default) as long as the hypervisor; `connections`
   * until its last connection closes, as with libvirt's own test driver, where it then starts anew.
   */
  readonly lifetime?: "hypervisor" | "connections";
  /**
   * Path of a configuration file in libvirt's format, whose objects stand in place of those of
   * `test:///default`; asks for `readTextFile`.
   */
  readonly config?: string;
  /**
   * Reads a configuration file and what it names, for `config` and for clients that open
   * `test:///path/to/file.xml`; such clients are refused when left out.
   */
  readonly readTextFile?: ReadTextFile;
  /** Changes the fate of calls: delays, errors, silence, a dropped connection. */
  readonly intercept?: Interceptor;
  /**
   * Whether it has what libvirt's test driver has not: secrets, network filters and bindings, volumes
   * whose bytes can be uploaded and downloaded, consoles and channels that echo, guest agent and
   * monitor commands. Left out it refuses them with libvirt's errors.
   */
  readonly extras?: boolean;
}

/** How one client is served. */
export interface ServeOptions {
  /** Whether the client may only read. */
  readonly readOnly?: boolean;
}

/** A hypervisor in memory that any number of clients can be connected to. */
export interface TestHypervisor extends AsyncDisposable {
  /** Serves a client over a connection of whatever kind. */
  serve(duplex: ByteDuplex, options?: ServeOptions): ServerSession;
  /** Opens a connection to it, which closing the hypervisor closes too. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** What happens to the next calls, by script; before the `intercept` option is asked. */
  readonly faults: Faults;
  /**
   * Sends so many lifecycle events of a domain at once, as fast as they can be made: by turns that it
   * was suspended and resumed, which it was not. Throws a LibvirtError when there is no such domain.
   */
  burst(count: number, domain?: string): void;
  /** Closes all its connections; idempotent. */
  close(): Promise<void>;
}

/**
 * Creates a hypervisor that shares nothing with any other.
 *
 * @example A test that makes a call fail
 * ```ts
 * import { createTestHypervisor, failure } from "@virtwire/libvirt/testing";
 * import { ErrorDomain, ErrorNumber, isUnsupported } from "@virtwire/libvirt";
 *
 * await using hypervisor = createTestHypervisor({ seed: 1 });
 * await using conn = await hypervisor.connect();
 * const domain = await conn.lookupDomainByName("test");
 * hypervisor.faults.failNext(
 *   "domainSuspend",
 *   1,
 *   failure(ErrorDomain.TEST, ErrorNumber.OPERATION_UNSUPPORTED),
 * );
 * const error = await domain.suspend().catch((reason) => reason);
 * console.log(isUnsupported(error)); // true
 * ```
 */
export function createTestHypervisor(options: TestHypervisorOptions = {}): TestHypervisor {
  const { lifetime, intercept, ...state } = options;
  if (options.config !== undefined && options.readTextFile === undefined) {
    throw new TypeError(
      `Cannot use the configuration file ${options.config}: there is no "readTextFile" to read it with`,
    );
  }
  const driver = new TestDriver({
    ...state,
    lifetime: lifetime === "connections" ? "connections" : "driver",
  });
  const sessions = new Set<ServerSession>();
  const faults = new Faults();
  async function close(): Promise<void> {
    faults.clear();
    await Promise.all([...sessions].map((session) => session.close()));
  }
  function serve(duplex: ByteDuplex, { readOnly = false }: ServeOptions = {}): ServerSession {
    const session = new ServerSession(duplex, {
      driver,
      readOnly,
      intercept: (procedure) => faults.intercept(procedure) ?? intercept?.(procedure),
    });
    sessions.add(session);
    session.closed.then(() => sessions.delete(session));
    return session;
  }
  return {
    serve,
    async connect(connectOptions) {
      // loaded on use: who serves other clients needs no client
      const [{ connectWith }, { memoryPair }] = await Promise.all([
        import("./connect.ts"),
        import("../transports/memory.ts"),
      ]);
      const dial = () => {
        const [client, server] = memoryPair("test:///default");
        serve(server);
        return Promise.resolve(client);
      };
      return await connectWith({ dial, facts: NO_FACTS }, "test:///default", connectOptions);
    },
    faults,
    burst: (count, domain = "test") => emitBurst(driver.state, domain, count),
    close,
    [Symbol.asyncDispose]: close,
  };
}

let shared: TestHypervisor | undefined;

/**
 * Serves what a `test:///…` URI without a host names, to a client in this process.
 *
 * All connections to `test:///default` share one hypervisor while any of them is open, as libvirt's
 * own test driver has it. Any other path names a configuration file, which each connection reads
 * anew; throws an UnsupportedError for one when there is no way to read files.
 */
export function serveTestUri(
  path: string,
  duplex: ByteDuplex,
  options: Pick<TestHypervisorOptions, "hostname" | "readTextFile"> = {},
): ServerSession {
  if (path === "/default") {
    const { hostname } = options;
    shared ??= createTestHypervisor({
      lifetime: "connections",
      ...(hostname === undefined ? {} : { hostname }),
    });
    return shared.serve(duplex);
  }
  if (options.readTextFile === undefined) {
    throw unsupported(
      `Cannot open "test://${path}": configuration files cannot be read here; use test:///default`,
    );
  }
  return createTestHypervisor(options).serve(duplex);
}

export type { ReadTextFile } from "./server/test_driver/config_file.ts";
export type { Clock } from "./server/test_driver/state.ts";
export { Faults, type ProcedureName } from "./server/faults.ts";
export {
  type CloseReason,
  failure,
  type Interceptor,
  LibvirtError,
  type LibvirtErrorFields,
  type ServerOptions,
  ServerSession,
} from "./server/mod.ts";
export type { ByteDuplex } from "./transport.ts";
