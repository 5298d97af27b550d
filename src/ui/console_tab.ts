/**
 * A domain's serial console in a terminal.
 *
 * @module
 */

import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { element, setText } from "./dom.ts";
import { explain } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import type { LiveDomain } from "./live_domain.ts";
import type { Tab } from "./tab.ts";

const FONT = 'ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';

/** Another has the console already. */
const TAKEN = /active console session exists/i;

/** What a phone's keyboard does not have. */
const KEYS: Readonly<Record<string, string>> = {
  "Esc": "\x1b",
  "Tab": "\t",
  "Ctrl C": "\x03",
  "Ctrl D": "\x04",
  "↑": "\x1b[A",
  "↓": "\x1b[B",
  "←": "\x1b[D",
  "→": "\x1b[C",
};
const KEY_NAMES: Readonly<Record<string, string>> = {
  "↑": "Up",
  "↓": "Down",
  "←": "Left",
  "→": "Right",
};

/** Opens the tab, and the console with it. */
export function openConsoleTab(host: HostLink, live: LiveDomain): Tab {
  const said = element("p", { class: "console-state", role: "status" });
  const connectButton = element("button", { type: "button", class: "primary" }, "Connect");
  const leaveButton = element("button", { type: "button" }, "Disconnect");
  const place = element("div", { class: "screen" });
  const keys = Object.entries(KEYS).map(([label, text]) =>
    element("button", {
      type: "button",
      "aria-label": KEY_NAMES[label],
      onpointerdown: (event) => event.preventDefault(), // the phone's keyboard stays up
      onclick: () => type(text),
    }, label)
  );
  const root = element(
    "div",
    { class: "console" },
    element("div", { class: "toolbar" }, said, connectButton, leaveButton),
    place,
    element("div", { class: "keys", role: "group", "aria-label": "Keys" }, ...keys),
    element(
      "p",
      { class: "hint" },
      element("kbd", {}, "Ctrl"),
      "+",
      element("kbd", {}, "]"),
      " leaves the console: every other key goes to the guest.",
    ),
  );

  const terminal = new Terminal({
    fontFamily: FONT,
    fontSize: 14,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    screenReaderMode: true,
    theme: { background: "#10141c", foreground: "#e6e9ef", cursor: "#7cc4ff" },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  // it measures itself, for which it has to be in the page
  const resized = new ResizeObserver(() => {
    if (terminal.element === undefined) terminal.open(place);
    fit.fit();
  });
  resized.observe(place);
  let writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  const encoder = new TextEncoder();
  terminal.onData(type);
  terminal.attachCustomKeyEventHandler((event) => {
    const leaves = event.ctrlKey && (event.key === "]" || event.code === "BracketRight");
    if (leaves && event.type === "keydown") leaveButton.focus();
    return !leaves;
  });

  function type(text: string): void {
    void writer?.write(encoder.encode(text)).catch(() => {});
  }

  let left = new AbortController();
  let taken = false;
  let open = false;
  const { readOnly } = host.target;

  function show(text: string, isOpen: boolean): void {
    open = isOpen;
    setText(said, text);
    update();
  }

  function update(): void {
    const focused = document.activeElement;
    connectButton.hidden = open || readOnly;
    leaveButton.hidden = !open;
    setText(connectButton, taken ? "Take it over" : "Connect");
    if (focused === leaveButton && !open) connectButton.focus();
  }

  /** Connects until either side ends it; by a connection of its own, which is closed with it. */
  async function run(force: boolean): Promise<void> {
    left = new AbortController();
    const { signal } = left;
    taken = false;
    show("Connecting…", true);
    try {
      await using conn = await host.connect(signal);
      const domain = await conn.lookupDomainByUuid(live.domain.uuid);
      await using stream = await domain.openConsole({ force, signal });
      writer = stream.writable.getWriter();
      show("Connected", true);
      terminal.focus();
      const reader = stream.readable.getReader();
      signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        // waits until the terminal has drawn it: a guest that prints fast fills no memory
        await new Promise<void>((drawn) => terminal.write(value, drawn));
      }
      show(signal.aborted ? "Disconnected" : "The console has ended", false);
    } catch (error) {
      taken = TAKEN.test(explain(error));
      show(signal.aborted ? "Disconnected" : explain(error), false);
    } finally {
      writer = undefined;
    }
  }

  connectButton.addEventListener("click", () => void run(taken));
  leaveButton.addEventListener("click", () => left.abort());
  if (readOnly) show("The proxy lets this console only look: no console can be opened", false);
  else if (live.active) void run(false);
  else show("The domain is not running", false);
  return {
    root,
    update,
    close() {
      left.abort();
      resized.disconnect();
      terminal.dispose();
    },
  };
}
