/**
 * What libvirt checks and fills in of a domain's IOMMU.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { lookupTable } from "../../lookup_table.ts";
import { RULES } from "./shape_rules.ts";
import { memorySize, unsupportedConfig } from "./values.ts";
import { xml } from "./domain_faults.ts";

// What each model has of its own; of all are the options of virtio devices.
const OPTIONS: Readonly<Record<string, string>> = lookupTable({
  intel: "intremap caching_mode eim iotlb aw_bits dma_translation",
  virtio: "aw_bits granule",
  amd: "intremap iotlb xtsup passthrough",
  smmuv3: "pciBus accel ats ril ssidsize oas cmdqv",
});
const VIRTIO = ["iommu", "packed", "page_per_vq"];
const ACCELERATED = ["ats", "ril", "ssidsize", "oas", "cmdqv"];

/** Checks an IOMMU and fills in its defaults. */
export function fillIommu(iommu: XmlElement): void {
  const model = iommu.get("model")!;
  const driver = iommu.child("driver");
  if (driver === undefined) return;
  fillGranule(driver);
  if (driver.get("aw_bits") === "0") driver.set("aw_bits", undefined);
  const known = new Set([...(OPTIONS[model] ?? "").split(" "), ...VIRTIO]);
  const told = [...driver.attributes, ...driver.elements];
  if (told.some(({ name }) => !known.has(name))) {
    xml(`iommu model '${model}' doesn't support some additional attributes`);
  }
  const bits = Number(driver.get("aw_bits") ?? 0);
  if (model === "virtio" && bits !== 0 && (bits < 32 || bits > 64)) {
    xml("aw-bits must be within [32,64]");
  }
  const accelerated = ACCELERATED.some((name) => driver.get(name) !== undefined);
  if (model === "smmuv3" && accelerated && driver.get("accel") !== "on") {
    xml(
      `accel must be enabled for iommu model '${model}' when setting ats, ril, ssidsize, oas, or ` +
        "cmdqv",
    );
  }
  if (driver.attributes.length === 0 && driver.children.length === 0) iommu.remove(driver);
}

function fillGranule(driver: XmlElement): void {
  const granule = driver.child("granule");
  if (granule === undefined) return;
  const mode = granule.get("mode");
  if (mode !== undefined) {
    if (mode !== "host") {
      xml(`Invalid value for attribute 'mode' in element 'granule': '${mode}'.`);
    }
    granule.attributes = [{ name: "mode", value: "host" }];
    return;
  }
  const size = element("size", { unit: granule.get("unit") }, granule.get("size") ?? "0");
  const kib = memorySize(size, "./granule/@size");
  if (kib === 0n) return driver.remove(granule);
  granule.attributes = [{ name: "size", value: String(kib) }, { name: "unit", value: "KiB" }];
  RULES.format("ull", String(kib), granule, "size");
}

/** Throws for an IOMMU that the domain's other parts do not go with. */
export function checkIommu(iommu: XmlElement, domain: XmlElement): void {
  const driver = iommu.child("driver");
  const remapping = driver?.get("intremap") === "on";
  if (remapping && domain.find("features/ioapic")?.get("driver") !== "qemu") {
    unsupportedConfig(
      "IOMMU interrupt remapping requires split I/O APIC (ioapic driver='qemu')",
    );
  }
  if (driver?.get("eim") === "on" && !remapping) {
    unsupportedConfig("IOMMU eim requires interrupt remapping to be enabled");
  }
}
