/**
 * A small curve of the last minutes.
 *
 * @module
 */

import { HISTORY } from "./live_domain.ts";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 24;

/** A curve that can be drawn again. */
export class Sparkline {
  /** What is shown. */
  readonly root: SVGSVGElement;
  readonly #line: SVGPathElement;
  readonly #area: SVGPathElement;

  /** Creates it empty. */
  constructor() {
    this.root = document.createElementNS(SVG, "svg");
    this.root.setAttribute("viewBox", `0 0 ${HISTORY - 1} ${HEIGHT}`);
    this.root.setAttribute("preserveAspectRatio", "none");
    this.root.setAttribute("class", "sparkline");
    this.root.setAttribute("aria-hidden", "true"); // the number beside it says what there is to say
    this.#area = document.createElementNS(SVG, "path");
    this.#area.setAttribute("class", "area");
    this.#line = document.createElementNS(SVG, "path");
    this.#line.setAttribute("class", "line");
    this.root.append(this.#area, this.#line);
  }

  /** Draws values, the newest at the right; `top` is what reaches the top, their greatest if left out. */
  draw(values: readonly number[], top?: number): void {
    const highest = top ?? Math.max(1, ...values) * 1.1;
    const first = HISTORY - values.length;
    const points = values.map((value, i) =>
      `${first + i} ${(HEIGHT - 1 - (HEIGHT - 3) * Math.min(1, value / highest)).toFixed(2)}`
    );
    const line = points.length < 2 ? "" : `M${points.join("L")}`;
    this.#line.setAttribute("d", line);
    this.#area.setAttribute(
      "d",
      line === "" ? "" : `${line}L${HISTORY - 1} ${HEIGHT}L${first} ${HEIGHT}Z`,
    );
  }
}
