/**
 * A metric of a domain: its name, its newest value and its curve.
 *
 * @module
 */

import { element, setText } from "./dom.ts";
import { formatBytes, formatRate, formatShare } from "./format.ts";
import type { LiveDomain, Metric } from "./live_domain.ts";
import { Sparkline } from "./sparkline.ts";

const LABELS: Readonly<Record<Metric, string>> = {
  cpu: "CPU",
  memory: "Memory",
  disk: "Disk",
  network: "Network",
};

/** Draws one metric. */
export class MetricView {
  /** What is shown. */
  readonly root: HTMLElement;
  readonly #metric: Metric;
  readonly #value: HTMLElement = element("span", { class: "value" });
  readonly #detail: HTMLElement = element("span", { class: "detail" });
  readonly #curve: Sparkline = new Sparkline();

  /** Creates it empty; `detailed` says more below the value. */
  constructor(metric: Metric, detailed: boolean) {
    this.#metric = metric;
    this.root = element(
      "div",
      { class: `metric ${metric}` },
      element(
        "div",
        { class: "text" },
        element("span", { class: "label" }, LABELS[metric]),
        this.#value,
      ),
    );
    this.root.append(this.#curve.root);
    if (detailed) this.root.append(this.#detail);
  }

  /** Shows what the domain has done of late. */
  update(live: LiveDomain): void {
    const metric = this.#metric;
    const latest = live.latest(metric);
    const share = metric === "cpu" || metric === "memory";
    const text = latest === undefined ? "–" : share ? formatShare(latest) : formatRate(latest);
    setText(this.#value, text);
    setText(this.#detail, this.#details(live));
    this.#curve.draw(live.history[metric], share ? 1 : undefined);
  }

  #details({ vcpus, memory, rates, active }: LiveDomain): string {
    switch (this.#metric) {
      case "cpu":
        return vcpus === undefined
          ? ""
          : vcpus === 1
          ? "of 1 virtual CPU"
          : `of ${vcpus} virtual CPUs`;
      case "memory":
        return memory === undefined ? "" : `of ${formatBytes(memory)}`;
      case "disk":
        return rates === undefined || !active
          ? ""
          : `${formatRate(rates.read)} read, ${formatRate(rates.written)} written`;
      case "network":
        return rates === undefined || !active
          ? ""
          : `${formatRate(rates.received)} received, ${formatRate(rates.sent)} sent`;
    }
  }
}
