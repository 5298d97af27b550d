/**
 * A domain's snapshots.
 *
 * @module
 */

import type { DomainSnapshot } from "../web.ts";
import { ask } from "./dialogs.ts";
import { element, setText } from "./dom.ts";
import { explain, isolate } from "./format.ts";
import type { HostLink } from "./host_link.ts";
import { icon } from "./icons.ts";
import type { LiveDomain } from "./live_domain.ts";
import { announce, showError } from "./notices.ts";
import type { Tab } from "./tab.ts";

interface Shown {
  readonly snapshot: DomainSnapshot;
  readonly created: Date;
  readonly state: string;
  readonly description: string;
  readonly current: boolean;
}

async function describe(snapshot: DomainSnapshot): Promise<Shown> {
  const [text, current] = await Promise.all([snapshot.getXmlDesc(), snapshot.isCurrent()]);
  const root = new DOMParser().parseFromString(text, "text/xml").documentElement;
  const field = (name: string) => root.querySelector(`:scope > ${name}`)?.textContent ?? "";
  return {
    snapshot,
    created: new Date(Number(field("creationTime")) * 1000),
    state: field("state"),
    description: field("description"),
    current,
  };
}

/** The XML of a snapshot to be made; what is left out libvirt chooses. */
function snapshotXml(fields: Readonly<Record<string, string>>): string {
  const xml = document.implementation.createDocument(null, "domainsnapshot");
  for (const name of ["name", "description"]) {
    const text = fields[name] ?? "";
    if (text === "") continue;
    const child = xml.createElement(name);
    child.textContent = text;
    xml.documentElement.append(child);
  }
  return new XMLSerializer().serializeToString(xml);
}

/** Opens the tab. */
export function openSnapshotsTab(host: HostLink, live: LiveDomain): Tab {
  const said = element("p", { role: "status" });
  const list = element("ul", { class: "snapshots", role: "list" });
  const create = element("button", {
    type: "button",
    class: "primary",
    onclick: () => void takeSnapshot(),
  });
  create.append(icon("plus"), "Take a snapshot");
  const { readOnly } = host.target;
  create.hidden = readOnly;
  const root = element("div", {}, element("div", { class: "toolbar" }, said, create), list);

  async function load(): Promise<void> {
    try {
      const shown = await Promise.all((await live.domain.listAllSnapshots()).map(describe));
      shown.sort((a, b) => b.created.getTime() - a.created.getTime());
      list.replaceChildren(...shown.map(row));
      list.hidden = shown.length === 0;
      setText(said, shown.length === 0 ? "There are no snapshots." : countOf(shown.length));
    } catch (error) {
      setText(said, explain(error));
    }
  }

  /** Does it, shows what came of it, and gives the focus a place when its button is gone. */
  async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      announce(`${what}: done`);
    } catch (error) {
      showError(`${what} failed`, explain(error));
    }
    await Promise.all([load(), host.refresh(live.domain)]);
    if (document.activeElement === document.body) create.focus();
  }

  async function takeSnapshot(): Promise<void> {
    const fields = await ask({
      title: `Take a snapshot of ${isolate(live.domain.name)}`,
      text: "Without a name libvirt makes one of the time.",
      action: "Take it",
      fields: { name: "Name", description: "Description" },
    });
    if (fields === undefined) return;
    await attempt("Taking a snapshot", () => live.domain.createSnapshotXml(snapshotXml(fields)));
  }

  async function revert(snapshot: DomainSnapshot): Promise<void> {
    const agreed = await ask({
      title: `Revert to ${isolate(snapshot.name)}?`,
      text: `${isolate(live.domain.name)} goes back to that state. What happened since is lost.`,
      action: "Revert",
      danger: true,
    });
    if (agreed) await attempt(`Reverting to ${snapshot.name}`, () => snapshot.revertTo());
  }

  async function remove(snapshot: DomainSnapshot): Promise<void> {
    const agreed = await ask({
      title: `Delete ${isolate(snapshot.name)}?`,
      text: "The domain stays as it is; this state cannot be gone back to any more.",
      action: "Delete",
      danger: true,
    });
    if (agreed) await attempt(`Deleting ${snapshot.name}`, () => snapshot.delete());
  }

  function row({ snapshot, created, state, description, current }: Shown): HTMLElement {
    const { name } = snapshot;
    return element(
      "li",
      {},
      element(
        "div",
        {},
        element("strong", { dir: "auto" }, name),
        ...(current ? [" ", element("span", { class: "badge" }, "current")] : []),
        element("p", { class: "facts" }, `${created.toLocaleString()} · ${state}`),
        ...(description === "" ? [] : [element("p", {}, description)]),
      ),
      element(
        "div",
        { class: "actions", hidden: readOnly },
        element("button", {
          type: "button",
          "aria-label": `Revert to ${name}`,
          onclick: () => void revert(snapshot),
        }, "Revert"),
        element("button", {
          type: "button",
          class: "danger",
          "aria-label": `Delete ${name}`,
          onclick: () => void remove(snapshot),
        }, "Delete"),
      ),
    );
  }

  void load();
  return { root, update() {}, close() {} };
}

function countOf(count: number): string {
  return count === 1 ? "1 snapshot" : `${count} snapshots`;
}
