/**
 * What libvirt checks and fills in of a controller by its type.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import { lookupTable } from "../../lookup_table.ts";
import { RULES } from "./shape_rules.ts";
import { fillSize } from "./tuning_defaults.ts";
import { badValue, parseDecimal, unsupportedConfig } from "./values.ts";
import { xml } from "./domain_faults.ts";

// Attributes that only controllers of a type have, and how they are read.
const COUNTS: Readonly<Record<string, readonly string[]>> = lookupTable({
  "virtio-serial": ["ports", "vectors"],
  usb: ["ports"],
  xenbus: ["maxGrantFrames", "maxEventChannels"],
});

const PCI_MODELS: ReadonlySet<string> = new Set(
  ("none pci-bridge i82801b11-bridge ioh3420 x3130-upstream xio3130-downstream pxb pxb-pcie " +
    "pcie-root-port spapr-pci-host-bridge pcie-pci-bridge").split(" "),
);

interface Range {
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

const RANGES: readonly Range[] = [
  { name: "chassisNr", least: 1, most: 255 },
  { name: "chassis", least: 0, most: 255 },
  { name: "port", least: 0, most: 255 },
  { name: "busNr", least: 1, most: 254 },
];

/** Checks a controller and leaves out what is the same as not told. */
export function fillController(controller: XmlElement): void {
  const type = controller.get("type") ?? "ide";
  for (const name of COUNTS[type] ?? []) {
    const value = controller.get(name);
    if (value !== undefined) controller.set(name, RULES.format("nat", value, controller, name));
  }
  fillDriver(controller, type);
  const hole = controller.child("pcihole64");
  const root = controller.get("model") === "pci-root" || controller.get("model") === "pcie-root";
  if (hole !== undefined && !root) controller.remove(hole);
  else fillSize(hole, "KiB", "./pcihole64");
  checkNode(controller.child("target")?.child("node"));
  if (type === "pci") fillPci(controller);
}

function checkNode(node: XmlElement | undefined): void {
  if (node === undefined) return;
  const number = parseDecimal(node.text);
  if (number === undefined || number < 0n) xml("invalid NUMA node in target");
  node.setText(String(number));
}

function fillDriver(controller: XmlElement, type: string): void {
  const driver = controller.child("driver");
  if (driver === undefined) return;
  for (const name of ["queues", "cmd_per_lun", "max_sectors", "iothread"]) {
    if (driver.get(name) === "0") driver.set(name, undefined);
  }
  const virtio = controller.get("model")?.startsWith("virtio") ?? false;
  if (driver.get("iothread") !== undefined && (type !== "scsi" || !virtio)) {
    xml("'iothread' attribute only supported for virtio scsi controllers");
  }
  if (driver.attributes.length === 0 && driver.children.length === 0) controller.remove(driver);
}

function fillPci(controller: XmlElement): void {
  const model = controller.child("model");
  const name = model?.get("name");
  if (name !== undefined && !PCI_MODELS.has(name)) badValue("name", model!, name);
  const target = controller.child("target");
  if (target === undefined) return;
  for (const one of ["chassisNr", "chassis", "port", "busNr", "index"]) {
    const value = target.get(one);
    if (value === undefined) continue;
    const number = RULES.format("int-c", value, target, one);
    target.set(one, one === "port" ? `0x${Number(number).toString(16)}` : number);
  }
  const hotplug = target.get("hotplug");
  if (hotplug !== undefined && hotplug !== "on" && hotplug !== "off") {
    badValue("hotplug", target, hotplug);
  }
  const reserve = target.get("memReserve");
  if (reserve !== undefined) {
    target.set("memReserve", RULES.format("ull-c+", reserve, target, "memReserve"));
  }
  for (const { name, least, most } of RANGES) {
    const value = target.get(name);
    if (value === undefined) continue;
    const number = Number(value);
    if (number >= least && number <= most) continue;
    unsupportedConfig(
      `PCI controller ${name} '${number}' out of range - must be ${least}-${most}`,
    );
  }
}
