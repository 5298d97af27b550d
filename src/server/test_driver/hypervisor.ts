/**
 * The in-memory hypervisor as a driver.
 *
 * @module
 */

import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { Driver, DriverConnection } from "../driver.ts";
import { connectHandlers } from "./connect.ts";
import { fillFromConfig, type ReadTextFile } from "./config_file.ts";
import { fillDefaultEnvironment } from "./default_environment.ts";
import { deviceAttach } from "./device_attach.ts";
import { domainBlock } from "./domain_block.ts";
import { domainDefine } from "./domain_define.ts";
import { domainGuest } from "./domain_guest.ts";
import { domainInfo } from "./domain_info.ts";
import { domainLifecycle } from "./domain_lifecycle.ts";
import { domainIoThreads } from "./domain_iothreads.ts";
import { domainLookup } from "./domain_lookup.ts";
import { domainMemory } from "./domain_memory.ts";
import { domainMetadata } from "./domain_metadata.ts";
import { domainSave } from "./domain_save.ts";
import { domainTuning } from "./domain_tuning.ts";
import { domainVcpus } from "./domain_vcpus.ts";
import { Extras } from "./extras/extras.ts";
import { interfaceHandlers } from "./interface_handlers.ts";
import { networkHandlers } from "./network.ts";
import { nodeDeviceHandlers } from "./node_device.ts";
import { snapshotHandlers } from "./snapshot.ts";
import { checkpointHandlers } from "./checkpoint.ts";
import { storagePoolHandlers } from "./storage_pool.ts";
import { storageVolHandlers } from "./storage_vol.ts";
import { invalidArgument, refusal } from "./refusals.ts";
import { type StateOptions, TestState } from "./state.ts";

/** What the driver is made with. */
export interface TestDriverOptions extends StateOptions {
  /**
   * How long `/default` lives: with `connections` until its last connection closes, as in
   * libvirt, where it then starts anew; with `driver` as long as the driver.
   */
  readonly lifetime?: "connections" | "driver";
  /** Whether it has what libvirt's test driver has not: secrets, filters, bytes of volumes. */
  readonly extras?: boolean;
  /** Path of a configuration file that `/default` holds instead of libvirt's environment. */
  readonly config?: string;
  /** Reads configuration files; without it there are none. */
  readonly readTextFile?: ReadTextFile;
}

// TYPED_PARAM_STRING and NETWORK_UPDATE_HAS_CORRECT_ORDER
const FEATURES: ReadonlySet<number> = new Set([9, 16]);

// The driver has no secrets, so libvirt refuses to register for their events.
const REFUSED_EVENTS: ReadonlySet<string> = new Set(["connectSecretEventRegisterAny"]);

interface Shared {
  readonly state: TestState;
  readonly extras: Extras | undefined;
  users: number;
}

/** Opens connections to `test:///default`, whose state they share. */
export class TestDriver implements Driver {
  readonly #options: TestDriverOptions;
  #shared: Shared | undefined;
  #reading: Promise<TestState> | undefined;

  /** Makes a driver whose default environment is made at the first use. */
  constructor(options: TestDriverOptions = {}) {
    this.#options = options;
  }

  /** The state behind `/default`, made where there is none yet. */
  get state(): TestState {
    if (this.#shared === undefined && this.#options.config !== undefined) {
      throw refusal(
        ErrorNumber.NO_DOMAIN,
        "the configuration file is not read before a client opens it",
      );
    }
    return (this.#shared ??= this.#startDefault()).state;
  }

  open(name: string | null): DriverConnection | Promise<DriverConnection> {
    const path = pathOf(name);
    if (path === "" || path === "/") {
      throw invalidArgument("testOpen: supply a path or use test:///default");
    }
    if (path !== "/default") return this.#openFile(path);
    const { config } = this.#options;
    return config === undefined
      ? this.#join(this.#shared ??= this.#startDefault(), path)
      : this.#openConfig(config, path);
  }

  // Unlike `/default`, a file is read for each connection, which shares its state with no other.
  async #openFile(path: string): Promise<DriverConnection> {
    return connectionTo(this.#around(await this.#read(path)), `test://${path}`, () => {});
  }

  async #openConfig(config: string, path: string): Promise<DriverConnection> {
    if (this.#shared === undefined) {
      const reading = this.#reading ??= this.#read(config);
      try {
        const state = await reading;
        // others may have waited for the same file
        if (this.#reading === reading) this.#shared = this.#around(state);
      } finally {
        if (this.#reading === reading) this.#reading = undefined;
      }
    }
    return this.#shared === undefined
      ? await this.#openConfig(config, path)
      : this.#join(this.#shared, path);
  }

  async #read(path: string): Promise<TestState> {
    const { readTextFile } = this.#options;
    if (readTextFile === undefined) {
      throw refusal(ErrorNumber.INTERNAL_ERROR, `cannot read ${path}`);
    }
    const state = new TestState(this.#options);
    await fillFromConfig(state, path, readTextFile);
    return state;
  }

  #startDefault(): Shared {
    const state = new TestState(this.#options);
    fillDefaultEnvironment(state);
    return this.#around(state);
  }

  #around(state: TestState): Shared {
    const extras = this.#options.extras === true ? new Extras(state) : undefined;
    return { state, users: 0, extras };
  }

  #join(shared: Shared, path: string): DriverConnection {
    shared.users++;
    return connectionTo(shared, `test://${path}`, () => {
      shared.users--;
      const gone = shared.users === 0 && this.#options.lifetime !== "driver";
      if (gone && this.#shared === shared) this.#shared = undefined;
    });
  }
}

function connectionTo(
  { state, extras }: Shared,
  uri: string,
  leave: () => void,
): DriverConnection {
  let closed = false;
  return {
    remote: { ...handlersOf(state, uri), ...extras?.remote },
    ...(extras === undefined ? { refusedEvents: REFUSED_EVENTS } : { qemu: extras.qemu }),
    features: extras === undefined ? FEATURES : new Set([...FEATURES, ...extras.features]),
    events: state.events,
    close() {
      if (closed) return;
      closed = true;
      leave();
    },
  };
}

function handlersOf(state: TestState, uri: string): DriverConnection["remote"] {
  return {
    ...connectHandlers(state, uri),
    ...domainLookup(state),
    ...domainLifecycle(state),
    ...domainDefine(state),
    ...domainInfo(state),
    ...domainMemory(state),
    ...domainVcpus(state),
    ...domainIoThreads(state),
    ...domainTuning(state),
    ...domainBlock(state),
    ...deviceAttach(state),
    ...domainGuest(state),
    ...domainMetadata(state),
    ...domainSave(state),
    ...snapshotHandlers(state),
    ...checkpointHandlers(state),
    ...networkHandlers(state),
    ...interfaceHandlers(state),
    ...storagePoolHandlers(state),
    ...storageVolHandlers(state),
    ...nodeDeviceHandlers(state),
  };
}

function pathOf(name: string | null): string {
  if (name === null || name === "") return "/default";
  const match = /^test:(?:\/\/[^/?#]*)?([^?#]*)/.exec(name);
  if (match === null) throw refusal(ErrorNumber.NO_CONNECT, name);
  return match[1]!;
}
