/**
 * The in-memory hypervisor as a driver.
 *
 * @module
 */

import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { Driver, DriverConnection } from "../driver.ts";
import { connectHandlers } from "./connect.ts";
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

  /** Makes a driver whose default environment is made at the first use. */
  constructor(options: TestDriverOptions = {}) {
    this.#options = options;
  }

  /** The state behind `/default`, made where there is none yet. */
  get state(): TestState {
    return this.#default().state;
  }

  open(name: string | null): DriverConnection {
    const path = pathOf(name);
    if (path === "" || path === "/") {
      throw invalidArgument("testOpen: supply a path or use test:///default");
    }
    if (path !== "/default") throw refusal(ErrorNumber.INTERNAL_ERROR, `cannot read ${path}`);
    const shared = this.#default();
    shared.users++;
    let closed = false;
    const { extras } = shared;
    return {
      remote: { ...handlersOf(shared.state, `test://${path}`), ...extras?.remote },
      ...(extras === undefined ? { refusedEvents: REFUSED_EVENTS } : { qemu: extras.qemu }),
      features: FEATURES,
      events: shared.state.events,
      close: () => {
        if (closed) return;
        closed = true;
        shared.users--;
        const gone = shared.users === 0 && this.#options.lifetime !== "driver";
        if (gone && this.#shared === shared) this.#shared = undefined;
      },
    };
  }

  #default(): Shared {
    if (this.#shared === undefined) {
      const state = new TestState(this.#options);
      fillDefaultEnvironment(state);
      const extras = this.#options.extras === true ? new Extras(state) : undefined;
      this.#shared = { state, users: 0, extras };
    }
    return this.#shared;
  }
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
