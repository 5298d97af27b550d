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
import { ALL, arrange, type Choice, matches } from "./list_order.ts";
import type { LiveDomain } from "./live_domain.ts";
import { announce } from "./notices.ts";
import { currentRoute } from "./route.ts";

/** A host's part of the list. */
export class HostView {
  /** What is shown. */
  readonly root: HTMLElement;
  /** Domains that are listed, of those that there are. */
  listed = 0;
  readonly #link: HostLink;
  readonly #rows: Map<LiveDomain, DomainRow> = new Map();
  readonly #facts: HTMLElement = element("p", { class: "facts" });
  readonly #status: HTMLElement = element("span", { class: "status" });
  readonly #list: HTMLElement = element("ul", { class: "domains", role: "list" });
  readonly #empty: HTMLElement = element("p", { class: "empty" });
  readonly #banner: LinkBanner;
  #choice: Choice = ALL;
  #shown: readonly LiveDomain[] | undefined;
  #said = "connecting";

  /** Creates it; `update()` fills it. */
  constructor(link: HostLink) {
    this.#link = link;
    const { name, filter, readOnly } = link.target;
    const allowed = readOnly ? "looks only" : filter === "operate" ? "starts and stops" : "";
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

  /** Lists other domains, or in another order. */
  choose(choice: Choice): void {
    this.#choice = choice;
    this.#shown = undefined;
    this.update();
  }

  /** Shows what is known. */
  update(): void {
    const { domains, sorted, status, target } = this.#link;
    const route = currentRoute();
    const here = route?.host === target.name ? route.uuid : undefined;
    for (const [live, row] of this.#rows) {
      if (domains.get(live.domain.uuid) === live) continue;
      row.close();
      this.#rows.delete(live);
    }
    this.listed = 0;
    for (const live of sorted) {
      let row = this.#rows.get(live);
      if (row === undefined) this.#rows.set(live, row = new DomainRow(this.#link, live));
      row.update(live.domain.uuid === here, status.kind);
      row.root.hidden = !matches(live, this.#choice);
      if (!row.root.hidden) this.listed++;
    }
    this.#arrange(sorted);
    this.#list.hidden = this.listed === 0;
    this.#empty.hidden = this.listed > 0 || status.kind === "lost";
    setText(this.#empty, this.#whyEmpty());
    this.#updateFacts();
    this.#updateStatus();
  }

  /** Counts down to the next attempt. */
  tick(): void {
    this.#banner.tick();
  }

  /** Ends that it is shown. */
  close(): void {
    for (const row of this.#rows.values()) row.close();
  }

  #arrange(sorted: readonly LiveDomain[]): void {
    const byName = this.#choice.order === "name";
    if (byName && this.#shown === sorted) return;
    // what somebody is about to press does not move away; what is new or gone is shown all the same
    const busy = this.#shown !== undefined && this.#list.matches(":hover, :focus-within");
    if (!byName && busy && this.#list.childElementCount === sorted.length) return;
    setChildren(this.#list, arrange(sorted, this.#choice).map((it) => this.#rows.get(it)!.root));
    this.#shown = sorted;
  }

  #whyEmpty(): string {
    if (!this.#link.known) return "Looking what is there…";
    return this.#link.domains.size === 0
      ? "There are no domains here."
      : "No domain here is what is looked for.";
  }

  #updateFacts(): void {
    const { hostname, node, domains, known } = this.#link;
    let active = 0;
    for (const live of domains.values()) if (live.active) active++;
    setText(
      this.#facts,
      [
        ...(hostname === undefined ? [] : [hostname]),
        ...(node === undefined ? [] : [
          `${node.cpus} CPU${node.cpus === 1 ? "" : "s"}`,
          formatBytes(Number(node.memory) * 1024),
        ]),
        ...(known ? [`${active} of ${domains.size} domains active`] : []),
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
