/**
 * A domain's statistics, and what it is.
 *
 * @module
 */

import { copyButton } from "./clipboard.ts";
import { type Definition, readDefinition } from "./definition.ts";
import { element, setChildren, setText } from "./dom.ts";
import { explain, isolate } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import { type LiveDomain, METRICS } from "./live_domain.ts";
import { MetricView } from "./metric_view.ts";
import { announce, showError } from "./notices.ts";
import type { Tab } from "./tab.ts";

/** Milliseconds after which it is asked again: a guest gets an address some time after its start. */
const REFRESH = 10_000;

/** Opens the tab. */
export function openOverview(host: HostLink, live: LiveDomain): Tab {
  const metrics = METRICS.map((metric) => new MetricView(metric, true));
  const xml = element("pre", { tabindex: 0, "aria-label": "XML of the domain" });
  const details = element(
    "details",
    { ontoggle: () => void read() },
    element("summary", {}, "XML"),
    copyButton("XML", xml),
    xml,
  );
  const uuid = element("span", { class: "mono" }, live.domain.uuid);
  const facts = element("dl");
  const fixed = fact("UUID", uuid, copyButton("UUID", uuid));
  const autostart = element("input", { type: "checkbox", role: "switch", id: "autostart" });
  autostart.addEventListener("change", () => void setAutostart(autostart.checked));
  const starting = fact(
    "Autostart",
    element("label", { class: "switch" }, autostart, "starts with its host"),
  );
  const root = element(
    "div",
    { class: "overview" },
    element("div", { class: "charts" }, ...metrics.map(({ root }) => root)),
    facts,
    details,
  );
  let seen = "";
  let told = "";
  let readAt = -Infinity;
  let closed = false;

  /** Asks what the domain is; what cannot be known is left out. */
  async function read(): Promise<void> {
    readAt = performance.now();
    try {
      const definition = await readDefinition(live.domain);
      if (!closed) show(definition);
    } catch (error) {
      if (!closed) setText(xml, explain(error));
    }
  }

  function show(definition: Definition): void {
    const { title, description, persistent, addresses, disks, interfaces } = definition;
    if (document.activeElement !== autostart) autostart.checked = definition.autostart ?? false;
    autostart.disabled = host.target.readOnly || !persistent;
    setText(xml, definition.xml);
    // only what has changed: somebody may be marking a text
    const telling = JSON.stringify({ ...definition, xml: "" });
    if (telling === told) return;
    told = telling;
    setChildren(facts, [
      ...(title === "" ? [] : [fact("Title", title)]),
      ...(description === "" ? [] : [fact("Description", description)]),
      ...(addresses.length === 0 ? [] : [fact("Addresses", ...lines(addresses))]),
      ...(disks.length === 0 ? [] : [fact("Disks", ...lines(disks))]),
      ...(interfaces.length === 0 ? [] : [fact("Interfaces", ...lines(interfaces))]),
      ...(persistent ? [] : [fact("Definition", "none: it is gone once it stops")]),
      ...(definition.autostart === undefined || !persistent ? [] : [starting]),
      fixed,
    ]);
  }

  async function setAutostart(wanted: boolean): Promise<void> {
    try {
      await live.domain.setAutostart(wanted);
      announce(`Autostart of ${isolate(live.domain.name)} ${wanted ? "on" : "off"}`);
    } catch (error) {
      autostart.checked = !wanted;
      showError(`Autostart of ${isolate(live.domain.name)} failed`, explain(error));
    }
  }

  function update(): void {
    for (const metric of metrics) metric.update(live);
    const now = `${live.state} ${host.connections}`;
    if (host.status.kind !== "connected") return;
    if (now === seen && (!live.active || performance.now() - readAt < REFRESH)) return;
    seen = now;
    void read();
  }

  facts.append(fixed);
  update();
  return {
    root,
    update,
    close() {
      closed = true;
    },
  };
}

/** A term and what is said of it. */
function fact(term: string, ...said: (string | Node)[]): HTMLElement {
  return element("div", {}, element("dt", {}, term), element("dd", {}, ...said));
}

function lines(texts: readonly string[]): HTMLElement[] {
  return texts.map((text) => element("div", { class: "mono" }, text));
}
