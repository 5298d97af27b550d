/**
 * What libvirt checks and fills in of a domain's interfaces.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { Identities } from "./domain_definition.ts";
import { fillInterfaceParts } from "./interface_parts.ts";
import { lookupTable } from "../../lookup_table.ts";
import { put } from "./domain_defaults.ts";
import { badValue, unsupportedConfig, xmlFailure } from "./values.ts";

const TYPES: ReadonlySet<string> = new Set(
  "user ethernet vhostuser server client mcast network bridge internal direct hostdev udp vdpa vds null"
    .split(" "),
);

// What each type says of its source.
const SOURCE_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = lookupTable({
  network: ["network", "portgroup", "portid"],
  bridge: ["bridge"],
  direct: ["dev", "mode"],
  internal: ["name"],
  vdpa: ["dev"],
  user: ["dev"],
  ethernet: [],
});

/** Checks an interface and fills in its defaults. */
export function fillInterface(net: XmlElement, identities: Identities): void {
  const type = net.get("type") ?? "user";
  if (!TYPES.has(type)) badValue("type", net, type);
  if (net.get("type") === undefined) net.attributes.unshift({ name: "type", value: type });
  const mac = net.child("mac");
  const address = mac?.get("address");
  if (address === undefined) {
    if (mac !== undefined) net.remove(mac);
    net.children.unshift(element("mac", { address: identities.mac() }));
  } else {
    if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(address)) {
      xmlFailure(`unable to parse mac address '${address}'`, ErrorDomain.DOMAIN);
    }
    if ((Number.parseInt(address.split(":")[0]!, 16) & 1) !== 0) {
      xmlFailure(
        `expected unicast mac address, found multicast '${address}'`,
        ErrorDomain.DOMAIN,
      );
    }
    const parts = address.toLowerCase().split(":");
    mac!.set("address", parts.map((part) => part.padStart(2, "0")).join(":"));
  }
  fillSource(net, type);
  const managed = net.get("managed");
  if (managed !== undefined && managed !== "yes") net.set("managed", undefined);
  const model = net.child("model")?.get("type");
  if (model !== undefined && !/^[\w-]*$/.test(model)) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.INVALID_ARG,
      "Model name contains invalid characters",
    );
  }
  fillInterfaceParts(net, identities);
  fillModel(net, type);
  const driver = net.child("driver");
  if (type === "hostdev" && driver !== undefined) {
    net.remove(driver);
    net.children.splice(1, 0, driver);
  }
  // names that the hypervisor would make up itself are not kept
  const target = net.child("target");
  if (target?.get("dev")?.startsWith("vnet")) target.set("dev", undefined);
}

const MODELS: ReadonlySet<string> = new Set(
  ("netfront rtl8139 virtio e1000 e1000e virtio-transitional virtio-non-transitional usb-net " +
    "spapr-vlan lan9118 scm91c111 vlance vmxnet vmxnet2 vmxnet3 Am79C970A Am79C973 82540EM " +
    "82545EM 82543GC").split(" "),
);

const FILTERED: ReadonlySet<string> = new Set(["network", "bridge", "ethernet"]);

// Models that libvirt knows it prints in its own case; only virtio ones have a driver of theirs.
function fillModel(net: XmlElement, type: string): void {
  const model = net.child("model");
  const name = model?.get("type") ?? "";
  const known = [...MODELS].find((one) => one.toLowerCase() === name.toLowerCase());
  if (known !== undefined) model!.set("type", known);
  if (!FILTERED.has(type)) dropChild(net, "filterref");
  const driver = net.child("driver");
  if (driver === undefined) return;
  if (type === "hostdev") {
    driver.attributes = driver.attributes.filter(({ name }) =>
      ["name", "model", "iommufd"].includes(name)
    );
    driver.children = [];
    if (driver.attributes.length === 0) net.remove(driver);
  } else if (!(known ?? name).startsWith("virtio")) net.remove(driver);
}

function dropChild(parent: XmlElement, name: string): void {
  const child = parent.child(name);
  if (child !== undefined) parent.remove(child);
}

function fillSource(net: XmlElement, type: string): void {
  const source = net.child("source");
  if (type === "vhostuser") return fillSocket(net, source);
  const known = SOURCE_ATTRIBUTES[type];
  if (source === undefined) return;
  if (known === undefined) return dropEmpty(net, source);
  source.attributes = known.flatMap((name) => {
    const value = source.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
  if (type === "direct" && source.get("mode") === undefined) source.set("mode", "vepa");
  dropEmpty(net, source);
}

// The other end of a socket that the guest's memory is shared over.
function fillSocket(net: XmlElement, source: XmlElement | undefined): void {
  const type = source?.get("type") ?? "unix";
  const mode = source?.get("mode") ?? "client";
  if (type !== "unix") {
    unsupportedConfig(`Type='${type}' unsupported for <interface type='vhostuser'>`);
  }
  if (mode !== "client" && mode !== "server") badValue("mode", source!, mode);
  const made = element("source", { type, path: source?.get("path"), mode });
  made.children = source?.children ?? [];
  put(net, made, ["mac"]);
}

function dropEmpty(net: XmlElement, source: XmlElement): void {
  if (source.attributes.length === 0 && source.children.length === 0) net.remove(source);
}
