/**
 * Devices that come to a domain later.
 *
 * @module
 */

import { DomainModificationImpact } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { badFlags, failure } from "../failure.ts";
import { canonicalDevice, parseAnyRoot } from "./domain_definition.ts";
import { put } from "./domain_defaults.ts";
import { sourceOf } from "./domain_devices.ts";
import type { TestDomain } from "./domain_object.ts";
import { devicesOf } from "./domain_values.ts";
import { invalidArgument, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

const { LIVE } = DomainModificationImpact;

/** Handlers that attach and change devices. */
export function deviceAttach(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  function attach(dom: NonnullDomain, xml: string, flags: number): void {
    const domain = domains.of(dom);
    const unknown = flags & ~LIVE;
    if (unknown !== 0) {
      throw badFlags(ErrorDomain.TEST, "testDomainAttachDeviceLiveAndConfig", unknown);
    }
    domain.impact(flags);
    const source = parseAnyRoot(xml, ErrorDomain.DOMAIN);
    const device = canonicalDevice(source, state.identities);
    if (device.name === "disk") attachDisk(domain, device);
    else if (device.name === "hostdev") attachHostdev(domain, device);
    else if (device.name === "interface") {
      throw refusal(
        ErrorNumber.OPERATION_UNSUPPORTED,
        `hotplug of interface type of ${device.get("type")} is not implemented yet`,
      );
    } else {
      throw refusal(
        ErrorNumber.OPERATION_UNSUPPORTED,
        `live attach of device '${GROUPS[device.name] ?? device.name}' is not supported`,
      );
    }
  }

  return {
    domainAttachDevice: ({ dom, xml }) => attach(dom, xml, LIVE),
    domainAttachDeviceFlags: ({ dom, xml, flags }) => attach(dom, xml, flags),
    domainDetachDeviceAlias({ dom, alias, flags }) {
      const domain = domains.of(dom);
      const unknown = flags & ~LIVE;
      if (unknown !== 0) {
        throw badFlags(ErrorDomain.TEST, "testDomainDetachDeviceAliasLiveAndConfig", unknown);
      }
      domain.impact(flags);
      const devices = domain.definition.child("devices")!;
      const device = devices.elements.find((one) => one.child("alias")?.get("name") === alias);
      if (device === undefined) {
        throw failure(
          ErrorDomain.TEST,
          ErrorNumber.INTERNAL_ERROR,
          `no device found with alias ${alias}`,
        );
      }
      devices.remove(device);
    },
    domainUpdateDeviceFlags({ dom, xml, flags }) {
      const domain = domains.of(dom);
      const definition = domain.one(flags);
      const device = canonicalDevice(parseAnyRoot(xml, ErrorDomain.DOMAIN), state.identities);
      if (device.name !== "disk") {
        throw refusal(
          ErrorNumber.OPERATION_UNSUPPORTED,
          `persistent update of device '${GROUPS[device.name] ?? device.name}' is not supported`,
        );
      }
      const dev = targetOf(device);
      const old = devicesOf(definition, "disk").find((disk) => targetOf(disk) === dev);
      if (old === undefined) throw invalidArgument(`target ${dev} doesn't exist.`);
      const devices = definition.child("devices")!;
      devices.children[devices.children.indexOf(old)] = device;
    },
  };
}

// What libvirt calls the kinds of device that its users write in several ways.
const GROUPS: Readonly<Record<string, string>> = {
  serial: "chr",
  parallel: "chr",
  console: "chr",
  channel: "chr",
  filesystem: "fs",
  interface: "net",
};

function targetOf(disk: XmlElement): string | undefined {
  return disk.child("target")?.get("dev");
}

function attachDisk(domain: TestDomain, disk: XmlElement): void {
  const { definition } = domain;
  const dev = targetOf(disk);
  const disks = devicesOf(definition, "disk");
  const twin = disks.find((one) => targetOf(one) === dev);
  if (twin !== undefined) {
    xmlFailure(
      `target '${dev}' duplicated for disk sources '${sourceOf(twin)}' and '${sourceOf(disk)}'`,
      ErrorDomain.DOMAIN,
    );
  }
  const bus = disk.child("target")?.get("bus");
  if (disk.child("alias") === undefined && bus === "virtio" && dev !== undefined) {
    const name = `virtio-disk${diskIndex(dev)}`;
    put(disk, element("alias", { name }), BEFORE_ALIAS);
  }
  insert(definition, disk);
}

const BEFORE_ALIAS = [
  "driver",
  "auth",
  "source",
  "backenddomain",
  "backingStore",
  "blockio",
  "geometry",
  "mirror",
  "target",
  "iotune",
  "readonly",
  "shareable",
  "transient",
  "serial",
  "wwn",
  "vendor",
  "product",
  "encryption",
  "boot",
];

/** The number behind a disk's name: 0 for `vda`, 26 for `vdaa`; -1 where it has none. */
export function diskIndex(dev: string): number {
  const letters = /^(?:fd|hd|vd|sd|xvd|ubd)([a-z]+)\d*$/.exec(dev)?.[1];
  if (letters === undefined) return -1;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0) - 1;
}

function attachHostdev(domain: TestDomain, hostdev: XmlElement): void {
  if (hostdev.get("mode") !== "subsystem") {
    unsupportedConfig("hotplug is not supported for hostdev mode", ErrorDomain.TEST);
  }
  if (hostdev.get("type") !== "pci") {
    throw failure(
      ErrorDomain.TEST,
      ErrorNumber.CONFIG_UNSUPPORTED,
      "hotplug is not supported for hostdev subsys type '(null)'",
    );
  }
  insert(domain.definition, hostdev);
}

// Behind the last of its kind; libvirt prints the kinds in a fixed order.
function insert(definition: XmlElement, device: XmlElement): void {
  const devices = definition.child("devices")!;
  const order = DEVICE_ORDER.indexOf(device.name);
  const at = devices.children.findIndex((child) =>
    typeof child === "object" && "name" in child && DEVICE_ORDER.indexOf(child.name) > order
  );
  devices.children.splice(at < 0 ? devices.children.length : at, 0, device);
  devices.open = false;
}

const DEVICE_ORDER: readonly string[] =
  ("emulator disk controller lease filesystem interface smartcard serial parallel console channel " +
    "input tpm graphics sound audio video hostdev redirdev redirfilter hub watchdog memballoon rng " +
    "nvram panic shmem memory iommu vsock crypto pstore").split(" ");
