/**
 * A small curve of the last minutes.
 *
 * @module
 */

import { GAP, type Sample, WINDOW } from "./live_domain.ts";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 24;

/** A curve that can be drawn again. */
export class Sparkline {
  /** What is shown. */
  readonly root: SVGSVGElement = document.createElementNS(SVG, "svg");
  readonly #line: SVGPathElement = part("line");
  readonly #area: SVGPathElement = part("area");
  readonly #marker: SVGPathElement = part("marker");

  /** Creates it empty. */
  constructor() {
    this.root.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.root.setAttribute("preserveAspectRatio", "none");
    this.root.setAttribute("class", "sparkline");
    this.root.setAttribute("aria-hidden", "true"); // the number beside it says what there is to say
    this.root.append(this.#area, this.#line, this.#marker);
  }

  /** Draws samples, the newest at the right, where nothing is known with a gap; `top` is the height. */
  draw(samples: readonly Sample[], top: number): void {
    let [line, area, start] = ["", "", 0];
    for (const [i, { time, value }] of samples.entries()) {
      const x = xOf(samples, time).toFixed(1);
      const y = (HEIGHT - 1 - (HEIGHT - 3) * Math.min(1, value / top)).toFixed(1);
      const next = samples[i + 1];
      if (i === start) {
        line += `M${x} ${y}`;
        area += `M${x} ${HEIGHT}V${y}`;
      } else {
        line += `L${x} ${y}`;
        area += `L${x} ${y}`;
      }
      if (next === undefined || next.time - time > GAP) {
        area += `V${HEIGHT}Z`;
        start = i + 1;
      }
    }
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", area);
  }

  /** Marks a sample; without one takes the mark away. */
  mark(samples: readonly Sample[], sample: Sample | undefined): void {
    const x = sample === undefined ? 0 : xOf(samples, sample.time).toFixed(1);
    this.#marker.setAttribute("d", sample === undefined ? "" : `M${x} 0V${HEIGHT}`);
  }
}

/** The sample that is nearest to a place of the curve, of which 1 is the right end. */
export function sampleAt(samples: readonly Sample[], place: number): Sample | undefined {
  let nearest: Sample | undefined;
  let least = Infinity;
  for (const sample of samples) {
    const distance = Math.abs(xOf(samples, sample.time) / WIDTH - place);
    if (distance < least) [nearest, least] = [sample, distance];
  }
  return nearest;
}

function xOf(samples: readonly Sample[], time: number): number {
  return WIDTH * (1 - (samples.at(-1)!.time - time) / WINDOW);
}

function part(name: string): SVGPathElement {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", name);
  return path;
}
