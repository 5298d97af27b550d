/**
 * What libvirt checks and fills in of parts of a domain's interfaces.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { checkNoVirtioOptions } from "./disk_checks.ts";
import type { Identities } from "./domain_definition.ts";
import { parseIp } from "./ip_address.ts";
import { fillBandwidth, fillVlan } from "./net_parts.ts";
import { fillUuidAttribute } from "./secret_parts.ts";
import {
  badValue,
  missingAttribute,
  parseDecimal,
  unsupportedConfig,
  xmlFailure,
} from "./values.ts";

function xml(detail: string, domain: number = ErrorDomain.DOMAIN): never {
  xmlFailure(detail, domain);
}

// What is the same as not told where it tells nothing.
const NAMES = { script: "path", downscript: "path", backenddomain: "name", model: "type" };

/** Checks an interface's parts and leaves out those that tell nothing. */
export function fillInterfaceParts(net: XmlElement, identities: Identities): void {
  const type = net.get("type")!;
  fillVirtualPort(net, identities);
  fillBandwidth(net.child("bandwidth"), type === "network");
  fillVlan(net.child("vlan"));
  fillSizes(net);
  for (const [name, attribute] of Object.entries(NAMES)) {
    const part = net.child(name);
    if (part !== undefined && !part.get(attribute)) net.remove(part);
  }
  fillLink(net);
  fillDriver(net);
  fillFilter(net);
  fillBackend(net, type);
  checkTeaming(net);
  checkForType(net, type);
}

function fillSizes(net: XmlElement): void {
  const mtu = net.child("mtu");
  const size = mtu?.get("size");
  if (mtu !== undefined && size !== undefined) {
    const value = parseDecimal(size || "0");
    if (value === undefined || value < 0n || value > 0xffff_ffffn) xml("malformed mtu size");
    if (value === 0n) net.remove(mtu);
    else mtu.set("size", String(value));
  }
  const frames = net.find("coalesce/rx/frames");
  const most = frames?.get("max");
  if (frames !== undefined && most !== undefined) {
    const value = parseDecimal(most);
    if (value === undefined || value < 0n) {
      throw failure(
        ErrorDomain.DOMAIN,
        ErrorNumber.XML_DETAIL,
        `cannot parse value '${most}' for coalesce parameter`,
      );
    }
    if (value === 0n) net.remove(net.child("coalesce")!);
    else frames.set("max", String(value));
  }
  const buffer = net.find("tune/sndbuf");
  if (buffer === undefined) return;
  const value = parseDecimal(buffer.text);
  if (value === undefined || value < 0n) xml("sndbuf must be a positive integer");
  buffer.setText(String(value));
}

function fillLink(net: XmlElement): void {
  const link = net.child("link");
  if (link === undefined) return;
  const state = link.get("state");
  if (!state) return net.remove(link);
  if (state !== "up" && state !== "down") {
    unsupportedConfig(`unknown interface link state '${state}'`);
  }
}

function fillDriver(net: XmlElement): void {
  const driver = net.child("driver");
  if (driver === undefined) return;
  const virtio = net.child("model")?.get("type")?.toLowerCase().startsWith("virtio") ?? false;
  if (!virtio) checkNoVirtioOptions(driver);
  const name = driver.get("name");
  if (virtio && name !== undefined && name !== "qemu" && name !== "vhost") {
    badValue("name", driver, name);
  }
  for (const count of ["queues", "rx_queue_size", "tx_queue_size"]) {
    const value = driver.get(count);
    if (value === "0" || (count === "queues" && value === "1")) driver.set(count, undefined);
  }
  for (const side of driver.elements) {
    for (const { name, value } of side.attributes) {
      if (value !== "on" && value !== "off") badValue(name, side, value);
    }
  }
  if (driver.attributes.length === 0 && driver.children.length === 0) net.remove(driver);
}

const PARAMETER = /^[A-Za-z0-9_]+$/;

function fillFilter(net: XmlElement): void {
  const filter = net.child("filterref");
  for (const parameter of filter?.all("parameter") ?? []) {
    const known = PARAMETER.test(parameter.get("name") ?? "");
    if (!known || parameter.get("value") === undefined) filter!.remove(parameter);
  }
}

function fillBackend(net: XmlElement, type: string): void {
  const backend = net.child("backend");
  const passt = backend?.get("type") === "passt";
  const able = type === "user" || type === "vhostuser";
  if (passt && !able) {
    unsupportedConfig(
      "The 'passt' backend can only be used with interface type='user' or type='vhostuser'",
    );
  }
  if (passt) backend!.set("vhost", undefined);
  for (const forward of net.all("portForward")) {
    const address = forward.get("address");
    if (address !== undefined && parseIp(address) === undefined) {
      xml(`Invalid address '${address}' in <portForward>`);
    }
  }
  if (net.child("portForward") !== undefined && (!passt || !able)) {
    unsupportedConfig(
      "The <portForward> element can only be used with the 'passt' backend of interface " +
        "type='user' or type='vhostuser'",
    );
  }
}

function checkTeaming(net: XmlElement): void {
  const teaming = net.child("teaming");
  if (teaming === undefined) return;
  const type = teaming.get("type");
  const persistent = teaming.get("persistent") !== undefined;
  if (type !== "persistent" && type !== "transient") {
    unsupportedConfig(`unknown teaming type '${type ?? "(null)"}'`);
  }
  if (type === "persistent" && persistent) {
    unsupportedConfig("teaming persistent attribute not allowed if teaming type is 'persistent'");
  }
  if (type === "transient" && !persistent) {
    unsupportedConfig("teaming persistent attribute must be set if teaming type is 'transient'");
  }
}

const TAGGED: ReadonlySet<string> = new Set(["network", "bridge", "hostdev"]);

function checkForType(net: XmlElement, type: string): void {
  const target = net.child("target");
  if (target?.get("managed") === "no" && type !== "ethernet") {
    unsupportedConfig(`unmanaged target dev is not supported on interfaces of type '${type}'`);
  }
  const who = `interface ${net.child("mac")?.get("address")}`;
  const direct = type === "direct" && net.child("source")?.get("mode") === "passthrough";
  if (net.child("vlan") !== undefined && !TAGGED.has(type) && !direct) {
    unsupportedConfig(`${who} - vlan tag not supported for this connection type`);
  }
  const isolated = net.child("port")?.get("isolated") === "yes";
  if (isolated && type !== "network" && type !== "bridge") {
    unsupportedConfig(
      `${who} - <port isolated='yes'/> is not supported for network interfaces with ` +
        `type='${type}'`,
    );
  }
}

const BYTE = 0xff;
const TYPE_ID_MAX = 0xffffff;

function fillVirtualPort(net: XmlElement, identities: Identities): void {
  const port = net.child("virtualport");
  const type = port?.get("type");
  if (port === undefined || type === undefined) return;
  const parameters = port.child("parameters") ?? element("parameters");
  for (const name of ["instanceid", "interfaceid"]) fillUuidAttribute(parameters, name);
  const number = (name: string): number => Number(parameters.get(name) ?? -1);
  if (number("managerid") > BYTE) xml("value of managerid out of range", ErrorDomain.NONE);
  if (number("typeid") > TYPE_ID_MAX) xml("value for typeid out of range", ErrorDomain.NONE);
  if (number("typeidversion") > BYTE) {
    xml("value of typeidversion out of range", ErrorDomain.NONE);
  }
  // of its network an interface may get the rest
  if (net.get("type") === "network") return;
  const needed = type === "802.1Qbg"
    ? ["managerid", "typeid", "typeidversion"]
    : type === "802.1Qbh"
    ? ["profileid"]
    : [];
  const missing = needed.find((name) => parameters.get(name) === undefined);
  if (missing !== undefined) {
    xml(`missing ${missing} in <virtualport type='${type}'>`, ErrorDomain.NET);
  }
  const made = type === "802.1Qbg"
    ? "instanceid"
    : type === "openvswitch" || type === "midonet"
    ? "interfaceid"
    : undefined;
  if (made === undefined || parameters.get(made) !== undefined) return;
  if (type === "midonet") {
    xml(`missing interfaceid in <virtualport type='${type}'>`, ErrorDomain.NET);
  }
  const rest = parameters.attributes;
  const before = rest.filter(({ name }) => name !== "profileid");
  const behind = rest.filter(({ name }) => name === "profileid");
  parameters.attributes = [
    ...before,
    { name: made, value: identities.uuid().toString() },
    ...behind,
  ];
  if (port.child("parameters") === undefined) port.children.push(parameters);
}

// What a source of each type must tell.
const NEEDED: Readonly<Record<string, string>> = lookupTable({
  network: "network",
  bridge: "bridge",
  direct: "dev",
  internal: "name",
  vdpa: "dev",
  server: "port",
  client: "port",
  mcast: "port",
  udp: "port",
  vds: "switchid",
});
const MACVTAP_MODES: ReadonlySet<string> = new Set(["vepa", "private", "bridge", "passthrough"]);

/** Throws for an interface, as it came, that does not say what it is connected to. */
export function checkConnection(net: XmlElement): void {
  const type = net.get("type") ?? "user";
  const source = net.child("source");
  const needed = NEEDED[type];
  if (type === "hostdev") {
    const kind = source?.child("address")?.get("type");
    if (kind !== "pci" && kind !== "usb") {
      unsupportedConfig(`unknown host device source address type '${kind ?? "(null)"}'`);
    }
  }
  if (needed !== undefined && source === undefined) {
    xml(`interface type='${type}' requires a 'source' element`);
  }
  if (needed === undefined || source === undefined) return;
  if (source.get(needed) === undefined) missingAttribute(needed, source);
  if (needed === "port") checkSocket(source, type);
  const mode = source.get("mode");
  if (type === "direct" && mode !== undefined && !MACVTAP_MODES.has(mode)) {
    badValue("mode", source, mode);
  }
  if (type === "vds") fillUuidAttribute(source, "switchid");
}

const INT_MAX = 0x7fff_ffffn;

function checkSocket(source: XmlElement, type: string): void {
  const value = parseDecimal(source.get("port")!);
  if (value === undefined || value > INT_MAX || value < -INT_MAX - 1n) {
    xmlFailure(
      `Invalid value for attribute 'port' in element 'source': '${source.get("port")}'. ` +
        "Expected integer value",
    );
  }
  if (type !== "server" && source.get("address") === undefined) {
    missingAttribute("address", source);
  }
  if (type !== "udp") return;
  const local = source.child("local");
  if (local === undefined) xml("'<local>' element missing for 'udp' socket interface");
  for (const name of ["address", "port"]) {
    if (local.get(name) === undefined) missingAttribute(name, local);
  }
}
