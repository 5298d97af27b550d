/**
 * Updates of the records that a network's DNS answers with.
 *
 * @module
 */

import { NetworkUpdateCommand } from "../../../gen/enums/network.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { formatIp, parseIp } from "./ip_address.ts";
import { change, checkElement, holder, nameOf, type SectionUpdate } from "./network_section.ts";
import { unsupportedUpdate } from "./network_section.ts";
import { parseInteger } from "./values.ts";

const C = NetworkUpdateCommand;
const BEFORE_DNS = [
  "name",
  "uuid",
  "title",
  "description",
  "metadata",
  "forward",
  "bridge",
  "mtu",
  "mac",
  "domain",
];

function refuse(detail: string): never {
  throw failure(ErrorDomain.NETWORK, ErrorNumber.XML_DETAIL, detail);
}

function dnsOf(network: XmlElement): XmlElement {
  return holder(network, "dns", BEFORE_DNS);
}

const isAddition = (command: number): boolean => command === C.ADD_FIRST || command === C.ADD_LAST;

/** Changes the hosts that DNS knows. */
export function updateDnsHost(update: SectionUpdate): void {
  const { network, command, given } = update;
  checkElement(update, "host");
  const name = nameOf(network);
  const partial = command === C.DELETE || command === C.MODIFY;
  checkDnsHost(given, name, partial);
  const ip = given.get("ip");
  const names = new Set(given.all("hostname").map((one) => one.text));
  const dns = dnsOf(network);
  const found = dns.all("host").filter((one) =>
    (ip !== undefined && shownIp(one.get("ip")!) === shownIp(ip)) ||
    // two addresses may have a name in common, but a request to remove it means both
    (command === C.DELETE && one.all("hostname").some((host) => names.has(host.text)))
  );
  change(command, dns, given.clone(), found, {
    exists:
      `there is already at least one DNS HOST record with a matching field in network ${name}`,
    missing: `couldn't locate a matching DNS HOST record in network ${name}`,
    several: `multiple matching DNS HOST records were found in network ${name}`,
  });
}

function shownIp(text: string): string {
  const parsed = parseIp(text);
  return parsed === undefined ? text : formatIp(parsed);
}

/** Throws for a record of a host that says too little. */
export function checkDnsHost(host: XmlElement, network: string, partial: boolean): void {
  const at = `in network '${network}' DNS HOST record`;
  const ip = host.get("ip");
  if (ip !== undefined && parseIp(ip) === undefined) refuse(`Invalid IP address ${at}`);
  const names = host.all("hostname");
  if (names.some((one) => one.text === "")) refuse(`Missing hostname ${at}`);
  if (!partial && names.length === 0) refuse(`Missing hostname ${at}`);
  if (!partial && ip === undefined) refuse(`Missing IP address ${at}`);
  if (names.length === 0 && ip === undefined) refuse(`Missing ip and hostname ${at}`);
}

/** Changes the texts that DNS knows. */
export function updateDnsTxt(update: SectionUpdate): void {
  const { network, command, given } = update;
  checkElement(update, "txt");
  const owner = nameOf(network);
  checkDnsTxt(given, owner, !isAddition(command));
  const name = given.get("name")!;
  const dns = dnsOf(network);
  change(command, dns, given.clone(), dns.all("txt").filter((one) => one.get("name") === name), {
    exists: `there is already a DNS TXT record with name '${name}' in network ${owner}`,
    missing: `couldn't locate a matching DNS TXT record in network ${owner}`,
  });
}

/** Throws for a text record that says too little, or too much. */
export function checkDnsTxt(txt: XmlElement, network: string, partial: boolean): void {
  const name = txt.get("name");
  if (name === undefined) {
    refuse(`missing required name attribute in DNS TXT record of network ${network}`);
  }
  if (/[ ,]/.test(name)) {
    refuse(`prohibited character in DNS TXT record name '${name}' of network ${network}`);
  }
  if (txt.get("value") === undefined && !partial) {
    refuse(
      `missing required value attribute in DNS TXT record named '${name}' of network ${network}`,
    );
  }
}

const SRV_FIELDS = ["service", "protocol", "domain", "target", "port", "priority", "weight"];

/** Changes the services that DNS knows. */
export function updateDnsSrv(update: SectionUpdate): void {
  const { network, command, given } = update;
  if (command === C.MODIFY) {
    throw unsupportedUpdate("DNS SRV records cannot be modified, only added or deleted");
  }
  checkElement(update, "srv");
  const name = nameOf(network);
  checkSrv(given, name, !isAddition(command));
  const dns = dnsOf(network);
  const found = dns.all("srv").filter((one) =>
    SRV_FIELDS.every((field) =>
      given.get(field) === undefined || given.get(field) === one.get(field)
    )
  );
  change(command, dns, given.clone(), found, {
    exists:
      `there is already at least one DNS SRV record matching all specified fields in network ${name}`,
    missing: `couldn't locate a matching DNS SRV record in network ${name}`,
    several: `multiple DNS SRV records matching all specified fields were found in network ${name}`,
  });
}

function checkSrv(srv: XmlElement, network: string, partial: boolean): void {
  const [service, protocol, target] = ["service", "protocol", "target"].map((one) => srv.get(one));
  if (service === undefined && !partial) {
    refuse(`missing required service attribute in DNS SRV record of network '${network}'`);
  }
  if (protocol === undefined && !partial) {
    refuse(
      `missing required protocol attribute in DNS SRV record '${service}' of network '${network}'`,
    );
  }
  const at = `attribute for service '${service ?? "(null)"}' in network '${network}'`;
  for (const field of ["port", "priority", "weight"]) {
    const text = srv.get(field);
    if (text === undefined) continue;
    if (target === undefined) {
      refuse(`DNS SRV ${field} attribute not permitted without target ${at.slice(10)}`);
    }
    const value = parseInteger(text);
    const least = field === "port" ? 1n : 0n;
    if (value === undefined || value < least || value > 65535n) {
      refuse(`invalid DNS SRV ${field} ${at}`);
    }
  }
}
