/**
 * XML text to elements.
 *
 * @module
 */

import { DOMParser, type Element as DomElement, type Node as DomNode } from "@xmldom/xmldom";
import { XmlElement, type XmlNode } from "./element.ts";
import { checkWellFormed, XmlSyntaxError } from "./well_formed.ts";

const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;
const COMMENT = 8;

/**
 * Parses a document.
 *
 * @throws {XmlSyntaxError} with the line and what is wrong there, in libvirt's words
 */
export function parseXml(text: string): XmlElement {
  checkWellFormed(text);
  const parser = new DOMParser({
    onError: (level: string, message: string) => {
      if (level !== "warning") throw new XmlSyntaxError(message, 1);
    },
  });
  let root: DomElement | null;
  try {
    root = parser.parseFromString(text, "text/xml").documentElement;
  } catch (error) {
    if (error instanceof XmlSyntaxError) throw error;
    throw new XmlSyntaxError(error instanceof Error ? error.message : String(error), 1);
  }
  if (root === null) throw new XmlSyntaxError("at line 1: Document is empty\n", 1);
  return convert(root);
}

function convert(dom: DomElement): XmlElement {
  const attributes = [];
  for (let i = 0; i < dom.attributes.length; i++) {
    const { name, value } = dom.attributes.item(i)!;
    attributes.push({ name, value });
  }
  const children: XmlNode[] = [];
  for (let node: DomNode | null = dom.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === ELEMENT) children.push(convert(node as DomElement));
    else if (node.nodeType === TEXT || node.nodeType === CDATA) {
      const value = node.nodeValue ?? "";
      const last = children.length - 1;
      if (typeof children[last] === "string") children[last] += value;
      else children.push(value);
    } else if (node.nodeType === COMMENT) children.push({ comment: node.nodeValue ?? "" });
  }
  return new XmlElement(dom.tagName, attributes, children, dom.namespaceURI ?? null);
}
