/**
 * XML as libvirt prints it: two spaces a level, single quotes, every element on its own line.
 *
 * @module
 */

import { XmlElement, type XmlNode } from "./element.ts";

/** Prints an element and all below it, with a line's end behind it. */
export function printXml(root: XmlElement, indent: string = ""): string {
  const out: string[] = [];
  print(root, indent, out);
  return out.join("");
}

function print(element: XmlElement, indent: string, out: string[]): void {
  const { children } = element;
  out.push(indent, openTag(element));
  if (children.length === 0) {
    out.push(element.open ? `>\n${indent}</${element.name}>\n` : "/>\n");
    return;
  }
  if (children.every((child) => typeof child === "string")) {
    out.push(">", escapeXml(children.join("")), "</", element.name, ">\n");
    return;
  }
  out.push(">\n");
  const inner = indent + "  ";
  for (const child of children) {
    if (child instanceof XmlElement) print(child, inner, out);
    else if (typeof child === "string") out.push(inner, escapeXml(child), "\n");
    else out.push(inner, "<!--", child.comment, "-->\n");
  }
  out.push(indent, "</", element.name, ">\n");
}

function openTag(element: XmlElement): string {
  let tag = `<${element.name}`;
  for (const { name, value } of element.attributes) tag += ` ${name}='${escapeXml(value)}'`;
  return tag;
}

/** Escapes text as libvirt does, in elements and attributes alike. */
export function escapeXml(text: string): string {
  // control characters that XML cannot hold are left out (virBufferEscapeString)
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x01-\x08\x0b\x0c\x0e-\x1f]/g, "").replace(
    /[<>&'"]/g,
    (char) => ESCAPES[char]!,
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "'": "&apos;",
  '"': "&quot;",
};

/**
 * Prints an element that belongs to somebody else, as the document had it: with double quotes, and
 * with its text untouched, as libxml2 dumps a node.
 */
export function dumpXml(element: XmlElement, level: number = 0): string {
  let out = `<${element.name}`;
  for (const { name, value } of element.attributes) out += ` ${name}="${escapeAttribute(value)}"`;
  const blank = element.elements.length > 0 &&
    element.children.every((child) => typeof child !== "string" || child.trim() === "");
  const children = blank
    ? element.children.filter((child) => typeof child !== "string")
    : element.children;
  if (children.length === 0) return `${out}/>`;
  out += ">";
  // libxml2 indents only where an element holds no text
  const formatted = children.every((child) => typeof child !== "string");
  for (const child of children) {
    if (formatted) out += `\n${"  ".repeat(level + 1)}`;
    out += dumpNode(child, formatted ? level + 1 : 0);
  }
  if (formatted) out += `\n${"  ".repeat(level)}`;
  return `${out}</${element.name}>`;
}

function dumpNode(node: XmlNode, level: number): string {
  if (typeof node === "string") return escapeText(node);
  return node instanceof XmlElement ? dumpXml(node, level) : `<!--${node.comment}-->`;
}

function escapeText(text: string): string {
  return text.replace(/[<>&\r]/g, (char) => char === "\r" ? "&#13;" : ESCAPES[char]!);
}

function escapeAttribute(text: string): string {
  return text.replace(/[<>&"\n\r\t]/g, (char) => ESCAPES[char] ?? `&#${char.charCodeAt(0)};`);
}
