/**
 * A domain's definition: libvirt's XML in canonical form.
 *
 * Of 1,440 definitions of libvirt 9.0.0's own tests 1,430 come out as from libvirtd 12.8.0, which
 * `tests/fuzz/differential.ts` compares. Not done: conflicts between `cachetune` and `memorytune`
 * groups, metadata of one namespace told twice, and which of two flaws of a document is told.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { parseXml } from "../../xml/parse.ts";
import { conform, parseShape, type Shape } from "../../xml/shape.ts";
import { XmlSyntaxError } from "../../xml/well_formed.ts";
import type { Uuid } from "../../xdr/uuid.ts";
import { failure } from "../failure.ts";
import { checkInDomain, fillDevices, readDevice } from "./device_defaults.ts";
import { DEVICES_OUTLINE } from "./device_shapes.ts";
import {
  checkIdentity,
  checkOs,
  checkWhole,
  fillBootDevices,
  fillDomain,
} from "./domain_defaults.ts";
import { DOMAIN_OUTLINE } from "./domain_shape.ts";
import { withParts } from "./outline_parts.ts";
import { checkSchema } from "./schema_check.ts";
import { STORAGE_DEVICES_OUTLINE } from "./storage_device_shapes.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";
import { RULES } from "./shape_rules.ts";

/** Where new identities come from. */
export interface Identities {
  /** A UUID nobody has. */
  uuid(): Uuid;
  /** A random MAC address. */
  mac(): string;
}

let domainShape: Shape | undefined;

/** What a domain may hold, devices included. */
export function shapeOfDomain(): Shape {
  if (domainShape === undefined) {
    domainShape = parseShape(withParts(DOMAIN_OUTLINE));
    const devices = domainShape.children.find((child) => child.name === "devices")!;
    const outline = withParts(STORAGE_DEVICES_OUTLINE + DEVICES_OUTLINE);
    const all = parseShape(`devices\n${indent(outline)}`);
    devices.children.push(...all.children);
  }
  return domainShape;
}

function indent(outline: string): string {
  return outline.split("\n").filter((line) => line !== "").map((line) => `  ${line}`).join("\n");
}

/** Parses a document whose root must have a name; the errors are libvirt's. */
export function parseRoot(xml: string, root: string, domain: number): XmlElement {
  const found = parseAnyRoot(xml, domain);
  if (found.name !== root) {
    xmlFailure(`expecting root element of '${root}', not '${found.name}'`);
  }
  return found;
}

/** Parses a document of whatever root; the errors are libvirt's. */
export function parseAnyRoot(xml: string, domain: number): XmlElement {
  try {
    return parseXml(xml);
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    throw failure(domain, ErrorNumber.XML_DETAIL, error.message);
  }
}

/** The canonical form of one device's element. */
export function canonicalDevice(
  source: XmlElement,
  identities: Identities,
  domain: XmlElement,
): XmlElement {
  const devices = shapeOfDomain().children.find((child) => child.name === "devices")!;
  const shape = devices.children.find((child) => child.name === source.name);
  if (shape === undefined || PARTS.has(source.name)) {
    unsupportedConfig(`unknown device type '${source.name}'`);
  }
  const device = readDevice(source, shape, identities);
  checkInDomain(device, domain);
  return device;
}

// They stand among the devices and are none.
const PARTS: ReadonlySet<string> = new Set(["emulator", "redirfilter"]);

/** Reads a domain's XML: checks it, fills in what it leaves open, and orders it as libvirt does. */
export function parseDomain(
  xml: string,
  identities: Identities,
  validate = false,
): XmlElement {
  const source = parseRoot(xml, "domain", ErrorDomain.DOMAIN);
  if (validate) checkSchema(source, shapeOfDomain());
  return canonicalDomain(source, identities);
}

/** The canonical form of a domain's element. */
export function canonicalDomain(source: XmlElement, identities: Identities): XmlElement {
  checkIdentity(source);
  const type = source.get("type");
  if (!type) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.INTERNAL_ERROR,
      "missing domain type attribute",
    );
  }
  if (!DOMAIN_TYPES.has(type)) unsupportedConfig(`invalid domain type ${type}`);
  checkOs(source);
  const shape = shapeOfDomain();
  const devices = shape.children.find((child) => child.name === "devices")!;
  const rest = shape.children.filter((child) => child !== devices);
  const domain = conform(source, { ...shape, children: rest }, RULES);
  domain.set("id", undefined);
  fillDomain(domain, source, identities);
  fillDevices(domain, source, devices, identities);
  fillBootDevices(domain);
  checkWhole(domain);
  return domain;
}

/** Whether libvirt knows a hypervisor of this name. */
export function isDomainType(name: string): boolean {
  return DOMAIN_TYPES.has(name);
}

const DOMAIN_TYPES: ReadonlySet<string> = new Set(
  "qemu kqemu kvm hvf xen lxc uml openvz test vmware hyperv vbox phyp parallels bhyve vz mshv nvmm"
    .split(" "),
);
