/**
 * Snapshots of domains.
 *
 * @module
 */

import type { NonnullDomainSnapshot } from "../../gen/remote/common.ts";
import { domainSnapshotLookupByName } from "../../gen/remote/domain_snapshot.ts";
import { DomainSnapshotBase } from "../../gen/remote/domain_snapshot_base.ts";
import type { FlagOptions } from "../session/caller.ts";
import { Domain } from "./domain.ts";

/**
 * A snapshot: a state of a domain's disks, memory or both that can be gone back to.
 *
 * @example
 * ```ts
 * import type { Domain } from "@virtwire/libvirt";
 *
 * async function tryOut(domain: Domain, change: () => Promise<void>): Promise<void> {
 *   const snapshot = await domain.createSnapshotXml("<domainsnapshot/>");
 *   try {
 *     await change();
 *   } catch (error) {
 *     await snapshot.revertTo();
 *     throw error;
 *   }
 * }
 * ```
 */
export class DomainSnapshot extends DomainSnapshotBase {
  /** Looks a snapshot of a domain up by its name. */
  static async lookupByName(
    domain: Domain,
    name: string,
    options: FlagOptions = {},
  ): Promise<DomainSnapshot> {
    const { snap } = await domain.caller.call(
      domainSnapshotLookupByName,
      { dom: domain.handle, name, flags: options.flags ?? 0 },
      options,
    );
    return new DomainSnapshot(domain.caller, snap);
  }

  /** The domain that it is a snapshot of; nothing is asked for. */
  get domain(): Domain {
    return new Domain(this.caller, this.handle.dom);
  }

  /** Makes a snapshot of what the wire carries of one. */
  protected override wrapDomainSnapshot(handle: NonnullDomainSnapshot): DomainSnapshot {
    return new DomainSnapshot(this.caller, handle);
  }
}
