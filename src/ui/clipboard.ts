/**
 * Copying a text.
 *
 * @module
 */

import { element, setText } from "./dom.ts";
import { announce } from "./notices.ts";

const SAID = 2000;

/** A button that copies what `source` says; `what` names it, as `UUID`. */
export function copyButton(what: string, source: HTMLElement): HTMLButtonElement {
  const button = element("button", {
    type: "button",
    class: "copy",
    "aria-label": `Copy ${what}`,
    onclick: () => void copy(),
  }, "Copy");
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(source.textContent ?? "");
      setText(button, "Copied");
      announce(`${what} copied`);
      setTimeout(() => setText(button, "Copy"), SAID);
    } catch {
      // only a page from https: or the own host may; anywhere else one key is left to press
      getSelection()?.selectAllChildren(source);
      announce(`${what} selected`);
    }
  }
  return button;
}
