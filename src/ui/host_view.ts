/**
 * A host and its domains.
 *
 * @module
 */

import { element, set, setChildren, setText } from "./dom.ts";
import { DomainRow } from "./domain_row.ts";
import { formatBytes } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import type { LiveDomain } from "./live_domain.ts";
import { announce } from "./notices.ts";
import { currentRoute } from "./route.ts";

/** A host's part of the list. */
export class HostView {
  /** What is shown. */
  readonly root: HTMLElement;
  readonly #link: HostLink;
  readonly #rows: Map<LiveDomain, DomainRow> = new Map();
  readonly #facts: HTMLElement = element("p", { class: "facts" });
  readonly #status: HTMLElement = element("span", { class: "status" });
  readonly #list: HTMLElement = element("ul", { class: "domains", role: "list" });
  readonly #empty: HTMLElement = element("p", { class: "empty" }, "There are no domains here.");
  readonly #banner: HTMLElement;
  readonly #reason: HTMLElement = element("p", {});
  readonly #countdown: HTMLElement = element("p", { class: "countdown" });
  #said = "connecting";

  /** Creates it; `update()` fills it. */
  constructor(link: HostLink) {
    this.#link = link;
    const { name, filter, readOnly } = link.target;
    const allowed = readOnly || filter === "monitor"
      ? "looks only"
      : filter === "operate"
      ? "starts and stops"
      : "";
    this.#banner = element(
      "div",
      { class: "banner", hidden: true },
      element("div", {}, element("strong", {}, "Connection lost"), this.#reason, this.#countdown),
      element("button", { type: "button", onclick: () => link.retry() }, "Retry now"),
    );
    const id = `host-${name}`;
    this.root = element(
      "section",
      { class: "host", "aria-labelledby": id, "data-host": name },
      element(
        "header",
        {},
        element("h2", { id }, name),
        this.#status,
        ...(allowed === "" ? [] : [element("span", { class: "badge" }, allowed)]),
        this.#facts,
      ),
      this.#banner,
      this.#list,
      this.#empty,
    );
  }

  /** Shows what is known. */
  update(): void {
    const { domains, sorted, status } = this.#link;
    const route = currentRoute();
    const here = route?.host === this.#link.target.name ? route.uuid : undefined;
    const current = new Set(sorted);
    for (const live of this.#rows.keys()) if (!current.has(live)) this.#rows.delete(live);
    for (const live of sorted) {
      let row = this.#rows.get(live);
      if (row === undefined) this.#rows.set(live, row = new DomainRow(this.#link, live));
      row.update(live.domain.uuid === here);
    }
    setChildren(this.#list, sorted.map((live) => this.#rows.get(live)!.root));
    this.#empty.hidden = domains.size > 0 || status.kind !== "connected";
    this.#updateFacts();
    this.#updateStatus();
  }

  /** Counts down to the next attempt. */
  tick(): void {
    const { status } = this.#link;
    if (status.kind !== "lost") return;
    const seconds = Math.max(0, Math.ceil((status.retryAt - Date.now()) / 1000));
    setText(
      this.#countdown,
      `What is shown is the last that was known. Next attempt in ${seconds} s.`,
    );
  }

  #updateFacts(): void {
    const { hostname, node, sorted } = this.#link;
    const running = sorted.filter(({ active }) => active).length;
    setText(
      this.#facts,
      [
        ...(hostname === undefined ? [] : [hostname]),
        ...(node === undefined
          ? []
          : [`${node.cpus} CPUs`, formatBytes(Number(node.memory) * 1024)]),
        `${running} of ${sorted.length} domains active`,
      ].join(" · "),
    );
  }

  #updateStatus(): void {
    const { status, connections } = this.#link;
    const { kind } = status;
    setText(this.#status, kind === "lost" || kind === "stopped" ? "disconnected" : kind);
    set(this.#status, { "data-status": kind });
    this.root.classList.toggle("stale", kind !== "connected");
    // while it connects anew the banner stays, so that the page does not jump
    this.#banner.hidden = kind === "connected" || (kind === "connecting" && this.#said !== "lost");
    if (kind === "lost") setText(this.#reason, status.reason);
    if (kind === "connecting") setText(this.#countdown, "Connecting…");
    this.tick();
    if (kind === this.#said || kind === "connecting") return;
    this.#said = kind;
    const { name } = this.#link.target;
    if (kind === "lost") announce(`Connection to ${name} lost: ${status.reason}`);
    if (kind === "connected") {
      announce(`${connections > 1 ? "Connected again" : "Connected"} to ${name}`);
    }
  }
}
