/**
 * Why a domain is tainted, and what it uses that is deprecated.
 *
 * libvirt's test driver looks at domains of a configuration file and at devices that are plugged in,
 * not at domains that are defined or started.
 *
 * @module
 */

import type { XmlElement } from "../../xml/element.ts";
import type { TestDomain } from "./domain_object.ts";
import { devicesOf } from "./domain_values.ts";

// In libvirt's words, in the order in which it tells them.
const TEXTS = {
  privileges: "running with undesirable elevated privileges",
  scripts: "network configuration using opaque shell scripts",
  cdrom: "use of host cdrom passthrough",
  deviceTree: "custom device tree blob used",
  deprecated: "use of deprecated configuration settings",
} as const;

/** What a domain of a configuration file is tainted by. */
export function taintDomain(domain: TestDomain): void {
  const { definition } = domain;
  for (const kind of ["disk", "hostdev", "interface"]) {
    for (const device of devicesOf(definition, kind)) taintByDevice(domain, device);
  }
  const cpu = definition.child("cpu");
  if (cpu?.get("mode") === "custom" && cpu.textOf("model") === "Deprecated-Test") {
    taint(domain, "deprecated");
    domain.deprecations.push("CPU model Deprecated-Test");
  }
  if (definition.find("os/dtb") !== undefined) taint(domain, "deviceTree");
}

/** What a device taints its domain by. */
export function taintByDevice(domain: TestDomain, device: XmlElement): void {
  switch (device.name) {
    case "disk":
      if (device.get("rawio") === "yes") taint(domain, "privileges");
      if (
        device.get("device") === "cdrom" && device.get("type") === "block" &&
        device.child("source")?.get("dev") !== undefined
      ) taint(domain, "cdrom");
      break;
    case "hostdev":
      if (device.get("type") === "scsi" && device.get("rawio") === "yes") {
        taint(domain, "privileges");
      }
      break;
    case "interface":
      if (device.child("script") !== undefined) taint(domain, "scripts");
  }
}

function taint(domain: TestDomain, why: keyof typeof TEXTS): void {
  domain.taints.add(TEXTS[why]);
}

/** The taints of a domain, in libvirt's order. */
export function taintsOf(domain: TestDomain): string[] {
  return Object.values(TEXTS).filter((text) => domain.taints.has(text));
}
