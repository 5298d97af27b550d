/**
 * What libvirt checks and fills in of how a domain boots, and of its features and processor.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { fillSize } from "./tuning_defaults.ts";
import { parseDecimal, unsupportedConfig } from "./values.ts";
import { misfit } from "./domain_faults.ts";

const BOOT_TIMEOUT_MAX = 65535n;

/** Checks how a domain boots and fills in what it leaves open. */
export function fillBoot(os: XmlElement): void {
  const loader = os.child("loader");
  const nvram = os.child("nvram");
  const firmware = os.get("firmware");
  const path = loader?.text.trim() ?? "";
  if ((loader !== undefined || nvram !== undefined) && path === "" && firmware === undefined) {
    misfit("no loader path specified and firmware auto selection disabled");
  }
  if (loader !== undefined && path !== "" && loader.get("type") === undefined) {
    const at = loader.attributes.findIndex(({ name }) => name === "stateless" || name === "format");
    loader.attributes.splice(at < 0 ? loader.attributes.length : at, 0, {
      name: "type",
      value: "rom",
    });
  }
  if (nvram !== undefined && loader?.get("stateless") === "yes") {
    misfit("Variable storage (NVRAM/varstore) is not permitted when loader is stateless");
  }
  if (nvram !== undefined && firmware === "bios") {
    misfit("Firmware type 'bios' does not support variable storage (NVRAM/varstore)");
  }
  const feature = (name: string): string | undefined =>
    os.child("firmware")?.all("feature").find((one) => one.get("name") === name)?.get("enabled");
  if (feature("enrolled-keys") === "yes" && feature("secure-boot") === "no") {
    misfit(
      "firmware feature 'enrolled-keys' cannot be enabled when firmware feature 'secure-boot' is " +
        "disabled",
    );
  }
  fillBootMenu(os.child("bootmenu"));
}

function fillBootMenu(menu: XmlElement | undefined): void {
  const timeout = menu?.get("timeout");
  if (menu === undefined || timeout === undefined) return;
  const value = parseDecimal(timeout);
  if (menu.get("enable") !== "yes") menu.set("timeout", undefined);
  else if (value === undefined || value < 0n || value > BOOT_TIMEOUT_MAX) {
    unsupportedConfig(
      `invalid value for boot menu timeout, must be in range [0,${BOOT_TIMEOUT_MAX}]`,
    );
  }
}

// Features that are on when they are only named.
const SWITCHES: ReadonlySet<string> = new Set(
  ["hap", "pmu", "pvspinlock", "vmport", "smm", "vmcoreinfo"],
);

/** Fills in what a domain's features leave open. */
export function fillFeatures(features: XmlElement): void {
  const hyperv = features.child("hyperv");
  if (hyperv !== undefined) {
    if (hyperv.get("mode") === undefined) hyperv.set("mode", "custom");
    if (hyperv.get("mode") === "passthrough") hyperv.children = [];
  }
  const capabilities = features.child("capabilities");
  if (capabilities !== undefined && capabilities.get("policy") === undefined) {
    capabilities.attributes.unshift({ name: "policy", value: "default" });
  }
  fillSize(features.find("hpt/maxpagesize"), "KiB");
  for (const { name, attributes } of features.elements) {
    if (attributes.length === 0 && SWITCHES.has(name)) features.child(name)!.set("state", "on");
  }
  const segment = features.find("smm/tseg");
  if (segment !== undefined && segment.get("unit") === undefined) segment.set("unit", "MiB");
}

/** Leaves out of a processor that is the host's what the host decides. */
export function fillHostCpu(cpu: XmlElement): void {
  const model = cpu.child("model");
  if (model === undefined || cpu.get("mode") !== "host-model" || model.text !== "") return;
  const vendor = model.get("vendor_id");
  cpu.remove(model);
  if (vendor !== undefined) cpu.children.unshift(element("model", { vendor_id: vendor }));
}
