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

  /** Starts empty. */
  constructor(state: TestState) {
    this.#state = state;
  }

  /** Handlers of the `remote` program. */
  get remote(): RemoteHandlers<CallContext> {
    return {
      ...secretHandlers(this.#state, this.#secrets),
      ...nwfilterHandlers(this.#state, this.#filters),
      ...consoleHandlers(this.#state, this.#consoles),
      ...volumeContentsHandlers(this.#state, this.#contents),
    };
  }

  /** Handlers of the `qemu` program. */
  get qemu(): QemuHandlers<CallContext> {
    return qemuHandlers(this.#state);
  }
}
