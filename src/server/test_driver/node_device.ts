/**
 * The host's devices.
 *
 * @module
 */

import { NodeDeviceEventId, NodeDeviceEventLifecycleType } from "../../../gen/enums/nodedev.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import { conform, parseShape, type Shape } from "../../xml/shape.ts";
import type { CallContext } from "../driver.ts";
import { failure } from "../failure.ts";
import { parseRoot } from "./domain_definition.ts";
import { put } from "./domain_defaults.ts";
import { element } from "../../xml/element.ts";
import { NODE_DEVICE_OUTLINE } from "./node_device_shape.ts";
import { checkFlags, internalError, refusal } from "./refusals.ts";
import { checkSchema } from "./schema_check.ts";
import { RULES } from "./shape_rules.ts";
import type { TestState } from "./state.ts";

let shape: Shape | undefined;

/** The canonical form of a device's element. */
export function canonicalDevice(source: XmlElement): XmlElement {
  shape ??= parseShape(NODE_DEVICE_OUTLINE);
  const device = conform(source, shape, RULES);
  if (device.textOf("name") === undefined) {
    throw failure(ErrorDomain.NODEDEV, ErrorNumber.NO_NAME);
  }
  if (device.child("capability") === undefined) {
    throw failure(
      ErrorDomain.NODEDEV,
      ErrorNumber.INTERNAL_ERROR,
      `no device capabilities for '${device.textOf("name")}'`,
    );
  }
  const system = device.all("capability").find((one) => one.get("type") === "system");
  if (system !== undefined && system.textOf("hardware/uuid") === undefined) {
    throw failure(
      ErrorDomain.NODEDEV,
      ErrorNumber.INTERNAL_ERROR,
      `no system UUID supplied for '${device.textOf("name")}'`,
    );
  }
  if (system !== undefined && system.child("firmware") === undefined) {
    const firmware = element("firmware");
    firmware.open = true;
    system.children.push(firmware);
  }
  // libvirt forgets these two while it reads them, and prints its own count
  for (const vports of capabilities(device)) {
    if (vports.get("type") !== "vport_ops") continue;
    vports.child("max_vports")?.setText("0");
    vports.child("vports")?.setText("0");
  }
  return device;
}

function capabilities(device: XmlElement): XmlElement[] {
  return device.all("capability").flatMap((one) => [one, ...one.all("capability")]);
}

/** Names of what a device can do, those inside others too. */
export function capabilityNames(device: XmlElement): string[] {
  return capabilities(device).map((one) =>
    one.get("type") === "vport_ops" ? "vports" : one.get("type")!
  );
}

// In the order of the bits that list them.
const CAPABILITIES: readonly string[] = [
  "system",
  "pci",
  "usb_device",
  "usb",
  "net",
  "scsi_host",
  "scsi_target",
  "scsi",
  "storage",
  "fc_host",
  "vports",
  "scsi_generic",
  "drm",
  "mdev_types",
  "mdev",
  "ccw",
  "css",
  "vdpa",
  "ap_card",
  "ap_queue",
  "ap_matrix",
  "vpd",
  "ccwgroup",
];

const INACTIVE = 1 << 30;
const ACTIVE = 1 << 31;
const CAPABILITY_FLAGS = (1 << CAPABILITIES.length) - 1;

function emit(state: TestState, name: string, event: number): void {
  state.events.emit({
    kind: "nodeDevice",
    id: NodeDeviceEventId.LIFECYCLE,
    key: name,
    fields: { dev: { name }, event, detail: 0 },
  });
}

/** Makes a virtual port of the only host adapter that has one, as libvirt's driver does. */
export function createVport(state: TestState, wwnn: string, wwpn: string): string {
  const model = state.devices.get("scsi_host11");
  if (model === undefined) {
    throw failure(
      ErrorDomain.NODEDEV,
      ErrorNumber.INTERNAL_ERROR,
      "Library function returned error but did not set virError",
    );
  }
  const device = model.clone();
  const name = "scsi_host12";
  device.child("name")!.setText(name);
  for (const capability of capabilities(device)) {
    if (capability.get("type") !== "fc_host") continue;
    capability.child("wwnn")?.setText(wwnn);
    capability.child("wwpn")?.setText(wwpn);
  }
  state.devices.set(name, device);
  state.createdDevices.add(name);
  emit(state, name, NodeDeviceEventLifecycleType.CREATED);
  return name;
}

/** Removes the virtual port that a pool had made. */
export function destroyVport(state: TestState): void {
  const name = "scsi_host12";
  if (!state.devices.delete(name)) {
    throw refusal(ErrorNumber.NO_NODE_DEVICE, `no node device with matching name '${name}'`);
  }
  emit(state, name, NodeDeviceEventLifecycleType.DELETED);
}

/** Handlers of node devices. */
export function nodeDeviceHandlers(state: TestState): RemoteHandlers<CallContext> {
  const { devices } = state;

  function device(name: string): XmlElement {
    const found = devices.get(name);
    if (found !== undefined) return found;
    throw refusal(ErrorNumber.NO_NODE_DEVICE, `no node device with matching name '${name}'`);
  }

  const withCapability = (cap: string | null): string[] =>
    [...devices].filter(([, one]) => cap === null || capabilityNames(one).includes(cap))
      .map(([name]) => name);

  return {
    nodeNumOfDevices({ cap, flags }, context) {
      checkFlags(context, flags);
      return { num: withCapability(cap).length };
    },
    nodeListDevices({ cap, maxnames, flags }, context) {
      checkFlags(context, flags);
      return { names: withCapability(cap).slice(0, maxnames) };
    },
    connectListAllNodeDevices({ needResults, flags }, context) {
      checkFlags(context, flags, CAPABILITY_FLAGS | INACTIVE | ACTIVE);
      const kinds = flags & CAPABILITY_FLAGS;
      // what was made at run time does not count as active in libvirt's driver
      const activity = flags & (INACTIVE | ACTIVE);
      const chosen = [...devices].filter(([name, one]) =>
        (activity === 0 ||
          (activity & (state.createdDevices.has(name) ? INACTIVE : ACTIVE)) !== 0) &&
        (kinds === 0 ||
          capabilityNames(one).some((kind) => (kinds & (1 << CAPABILITIES.indexOf(kind))) !== 0))
      ).map(([name]) => ({ name }));
      return { devices: needResults ? chosen : [], ret: chosen.length };
    },
    nodeDeviceLookupByName({ name }) {
      device(name);
      return { dev: { name } };
    },
    nodeDeviceGetXmlDesc({ name, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(device(name)) };
    },
    nodeDeviceGetParent({ name }) {
      return { parentName: device(name).textOf("parent") ?? null };
    },
    nodeDeviceNumOfCaps: ({ name }) => ({ num: device(name).all("capability").length }),
    nodeDeviceListCaps: ({ name, maxnames }) => ({
      names: device(name).all("capability").map((one) => one.get("type")!).slice(0, maxnames),
    }),
    nodeDeviceCreateXml({ xmlDesc, flags }, context) {
      checkFlags(context, flags, 1);
      const source = parseRoot(xmlDesc, "device", ErrorDomain.NODEDEV);
      if (flags !== 0) checkSchema(source, shape ??= parseShape(NODE_DEVICE_OUTLINE));
      const host = source.all("capability").flatMap((one) => one.all("capability")).find((one) =>
        one.get("type") === "fc_host"
      );
      put(source, element("name", {}, "new device"), []);
      canonicalDevice(source);
      if (host === undefined) {
        throw failure(
          ErrorDomain.NODEDEV,
          ErrorNumber.INTERNAL_ERROR,
          "Device is not a fibre channel HBA",
        );
      }
      const parent = source.textOf("parent");
      if (parent !== undefined && !devices.has(parent)) {
        throw failure(
          ErrorDomain.NODEDEV,
          ErrorNumber.INTERNAL_ERROR,
          `Could not find parent device for '${source.textOf("name") ?? "new device"}'`,
        );
      }
      const name = createVport(state, host.textOf("wwnn") ?? "", host.textOf("wwpn") ?? "");
      return { dev: { name } };
    },
    nodeDeviceDestroy({ name }) {
      const found = device(name);
      // libvirt's driver says that it has destroyed what it cannot
      if (!capabilityNames(found).includes("fc_host")) return;
      const parent = found.textOf("parent");
      if (parent === undefined || !devices.has(parent)) {
        throw internalError(`cannot find parent '${parent ?? "(null)"}' definition`);
      }
      devices.delete(name);
      state.createdDevices.delete(name);
      emit(state, name, NodeDeviceEventLifecycleType.DELETED);
    },
    nodeDeviceIsActive({ name }) {
      device(name);
      return { active: state.createdDevices.has(name) ? 0 : 1 };
    },
    nodeDeviceIsPersistent({ name }) {
      device(name);
      return { persistent: 1 };
    },
  };
}
