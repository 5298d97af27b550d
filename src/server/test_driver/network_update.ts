/**
 * Updates of a part of a network's definition.
 *
 * @module
 */

import { NetworkUpdateCommand } from "../../../gen/enums/network.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import type { Identities } from "./domain_definition.ts";
import { parseAnyRoot } from "./domain_definition.ts";
import { canonicalNetwork } from "./network_definition.ts";
import { updateDhcpHost, updateDhcpRange } from "./network_dhcp.ts";
import {
  checkDnsHost,
  checkDnsTxt,
  updateDnsHost,
  updateDnsSrv,
  updateDnsTxt,
} from "./network_dns.ts";
import {
  change,
  checkElement,
  holder,
  misfit,
  nameOf,
  type SectionUpdate,
  unsupportedUpdate,
} from "./network_section.ts";
import { xmlFailure } from "./values.ts";

const C = NetworkUpdateCommand;
const BEFORE_FORWARD = ["name", "uuid", "title", "description", "metadata"];

type Section = string | ((update: SectionUpdate) => void);

// By their number: a name where libvirt itself cannot change the section.
const SECTIONS: readonly (Section | undefined)[] = [
  undefined,
  "bridge",
  "domain",
  "ip",
  updateDhcpHost,
  updateDhcpRange,
  "forward",
  updateInterface,
  "forward pf",
  updatePortGroup,
  updateDnsHost,
  updateDnsTxt,
  updateDnsSrv,
];

/** The definition with a part changed; the one that is given stays as it is. */
export function updateNetwork(
  network: XmlElement,
  request: {
    readonly command: number;
    readonly section: number;
    readonly parentIndex: number;
    readonly xml: string;
  },
  identities: Identities,
): XmlElement {
  const given = parseAnyRoot(request.xml, ErrorDomain.NETWORK);
  const section = SECTIONS[request.section];
  if (section === undefined) {
    throw unsupportedUpdate("can't update unrecognized section of network");
  }
  if (typeof section === "string") {
    throw unsupportedUpdate(`can't update '${section}' section of network '${nameOf(network)}'`);
  }
  const changed = network.clone();
  section({ network: changed, command: request.command, parentIndex: request.parentIndex, given });
  return checked(changed, identities);
}

// libvirt reads what it has changed once more, and so finds what does not go together.
function checked(network: XmlElement, identities: Identities): XmlElement {
  const name = nameOf(network);
  const forward = network.child("forward");
  if (forward !== undefined) {
    // the attribute tells the first of the interfaces
    const all = forward.all("interface");
    forward.set("dev", all[0]?.get("dev"));
    const mode = forward.get("mode");
    if (all.length > 0 && mode === "bridge" && network.child("bridge")?.get("name") !== undefined) {
      xmlFailure(
        `A network with forward mode='${mode}' can specify a bridge name or a forward dev, but not both (network '${name}')`,
        ErrorDomain.NETWORK,
      );
    }
    if (all.length > 1 && (mode === "nat" || mode === "route")) {
      xmlFailure(
        `multiple forwarding interfaces specified for network '${name}', only one is supported`,
        ErrorDomain.NETWORK,
      );
    }
  }
  const dns = network.child("dns");
  for (const host of dns?.all("host") ?? []) checkDnsHost(host, name, false);
  for (const txt of dns?.all("txt") ?? []) checkDnsTxt(txt, name, false);
  return canonicalNetwork(network, identities);
}

function updateInterface(update: SectionUpdate): void {
  const { network, command, given } = update;
  checkElement(update, "interface");
  if (command === C.MODIFY) {
    throw unsupportedUpdate(
      "forward interface entries cannot be modified, only added or deleted",
    );
  }
  const dev = given.get("dev");
  if (dev === undefined) {
    xmlFailure("missing dev attribute in <interface> element", ErrorDomain.NETWORK);
  }
  const name = nameOf(network);
  const forward = holder(network, "forward", BEFORE_FORWARD);
  const found = forward.all("interface").filter((one) => one.get("dev") === dev);
  change(command, forward, element("interface", { dev }), found, {
    exists:
      `there is an existing interface entry in network '${name}' that matches "<interface dev='${dev}'>"`,
    missing:
      `couldn't find an interface entry in network '${name}' matching <interface dev='${dev}'>`,
  });
}

function updatePortGroup(update: SectionUpdate): void {
  const { network, command, given } = update;
  checkElement(update, "portgroup");
  const group = given.get("name");
  if (group === undefined) {
    xmlFailure("Missing required name attribute in portgroup", ErrorDomain.NETWORK);
  }
  const type = given.child("virtualport")?.get("type");
  if (type !== undefined && !VIRTUAL_PORTS.has(type)) {
    throw failure(
      ErrorDomain.XML,
      ErrorNumber.XML_ERROR,
      `Invalid value for attribute 'type' in element 'virtualport': '${type}'.`,
    );
  }
  const name = nameOf(network);
  const groups = network.all("portgroup");
  const found = groups.filter((one) => one.get("name") === group);
  const isDefault = (one: XmlElement): boolean => one.get("default") === "yes";
  const words = {
    exists:
      `there is an existing portgroup entry in network '${name}' that matches "<portgroup name='${group}'>"`,
    missing:
      `couldn't find a portgroup entry in network '${name}' matching <portgroup name='${group}'>`,
  };
  const adds = command === C.ADD_FIRST || command === C.ADD_LAST;
  if (adds && found.length > 0) throw misfit(words.exists);
  if (!adds && found.length === 0) throw misfit(words.missing);
  if (
    command !== C.DELETE && isDefault(given) &&
    groups.some((one) => isDefault(one) && one.get("name") !== group)
  ) {
    throw misfit(
      `a different portgroup entry in network '${name}' is already set as the default. Only one default is allowed.`,
    );
  }
  change(command, network, given.clone(), found, words);
}

const VIRTUAL_PORTS: ReadonlySet<string> = new Set([
  "none",
  "802.1Qbg",
  "802.1Qbh",
  "openvswitch",
  "midonet",
]);
