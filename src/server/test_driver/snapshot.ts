/**
 * Snapshots of domains.
 *
 * @module
 */

import {
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
} from "../../../gen/enums/domain.ts";
import {
  DomainSnapshotCreateFlags,
  DomainSnapshotRevertFlags,
} from "../../../gen/enums/domain_snapshot.ts";
import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain, NonnullDomainSnapshot } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { CallContext } from "../driver.ts";
import { emitLifecycle } from "./domain_events.ts";
import type { TestDomain } from "./domain_object.ts";
import { type Moment, momentExists, removeMoment, selectMoments } from "./moments.ts";
import { checkFlags, invalidOperation, refusal } from "./refusals.ts";
import {
  formatSnapshot,
  isExternal,
  parseSnapshot,
  SNAPSHOT_STATES,
} from "./snapshot_definition.ts";
import type { TestState } from "./state.ts";

const LIST = 0x7ff;
const C = DomainSnapshotCreateFlags;
const R = DomainSnapshotRevertFlags;
const DISK_SNAPSHOT = SNAPSHOT_STATES.indexOf("disk-snapshot");

/** Handlers of snapshots. */
export function snapshotHandlers(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function find(domain: TestDomain, name: string): Moment {
    const found = domain.snapshots.get(name);
    if (found !== undefined) return found;
    throw refusal(
      ErrorNumber.NO_DOMAIN_SNAPSHOT,
      `no domain snapshot with matching name '${name}'`,
    );
  }

  function of({ dom, name }: NonnullDomainSnapshot): { domain: TestDomain; snapshot: Moment } {
    const domain = domains.of(dom);
    return { domain, snapshot: find(domain, name) };
  }

  function select(
    dom: NonnullDomain,
    name: string | undefined,
    flags: number,
    context: CallContext,
  ): Moment[] {
    checkFlags(context, flags, LIST);
    const domain = domains.of(dom);
    const from = name === undefined ? undefined : find(domain, name);
    return selectMoments(domain.snapshots, from, flags).filter((one) => chosen(one, flags));
  }

  const wire = (dom: NonnullDomain, { name }: Moment): NonnullDomainSnapshot => ({ name, dom });
  const list = (dom: NonnullDomain, found: Moment[], needResults: number) => ({
    snapshots: needResults ? found.map((one) => wire(dom, one)) : [],
    ret: found.length,
  });

  function revert(domain: TestDomain, snapshot: Moment, flags: number): void {
    const running = snapshot.state === DomainState.RUNNING || snapshot.state === DomainState.PAUSED;
    const asked = flags & (R.RUNNING | R.PAUSED);
    if (!domain.persistent && !running && asked === 0) {
      throw invalidOperation(
        "transient domain needs to request run or pause to revert to inactive snapshot",
      );
    }
    const saved = snapshot.definition.child("domain");
    if (saved?.get("type") === undefined) {
      throw refusal(
        ErrorNumber.SNAPSHOT_REVERT_RISKY,
        `snapshot '${snapshot.name}' lacks domain '${domain.name}' rollback info`,
      );
    }
    domain.snapshots.current = undefined;
    const wasActive = domain.active;
    if (wasActive) {
      domain.stop(DomainShutoffReason.FROM_SNAPSHOT);
      emitLifecycle(
        state,
        domain,
        DomainEventType.STOPPED,
        DomainEventStoppedDetailType.FROM_SNAPSHOT,
      );
    }
    domain.definition = saved.clone();
    if (running) {
      domain.start(state.takeDomainId(), DomainRunningReason.FROM_SNAPSHOT);
      started(
        domain,
        (flags & R.RUNNING) === 0 &&
          (snapshot.state === DomainState.PAUSED || (flags & R.PAUSED) !== 0),
      );
    } else if (asked !== 0) started(domain, (flags & R.PAUSED) !== 0);
    domain.snapshots.current = snapshot;
  }

  function started(domain: TestDomain, paused: boolean): void {
    emitLifecycle(
      state,
      domain,
      DomainEventType.STARTED,
      DomainEventStartedDetailType.FROM_SNAPSHOT,
    );
    if (!paused) return;
    if (domain.active) {
      domain.state = DomainState.PAUSED;
      domain.reason = DomainPausedReason.FROM_SNAPSHOT;
    }
    emitLifecycle(
      state,
      domain,
      DomainEventType.SUSPENDED,
      DomainEventSuspendedDetailType.FROM_SNAPSHOT,
    );
  }

  return {
    domainSnapshotNum: ({ dom, flags }, context) => ({
      num: select(dom, undefined, flags, context).length,
    }),
    domainSnapshotListNames: ({ dom, maxnames, flags }, context) => ({
      names: select(dom, undefined, flags, context).slice(0, maxnames).map((one) => one.name),
    }),
    domainListAllSnapshots: ({ dom, needResults, flags }, context) =>
      list(dom, select(dom, undefined, flags, context), needResults),
    domainSnapshotNumChildren: ({ snap, flags }, context) => ({
      num: select(snap.dom, snap.name, flags, context).length,
    }),
    domainSnapshotListChildrenNames: ({ snap, maxnames, flags }, context) => ({
      names: select(snap.dom, snap.name, flags, context).slice(0, maxnames).map((one) => one.name),
    }),
    domainSnapshotListAllChildren: ({ snapshot, needResults, flags }, context) =>
      list(snapshot.dom, select(snapshot.dom, snapshot.name, flags, context), needResults),
    domainSnapshotLookupByName({ dom, name, flags }, context) {
      checkFlags(context, flags);
      return { snap: wire(dom, find(domains.of(dom), name)) };
    },
    domainHasCurrentSnapshot({ dom, flags }, context) {
      checkFlags(context, flags);
      return { result: domains.of(dom).snapshots.current === undefined ? 0 : 1 };
    },
    domainSnapshotGetParent({ snap, flags }, context) {
      checkFlags(context, flags);
      const { parent } = of(snap).snapshot;
      if (parent === undefined) {
        throw refusal(
          ErrorNumber.NO_DOMAIN_SNAPSHOT,
          `snapshot '${snap.name}' does not have a parent`,
        );
      }
      return { snap: { name: parent, dom: snap.dom } };
    },
    domainSnapshotCurrent({ dom, flags }, context) {
      checkFlags(context, flags);
      const { current } = domains.of(dom).snapshots;
      if (current === undefined) {
        throw refusal(
          ErrorNumber.NO_DOMAIN_SNAPSHOT,
          "the domain does not have a current snapshot",
        );
      }
      return { snap: wire(dom, current) };
    },
    domainSnapshotIsCurrent({ snap, flags }, context) {
      checkFlags(context, flags);
      const { domain, snapshot } = of(snap);
      return { current: domain.snapshots.current === snapshot ? 1 : 0 };
    },
    domainSnapshotHasMetadata({ snap, flags }, context) {
      checkFlags(context, flags);
      of(snap);
      return { metadata: 1 };
    },
    domainSnapshotGetXmlDesc({ snap, flags }, context) {
      checkFlags(context, flags, 1);
      return { xml: formatSnapshot(of(snap).snapshot, (flags & 1) !== 0) };
    },
    domainSnapshotCreateXml({ dom, xmlDesc, flags }, context) {
      checkFlags(
        context,
        flags,
        C.REDEFINE | C.CURRENT | C.HALT | C.QUIESCE | C.ATOMIC | C.LIVE | C.VALIDATE,
      );
      const domain = domains.of(dom);
      if (domain.checkpoints.size > 0) {
        throw refusal(
          ErrorNumber.OPERATION_UNSUPPORTED,
          "cannot create snapshot while checkpoint exists",
        );
      }
      const halt = (flags & C.HALT) !== 0;
      if (!domain.persistent && halt) {
        throw invalidOperation("cannot halt after transient domain snapshot");
      }
      const redefine = (flags & C.REDEFINE) !== 0;
      const moment = parseSnapshot(
        xmlDesc,
        domain,
        redefine,
        state,
        (flags & C.VALIDATE) !== 0,
      );
      if (!redefine && domain.snapshots.get(moment.name) !== undefined) {
        throw momentExists(moment.name);
      }
      domain.snapshots.add(moment);
      if (!redefine && halt && domain.active) {
        domain.stop(DomainShutoffReason.FROM_SNAPSHOT);
        emitLifecycle(
          state,
          domain,
          DomainEventType.STOPPED,
          DomainEventStoppedDetailType.FROM_SNAPSHOT,
        );
      }
      if (!redefine || (flags & C.CURRENT) !== 0) domain.snapshots.current = moment;
      return { snap: wire(dom, moment) };
    },
    domainSnapshotDelete({ snap, flags }, context) {
      checkFlags(context, flags, 5);
      const { domain, snapshot } = of(snap);
      removeMoment(domain.snapshots, snapshot, (flags & 1) !== 0, (flags & 4) !== 0);
    },
    domainRevertToSnapshot({ snap, flags }, context) {
      checkFlags(context, flags, R.RUNNING | R.PAUSED | R.FORCE);
      const { domain, snapshot } = of(snap);
      revert(domain, snapshot, flags);
    },
  };
}

// The filters beside the tree's: in each group of flags that is used, one must hold.
function chosen(snapshot: Moment, flags: number): boolean {
  const metadata = flags & 0x12;
  if (metadata === 0x10) return false;
  const kinds = flags & 0xe0;
  if (kinds !== 0) {
    const kind = snapshot.state === DomainState.SHUTOFF
      ? 0x20
      : snapshot.state === DISK_SNAPSHOT
      ? 0x80
      : 0x40;
    if ((kinds & kind) === 0) return false;
  }
  const places = flags & 0x300;
  return places === 0 || (places & (isExternal(snapshot.definition) ? 0x200 : 0x100)) !== 0;
}
