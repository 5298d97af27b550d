/**
 * What the hypervisor in memory has on request, beyond libvirt's test driver.
 *
 * @module
 */

import type { QemuHandlers } from "../../../../gen/qemu/dispatch.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { CallContext } from "../../driver.ts";
import type { TestState } from "../state.ts";
import { consoleHandlers, ConsoleSessions } from "./consoles.ts";
import { DomainJobs, jobHandlers } from "./jobs.ts";
import { blockJobHandlers, BlockJobs } from "./jobs_block.ts";
import { MIGRATION_FEATURES, migrationHandlers } from "./migration.ts";
import { MigrationDestination } from "./migration_destination.ts";
import { MigrationSource } from "./migration_source.ts";
import { nwfilterHandlers, NwFilters } from "./nwfilters.ts";
import { qemuHandlers } from "./qemu_commands.ts";
import { secretHandlers, Secrets } from "./secrets.ts";
import { VolumeContents, volumeContentsHandlers } from "./volume_contents.ts";

/** The extras of one hypervisor, which its connections share. */
export class Extras {
  readonly #state: TestState;
  readonly #secrets = new Secrets();
  readonly #filters = new NwFilters();
  readonly #consoles = new ConsoleSessions();
  readonly #contents = new VolumeContents();
  readonly #jobs = new DomainJobs();
  readonly #blockJobs: BlockJobs;
  readonly #source: MigrationSource;
  readonly #destination: MigrationDestination;

  /** Starts empty. */
  constructor(state: TestState) {
    this.#state = state;
    this.#blockJobs = new BlockJobs(state, this.#jobs);
    this.#source = new MigrationSource(state, this.#jobs);
    this.#destination = new MigrationDestination(state);
  }

  /** Driver features (`virDrvFeature`) that it has beside those of the test driver. */
  get features(): readonly number[] {
    return MIGRATION_FEATURES;
  }

  /** Handlers of the `remote` program. */
  get remote(): RemoteHandlers<CallContext> {
    return {
      ...secretHandlers(this.#state, this.#secrets),
      ...nwfilterHandlers(this.#state, this.#filters),
      ...consoleHandlers(this.#state, this.#consoles),
      ...volumeContentsHandlers(this.#state, this.#contents),
      ...jobHandlers(this.#state, this.#jobs),
      ...blockJobHandlers(this.#state, this.#blockJobs),
      ...migrationHandlers(this.#state, this.#jobs, this.#source, this.#destination),
    };
  }

  /** Handlers of the `qemu` program. */
  get qemu(): QemuHandlers<CallContext> {
    return qemuHandlers(this.#state);
  }
}
