/**
 * Checkpoints of domains.
 *
 * @module
 */

import { DomainCheckpointXmlFlags } from "../../../gen/enums/domain_checkpoint.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain, NonnullDomainCheckpoint } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { element, XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { failure } from "../failure.ts";
import { parseShape, type Shape } from "../../xml/shape.ts";
import { canonicalDomain, parseRoot } from "./domain_definition.ts";
import { checkSchema } from "./schema_check.ts";
import { diskOf, sourceOf } from "./domain_devices.ts";
import { formatMoment } from "./domain_format.ts";
import type { TestDomain } from "./domain_object.ts";
import { devicesOf } from "./domain_values.ts";
import { type Moment, momentExists, removeMoment, selectMoments } from "./moments.ts";
import { checkFlags, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { badValue, unsupportedConfig, xmlFailure } from "./values.ts";

const LIST = 0xf;
const REDEFINE = 1;
const QUIESCE = 2;
const X = DomainCheckpointXmlFlags;

/** Handlers of checkpoints. */
export function checkpointHandlers(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function find(domain: TestDomain, name: string): Moment {
    const found = domain.checkpoints.get(name);
    if (found !== undefined) return found;
    throw refusal(
      ErrorNumber.NO_DOMAIN_CHECKPOINT,
      `no domain checkpoint with matching name '${name}'`,
    );
  }

  const of = ({ dom, name }: NonnullDomainCheckpoint) => {
    const domain = domains.of(dom);
    return { domain, checkpoint: find(domain, name) };
  };

  function list(
    dom: NonnullDomain,
    name: string | undefined,
    needResults: number,
    flags: number,
    context: CallContext,
  ) {
    checkFlags(context, flags, LIST);
    const domain = domains.of(dom);
    const from = name === undefined ? undefined : find(domain, name);
    const found = selectMoments(domain.checkpoints, from, flags);
    return {
      checkpoints: needResults ? found.map((one) => ({ name: one.name, dom })) : [],
      ret: found.length,
    };
  }

  return {
    domainCheckpointCreateXml({ dom, xmlDesc, flags }, context) {
      checkFlags(context, flags, REDEFINE | QUIESCE);
      const domain = domains.of(dom);
      if (domain.snapshots.size > 0) {
        throw refusal(
          ErrorNumber.OPERATION_UNSUPPORTED,
          "cannot create checkpoint while snapshot exists",
        );
      }
      if (!domain.active) {
        throw refusal(
          ErrorNumber.OPERATION_UNSUPPORTED,
          "cannot create checkpoint for inactive domain",
        );
      }
      const redefine = (flags & REDEFINE) !== 0;
      const moment = parseCheckpoint(xmlDesc, domain, redefine, state);
      if (!redefine && domain.checkpoints.get(moment.name) !== undefined) {
        throw momentExists(moment.name);
      }
      domain.checkpoints.add(moment);
      if (!redefine || domain.checkpoints.current === undefined) {
        domain.checkpoints.current = moment;
      }
      return { checkpoint: { name: moment.name, dom } };
    },
    domainListAllCheckpoints: ({ dom, needResults, flags }, context) =>
      list(dom, undefined, needResults, flags, context),
    domainCheckpointListAllChildren: ({ checkpoint, needResults, flags }, context) =>
      list(checkpoint.dom, checkpoint.name, needResults, flags, context),
    domainCheckpointLookupByName({ dom, name, flags }, context) {
      checkFlags(context, flags);
      return { checkpoint: { name: find(domains.of(dom), name).name, dom } };
    },
    domainCheckpointGetParent({ checkpoint, flags }, context) {
      checkFlags(context, flags);
      const { parent } = of(checkpoint).checkpoint;
      if (parent === undefined) {
        throw refusal(
          ErrorNumber.NO_DOMAIN_CHECKPOINT,
          `checkpoint '${checkpoint.name}' does not have a parent`,
        );
      }
      return { parent: { name: parent, dom: checkpoint.dom } };
    },
    domainCheckpointGetXmlDesc({ checkpoint, flags }, context) {
      checkFlags(context, flags, X.SECURE | X.NO_DOMAIN | X.SIZE);
      const { domain, checkpoint: found } = of(checkpoint);
      const definition = found.definition.clone();
      if ((flags & X.SIZE) !== 0) {
        // the driver looks the sizes up and does not print them
        domain.checkActive();
      }
      if ((flags & X.NO_DOMAIN) !== 0) {
        definition.children = definition.children.filter((child) =>
          !(child instanceof XmlElement && child.name === "domain")
        );
      }
      return { xml: formatMoment(definition, found.parent, (flags & X.SECURE) !== 0) };
    },
    domainCheckpointDelete({ checkpoint, flags }, context) {
      checkFlags(context, flags, 7);
      const { domain, checkpoint: found } = of(checkpoint);
      removeMoment(domain.checkpoints, found, (flags & 1) !== 0, (flags & 4) !== 0);
    },
  };
}

const OUTLINE = `
domaincheckpoint
  name #
  description #
  creationTime #
  parent
    name #
  disks
    disk* @name! @checkpoint=no|bitmap @bitmap @size
  domain ...
`;

let shape: Shape | undefined;

function parseCheckpoint(
  xml: string,
  domain: TestDomain,
  redefine: boolean,
  state: TestState,
): Moment {
  const D = ErrorDomain.DOMAIN_CHECKPOINT;
  const source = parseRoot(xml, "domaincheckpoint", D);
  // a checkpoint is validated always
  checkSchema(source, shape ??= parseShape(OUTLINE));
  let time = state.seconds.toString();
  let parent = domain.checkpoints.current?.name;
  let saved = domain.definition.clone();
  if (redefine) {
    if (source.textOf("name") === undefined) {
      xmlFailure("a redefined checkpoint must have a name", D);
    }
    const given = source.textOf("creationTime");
    if (given === undefined) xmlFailure("missing creationTime from existing checkpoint", D);
    time = given;
    parent = source.textOf("parent/name");
    const element = source.child("domain");
    if (element?.get("type") === undefined) {
      if (element?.textOf("uuid") === undefined) {
        xmlFailure("missing domain in checkpoint redefinition", D);
      }
    } else saved = canonicalDomain(element, state.identities);
  }
  const name = source.textOf("name") ?? time;
  const description = source.textOf("description");
  const definition = element(
    "domaincheckpoint",
    {},
    element("name", {}, name),
    description === undefined ? undefined : element("description", {}, description),
    element("creationTime", {}, time),
    alignDisks(source, saved, name),
    saved.set("id", undefined),
  );
  return { name, definition, parent, state: 0 };
}

function alignDisks(source: XmlElement, domain: XmlElement, name: string): XmlElement | undefined {
  const D = ErrorDomain.DOMAIN_CHECKPOINT;
  const disks = devicesOf(domain, "disk");
  const list = source.child("disks");
  const requests = list?.all("disk") ?? [];
  const asked = new Map<XmlElement, XmlElement>();
  if (requests.length > disks.length) {
    unsupportedConfig("too many disk checkpoint requests for domain", D);
  }
  for (const request of requests) {
    const dev = request.get("name");
    if (dev === undefined) xmlFailure("missing name from disk checkpoint element", D);
    const kind = request.get("checkpoint");
    if (kind !== undefined && kind !== "no" && kind !== "bitmap") {
      badValue("checkpoint", request, kind);
    }
    const disk = diskOf(domain, dev, false);
    if (disk === undefined) unsupportedConfig(`no disk named '${dev}'`, D);
    if (asked.has(disk)) unsupportedConfig(`disk '${dev}' specified twice`, D);
    if (kind !== "no" && sourceOf(disk) === undefined) {
      throw failure(
        D,
        ErrorNumber.CONFIG_UNSUPPORTED,
        `disk '${dev}' is empty or readonly`,
      );
    }
    asked.set(disk, request);
  }
  if (disks.length === 0) return undefined;
  const made = disks.map((disk) => {
    const dev = disk.child("target")?.get("dev");
    const request = asked.get(disk);
    const skipped = list !== undefined && request === undefined || sourceOf(disk) === undefined ||
      disk.child("readonly") !== undefined;
    const kind = request?.get("checkpoint") ?? (skipped ? "no" : "bitmap");
    const bitmap = kind === "bitmap" ? request?.get("bitmap") ?? name : undefined;
    return element("disk", { name: dev, checkpoint: kind, bitmap });
  });
  return element("disks", {}, ...made);
}
