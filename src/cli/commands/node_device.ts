/**
 * Devices of the host.
 *
 * @module
 */

import {
  NodeDeviceCreateXmlFlags,
  NodeDeviceDefineXmlFlags,
  NodeDeviceListFlags,
} from "../../../gen/enums/nodedev.ts";
import type { NodeDevice } from "../../objects/mod.ts";
import { actsOn, autostart } from "../acts.ts";
import type { Handlers } from "../command.ts";
import { UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, unlessGone } from "../lists.ts";
import { printDescription } from "../xml_output.ts";
import { type Branch, drawTree } from "../tree.ts";

async function find(run: Invocation): Promise<NodeDevice> {
  return await (await run.connect()).lookupNodeDeviceByName(run.argument("device"), run.call);
}

const act = actsOn("Device", find);

const FLAGS: Readonly<Record<string, number | string | undefined>> = NodeDeviceListFlags;

/** The capabilities that devices can be selected by. */
export function capabilityNames(): string[] {
  return Object.keys(FLAGS).filter((key) => key.startsWith("CAP_"))
    .map((key) => key.slice("CAP_".length).toLowerCase());
}

/** `pci` is PCI_DEV to libvirt's flags, and `scsi_host` SCSI_HOST. */
function capability(name: string): number {
  const upper = name.trim().toUpperCase().replaceAll("-", "_");
  const flag = FLAGS[`CAP_${upper}`] ?? FLAGS[`CAP_${upper}_DEV`];
  if (typeof flag === "number") return flag;
  throw new UsageError(
    `Cannot select by "${name}": expected one of ${capabilityNames().join(", ")}`,
  );
}

async function list(run: Invocation): Promise<void> {
  const caps = run.text("cap")?.split(",").map(capability) ?? [];
  const conn = await run.connect();
  const devices = await conn.listAllNodeDevices(run.flags(
    ...caps,
    run.flag("inactive") && NodeDeviceListFlags.INACTIVE,
  ));
  const { out } = run;
  const tree = run.flag("tree") && !out.json;
  const rows = await Promise.all(devices.map(async (device) => {
    const [parent, capabilities] = await Promise.all([
      unlessGone(() => device.getParent(run.call)),
      tree ? [] : unlessGone(() => device.listCaps(run.call)),
    ]);
    return { name: device.name, parent: parent ?? null, capabilities };
  }));
  if (tree) return out.write(drawTree(branches(rows)));
  rows.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  out.table(rows, [
    NAME_COLUMN,
    { key: "capabilities", title: "Capabilities" },
    { key: "parent", title: "Parent" },
  ]);
}

function branches(rows: readonly { name: string; parent: string | null }[]): Branch[] {
  const names = new Set(rows.map(({ name }) => name));
  const children = Map.groupBy(rows, ({ parent }) => names.has(parent ?? "") ? parent : null);
  const below = (parent: string | null): Branch[] =>
    (children.get(parent) ?? []).map(({ name }) => ({ name, branches: below(name) }));
  return below(null);
}

async function info(run: Invocation): Promise<void> {
  const device = await find(run);
  const [parent, capabilities, active, persistent] = await Promise.all([
    device.getParent(run.call),
    device.listCaps(run.call),
    device.isActive(run.call).catch(() => undefined),
    device.isPersistent(run.call).catch(() => undefined),
  ]);
  run.out.record({ name: device.name, parent, capabilities, active, persistent }, {
    name: "Name",
    parent: "Parent",
    capabilities: "Capabilities",
    active: "Active",
    persistent: "Persistent",
  });
}

/** The commands of this file. */
export const handlers: Handlers = {
  "nodedev-list": list,
  "nodedev-info": info,
  "nodedev-dumpxml": async (run) =>
    await printDescription(run, await (await find(run)).getXmlDesc(run.call)),
  "nodedev-create": async (run) => {
    const xml = await readText(run.argument("file"));
    const { name } = await (await run.connect()).createNodeDeviceXml(
      xml,
      run.flags(run.flag("validate") && NodeDeviceCreateXmlFlags.VALIDATE),
    );
    run.out.message(`Device "${name}" created`);
  },
  "nodedev-define": async (run) => {
    const xml = await readText(run.argument("file"));
    const { name } = await (await run.connect()).defineNodeDeviceXml(
      xml,
      run.flags(run.flag("validate") && NodeDeviceDefineXmlFlags.VALIDATE),
    );
    run.out.message(`Device "${name}" defined`);
  },
  "nodedev-start": act("started", (device, run) => device.create(run.call)),
  "nodedev-destroy": act("destroyed", (device, run) => device.destroy(run.call)),
  "nodedev-undefine": act("undefined", (device, run) => device.undefine(run.call)),
  "nodedev-autostart": autostart("Device", find),
  "nodedev-detach": act(
    "detached",
    (device, run) => device.detach({ ...run.call, driverName: run.text("driver") }),
  ),
  "nodedev-reattach": act("given back", (device, run) => device.reAttach(run.call)),
  "nodedev-reset": act("reset", (device, run) => device.reset(run.call)),
};
