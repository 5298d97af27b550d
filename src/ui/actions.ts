/**
 * What can be done to a domain, and the buttons for it.
 *
 * @module
 */

import { type Domain, DomainState } from "../web.ts";
import { ask } from "./dialogs.ts";
import { element, showOnly } from "./dom.ts";
import { explain, isolate } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import { icon, type IconName } from "./icons.ts";
import type { LiveDomain } from "./live_domain.ts";
import { announce, showError } from "./notices.ts";

interface Action {
  readonly label: string;
  readonly icon: IconName;
  readonly states: readonly number[];
  readonly danger?: string;
  /** Whether the list has it too, not the domain's own page alone. */
  readonly listed?: boolean;
  run(domain: Domain): Promise<void>;
}

const { RUNNING, BLOCKED, PAUSED, SHUTDOWN, SHUTOFF, CRASHED, PMSUSPENDED } = DomainState;
const UP = [RUNNING, BLOCKED];

const ACTIONS: readonly Action[] = [
  {
    label: "Start",
    icon: "start",
    states: [SHUTOFF, CRASHED],
    listed: true,
    run: (domain) => domain.create(),
  },
  {
    label: "Resume",
    icon: "start",
    states: [PAUSED],
    listed: true,
    run: (domain) => domain.resume(),
  },
  {
    label: "Wake up",
    icon: "start",
    states: [PMSUSPENDED],
    listed: true,
    run: (domain) => domain.pmWakeup(),
  },
  {
    label: "Suspend",
    icon: "pause",
    states: UP,
    listed: true,
    run: (domain) => domain.suspend(),
  },
  {
    label: "Shut down",
    icon: "shutdown",
    states: UP,
    listed: true,
    run: (domain) => domain.shutdown(),
  },
  { label: "Reboot", icon: "reboot", states: UP, run: (domain) => domain.reboot() },
  {
    label: "Force off",
    icon: "stop",
    states: [...UP, PAUSED, SHUTDOWN, PMSUSPENDED],
    danger: "It stops at once, as if its power was cut. What the guest has not written is lost.",
    run: (domain) => domain.destroy(),
  },
];

/** Buttons that follow a domain's state. */
export class ActionButtons {
  /** The group. */
  readonly root: HTMLElement;
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #actions: readonly Action[];
  readonly #link: HostLink;
  readonly #live: LiveDomain;
  #busy = false;

  /** Creates the buttons, small ones with icons alone or all of them with their names. */
  constructor(link: HostLink, live: LiveDomain, small: boolean) {
    this.#link = link;
    this.#live = live;
    this.#actions = ACTIONS.filter(({ listed }) => !small || listed);
    this.#buttons = this.#actions.map((action) => {
      const name = `${action.label} ${live.domain.name}`;
      const button = element("button", {
        type: "button",
        class: action.danger ? "danger" : "",
        ...(small ? { "aria-label": name, title: action.label } : {}),
        onclick: () => void this.#do(action),
      });
      button.append(icon(action.icon));
      if (!small) button.append(action.label);
      return button;
    });
    this.root = element("div", {
      class: small ? "actions small" : "actions",
      role: "group",
      "aria-label": `Actions on ${live.domain.name}`,
    }, ...this.#buttons);
    this.update();
  }

  /** Shows what fits the state. */
  update(): void {
    const { state } = this.#live;
    // what is sure to be refused is not offered
    const possible = !this.#link.target.readOnly;
    showOnly(this.#buttons, (i) => possible && this.#actions[i]!.states.includes(state));
    const idle = this.#link.status.kind === "connected" && !this.#busy;
    // not `disabled`, which would take the focus away
    for (const button of this.#buttons) button.setAttribute("aria-disabled", String(!idle));
  }

  async #do(action: Action): Promise<void> {
    const { domain } = this.#live;
    if (this.#busy || this.#link.status.kind !== "connected") return;
    if (action.danger !== undefined) {
      const title = `${action.label} ${isolate(domain.name)}?`;
      const agreed = await ask({ title, text: action.danger, action: action.label, danger: true });
      if (agreed === undefined) return;
    }
    this.#busy = true;
    this.update();
    try {
      await action.run(domain);
      announce(`${action.label} ${isolate(domain.name)}: done`);
      await this.#link.refresh(domain);
    } catch (error) {
      showError(`${action.label} ${isolate(domain.name)} failed`, explain(error));
    } finally {
      this.#busy = false;
      this.update();
    }
  }
}
