/**
 * A host and its domains.
 *
 * @module
 */

import { element, set, setChildren, setText } from "./dom.ts";
import { DomainRow } from "./domain_row.ts";
import { formatBytes } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import { LinkBanner } from "./link_banner.ts";
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
  readonly #banner: LinkBanner;
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
    this.#banner = new LinkBanner(link);
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
      this.#banner.root,
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
    this.#banner.tick();
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
    this.#banner.update();
    if (kind === this.#said || kind === "connecting") return;
    this.#said = kind;
    const { name } = this.#link.target;
    if (kind === "lost") announce(`Connection to ${name} lost: ${status.reason}`);
    if (kind === "connected") {
      announce(`${connections > 1 ? "Connected again" : "Connected"} to ${name}`);
    }
  }
}
