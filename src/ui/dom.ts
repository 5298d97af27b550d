/// <reference lib="dom" />
/**
 * Elements of the page, made and changed.
 *
 * @module
 */

/** What an element is given: attributes by name, listeners as `onclick`. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>;

/** Makes an element; `true` is an attribute without a value, `false` and `undefined` none. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  set(made, attributes);
  made.append(...children);
  return made;
}

/** Gives an element attributes and listeners. */
export function set(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") target.addEventListener(name.slice(2), value);
    else if (value === undefined || value === false) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Changes a text only where it differs, so that a selection in it stays. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Gives an element these children in this order, and moves none that is in its place. */
export function setChildren(parent: Element, children: readonly Element[]): void {
  const kept = new Set(children);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  for (const [i, child] of children.entries()) {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  }
}

/**
 * Shows the buttons of a group that fit the moment. A button that goes away with the focus on it
 * hands it to its neighbour: who uses the keyboard would be thrown to the top of the page.
 */
export function showOnly(buttons: readonly HTMLElement[], shown: (index: number) => boolean): void {
  const focused = buttons.findIndex((button) => button === document.activeElement);
  for (const [i, button] of buttons.entries()) button.hidden = !shown(i);
  if (focused >= 0 && buttons[focused]!.hidden) buttons.find((button) => !button.hidden)?.focus();
}
