/**
 * What a network's definition may not say, in the order in which libvirt looks.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseIp } from "./ip_address.ts";
import { checkNeeds } from "./needed_parts.ts";
import { parseInteger, unsupportedConfig, xmlFailure } from "./values.ts";

function xml(detail: string): never {
  xmlFailure(detail, ErrorDomain.NETWORK);
}

function misfit(detail: string, domain: number = ErrorDomain.NETWORK): never {
  throw failure(domain, ErrorNumber.XML_DETAIL, detail);
}

function unsupported(detail: string, domain: number = ErrorDomain.NETWORK): never {
  unsupportedConfig(detail, domain);
}

/** Throws for a network that contradicts itself; `mode` is how it forwards. */
export function checkNetwork(network: XmlElement, mode: string): void {
  const name = network.textOf("name")!;
  const ipv6 = network.get("ipv6");
  if (ipv6 !== undefined && ipv6 !== "yes" && ipv6 !== "no") {
    xml(`Invalid ipv6 setting '${ipv6}' in network '${name}'`);
  }
  const domain = network.child("domain");
  if (domain?.get("register") === "yes" && domain.get("localOnly") !== "yes") {
    unsupported(
      `attribute 'register=yes' in <domain> element requires 'localOnly=yes' in network ${name}`,
    );
  }
  checkBandwidth(network.child("bandwidth"), false);
  checkNeeds(network, PARTS);
  checkBridge(network, name);
  checkDns(network.child("dns"), name);
  for (const group of network.all("portgroup")) {
    if (group.get("name") === undefined) xml("Missing required name attribute in portgroup");
    checkBandwidth(group.child("bandwidth"), true);
  }
  for (const ip of network.all("ip")) checkIp(ip, name);
  for (const route of network.all("route")) checkRoute(route, name);
  checkForward(network, name, mode);
}

const VIRTUAL_PORT = {
  where: "virtualport",
  what: "@type",
  code: ErrorNumber.XML_ERROR,
  domain: ErrorDomain.NONE,
  detail: "missing required virtualport type",
};
const VLAN = {
  where: "vlan",
  what: "tag",
  code: ErrorNumber.XML_ERROR,
  domain: ErrorDomain.NONE,
  detail: "missing tag id - each <vlan> must have at least one <tag id='n'/> subelement",
};
const PARTS = [VLAN, VIRTUAL_PORT];

/** Throws for shares of a network that say too little, or what is for ports alone. */
export function checkBandwidth(bandwidth: XmlElement | undefined, floors: boolean): void {
  if (bandwidth === undefined) return;
  if (bandwidth.get("classID") !== undefined) {
    misfit("classID attribute not supported on <bandwidth> in this usage context", NONE);
  }
  for (const way of ["inbound", "outbound"]) {
    const share = bandwidth.child(way);
    if (share === undefined) continue;
    if (share.get("average") === undefined && share.get("floor") === undefined) {
      misfit("Missing mandatory average or floor attributes", NONE);
    }
    if (share.get("floor") !== undefined && (!floors || way === "outbound")) {
      unsupported("floor attribute is not supported for this config", NONE);
    }
  }
}

const { NONE } = ErrorDomain;

function checkBridge(network: XmlElement, name: string): void {
  const bridge = network.child("bridge");
  const delay = bridge?.get("delay");
  if (delay !== undefined && (parseInteger(delay) ?? -1n) < 0n) {
    xml(`Invalid delay value in network '${name}'`);
  }
  const manager = bridge?.get("macTableManager");
  if (manager !== undefined && manager !== "kernel" && manager !== "libvirt") {
    xml(`Invalid macTableManager setting '${manager}' in network '${name}'`);
  }
  const mac = network.child("mac")?.get("address");
  if (mac !== undefined && !MAC.test(mac)) {
    xml(`Invalid bridge mac address '${mac}' in network '${name}'`);
  }
  const mtu = network.child("mtu")?.get("size");
  if (mtu && (parseInteger(mtu) ?? -1n) < 0n) {
    xml(`Invalid mtu size '${mtu}' in network '${name}'`);
  }
}

const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i;
const SERVICE = /^[A-Za-z0-9_+/-]*$/;

function checkDns(dns: XmlElement | undefined, name: string): void {
  if (dns === undefined) return;
  for (const forwarder of dns.all("forwarder")) {
    const addr = forwarder.get("addr");
    if (addr !== undefined && parseIp(addr) === undefined) {
      xml(`Invalid forwarder IP address '${addr}' in network '${name}'`);
    }
    if (addr === undefined && forwarder.get("domain") === undefined) {
      xml("Invalid forwarder element, must contain at least one of addr or domain");
    }
  }
  for (const host of dns.all("host")) {
    const ip = host.get("ip");
    if (host.all("hostname").length === 0) {
      misfit(`Missing hostname in network '${name}' DNS HOST record`);
    }
    if (ip === undefined) misfit(`Missing IP address in network '${name}' DNS HOST record`);
  }
  for (const srv of dns.all("srv")) {
    const service = srv.get("service");
    if (service === undefined) {
      misfit(`missing required service attribute in DNS SRV record of network '${name}'`);
    }
    if (!SERVICE.test(service)) {
      misfit(
        `invalid character in service attribute '${service}' in DNS SRV record of network '${name}'`,
      );
    }
  }
  for (const txt of dns.all("txt")) {
    const key = txt.get("name");
    if (key === undefined) {
      misfit(`missing required name attribute in DNS TXT record of network ${name}`);
    }
    if (txt.get("value") === undefined) {
      misfit(
        `missing required value attribute in DNS TXT record named '${key}' of network ${name}`,
      );
    }
  }
}

function checkIp(ip: XmlElement, name: string): void {
  const text = ip.get("address");
  const family = ip.get("family");
  if (text === undefined) xml(`Missing required address attribute in network '${name}'`);
  const address = parseIp(text);
  if (address === undefined) xml(`Invalid address '${text}' in network '${name}'`);
  const mask = ip.get("netmask");
  if (mask !== undefined && parseIp(mask) === undefined) {
    xml(`Invalid netmask '${mask}' in network '${name}'`);
  }
  if (family === undefined && text.includes(":")) {
    unsupported(`no family specified for non-IPv4 address '${text}' in network '${name}'`);
  }
  if (family !== undefined && family !== "ipv4" && family !== "ipv6") {
    xml(`Unrecognized family '${family}' in network '${name}'`);
  }
  if (mask !== undefined && ip.get("prefix") !== undefined) {
    unsupported(`Network '${name}' IP address cannot have both a prefix and a netmask`);
  }
  for (const host of ip.child("dhcp")?.all("host") ?? []) checkHost(host, name);
}

function checkHost(host: XmlElement, name: string): void {
  const mac = host.get("mac");
  if (mac !== undefined && !MAC.test(mac)) {
    xml(`Cannot parse MAC address '${mac}' in network '${name}'`);
  }
  const id = host.get("id") ?? "";
  const odd = [...id].find((one) => !/[0-9a-fA-F:]/.test(one));
  if (odd !== undefined) xml(`Invalid character '${odd}' in id '${id}' of network '${name}'`);
  const ip = host.get("ip");
  if (!ip?.includes(":") && mac === undefined && host.get("name") === undefined) {
    xml(`Static host definition in IPv4 network '${name}' must have mac or name attribute`);
  }
  if (ip === undefined) {
    xml(`Missing IP address in static host definition for network '${name}'`);
  }
  if (parseIp(ip) === undefined) {
    xml(`Invalid IP address in static host definition for network '${name}'`);
  }
}

function checkRoute(route: XmlElement, name: string): void {
  const gateway = route.get("gateway");
  if (gateway === undefined) {
    xml(`${name}: Missing required gateway attribute in route definition`);
  }
  if (parseIp(gateway) === undefined) {
    xml(`${name}: Bad gateway address '${gateway}' in route definition`);
  }
}

const WITH_BRIDGE: ReadonlySet<string> = new Set(["none", "nat", "route", "open"]);
const DEVICE_MODES: ReadonlySet<string> = new Set(["private", "vepa", "passthrough", "hostdev"]);
const PLACES = "open, route, nat, and isolated mode";

function checkForward(network: XmlElement, name: string, mode: string): void {
  const forward = network.child("forward");
  const bridge = network.child("bridge");
  const nat = forward?.child("nat");
  const where = `(network '${name}')`;
  if (nat !== undefined && mode !== "nat") {
    xml(`The <nat> element can only be used when <forward> 'mode' is 'nat' in network ${name}`);
  }
  const pool = nat?.child("address");
  for (const end of ["start", "end"]) {
    if (pool !== undefined && pool.get(end) === undefined) {
      xml(
        `missing '${end}' attribute in <address> element in <nat> in <forward> in network ${name}`,
      );
    }
    const port = nat?.child("port");
    if (port !== undefined && (parseInteger(port.get(end) ?? "") ?? -1n) < 0n) {
      misfit(
        `Missing or invalid '${end}' attribute in <port> in <nat> in <forward> in network ${name}`,
      );
    }
  }
  for (const address of forward?.all("address") ?? []) {
    const type = address.get("type");
    if (type === undefined) xml(`missing address type in network ${name}`);
    if (type !== "pci") unsupported(`unknown address type '${type}' in network ${name}`);
  }
  for (const one of forward?.all("interface") ?? []) {
    if (one.get("dev") === undefined) {
      xml(
        `Missing required dev attribute in <forward> <interface> element of network ${name}`,
      );
    }
  }
  if ((mode === "nat" || mode === "route") && network.all("ip").length === 0) {
    xml(`${mode} forwarding requested, but no IP address provided for network '${name}'`);
  }
  if (bridge?.get("name") !== undefined) {
    if (DEVICE_MODES.has(mode)) xml(`bridge name not allowed in ${mode} mode ${where}`);
    if (mode === "bridge" && forward?.get("dev") !== undefined) {
      xml(
        `A network with forward mode='bridge' can specify a bridge name or a forward dev, but not ` +
          `both ${where}`,
      );
    }
  }
  if (WITH_BRIDGE.has(mode)) return;
  if (DEVICE_MODES.has(mode)) {
    if (bridge?.get("zone") !== undefined) xml(`bridge zone not allowed in ${mode} mode ${where}`);
    if (bridge?.get("macTableManager") !== undefined) {
      xml(`bridge macTableManager setting not allowed in ${mode} mode ${where}`);
    }
  }
  if (["delay", "stp", "zone"].some((option) => bridge?.get(option) !== undefined)) {
    xml(`bridge delay/stp/zone options only allowed in ${PLACES}, not in ${mode} ${where}`);
  }
  if (network.child("mtu") !== undefined) {
    xml(`mtu size only allowed in ${PLACES}, not in ${mode} ${where}`);
  }
}
