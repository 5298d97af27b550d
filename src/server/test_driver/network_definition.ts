/**
 * A network's definition in canonical form.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { conform, parseShape, type Shape } from "../../xml/shape.ts";
import { failure } from "../failure.ts";
import { checkSchema } from "./schema_check.ts";
import { checkNetwork } from "./network_checks.ts";
import { fillAddress } from "./address.ts";
import { type Identities, parseRoot } from "./domain_definition.ts";
import { parseUuid, put } from "./domain_defaults.ts";
import { NETWORK_OUTLINE } from "./network_shape.ts";
import { fillBandwidth, fillVlan } from "./net_parts.ts";
import { RULES } from "./shape_rules.ts";
import { unsupportedConfig, xmlFailure } from "./values.ts";

let shape: Shape | undefined;

const FORWARD_MODES: ReadonlySet<string> = new Set(
  "none nat route open bridge private vepa passthrough hostdev".split(" "),
);

const MANAGED: ReadonlySet<string> = new Set(["nat", "route", "open"]);

/** Reads a network's XML: checks it, fills in what it leaves open, and orders it as libvirt does. */
export function parseNetwork(
  xml: string,
  identities: Identities,
  validate = false,
): XmlElement {
  const source = parseRoot(xml, "network", ErrorDomain.NETWORK);
  if (validate) checkSchema(source, shape ??= parseShape(NETWORK_OUTLINE));
  return canonicalNetwork(source, identities);
}

/** The canonical form of a network's element. */
export function canonicalNetwork(source: XmlElement, identities: Identities): XmlElement {
  shape ??= parseShape(NETWORK_OUTLINE);
  const name = source.textOf("name");
  if (name === undefined) throw failure(ErrorDomain.NETWORK, ErrorNumber.NO_NAME);
  if (name.includes("/")) {
    throw failure(ErrorDomain.XML, ErrorNumber.XML_DETAIL, "invalid char in name: /");
  }
  checkUuid(source);
  const network = conform(source, shape, RULES);
  fillUuid(network, source, identities);
  const given = source.child("forward");
  checkNetwork(source, given === undefined ? "none" : given.get("mode") ?? "nat");
  for (const one of [network, ...network.all("portgroup")]) {
    fillVlan(one.child("vlan"));
    fillBandwidth(one.child("bandwidth"), one !== network);
  }
  const mtu = network.child("mtu");
  if (mtu !== undefined && !Number(mtu.get("size"))) network.remove(mtu);
  if (network.get("ipv6") !== "yes") network.set("ipv6", undefined);
  const domain = network.child("domain");
  if (domain !== undefined && domain.get("name") === undefined) network.remove(domain);
  checkLists(network, name);
  const mode = fillForward(network, source);
  fillBridge(network, mode);
  for (const address of network.find("forward")?.all("address") ?? []) {
    fillAddress(network, address);
  }
  return network;
}

function checkLists(network: XmlElement, name: string): void {
  const refuse = (detail: string): never => xmlFailure(detail, ErrorDomain.NETWORK);
  const interfaces = new Set<string>();
  for (const one of network.child("forward")?.all("interface") ?? []) {
    const dev = one.get("dev") ?? "";
    if (interfaces.has(dev)) {
      refuse(`interface '${dev}' can only be listed once in network ${name}`);
    }
    interfaces.add(dev);
  }
  const places = new Set<string>();
  for (const address of network.child("forward")?.all("address") ?? []) {
    fillAddress(network, address);
    const [domain, bus, slot, fn] = ["domain", "bus", "slot", "function"].map((part) =>
      (address.get(part) ?? "0x0").replace(/^0x/, "")
    );
    const place = `${domain}:${bus}:${slot}.${fn}`;
    if (places.has(place)) {
      refuse(`PCI device '${place}' can only be listed once in network ${name}`);
    }
    places.add(place);
  }
  const dns = network.child("dns");
  if (dns?.get("enable") === "no" && dns.elements.length > 0) {
    refuse(`Extra data in disabled network '${name}'`);
  }
}

function checkUuid(source: XmlElement): void {
  const text = source.textOf("uuid");
  if (text === undefined || parseUuid(text) !== undefined) return;
  throw failure(ErrorDomain.NETWORK, ErrorNumber.INTERNAL_ERROR, "malformed uuid element");
}

/** Gives a definition its UUID where it has none; throws for one that cannot be read. */
export function fillUuid(
  definition: XmlElement,
  source: XmlElement,
  identities: Identities,
  [domain, code]: readonly [number, number] = [ErrorDomain.NETWORK, ErrorNumber.INTERNAL_ERROR],
): void {
  const text = source.textOf("uuid");
  const uuid = text === undefined ? identities.uuid() : parseUuid(text);
  if (uuid === undefined) {
    throw failure(domain, code, "malformed uuid element");
  }
  put(definition, element("uuid", {}, uuid.toString()), ["name"]);
}

function fillForward(network: XmlElement, source: XmlElement): string {
  const given = source.child("forward");
  if (given === undefined) return "none";
  const mode = given.get("mode") ?? "nat";
  if (!FORWARD_MODES.has(mode)) {
    unsupportedConfig(`unknown forwarding type '${mode}'`, ErrorDomain.NETWORK);
  }
  let forward = network.child("forward");
  if (forward === undefined) {
    forward = element("forward");
    put(network, forward, ["name", "uuid", "title", "description", "metadata"]);
  }
  if (mode === "none") {
    network.remove(forward);
    return mode;
  }
  const dev = forward.get("dev") ?? forward.child("interface")?.get("dev");
  const managed = forward.get("managed") === "yes" ? "yes" : undefined;
  forward.attributes = [];
  forward.set("dev", dev).set("mode", mode).set("managed", managed);
  if (dev !== undefined && forward.child("interface") === undefined) {
    if (mode === "open") {
      xmlFailure(
        `forward dev not allowed for network '${network.textOf("name")}' with forward mode='open'`,
        ErrorDomain.NETWORK,
      );
    }
    put(forward, element("interface", { dev }), ["driver", "pf", "nat"]);
  }
  return mode;
}

function fillBridge(network: XmlElement, mode: string): void {
  const bridge = network.child("bridge");
  const owned = MANAGED.has(mode) || mode === "none";
  if (!owned) return;
  if (bridge === undefined) {
    put(network, element("bridge", { stp: "on", delay: "0" }), [
      "name",
      "uuid",
      "title",
      "description",
      "metadata",
      "forward",
    ]);
    return;
  }
  const attributes = {
    name: bridge.get("name"),
    zone: bridge.get("zone"),
    stp: mode === "open" || MANAGED.has(mode) || mode === "none"
      ? bridge.get("stp") === "off" ? "off" : "on"
      : undefined,
    delay: bridge.get("delay") ?? "0",
    macTableManager: bridge.get("macTableManager"),
  };
  put(network, element("bridge", attributes), []);
}
