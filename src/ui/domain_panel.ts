/**
 * A domain's own page.
 *
 * @module
 */

import { ActionButtons } from "./actions.ts";
import { element, set, setText } from "./dom.ts";
import { describeState } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import { icon } from "./icons.ts";
import { LinkBanner } from "./link_banner.ts";
import type { LiveDomain } from "./live_domain.ts";
import { openOverview } from "./overview_tab.ts";
import { addressOf, type TabName, TABS } from "./route.ts";
import { openScreenshotTab } from "./screenshot_tab.ts";
import { openSnapshotsTab } from "./snapshots_tab.ts";
import type { Tab } from "./tab.ts";

const LABELS: Readonly<Record<TabName, string>> = {
  overview: "Overview",
  console: "Console",
  screenshot: "Screen",
  snapshots: "Snapshots",
};

const READ_ONLY = "The proxy lets this console only look here: nothing can be started or changed.";

/** A domain's page, which is open. */
export class DomainPanel {
  /** What is shown. */
  readonly root: HTMLElement;
  readonly #host: HostLink;
  readonly #live: LiveDomain;
  readonly #heading: HTMLElement;
  readonly #state: HTMLElement = element("span", { class: "state" });
  readonly #banner: LinkBanner;
  readonly #actions: ActionButtons;
  readonly #tabs: readonly HTMLElement[];
  readonly #place: HTMLElement = element("div", {
    id: "tab",
    role: "tabpanel",
    "aria-labelledby": "",
  });
  #name: TabName | undefined;
  #tab: Tab | undefined;

  /** Opens it; `show()` opens a tab. */
  constructor(host: HostLink, live: LiveDomain) {
    this.#host = host;
    this.#live = live;
    this.#banner = new LinkBanner(host);
    this.#actions = new ActionButtons(host, live, false);
    this.#heading = element("h2", { tabindex: -1, dir: "auto" }, live.domain.name);
    const back = element("a", { class: "back", href: "#/", "aria-label": "Back to the list" });
    back.append(icon("back"));
    this.#tabs = TABS.map((name) =>
      element("a", {
        id: `tab-${name}`,
        role: "tab",
        href: addressOf({ host: host.target.name, uuid: live.domain.uuid, tab: name }),
        "aria-controls": "tab",
        onkeydown: (event) => this.#move(event as KeyboardEvent),
      }, LABELS[name])
    );
    this.root = element(
      "section",
      { class: "panel", "aria-label": `Domain ${live.domain.name}` },
      element(
        "header",
        {},
        element("div", { class: "title" }, back, this.#heading),
        this.#state,
        element("span", { class: "facts" }, `on ${host.target.name}`),
      ),
      this.#banner.root,
      this.#actions.root,
      ...(host.target.readOnly ? [element("p", { class: "facts" }, READ_ONLY)] : []),
      element("div", { class: "tabs", role: "tablist" }, ...this.#tabs),
      this.#place,
    );
    this.update();
  }

  /** Whether it is this domain's. */
  isOf(live: LiveDomain): boolean {
    return live === this.#live;
  }

  /** Gives it the focus, so that a screen reader goes on there. */
  focus(): void {
    this.#heading.focus();
  }

  /** Opens a tab, unless it is open. */
  async show(name: TabName): Promise<void> {
    if (name === this.#name) return;
    this.#name = name;
    for (const [i, tab] of this.#tabs.entries()) {
      const selected = TABS[i] === name;
      set(tab, { "aria-selected": String(selected), tabindex: selected ? 0 : -1 });
    }
    set(this.#place, { "aria-labelledby": `tab-${name}` });
    this.#tab?.close();
    this.#tab = undefined;
    this.#place.replaceChildren();
    const tab = await this.#open(name);
    if (this.#name !== name) return tab.close(); // another was chosen while it was loaded
    this.#tab = tab;
    this.#place.replaceChildren(tab.root);
  }

  /** Shows what has changed. */
  update(): void {
    const { text, tone } = describeState(this.#live.state);
    setText(this.#heading, this.#live.domain.name);
    setText(this.#state, text);
    set(this.#state, { "data-tone": tone });
    this.#banner.update();
    this.#actions.update();
    this.#tab?.update();
  }

  /** Counts down to the next attempt to connect. */
  tick(): void {
    this.#banner.tick();
  }

  /** Ends what it has under way. */
  close(): void {
    this.#name = undefined;
    this.#tab?.close();
    this.#tab = undefined;
    this.root.remove();
  }

  async #open(name: TabName): Promise<Tab> {
    switch (name) {
      case "overview":
        return openOverview(this.#host, this.#live);
      case "console": {
        // the terminal is most of the page's code: loaded by those who open one
        const { openConsoleTab } = await import("./console_tab.ts");
        return openConsoleTab(this.#host, this.#live);
      }
      case "screenshot":
        return openScreenshotTab(this.#live);
      case "snapshots":
        return openSnapshotsTab(this.#host, this.#live);
    }
  }

  /** Arrow keys go from tab to tab, as they do wherever there are tabs. */
  #move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    // not of the tab that is shown: the address changes later than the next key may come
    const now = this.#tabs.indexOf(event.currentTarget as HTMLElement);
    const last = TABS.length - 1;
    const next = Number.isFinite(step)
      ? (now + step + TABS.length) % TABS.length
      : step < 0
      ? 0
      : last;
    this.#tabs[next]!.focus();
    this.#tabs[next]!.click();
  }
}
