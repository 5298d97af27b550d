/**
 * What a daemon can do, asked once.
 *
 * @module
 */

import { connectSupportsFeature } from "../../gen/remote/connect.ts";
import { abortable } from "./abortable.ts";
import type { Caller, CallOptions } from "./caller.ts";

/** Driver features that a client may ask for (libvirt_internal.h, `virDrvFeature`). */
export const Feature = {
  /** Version 2 of the migration protocol. */
  MIGRATION_V2: 3,
  /** Peer-to-peer migration. */
  MIGRATION_P2P: 4,
  /** Direct migration. */
  MIGRATION_DIRECT: 5,
  /** Version 3 of the migration protocol. */
  MIGRATION_V3: 6,
  /** Protection against changes during a migration. */
  MIGRATE_CHANGE_PROTECTION: 7,
  /** Passing of file descriptors. */
  FD_PASSING: 8,
  /** Typed parameters that are text. */
  TYPED_PARAM_STRING: 9,
  /** Keepalive messages; asking for it makes the daemon send its own. */
  PROGRAM_KEEPALIVE: 10,
  /** Domain XML for migration. */
  XML_MIGRATABLE: 11,
  /** Migration of inactive domains. */
  MIGRATION_OFFLINE: 12,
  /** Migration with typed parameters. */
  MIGRATION_PARAMS: 13,
  /** Domain events by callback id, filtered by the daemon. */
  REMOTE_EVENT_CALLBACK: 14,
  /** An event when the daemon's own connection to the hypervisor closes. */
  REMOTE_CLOSE_CALLBACK: 15,
  /** Arguments of a network update in the order of the documentation. */
  NETWORK_UPDATE_HAS_CORRECT_ORDER: 16,
} as const;

/** The features of one daemon. */
export class Features {
  readonly #caller: Caller;
  readonly #known = new Map<number, Promise<boolean>>();

  /** Starts without knowing any. */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Whether the daemon has a feature; a question that failed is asked again. */
  has(feature: number, options: CallOptions = {}): Promise<boolean> {
    return abortable(this.#known.get(feature) ?? this.#ask(feature), options, "A feature");
  }

  // asked without the options of who asks first: others may wait for the same answer
  #ask(feature: number): Promise<boolean> {
    const asked = this.#caller.call(connectSupportsFeature, { feature })
      .then(({ supported }) => supported !== 0);
    this.#known.set(feature, asked);
    asked.catch(() => this.#known.delete(feature));
    return asked;
  }
}
