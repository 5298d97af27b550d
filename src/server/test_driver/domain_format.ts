/**
 * A domain's definition as XML text.
 *
 * @module
 */

import { dumpXml, printXml } from "../../xml/print.ts";
import { element, XmlElement } from "../../xml/element.ts";

/** What to print of a definition. */
export interface FormatOptions {
  /** Runtime id to show; -1 for none. */
  readonly id: number;
  /** Whether passwords are shown. */
  readonly secure: boolean;
}

/** Prints a definition as libvirt does. */
export function formatDomain(definition: XmlElement, { id, secure }: FormatOptions): string {
  const root = new XmlElement("domain", [...definition.attributes], definition.children);
  if (id !== -1) root.attributes.push({ name: "id", value: String(id) });
  if (!secure) root.children = withoutSecrets(definition);
  return withMetadata(root);
}

/** Prints the definition of anything else. */
export function formatDefinition(definition: XmlElement): string {
  return withMetadata(definition);
}

/** Prints a snapshot or checkpoint with the name of what it was made from. */
export function formatMoment(
  definition: XmlElement,
  parent: string | undefined,
  secure: boolean,
): string {
  const domain = definition.child("domain");
  const children = definition.children.map((child) =>
    child === domain && domain !== undefined && !secure
      ? new XmlElement("domain", domain.attributes, withoutSecrets(domain))
      : child
  );
  const root = new XmlElement(definition.name, definition.attributes, children);
  if (parent !== undefined) {
    const at = children.findIndex((child) =>
      child instanceof XmlElement && (child.name === "creationTime")
    );
    children.splice(at, 0, element("parent", {}, element("name", {}, parent)));
  }
  return printXml(root);
}

const METADATA_MARK = "metadata-goes-here";

// Metadata is the user's: it is printed as it came, which is another style than libvirt's own.
function withMetadata(root: XmlElement): string {
  const metadata = root.child("metadata");
  if (metadata === undefined) return printXml(root);
  const at = root.children.indexOf(metadata);
  const marked = new XmlElement(root.name, root.attributes, [
    ...root.children.slice(0, at),
    element(METADATA_MARK),
    ...root.children.slice(at + 1),
  ]);
  return printXml(marked).replace(
    `  <${METADATA_MARK}/>\n`,
    () => `  ${dumpXml(metadata, 1)}\n`,
  );
}

// The passwords of displays, and the cookies that disks are fetched with.
function withoutSecrets(definition: XmlElement): XmlElement["children"] {
  return definition.children.map((child) =>
    child instanceof XmlElement && child.name === "devices"
      ? copyOf(
        child,
        child.children.map((device) =>
          device instanceof XmlElement ? withoutSecret(device) : device
        ),
      )
      : child
  );
}

function withoutSecret(device: XmlElement): XmlElement {
  if (device.name === "graphics" && device.get("passwd") !== undefined) {
    const copy = copyOf(device, device.children);
    return copy.set("passwd", undefined);
  }
  if (device.name !== "disk") return device;
  const children = device.elements.map((part) =>
    part.name === "source" && part.child("cookies") !== undefined
      ? copyOf(part, part.elements.filter(({ name }) => name !== "cookies"))
      : part
  );
  return copyOf(device, children);
}

function copyOf(original: XmlElement, children: XmlElement["children"]): XmlElement {
  const copy = new XmlElement(original.name, [...original.attributes], children);
  copy.open = original.open;
  return copy;
}
