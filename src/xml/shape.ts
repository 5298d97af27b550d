/**
 * The shape of a document: which elements and attributes libvirt knows, in the order it prints them.
 *
 * A shape is written as an outline, one element a line, two spaces a level:
 *
 * ```
 * disk* @type @device
 *   source @file
 *   readonly!
 *   backingStore! &
 *   serial #
 * ```
 *
 * `*` lets an element come more than once, `!` keeps one that is empty, `+` keeps it too and prints
 * it with both its tags, `#` keeps its text, `&` says
 * that it has the shape of the element that holds it, `...` keeps all that it holds as it is.
 * `@name!` makes the attribute's absence an error, `@name=a|b` any other value, `@name:format` prints it
 * in a format.
 *
 * @module
 */

import { XmlElement } from "./element.ts";

/** One attribute of a shape. */
export interface AttributeShape {
  readonly name: string;
  readonly required: boolean;
  readonly values: ReadonlySet<string> | undefined;
  readonly format: string | undefined;
}

/** One element of a shape. */
export interface Shape {
  readonly name: string;
  readonly many: boolean;
  readonly keepEmpty: boolean;
  readonly open: boolean;
  readonly text: boolean;
  readonly verbatim: boolean;
  readonly format: string | undefined;
  readonly attributes: readonly AttributeShape[];
  readonly children: Shape[];
}

/** What checks and prints the values that a shape names. */
export interface ShapeRules {
  /** Prints a value in a named format; throws where it does not fit. */
  format(format: string, value: string, where: XmlElement, attribute: string | undefined): string;
  /** Throws for an attribute that is not there. */
  missing(attribute: string, where: XmlElement): never;
  /** Throws for a value that is none of those allowed. */
  badValue(attribute: string, where: XmlElement, value: string): never;
}

/** Reads an outline. */
export function parseShape(outline: string): Shape {
  const stack: Shape[] = [];
  for (const line of outline.split("\n")) {
    if (line.trim() === "") continue;
    const depth = (line.length - line.trimStart().length) / 2;
    const [head, ...tokens] = line.trim().split(" ");
    const parsed = /^([\w:-]+)([*!+]*)$/.exec(head!);
    if (parsed === null) throw new SyntaxError(`Expected the name of an element, found "${line}"`);
    const parent = stack[depth - 1];
    const text = tokens.find((token) => token.startsWith("#"));
    const shape: Shape = {
      name: parsed[1]!,
      many: parsed[2]!.includes("*"),
      keepEmpty: /[!+]/.test(parsed[2]!),
      open: parsed[2]!.includes("+"),
      text: text !== undefined,
      format: text?.slice(2) || undefined,
      verbatim: tokens.includes("..."),
      attributes: tokens.filter((token) => token.startsWith("@")).map(attribute),
      children: [],
    };
    const self = tokens.includes("&") && parent !== undefined;
    parent?.children.push(
      self ? { ...shape, attributes: parent.attributes, children: parent.children } : shape,
    );
    stack.length = depth;
    stack.push(shape);
  }
  return stack[0]!;
}

function attribute(token: string): AttributeShape {
  const [, name, required, kind, rest] = /^@([\w-]+)(!?)(?:([=:])(.*))?$/.exec(token)!;
  return {
    name: name!,
    required: required === "!",
    values: kind === "=" ? new Set(rest!.split("|")) : undefined,
    format: kind === ":" ? rest : undefined,
  };
}

// Documents hold a few of the many elements that a shape knows.
function byName(source: XmlElement): Map<string, XmlElement[]> | undefined {
  let held: Map<string, XmlElement[]> | undefined;
  for (const child of source.children) {
    if (!(child instanceof XmlElement) || child.namespace !== null) continue;
    held ??= new Map();
    const alike = held.get(child.name);
    if (alike === undefined) held.set(child.name, [child]);
    else alike.push(child);
  }
  return held;
}

/** The element with what its shape knows, in the shape's order; all else is left out. */
export function conform(source: XmlElement, shape: Shape, rules: ShapeRules): XmlElement {
  const result = new XmlElement(shape.name);
  result.open = shape.open;
  for (const { name, required, values, format } of shape.attributes) {
    const value = source.get(name);
    if (value === undefined) {
      if (required) rules.missing(name, source);
      continue;
    }
    if (values !== undefined && !values.has(value)) rules.badValue(name, source, value);
    result.attributes.push({
      name,
      value: format === undefined ? value : rules.format(format, value, source, name),
    });
  }
  if (shape.verbatim) {
    result.children = source.children;
    return result;
  }
  const held = byName(source);
  for (const child of held === undefined ? [] : shape.children) {
    const found = held!.get(child.name) ?? [];
    for (const one of child.many ? found : found.slice(0, 1)) {
      const made = conform(one, child, rules);
      const empty = made.children.length === 0 && made.attributes.length === 0;
      if (!empty || child.keepEmpty) result.children.push(made);
    }
  }
  if (shape.text && result.children.length === 0) {
    const text = source.text;
    if (text !== "") {
      result.setText(
        shape.format === undefined ? text : rules.format(shape.format, text, source, undefined),
      );
    }
  }
  return result;
}
