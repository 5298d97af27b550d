/**
 * Saving domains, restoring them, and dumping their memory.
 *
 * @module
 */

import {
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventType,
  DomainRunningReason,
  DomainShutoffReason,
} from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { systemFailure } from "../failure.ts";
import { parseDomain } from "./domain_definition.ts";
import { emitLifecycle } from "./domain_events.ts";
import { formatDomain } from "./domain_format.ts";
import { stopDomain } from "./domain_lifecycle.ts";
import { prepareDomain } from "./domain_prepare.ts";
import { checkFlags, internalError, invalidOperation, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";

const CRASH = 1;

// What a file of the hypervisor's begins with, so that a dump is not taken for a saved domain.
const SAVE_MAGIC = "TestGuestMagic\0";
const MAX_METADATA = 8192;

/** Handlers of saved domains. */
export function domainSave(state: TestState): RemoteHandlers<CallContext> {
  const { domains, files } = state;

  function save(
    dom: NonnullDomain,
    to: string,
    dxml: string | null,
    flags: number,
    context: CallContext,
  ): void {
    checkFlags({ ...context, procedure: "domainSaveFlags" }, flags);
    if (dxml !== null) {
      throw refusal(ErrorNumber.ARGUMENT_UNSUPPORTED, "xml modification unsupported");
    }
    const domain = domains.of(dom);
    domain.checkActive();
    files.set(to, SAVE_MAGIC + formatDomain(domain.definition, { id: domain.id, secure: true }));
    stopDomain(state, domain, DomainShutoffReason.SAVED, DomainEventStoppedDetailType.SAVED);
  }

  function read(path: string): XmlElement {
    const content = files.get(path);
    if (content === undefined) {
      throw systemFailure(
        ErrorDomain.TEST,
        2,
        "No such file or directory",
        `cannot read domain image '${path}'`,
      );
    }
    if (!content.startsWith(SAVE_MAGIC)) throw internalError("mismatched header magic");
    const xml = content.slice(SAVE_MAGIC.length);
    if (xml.length < 1 || xml.length > MAX_METADATA) {
      throw internalError("length of metadata out of range");
    }
    return parseDomain(xml, state.identities);
  }

  function restore(from: string, dxml: string | null, flags: number, context: CallContext): void {
    checkFlags({ ...context, procedure: "domainRestoreFlags" }, flags);
    if (dxml !== null) {
      throw refusal(ErrorNumber.ARGUMENT_UNSUPPORTED, "xml modification unsupported");
    }
    const definition = read(from);
    prepareDomain(definition);
    const { domain } = domains.add(definition, { start: true });
    domain.start(state.takeDomainId(), DomainRunningReason.RESTORED);
    emitLifecycle(state, domain, DomainEventType.STARTED, DomainEventStartedDetailType.RESTORED);
  }

  function dump(
    dom: NonnullDomain,
    to: string,
    format: number,
    flags: number,
    context: CallContext,
  ): void {
    checkFlags({ ...context, procedure: "domainCoreDumpWithFormat" }, flags, CRASH);
    const domain = domains.of(dom);
    domain.checkActive();
    files.set(to, SAVE_MAGIC);
    if (format !== 0) {
      throw refusal(
        ErrorNumber.OPERATION_UNSUPPORTED,
        "kdump-compressed format is not supported here",
      );
    }
    if ((flags & CRASH) !== 0) {
      stopDomain(state, domain, DomainShutoffReason.CRASHED, DomainEventStoppedDetailType.CRASHED);
    }
  }

  return {
    domainSave: ({ dom, to }, context) => save(dom, to, null, 0, context),
    domainSaveFlags: ({ dom, to, dxml, flags }, context) => save(dom, to, dxml, flags, context),
    domainRestore: ({ from }, context) => restore(from, null, 0, context),
    domainRestoreFlags: ({ from, dxml, flags }, context) => restore(from, dxml, flags, context),
    domainSaveImageGetXmlDesc({ file, flags }, context) {
      checkFlags(context, flags, 1);
      return { xml: formatDomain(read(file), { id: -1, secure: true }) };
    },
    domainSaveImageDefineXml({ file, dxml, flags }, context) {
      checkFlags(context, flags, 6);
      read(file);
      const definition = parseDomain(dxml, state.identities);
      files.set(file, SAVE_MAGIC + formatDomain(definition, { id: -1, secure: true }));
    },
    domainCoreDump: ({ dom, to, flags }, context) => dump(dom, to, 0, flags, context),
    domainCoreDumpWithFormat: ({ dom, to, dumpformat, flags }, context) =>
      dump(dom, to, dumpformat, flags, context),
    domainManagedSave({ dom, flags }, context) {
      checkFlags(context, flags, 7);
      const domain = domains.of(dom);
      domain.checkActive();
      if (!domain.persistent) {
        throw invalidOperation("cannot do managed save for transient domain");
      }
      stopDomain(state, domain, DomainShutoffReason.SAVED, DomainEventStoppedDetailType.SAVED);
      domain.hasManagedSave = true;
    },
    domainHasManagedSaveImage({ dom, flags }, context) {
      checkFlags(context, flags);
      return { result: domains.of(dom).hasManagedSave ? 1 : 0 };
    },
    domainManagedSaveRemove({ dom, flags }, context) {
      checkFlags(context, flags);
      domains.of(dom).hasManagedSave = false;
    },
  };
}
