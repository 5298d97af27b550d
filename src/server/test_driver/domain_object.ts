/**
 * A domain of the in-memory hypervisor.
 *
 * @module
 */

import { DomainModificationImpact } from "../../../gen/enums/domain.ts";
import { DomainShutoffReason, DomainState } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import { Uuid } from "../../xdr/uuid.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { LibvirtError } from "../../errors.ts";
import { MomentList } from "./moments.ts";

const { LIVE, CONFIG } = DomainModificationImpact;

/** What an IO thread polls with. */
export interface IoThreadPolling {
  readonly id: number;
  maxNs: bigint;
  grow: number;
  shrink: number;
  weight: number;
}

/** One domain: its definitions and what it goes through. */
export class TestDomain {
  /** Its UUID. */
  readonly uuid: Uuid;
  /** Its UUID in canonical form. */
  readonly key: string;
  /** The definition that holds now. */
  definition: XmlElement;
  /** The definition that holds from the next start, while it runs and is persistent. */
  next: XmlElement | undefined;
  /** A value of `DomainState`. */
  state: number = DomainState.SHUTOFF;
  /** Why; its meaning depends on the state. */
  reason: number = DomainShutoffReason.UNKNOWN;
  /** Runtime id; -1 while it does not run. */
  id = -1;
  /** Whether it stays when it stops. */
  persistent = false;
  /** Whether it starts with the host. */
  autostart = false;
  /** Whether its state was saved where its next start finds it. */
  hasManagedSave = false;
  /** Whether the file systems `/` and `/boot` are frozen. */
  readonly frozen: [boolean, boolean] = [false, false];
  /** The guest's clock. */
  time: { seconds: bigint; nseconds: number } = { seconds: 627319920n, nseconds: 0 };
  /** What its IO threads poll with. */
  readonly ioThreads: IoThreadPolling[] = [];
  /** Its snapshots. */
  readonly snapshots: MomentList = new MomentList();
  /** Its checkpoints. */
  readonly checkpoints: MomentList = new MomentList();
  /** Why it is tainted, in libvirt's words. */
  readonly taints: Set<string> = new Set();
  /** What it uses that is deprecated. */
  readonly deprecations: string[] = [];

  /** Takes over a canonical definition. */
  constructor(definition: XmlElement) {
    this.definition = definition;
    this.key = definition.textOf("uuid")!;
    this.uuid = Uuid.parse(this.key);
  }

  /** Its name. */
  get name(): string {
    return this.definition.textOf("name")!;
  }

  /** Whether it runs. */
  get active(): boolean {
    return this.id !== -1;
  }

  /** What goes over the wire for it. */
  get wire(): NonnullDomain {
    return { name: this.name, uuid: this.uuid, id: this.id };
  }

  /** Runs from here on, under an id. */
  start(id: number, reason: number): void {
    this.state = DomainState.RUNNING;
    this.reason = reason;
    this.id = id;
    if (this.persistent) this.next ??= this.definition.clone();
    this.hasManagedSave = false;
  }

  /** Stops; what was defined meanwhile holds from here on. */
  stop(reason: number): void {
    // one that was never defined keeps its id in the events of its end, as with libvirt
    if (this.next !== undefined) {
      this.definition = this.next;
      this.next = undefined;
      this.id = -1;
    }
    this.state = DomainState.SHUTOFF;
    this.reason = reason;
  }

  /** Throws unless it runs. */
  checkActive(): void {
    if (!this.active) throw invalid("domain is not running");
  }

  /** The flags with what "current" means for it; throws where that is not to be had. */
  impact(flags: number): { live: boolean; config: boolean } {
    const current = (flags & (LIVE | CONFIG)) === 0;
    const live = (flags & LIVE) !== 0 || (current && this.active);
    const config = (flags & CONFIG) !== 0 || (current && !this.active);
    if (live && !this.active) throw invalid("domain is not running");
    if (config && !this.persistent) {
      throw invalid("transient domains do not have any persistent config");
    }
    return { live, config };
  }

  /** The one definition that flags mean. */
  one(flags: number): XmlElement {
    if ((flags & LIVE) !== 0 && (flags & CONFIG) !== 0) {
      throw new LibvirtError(
        "Flags 'VIR_DOMAIN_AFFECT_LIVE' and 'VIR_DOMAIN_AFFECT_CONFIG' are mutually exclusive",
        {
          code: ErrorNumber.INVALID_ARG,
          domain: ErrorDomain.DOMAIN,
          str1: "virDomainObjGetOneDefState",
          str2: "flags",
        },
      );
    }
    const { config } = this.impact(flags);
    return this.active && config ? this.next! : this.definition;
  }

  /** The definitions that flags mean: what runs, and what is kept. */
  both(flags: number): { live: XmlElement | undefined; persistent: XmlElement | undefined } {
    const { live, config } = this.impact(flags);
    return {
      live: live ? this.definition : undefined,
      persistent: config ? (this.active ? this.next : this.definition) : undefined,
    };
  }
}

function invalid(detail: string): LibvirtError {
  return failure(ErrorDomain.DOMAIN, ErrorNumber.OPERATION_INVALID, detail);
}
