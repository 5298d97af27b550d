/**
 * A snapshot's definition.
 *
 * @module
 */

import { DomainState } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseShape, type Shape } from "../../xml/shape.ts";
import { canonicalDomain, parseRoot } from "./domain_definition.ts";
import { checkSchema } from "./schema_check.ts";
import { diskOf, sourceOf } from "./domain_devices.ts";
import { formatMoment } from "./domain_format.ts";
import type { TestDomain } from "./domain_object.ts";
import { devicesOf } from "./domain_values.ts";
import type { Moment } from "./moments.ts";
import type { TestState } from "./state.ts";
import { badValue, unsupportedConfig, xmlFailure } from "./values.ts";

/** Names of a snapshot's states by number. */
export const SNAPSHOT_STATES: readonly string[] = [
  "nostate",
  "running",
  "blocked",
  "paused",
  "shutdown",
  "shutoff",
  "crashed",
  "pmsuspended",
  "disk-snapshot",
];

const LOCATIONS: ReadonlySet<string> = new Set(["no", "internal", "external", "manual"]);

/** Prints a snapshot as libvirt does. */
export function formatSnapshot({ definition, parent }: Moment, secure: boolean): string {
  return formatMoment(definition, parent, secure);
}

/** Whether a snapshot keeps its data outside of the disks that it is of. */
export function isExternal(definition: XmlElement): boolean {
  return definition.child("memory")?.get("snapshot") === "external" ||
    (definition.child("disks")?.all("disk") ?? []).some((disk) =>
      disk.get("snapshot") === "external"
    );
}

/** Reads a snapshot's XML, of the domain as it is or, to define one again, as the XML says. */
export function parseSnapshot(
  xml: string,
  domain: TestDomain,
  redefine: boolean,
  state: TestState,
  validate = false,
): Moment {
  const source = parseRoot(xml, "domainsnapshot", ErrorDomain.DOMAIN_SNAPSHOT);
  if (validate) checkSchema(source, shape ??= parseShape(OUTLINE));
  return redefine ? redefined(source, domain, state) : fresh(source, domain, state);
}

// What the schema has, for validation alone.
const OUTLINE = `
domainsnapshot
  name #
  description #
  state #
  creationTime #
  active #
  parent
    name #
  memory @snapshot=no|internal|external @file
  disks ...
  domain ...
  inactiveDomain ...
  cookie ...
  revertDisks ...
`;

let shape: Shape | undefined;

function fresh(source: XmlElement, domain: TestDomain, state: TestState): Moment {
  const time = state.seconds.toString();
  const name = source.textOf("name") ?? time;
  let memory = memoryOf(source);
  const external = memory?.get("snapshot") === "external";
  const parent = domain.snapshots.current?.name;
  const at = domain.state;
  if (!external) {
    memory = element("memory", { snapshot: at === DomainState.SHUTOFF ? "no" : "internal" });
  }
  const definition = element(
    "domainsnapshot",
    {},
    element("name", {}, name),
    described(source),
    element("state", {}, SNAPSHOT_STATES[at]),
    element("creationTime", {}, time),
    memory,
    alignDisks(source, domain.definition, external ? "external" : "internal"),
    withoutId(domain.definition.clone()),
  );
  return { name, definition, parent, state: at };
}

function redefined(source: XmlElement, domain: TestDomain, state: TestState): Moment {
  const name = source.textOf("name");
  if (name === undefined) {
    xmlFailure("a redefined snapshot must have a name", ErrorDomain.DOMAIN_SNAPSHOT);
  }
  const time = source.textOf("creationTime");
  if (time === undefined || !/^-?\d+$/.test(time)) {
    throw failure(
      ErrorDomain.DOMAIN_SNAPSHOT,
      ErrorNumber.INTERNAL_ERROR,
      "missing creationTime from existing snapshot",
    );
  }
  const text = source.textOf("state");
  if (text === undefined) {
    xmlFailure("missing state from existing snapshot", ErrorDomain.DOMAIN_SNAPSHOT);
  }
  const at = SNAPSHOT_STATES.indexOf(text);
  if (at <= 0) {
    unsupportedConfig(
      `Invalid state '${text}' in domain snapshot XML`,
      ErrorDomain.DOMAIN_SNAPSHOT,
    );
  }
  const saved = source.child("domain");
  const full = saved?.get("type") === undefined
    ? undefined
    : canonicalDomain(saved, state.identities);
  const offline = at === DomainState.SHUTOFF || text === "disk-snapshot";
  const memory = memoryOf(source) ?? element("memory", { snapshot: offline ? "no" : "internal" });
  const parent = source.textOf("parent/name");
  checkCycle(domain, name, parent);
  const uuid = (full ?? saved)?.textOf("uuid");
  if (uuid !== undefined && uuid !== domain.key) {
    throw failure(
      ErrorDomain.DOMAIN_SNAPSHOT,
      ErrorNumber.INVALID_ARG,
      `definition for snapshot ${name} must use uuid ${domain.key}`,
    );
  }
  const definition = element(
    "domainsnapshot",
    {},
    element("name", {}, name),
    described(source),
    element("state", {}, text),
    element("creationTime", {}, time),
    memory,
    alignDisks(
      source,
      full ?? domain.definition,
      text === "disk-snapshot" ? "external" : "internal",
    ),
    full ?? element("domain", {}, element("uuid", {}, domain.key)),
  );
  return { name, definition, parent, state: at };
}

function checkCycle(domain: TestDomain, name: string, parent: string | undefined): void {
  const invalid = (detail: string): never => {
    throw failure(ErrorDomain.DOMAIN, ErrorNumber.INVALID_ARG, detail);
  };
  if (parent === undefined) return;
  if (parent === name) invalid(`cannot set moment ${name} as its own parent`);
  let at = domain.snapshots.get(parent);
  if (at === undefined) {
    invalid(`parent ${parent} for moment ${name} not found`);
  }
  while (at?.parent !== undefined) {
    if (at.parent === name) invalid(`parent ${parent} would create cycle to ${name}`);
    at = domain.snapshots.get(at.parent);
  }
}

function described(source: XmlElement): XmlElement | undefined {
  const text = source.textOf("description");
  return text === undefined ? undefined : element("description", {}, text);
}

function memoryOf(source: XmlElement): XmlElement | undefined {
  const memory = source.child("memory");
  if (memory === undefined) return undefined;
  const file = memory.get("file");
  const snapshot = memory.get("snapshot");
  if (snapshot !== undefined && !LOCATIONS.has(snapshot)) badValue("snapshot", memory, snapshot);
  if (snapshot === "manual") {
    xmlFailure("'manual' memory snapshot mode not supported", ErrorDomain.DOMAIN_SNAPSHOT);
  }
  const location = snapshot ?? (file === undefined ? undefined : "external");
  if (location === undefined) return undefined;
  if (file !== undefined && location !== "external") {
    xmlFailure(
      `memory filename '${file}' requires external snapshot`,
      ErrorDomain.DOMAIN_SNAPSHOT,
    );
  }
  if (file === undefined && location === "external") {
    xmlFailure(
      "external memory snapshots require a filename",
      ErrorDomain.DOMAIN_SNAPSHOT,
    );
  }
  return element("memory", { snapshot: location, file });
}

// One entry a disk of the domain, with what the request says or the default.
function alignDisks(
  source: XmlElement,
  domain: XmlElement,
  byDefault: string,
): XmlElement | undefined {
  const disks = devicesOf(domain, "disk");
  const requests = source.child("disks")?.all("disk") ?? [];
  const refuse = (detail: string): never => unsupportedConfig(detail, ErrorDomain.DOMAIN_SNAPSHOT);
  if (requests.length > disks.length) refuse("too many disk snapshot requests for domain");
  const asked = new Map<XmlElement, XmlElement>();
  for (const request of requests) {
    const name = request.get("name");
    if (name === undefined) {
      xmlFailure("missing name from disk snapshot element", ErrorDomain.DOMAIN_SNAPSHOT);
    }
    const disk = diskOf(domain, name, false);
    if (disk === undefined) return refuse(`no disk named '${name}'`);
    if (asked.has(disk)) refuse(`disk '${name}' specified twice`);
    const snapshot = request.get("snapshot");
    if (snapshot !== undefined && !LOCATIONS.has(snapshot)) {
      badValue("snapshot", request, snapshot);
    }
    if (snapshot === "manual") {
      throw failure(
        ErrorDomain.TEST,
        ErrorNumber.OPERATION_UNSUPPORTED,
        "'manual' snapshot mode is not supported by the test driver",
      );
    }
    if (snapshot !== undefined && byDefault === "internal" && snapshot !== byDefault) {
      refuse(`disk '${name}' must use snapshot mode '${byDefault}'`);
    }
    asked.set(disk, request);
  }
  if (disks.length === 0) return undefined;
  return element(
    "disks",
    {},
    ...disks.map((disk) => {
      const name = disk.child("target")?.get("dev");
      const request = asked.get(disk);
      const snapshot = request?.get("snapshot") ??
        (sourceOf(disk) === undefined ? "no" : disk.get("snapshot") ?? byDefault);
      return element("disk", { name, snapshot });
    }),
  );
}

function withoutId(domain: XmlElement): XmlElement {
  return domain.set("id", undefined);
}
