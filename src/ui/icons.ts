/**
 * The icons of buttons.
 *
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a square of 24. */
const PATHS = {
  start: "M8 5.5v13l10.5-6.5z",
  pause: "M8 6v12M16 6v12",
  shutdown: "M12 4v8M7.5 7a7 7 0 1 0 9 0",
  reboot: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4.5h-4.5",
  stop: "M7 7h10v10H7z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  camera: "M4 8h4l1.5-2h5L16 8h4v11H4zM12 16.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  plus: "M12 5v14M5 12h14",
} as const;

/** The icons' names. */
export type IconName = keyof typeof PATHS;

/** Makes an icon; the button that has it says what it means. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
