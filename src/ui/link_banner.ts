/**
 * Says that a connection is lost, and when it is tried again.
 *
 * @module
 */

import { element, setText } from "./dom.ts";
import type { HostLink } from "./host_link.ts";

/** The banner of a host. */
export class LinkBanner {
  /** What is shown. */
  readonly root: HTMLElement;
  readonly #link: HostLink;
  readonly #title: HTMLElement = element("strong");
  readonly #reason: HTMLElement = element("p", {});
  readonly #countdown: HTMLElement = element("p", {});
  #shown = false;

  /** Creates it hidden. */
  constructor(link: HostLink) {
    this.#link = link;
    this.root = element(
      "div",
      { class: "banner", hidden: true },
      element("div", {}, this.#title, this.#reason, this.#countdown),
      element("button", { type: "button", onclick: () => link.retry() }, "Retry now"),
    );
  }

  /** Shows how the connection is. */
  update(): void {
    const { status, known } = this.#link;
    // while it connects anew the banner stays, so that the page does not jump
    this.#shown = status.kind === "lost" || (status.kind === "connecting" && this.#shown);
    const focused = this.root.contains(document.activeElement);
    this.root.hidden = !this.#shown;
    if (focused && !this.#shown) document.getElementById("main")?.focus();
    setText(this.#title, known ? "Connection lost" : "Cannot connect");
    if (status.kind === "lost") setText(this.#reason, status.reason);
    if (status.kind === "connecting") setText(this.#countdown, "Connecting…");
    this.tick();
  }

  /** Counts down to the next attempt. */
  tick(): void {
    const { status, known } = this.#link;
    if (status.kind !== "lost") return;
    const seconds = Math.max(0, Math.ceil((status.retryAt - Date.now()) / 1000));
    const stale = known ? "What is shown is the last that was known. " : "";
    setText(this.#countdown, `${stale}Next attempt in ${seconds} s.`);
  }
}
