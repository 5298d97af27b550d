/**
 * Messages that come and go, read out by screen readers.
 *
 * @module
 */

import { element } from "./dom.ts";
import { icon } from "./icons.ts";

const SHOWN = 8000;

let alerts: HTMLElement;
let quiet: HTMLElement;

/** Makes the places of messages; they have to be in the page before there is anything to say. */
export function noticePlaces(): HTMLElement[] {
  alerts = element("div", { class: "notices", role: "alert" });
  quiet = element("div", { class: "visually-hidden", role: "status" });
  return [alerts, quiet];
}

/** Shows that something went wrong, until it is closed or has been read. */
export function showError(what: string, why: string): void {
  const notice = element(
    "div",
    { class: "notice" },
    element("div", {}, element("strong", {}, what), element("p", {}, why)),
  );
  const close = element("button", {
    type: "button",
    class: "plain",
    "aria-label": "Dismiss",
    onclick: () => notice.remove(),
  });
  close.append(icon("close"));
  notice.append(close);
  alerts.append(notice);
  while (alerts.children.length > 3) alerts.firstElementChild!.remove();
  let timer = setTimeout(() => notice.remove(), SHOWN);
  // who reads it may take the time
  notice.addEventListener("pointerenter", () => clearTimeout(timer));
  notice.addEventListener("focusin", () => clearTimeout(timer));
  notice.addEventListener("pointerleave", () => {
    timer = setTimeout(() => notice.remove(), SHOWN);
  });
}

/** Says something to screen readers alone, for what is seen anyway. */
export function announce(text: string): void {
  quiet.textContent = text;
}
