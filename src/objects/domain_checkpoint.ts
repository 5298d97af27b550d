/**
 * Checkpoints of domains.
 *
 * @module
 */

import type { NonnullDomainCheckpoint } from "../../gen/remote/common.ts";
import { domainCheckpointLookupByName } from "../../gen/remote/domain_checkpoint.ts";
import { DomainCheckpointBase } from "../../gen/remote/domain_checkpoint_base.ts";
import type { FlagOptions } from "../session/caller.ts";
import { Domain } from "./domain.ts";

/**
 * A checkpoint: a point in time from which on changed blocks are known, for incremental backups.
 *
 * @example
 * ```ts
 * import type { Domain } from "@virtwire/libvirt";
 *
 * async function names(domain: Domain): Promise<string[]> {
 *   return (await domain.listAllCheckpoints()).map((checkpoint) => checkpoint.name);
 * }
 * ```
 */
export class DomainCheckpoint extends DomainCheckpointBase {
  /** Looks a checkpoint of a domain up by its name. */
  static async lookupByName(
    domain: Domain,
    name: string,
    options: FlagOptions = {},
  ): Promise<DomainCheckpoint> {
    const { checkpoint } = await domain.caller.call(
      domainCheckpointLookupByName,
      { dom: domain.handle, name, flags: options.flags ?? 0 },
      options,
    );
    return new DomainCheckpoint(domain.caller, checkpoint);
  }

  /** The domain that it belongs to; nothing is asked for. */
  get domain(): Domain {
    return new Domain(this.caller, this.handle.dom);
  }

  /** Makes a checkpoint of what the wire carries of one. */
  protected override wrapDomainCheckpoint(handle: NonnullDomainCheckpoint): DomainCheckpoint {
    return new DomainCheckpoint(this.caller, handle);
  }
}
