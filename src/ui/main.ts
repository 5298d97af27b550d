/**
 * The web console: what the proxy's targets have, live.
 *
 * @module
 */

import { DomainPanel } from "./domain_panel.ts";
import { element } from "./dom.ts";
import { explain } from "./format.ts";
import { HostLink } from "./host_link.ts";
import { HostView } from "./host_view.ts";
import { ListBar } from "./list_bar.ts";
import { askForToken } from "./login.ts";
import { noticePlaces } from "./notices.ts";
import { ProxyApi, type Target, TokenError } from "./proxy_api.ts";
import { currentRoute } from "./route.ts";

const RETRY = 3000;
/** Frames until rows that were not seen yet have taken their height. */
const SETTLING = 12;

/** The page while it is used with one token; resolves when the proxy takes it no more. */
class Page {
  readonly #links: readonly HostLink[];
  readonly #views: readonly HostView[];
  readonly #list: HTMLElement;
  readonly #place: HTMLElement;
  readonly #bar: ListBar;
  #panel: DomainPanel | undefined;

  constructor(api: ProxyApi, targets: Target[], place: HTMLElement) {
    this.#place = place;
    this.#links = targets.map((target) => new HostLink(api, target));
    this.#views = this.#links.map((link) => new HostView(link));
    this.#bar = new ListBar((choice) => {
      for (const view of this.#views) view.choose(choice);
      this.#count();
    });
    this.#list = element(
      "div",
      { class: "hosts" },
      this.#bar.root,
      ...this.#views.map(({ root }) => root),
    );
    if (targets.length === 0) {
      this.#list.append(element("p", { class: "empty" }, "This token opens no target."));
    }
    place.replaceChildren(this.#list);
  }

  async run(): Promise<void> {
    const route = () => this.#route(true);
    addEventListener("hashchange", route);
    for (const [i, link] of this.#links.entries()) {
      link.listen(() => {
        this.#views[i]!.update();
        this.#panel?.update();
        this.#count();
        this.#route(false);
      });
      this.#views[i]!.update();
    }
    const ticking = setInterval(() => {
      for (const view of this.#views) view.tick();
      this.#panel?.tick();
    }, 500);
    try {
      await Promise.all(this.#links.map((link) => link.run()));
    } finally {
      for (const link of this.#links) link.stop();
      for (const view of this.#views) view.close();
      removeEventListener("hashchange", route);
      clearInterval(ticking);
      this.#panel?.close();
    }
  }

  /** Opens and closes the domain's page as the address says; `moved` when somebody went there. */
  #route(moved: boolean): void {
    const route = currentRoute();
    const link = this.#links.find(({ target }) => target.name === route?.host);
    const live = route === undefined ? undefined : link?.domains.get(route.uuid);
    const opens = live !== undefined && !this.#panel?.isOf(live);
    if (live === undefined || link === undefined) {
      if (this.#panel !== undefined) this.#closePanel();
      // a domain that is gone; before anything is known it may still come
      if (route !== undefined && link?.status.kind === "connected") {
        history.replaceState(null, "", "#/");
      }
    } else if (opens) {
      this.#panel?.close();
      this.#panel = new DomainPanel(link, live);
      this.#place.append(this.#panel.root);
      if (moved) this.#panel.focus();
    }
    this.#place.classList.toggle("split", this.#panel !== undefined);
    void this.#panel?.show(route?.tab ?? "overview");
    document.title = live === undefined ? "virtwire" : `${live.domain.name} – virtwire`;
    if (moved) { for (const view of this.#views) view.update(); }
    // beside the domain's page the list is a narrow one, in which the row lies elsewhere
    const row = opens ? this.#list.querySelector(".domain.open") : null;
    if (row !== null) bringIntoView(row);
  }

  #count(): void {
    let [listed, all] = [0, 0];
    for (const [i, view] of this.#views.entries()) {
      listed += view.listed;
      all += this.#links[i]!.domains.size;
    }
    this.#bar.update(listed, all);
  }

  #closePanel(): void {
    const had = this.#panel!.root.contains(document.activeElement);
    this.#panel!.close();
    this.#panel = undefined;
    this.#place.classList.remove("split"); // on a phone the list was hidden: it takes no focus then
    const opened = this.#list.querySelector<HTMLElement>("a[aria-current]") ??
      this.#list.querySelector<HTMLElement>("a");
    if (!had && document.activeElement !== document.body) return;
    opened?.focus();
    if (opened) bringIntoView(opened);
  }
}

/** Scrolls to what is not in the window, for as long as it takes until it stays there. */
function bringIntoView(target: Element, frames: number = SETTLING): void {
  const { top, bottom } = target.getBoundingClientRect();
  const away = top < 0 || bottom > innerHeight;
  if (away) target.scrollIntoView({ block: "center" });
  const left = away ? frames - 1 : Math.min(frames - 1, 2);
  if (left > 0) requestAnimationFrame(() => bringIntoView(target, left));
}

async function main(): Promise<void> {
  const signOut = element("button", { type: "button", class: "plain", hidden: true }, "Sign out");
  const place = element("main", { id: "main", tabindex: -1 });
  document.body.replaceChildren(
    element("a", { class: "skip", href: "#main" }, "Skip to the hosts"),
    element(
      "header",
      { class: "top" },
      element("h1", {}, element("span", { class: "logo", "aria-hidden": "true" }), "virtwire"),
      signOut,
    ),
    place,
    ...noticePlaces(),
  );
  document.querySelector(".skip")!.addEventListener("click", (event) => {
    event.preventDefault(); // the address says what is shown
    place.focus();
  });
  place.append(element("p", { class: "empty" }, "Looking what is there…"));
  const api = new ProxyApi();
  signOut.addEventListener("click", () => {
    api.setToken(undefined);
    location.reload();
  });
  let reason = "";
  for (;;) {
    if (!api.hasToken) api.setToken(await askForToken(place, reason));
    reason = "";
    try {
      const targets = await api.targets();
      signOut.hidden = false;
      await new Page(api, targets, place).run();
      return;
    } catch (error) {
      if (error instanceof TokenError) {
        api.setToken(undefined);
        reason = explain(error);
        continue;
      }
      place.replaceChildren(
        element("p", { class: "empty", role: "alert" }, `${explain(error)}. Trying again…`),
      );
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

await main();
