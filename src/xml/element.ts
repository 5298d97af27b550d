/**
 * XML as a light tree that is easy to walk, change and print.
 *
 * @module
 */

/** An attribute with its prefix, if any, in its name. */
export interface XmlAttribute {
  readonly name: string;
  value: string;
}

/** A comment; kept only where a document is kept as it is. */
export interface XmlComment {
  readonly comment: string;
}

/** What an element holds. */
export type XmlNode = XmlElement | XmlComment | string;

/** An element. */
export class XmlElement {
  /** Name with its prefix, if any. */
  name: string;
  /** Namespace, or `null`. */
  readonly namespace: string | null;
  /** Attributes in order. */
  attributes: XmlAttribute[];
  /** Children in order: elements, text, comments. */
  children: XmlNode[];
  /** Whether it is printed with a tag at each end, each on its own line, though it holds nothing. */
  open = false;

  /** Creates an element. */
  constructor(
    name: string,
    attributes: XmlAttribute[] = [],
    children: XmlNode[] = [],
    namespace: string | null = null,
  ) {
    this.name = name;
    this.attributes = attributes;
    this.children = children;
    this.namespace = namespace;
  }

  /** Name without its prefix. */
  get localName(): string {
    return this.name.slice(this.name.indexOf(":") + 1);
  }

  /** An attribute's value, or `undefined`. */
  get(name: string): string | undefined {
    return this.attributes.find((attribute) => attribute.name === name)?.value;
  }

  /** Sets, replaces or (with `undefined`) removes an attribute. */
  set(name: string, value: string | undefined): this {
    const found = this.attributes.find((attribute) => attribute.name === name);
    if (value === undefined) this.attributes = this.attributes.filter((one) => one.name !== name);
    else if (found !== undefined) found.value = value;
    else this.attributes.push({ name, value });
    return this;
  }

  /** The child elements. */
  get elements(): XmlElement[] {
    return this.children.filter((child) => child instanceof XmlElement);
  }

  /** The first child element of a name without namespace. */
  child(name: string): XmlElement | undefined {
    for (const child of this.children) {
      if (child instanceof XmlElement && child.name === name && child.namespace === null) {
        return child;
      }
    }
    return undefined;
  }

  /** All child elements of a name without namespace. */
  all(name: string): XmlElement[] {
    return this.elements.filter((child) => child.name === name && child.namespace === null);
  }

  /** The first element down a path of names: `os/type`. */
  find(path: string): XmlElement | undefined {
    let at: XmlElement | undefined = this as XmlElement;
    for (const name of path.split("/")) at = at?.child(name);
    return at;
  }

  /** The text of the first element down a path; `undefined` when there is none, or it is empty. */
  textOf(path: string): string | undefined {
    return this.find(path)?.text || undefined;
  }

  /** All text inside, however deep. */
  get text(): string {
    let text = "";
    for (const child of this.children) {
      if (typeof child === "string") text += child;
      else if (child instanceof XmlElement) text += child.text;
    }
    return text;
  }

  /** Replaces the children by a text. */
  setText(text: string): this {
    this.children = text === "" ? [] : [text];
    return this;
  }

  /** Removes a child. */
  remove(child: XmlNode): void {
    const at = this.children.indexOf(child);
    if (at >= 0) this.children.splice(at, 1);
  }

  /** A copy that shares nothing with this element. */
  clone(): XmlElement {
    const copy = new XmlElement(
      this.name,
      this.attributes.map(({ name, value }) => ({ name, value })),
      this.children.map((child) => child instanceof XmlElement ? child.clone() : child),
      this.namespace,
    );
    copy.open = this.open;
    return copy;
  }
}

/** Creates an element in one expression; attributes and children that are `undefined` are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: (XmlNode | undefined)[]
): XmlElement {
  return new XmlElement(
    name,
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }]
    ),
    children.filter((child) => child !== undefined),
  );
}
