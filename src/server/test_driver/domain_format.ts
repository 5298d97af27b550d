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

function withoutSecrets(definition: XmlElement): XmlElement["children"] {
  return definition.children.map((child) => {
    if (!(child instanceof XmlElement) || child.name !== "devices") return child;
    return new XmlElement(
      child.name,
      child.attributes,
      child.children.map((device) =>
        device instanceof XmlElement && device.name === "graphics" && hasPassword(device)
          ? new XmlElement(
            device.name,
            device.attributes.filter(({ name }) => !PASSWORD.has(name)),
            device.children,
          )
          : device
      ),
    );
  });
}

const PASSWORD: ReadonlySet<string> = new Set(["passwd", "passwdValidTo", "connected"]);

function hasPassword(graphics: XmlElement): boolean {
  return graphics.attributes.some(({ name }) => PASSWORD.has(name));
}
