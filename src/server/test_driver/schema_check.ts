/**
 * Validation on request, as with `VIR_DOMAIN_DEFINE_VALIDATE`.
 *
 * libvirt hands the document to its RELAX NG schemas, which are not here. The outlines know the same
 * elements and attributes, so what they do not know, and values that no attribute can have, are
 * refused with libvirt's error; what only the schemas' grammar forbids is let pass.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import type { Shape } from "../../xml/shape.ts";
import { failure } from "../failure.ts";
import { parseInteger } from "./values.ts";

interface Schema {
  readonly file: string;
  /** Elements that the root must hold. */
  readonly required: readonly string[];
  /** Elements of the root whose group libvirt's schema tells of when one does not fit. */
  readonly grouped: ReadonlySet<string>;
}

const GROUPED: ReadonlySet<string> = new Set(
  ("memory currentMemory maxMemory blkiotune memtune memoryBacking vcpu vcpus iothreads iothreadids " +
    "cputune numatune resource on_poweroff on_reboot on_crash on_lockfailure").split(" "),
);
const NONE: ReadonlySet<string> = new Set();

const SCHEMAS = {
  domain: { file: "domain", required: ["name"], grouped: GROUPED },
  network: { file: "network", required: ["name"], grouped: NONE },
  pool: { file: "storagepool", required: [], grouped: NONE },
  volume: { file: "storagevol", required: ["name", "target"], grouped: NONE },
  interface: { file: "interface", required: [], grouped: NONE },
  device: { file: "nodedev", required: ["name"], grouped: NONE },
  secret: { file: "secret", required: [], grouped: NONE },
  filter: { file: "nwfilter", required: [], grouped: NONE },
  domainsnapshot: { file: "domainsnapshot", required: [], grouped: NONE },
  domaincheckpoint: { file: "domaincheckpoint", required: [], grouped: NONE },
} as const satisfies Readonly<Record<string, Schema>>;

// What the schemas know and libvirt does not read from a definition.
const ALSO_ELEMENTS: ReadonlySet<string> = new Set(
  ("privateData imagelabel namespace override deprecation datacenterpath mirror handle metadata " +
    "dataStore iommufd").split(" "),
);
const ALSO_ATTRIBUTES: ReadonlySet<string> = new Set(
  ("id index tty state labelskip portid delay floor currentAddress tlsFromConfig " +
    "websocketGenerated jobname jobtype type").split(" "),
);

/** Throws where a document says what its schema does not know. */
export function checkSchema(root: XmlElement, shape: Shape): void {
  const schema: Schema | undefined = SCHEMAS[root.name as keyof typeof SCHEMAS];
  if (schema === undefined || shape.name !== root.name) return;
  const refuse = (...lines: string[]): never => {
    const file = `/usr/share/libvirt/schemas/${schema.file}.rng`;
    const detail = [`Unable to validate doc against ${file}`, ...lines, ""].join("\n");
    throw failure(ErrorDomain.XML, ErrorNumber.XML_INVALID_SCHEMA, detail);
  };
  const failed = `Element ${root.name} failed to validate content`;
  const attribute = root.attributes.find((one) => !isKnownAttribute(one.name, shape));
  if (attribute !== undefined) {
    refuse(`Invalid attribute ${attribute.name} for element ${root.name}`);
  }
  const missing = schema.required.find((name) => root.child(name) === undefined);
  if (missing !== undefined) {
    refuse(
      `Expecting an element ${missing}, got nothing`,
      "Invalid sequence in interleave",
      failed,
    );
  }
  if (!fitsAttributes(root, shape)) refuse(failed);
  for (const child of root.elements) {
    if (child.namespace !== null || ALSO_ELEMENTS.has(child.name)) continue;
    const known = shape.children.find((one) => one.name === child.name);
    if (known === undefined) refuse(`Element ${root.name} has extra content: ${child.name}`);
    const repeated = !known!.many && root.all(child.name).length > 1;
    if (!repeated && fits(child, known!)) continue;
    const lines = [`Extra element ${child.name} in interleave`];
    if (schema.grouped.has(child.name)) lines.push("Invalid sequence in interleave");
    refuse(...lines, failed);
  }
}

function isKnownAttribute(name: string, shape: Shape): boolean {
  return name.includes(":") || name === "xmlns" || ALSO_ATTRIBUTES.has(name) ||
    shape.attributes.some((one) => one.name === name);
}

function fitsAttributes(element: XmlElement, shape: Shape): boolean {
  return shape.attributes.every(({ name, required, values, format }) => {
    const value = element.get(name);
    if (value === undefined) return !required;
    if (values !== undefined && !values.has(value)) return false;
    return (format !== "uint" && format !== "int") || parseInteger(value) !== undefined;
  });
}

function fits(element: XmlElement, shape: Shape): boolean {
  if (shape.verbatim) return true;
  return element.attributes.every(({ name }) => isKnownAttribute(name, shape)) &&
    fitsAttributes(element, shape) &&
    element.elements.every((child) => {
      if (child.namespace !== null || ALSO_ELEMENTS.has(child.name)) return true;
      const known = shape.children.find((one) => one.name === child.name);
      return known !== undefined && fits(child, known);
    });
}
