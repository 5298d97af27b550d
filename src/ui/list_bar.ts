/**
 * The bar above the list: what is looked for, and the order.
 *
 * @module
 */

import { element, setText } from "./dom.ts";
import { type Choice, type Order, ORDERS, wordsOf } from "./list_order.ts";

/** The bar. */
export class ListBar {
  /** What is shown. */
  readonly root: HTMLElement;
  readonly #search: HTMLInputElement = element("input", {
    type: "search",
    "aria-label": "Find domains",
    placeholder: "Name, state, UUID",
    autocomplete: "off",
    spellcheck: "false",
  });
  readonly #order: HTMLSelectElement = element(
    "select",
    { "aria-label": "Order" },
    ...Object.entries(ORDERS).map(([value, label]) => element("option", { value }, label)),
  );
  readonly #count: HTMLElement = element("p", { class: "facts", role: "status" });

  /** Creates it; `choose` is told what is wanted. */
  constructor(choose: (choice: Choice) => void) {
    const tell = () =>
      choose({ words: wordsOf(this.#search.value), order: this.#order.value as Order });
    this.#search.addEventListener("input", tell);
    this.#order.addEventListener("change", tell);
    this.root = element(
      "div",
      { class: "bar", role: "search" },
      this.#search,
      element("label", {}, "Order ", this.#order),
      this.#count,
    );
  }

  /** Tells how many are listed, while something is looked for. */
  update(listed: number, all: number): void {
    const searching = wordsOf(this.#search.value).length > 0;
    setText(this.#count, searching ? `${listed} of ${all} domains` : "");
  }
}
