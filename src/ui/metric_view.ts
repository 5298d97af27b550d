/**
 * A metric of a domain: its name, its newest value and its curve.
 *
 * @module
 */

import { element, setText } from "./dom.ts";
import { formatBytes, formatRate, formatShare, scaleOf } from "./format.ts";
import { type LiveDomain, type Metric, WINDOW } from "./live_domain.ts";
import { sampleAt, Sparkline } from "./sparkline.ts";

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
  readonly #isShare: boolean;
  readonly #value: HTMLElement = element("span", { class: "value" });
  readonly #detail: HTMLElement = element("span", { class: "detail" });
  readonly #top: HTMLElement = element("span");
  readonly #curve: Sparkline = new Sparkline();
  #live: LiveDomain | undefined;
  /** Where a pointer is on the curve; 1 is its right end. */
  #pointed: number | undefined;

  /** Creates it empty; `detailed` tells its scale, more below the value, and values of the past. */
  constructor(metric: Metric, detailed: boolean) {
    this.#metric = metric;
    this.#isShare = metric === "cpu" || metric === "memory";
    this.root = element(
      "div",
      { class: `metric ${metric}` },
      element(
        "div",
        { class: "text" },
        element("span", { class: "label" }, LABELS[metric]),
        this.#value,
      ),
      this.#curve.root,
    );
    if (!detailed) return;
    this.root.append(
      element(
        "div",
        { class: "axis", "aria-hidden": "true" },
        element("span", {}, `${WINDOW / 60_000} min ago`),
        this.#top,
        element("span", {}, "now"),
      ),
      this.#detail,
    );
    const point = (event: Event) => {
      const { left, width } = this.#curve.root.getBoundingClientRect();
      this.#pointed = ((event as PointerEvent).clientX - left) / width;
      this.#show();
    };
    this.#curve.root.addEventListener("pointerdown", point);
    this.#curve.root.addEventListener("pointermove", point);
    for (const end of ["pointerleave", "pointercancel"]) {
      this.#curve.root.addEventListener(end, () => {
        this.#pointed = undefined;
        this.#show();
      });
    }
  }

  /** Shows what the domain has done of late. */
  update(live: LiveDomain): void {
    this.#live = live;
    const samples = live.history[this.#metric];
    const top = this.#isShare ? 1 : scaleOf(Math.max(0, ...samples.map(({ value }) => value)));
    setText(this.#top, `full height: ${this.#format(top)}`);
    this.#curve.draw(samples, top);
    this.#show();
  }

  #show(): void {
    const live = this.#live;
    if (live === undefined) return;
    const samples = live.history[this.#metric];
    const pointed = this.#pointed === undefined ? undefined : sampleAt(samples, this.#pointed);
    this.#curve.mark(samples, pointed);
    const value = pointed?.value ?? live.latest(this.#metric);
    setText(this.#value, value === undefined ? "–" : this.#format(value));
    const seconds = pointed && Math.round((samples.at(-1)!.time - pointed.time) / 1000);
    setText(this.#detail, seconds === undefined ? this.#details(live) : `${seconds} s ago`);
  }

  #format(value: number): string {
    return this.#isShare ? formatShare(value) : formatRate(value);
  }

  #details({ vcpus, memory, memoryUsed, rates, active }: LiveDomain): string {
    switch (this.#metric) {
      case "cpu":
        return vcpus === undefined
          ? ""
          : vcpus === 1
          ? "of 1 virtual CPU"
          : `of ${vcpus} virtual CPUs`;
      case "memory":
        return memory === undefined
          ? ""
          : memoryUsed === undefined || !active
          ? `of ${formatBytes(memory)}`
          : `${formatBytes(memoryUsed)} of ${formatBytes(memory)}`;
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
