/**
 * A domain in the list.
 *
 * @module
 */

import { ActionButtons } from "./actions.ts";
import { element, set, setText } from "./dom.ts";
import { describeState, formatBytes } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import { type LiveDomain, METRICS } from "./live_domain.ts";
import { MetricView } from "./metric_view.ts";
import { addressOf } from "./route.ts";

/** A row. */
export class DomainRow {
  /** What is shown. */
  readonly root: HTMLLIElement;
  readonly #live: LiveDomain;
  readonly #state: HTMLElement = element("span", { class: "state" });
  readonly #size: HTMLElement = element("span", { class: "size" });
  readonly #metrics: readonly MetricView[] = METRICS.map((metric) => new MetricView(metric, false));
  readonly #actions: ActionButtons;
  readonly #link: HTMLAnchorElement;
  #shown: string | undefined;
  #onScreen = false;

  /** Creates it with what is known. */
  constructor(host: HostLink, live: LiveDomain) {
    this.#live = live;
    this.#actions = new ActionButtons(host, live, true);
    const { name, uuid } = live.domain;
    this.#link = element(
      "a",
      { href: addressOf({ host: host.target.name, uuid }), dir: "auto" },
      name,
    );
    this.root = element(
      "li",
      { class: "domain", "data-name": name },
      element(
        "div",
        { class: "who" },
        this.#link,
        element("div", { class: "facts" }, this.#state, this.#size),
      ),
      element("div", { class: "metrics" }, ...this.#metrics.map(({ root }) => root)),
      this.#actions.root,
    );
    ROWS.set(this.root, (onScreen) => this.#setOnScreen(onScreen));
    SCREEN.observe(this.root);
  }

  /** Shows what is known; `open` where the domain's own page is beside, `status` the connection's. */
  update(open: boolean, status: string): void {
    const { state, vcpus, memory, domain, active, revision } = this.#live;
    const shown = `${revision} ${open} ${status}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { text, tone } = describeState(state);
    setText(this.#link, domain.name);
    setText(this.#state, text);
    set(this.#state, { "data-tone": tone });
    const size = [
      ...(vcpus === undefined ? [] : [`${vcpus} CPU${vcpus === 1 ? "" : "s"}`]),
      ...(memory === undefined ? [] : [formatBytes(memory)]),
    ];
    setText(this.#size, size.join(", "));
    set(this.#link, { "aria-current": open ? "page" : undefined });
    this.root.classList.toggle("open", open);
    this.root.classList.toggle("inactive", !active);
    this.#actions.update();
    if (this.#onScreen) this.#draw();
  }

  /** Ends that it is looked at. */
  close(): void {
    SCREEN.unobserve(this.root);
  }

  #setOnScreen(onScreen: boolean): void {
    this.#onScreen = onScreen;
    if (onScreen) this.#draw();
  }

  #draw(): void {
    for (const metric of this.#metrics) metric.update(this.#live);
  }
}

/** Of hundreds of rows only those that somebody may see are worth their curves. */
const ROWS = new WeakMap<Element, (onScreen: boolean) => void>();
const SCREEN = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) ROWS.get(target)?.(isIntersecting);
}, { rootMargin: "100px" });
