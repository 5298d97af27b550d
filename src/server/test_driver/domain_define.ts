/**
 * Defining, creating and removing domains.
 *
 * @module
 */

import {
  DomainCreateFlags,
  DomainDefineFlags,
  DomainEventDefinedDetailType,
  DomainEventStartedDetailType,
  DomainEventType,
  DomainEventUndefinedDetailType,
  DomainRunningReason,
  DomainState,
  DomainUndefineFlags,
  DomainXmlFlags,
} from "../../../gen/enums/domain.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { CallContext } from "../driver.ts";
import { parseDomain } from "./domain_definition.ts";
import { emitLifecycle } from "./domain_events.ts";
import { formatDomain } from "./domain_format.ts";
import { prepareDomain } from "./domain_prepare.ts";
import { checkFlags, invalidOperation } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { xmlFailure } from "./values.ts";

/** Handlers of what brings domains in and out. */
export function domainDefine(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function define(xml: string, flags: number, context: CallContext): NonnullDomain {
    const called = { ...context, procedure: "domainDefineXmlFlags" };
    checkFlags(called, flags, DomainDefineFlags.VALIDATE);
    const definition = parseDomain(xml, state.identities, flags !== 0);
    const name = definition.textOf("name")!;
    if (name.includes("\n")) xmlFailure("invalid char in name: \n");
    prepareDomain(definition);
    const { domain, replaced } = domains.add(definition);
    domain.persistent = true;
    if (domain.active) domain.next ??= domain.definition.clone();
    emitLifecycle(
      state,
      domain,
      DomainEventType.DEFINED,
      replaced ? DomainEventDefinedDetailType.UPDATED : DomainEventDefinedDetailType.ADDED,
    );
    return domain.wire;
  }

  function create(xml: string, flags: number, context: CallContext): NonnullDomain {
    checkFlags({ ...context, procedure: "domainCreateXml" }, flags, DomainCreateFlags.VALIDATE);
    const definition = parseDomain(xml, state.identities, flags !== 0);
    prepareDomain(definition);
    const { domain } = domains.add(definition, { start: true });
    domain.start(state.takeDomainId(), DomainRunningReason.BOOTED);
    emitLifecycle(state, domain, DomainEventType.STARTED, DomainEventStartedDetailType.BOOTED);
    return domain.wire;
  }

  function undefine(dom: NonnullDomain, flags: number, context: CallContext): void {
    checkFlags(
      { ...context, procedure: "domainUndefineFlags" },
      flags,
      DomainUndefineFlags.MANAGED_SAVE | DomainUndefineFlags.SNAPSHOTS_METADATA,
    );
    const domain = domains.of(dom);
    if (domain.hasManagedSave && (flags & DomainUndefineFlags.MANAGED_SAVE) === 0) {
      throw invalidOperation("Refusing to undefine while domain managed save image exists");
    }
    const snapshots = domain.snapshots.size;
    const withSnapshots = (flags & DomainUndefineFlags.SNAPSHOTS_METADATA) !== 0;
    if (!domain.active && snapshots > 0 && !withSnapshots) {
      throw invalidOperation(`cannot delete inactive domain with ${snapshots} snapshots`);
    }
    emitLifecycle(
      state,
      domain,
      DomainEventType.UNDEFINED,
      DomainEventUndefinedDetailType.REMOVED,
    );
    domain.hasManagedSave = false;
    if (domain.active) domain.persistent = false;
    else domains.remove(domain);
  }

  return {
    domainDefineXml: ({ xml }, context) => ({ dom: define(xml, 0, context) }),
    domainDefineXmlFlags: ({ xml, flags }, context) => ({ dom: define(xml, flags, context) }),
    domainCreateXml: ({ xmlDesc, flags }, context) => ({ dom: create(xmlDesc, flags, context) }),
    domainCreateXmlWithFiles: ({ xmlDesc, flags }, context) => ({
      dom: create(xmlDesc, flags, context),
    }),
    domainUndefine: ({ dom }, context) => undefine(dom, 0, context),
    domainUndefineFlags: ({ dom, flags }, context) => undefine(dom, flags, context),
    domainGetXmlDesc({ dom, flags }, context) {
      checkFlags(
        context,
        flags,
        DomainXmlFlags.SECURE | DomainXmlFlags.INACTIVE | DomainXmlFlags.MIGRATABLE,
      );
      const domain = domains.of(dom);
      const inactive = (flags & DomainXmlFlags.INACTIVE) !== 0;
      const definition = (inactive ? domain.next : undefined) ?? domain.definition;
      return {
        xml: formatDomain(definition, {
          id: inactive ? -1 : domain.id,
          secure: (flags & DomainXmlFlags.SECURE) !== 0,
        }),
      };
    },
    domainRename({ dom, newName, flags }, context) {
      checkFlags(context, flags);
      const domain = domains.of(dom);
      const name = newName ?? "";
      if (domain.active) throw invalidOperation("cannot rename active domain");
      if (!domain.persistent) throw invalidOperation("cannot rename a transient domain");
      if (domain.state !== DomainState.SHUTOFF) {
        throw invalidOperation("domain has to be shutoff before renaming");
      }
      domains.rename(domain, name, () => {
        if (name.includes("/")) xmlFailure(`name ${name} cannot contain '/'`, 12);
        emitLifecycle(
          state,
          domain,
          DomainEventType.UNDEFINED,
          DomainEventUndefinedDetailType.RENAMED,
        );
        domain.definition.child("name")!.setText(name);
        emitLifecycle(
          state,
          domain,
          DomainEventType.DEFINED,
          DomainEventDefinedDetailType.RENAMED,
        );
      });
      return { retcode: 0 };
    },
  };
}
