/**
 * A domain's statistics, and its definition.
 *
 * @module
 */

import { element } from "./dom.ts";
import { explain } from "./format.ts";
import { type LiveDomain, METRICS } from "./live_domain.ts";
import { MetricView } from "./metric_view.ts";
import type { Tab } from "./tab.ts";

/** Opens the tab. */
export function openOverview(live: LiveDomain): Tab {
  const metrics = METRICS.map((metric) => new MetricView(metric, true));
  const xml = element("pre", { tabindex: 0, "aria-label": "XML of the domain" });
  const details = element(
    "details",
    {
      ontoggle: () => {
        if (!details.open) return;
        live.domain.getXmlDesc().then(
          (text) => xml.textContent = text,
          (error) => xml.textContent = explain(error),
        );
      },
    },
    element("summary", {}, "XML"),
    xml,
  );
  const { uuid } = live.domain;
  const root = element(
    "div",
    { class: "overview" },
    element("div", { class: "charts" }, ...metrics.map(({ root }) => root)),
    element("dl", {}, element("dt", {}, "UUID"), element("dd", {}, uuid)),
    details,
  );
  function update(): void {
    for (const metric of metrics) metric.update(live);
  }
  update();
  return { root, update, close() {} };
}
