/**
 * Messages that come and go, read out by screen readers.
 *
 * @module
 */

import { element } from "./dom.ts";
import { icon } from "./icons.ts";

/** Messages that are kept; who has not read so many reads no more. */
const KEPT = 5;

let alerts: HTMLElement;
let quiet: HTMLElement;

/** Makes the places of messages; they have to be in the page before there is anything to say. */
export function noticePlaces(): HTMLElement[] {
  alerts = element("div", { class: "notices", role: "alert", "aria-atomic": "false" });
  quiet = element("div", { class: "visually-hidden", role: "status" });
  return [alerts, quiet];
}

/** Shows that something went wrong, until it is dismissed. */
export function showError(what: string, why: string): void {
  // the same once more: it is said again, and shown once
  for (const old of [...alerts.children]) {
    if (old.textContent === `${what}${why}`) old.remove();
  }
  while (alerts.children.length >= KEPT) alerts.firstElementChild!.remove();
  const notice = element(
    "div",
    { class: "notice" },
    element("div", {}, element("strong", { dir: "auto" }, what), element("p", {}, why)),
  );
  const close = element("button", {
    type: "button",
    class: "plain",
    "aria-label": "Dismiss",
    onclick: () => {
      notice.remove();
      // who uses the keyboard goes on at the next one, or where the page begins
      const next = alerts.querySelector("button") ?? document.getElementById("main");
      if (document.activeElement === document.body) next?.focus();
    },
  });
  close.append(icon("close"));
  notice.append(close);
  alerts.append(notice);
}

/** Says something to screen readers alone, for what is seen anyway. */
export function announce(text: string): void {
  quiet.textContent = text;
}
