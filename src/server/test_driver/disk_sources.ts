/**
 * What libvirt checks of where a disk's contents are.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { fillPlace } from "./address.ts";
import { lookupTable } from "../../lookup_table.ts";
import { RULES } from "./shape_rules.ts";
import { fillEncryption } from "./secret_parts.ts";
import { missingAttribute, parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";
import { choice, xml } from "./domain_faults.ts";

const PORT_MAX = 65535n;

/** Throws for a disk, as it came, whose sources do not tell enough. */
export function checkSourceDisk(disk: XmlElement): void {
  const source = disk.child("source");
  if (source !== undefined) {
    choice(source, "startupPolicy", "mandatory requisite optional");
    checkSource(source, disk.get("type") ?? "file");
    checkReservations(source.child("reservations"));
  }
  for (let store = disk.child("backingStore"); store !== undefined;) {
    const type = store.get("type");
    if (type === undefined) return;
    const below = store.child("source");
    if (!store.child("format")?.get("type")) xml("missing disk backing store format");
    if (below === undefined) xml("missing disk backing store source");
    checkSource(below, type);
    store = store.child("backingStore");
  }
}

function checkSource(source: XmlElement, type: string): void {
  CHECKS[type]?.(source);
  for (const slice of source.child("slices")?.all("slice") ?? []) checkSlice(slice);
  for (const encryption of source.all("encryption")) fillEncryption(encryption.clone());
}

const CHECKS: Readonly<Record<string, (source: XmlElement) => void>> = lookupTable({
  network: checkNetwork,
  nvme: checkNvme,
  volume: checkVolume,
  vhostuser(source: XmlElement): void {
    if (source.get("type") === undefined) xml("missing 'type' attribute for vhostuser disk source");
    if (source.get("path") === undefined) xml("missing 'path' attribute for vhostuser disk source");
  },
  vhostvdpa(source: XmlElement): void {
    if (source.get("dev") === undefined) missingAttribute("dev", source);
  },
});

const NAMED: ReadonlySet<string> = new Set(["iscsi", "gluster"]);
const TIMED: ReadonlySet<string> = new Set(["http", "https", "ftp", "ftps"]);
const TIMES = [["readahead", "size"], ["timeout", "seconds"]] as const;

function checkNetwork(source: XmlElement): void {
  if (source.get("protocol") === undefined) missingAttribute("protocol", source);
  choice(source, "tls", "yes no");
  const protocol = source.get("protocol")!;
  const name = source.get("name") ?? "";
  if (NAMED.has(protocol) && name === "") xml("missing name for disk source");
  if (protocol === "gluster" && !name.includes("/")) {
    xmlFailure(
      `failed to split path '${name}' into 'pool/image' or 'pool/namespace/image' components`,
      ErrorDomain.STORAGE,
    );
  }
  if (TIMED.has(protocol)) {
    for (const [part, attribute] of TIMES) {
      const value = parseDecimal(source.child(part)?.get(attribute) ?? "0");
      if (value === undefined || value < 0n) xml("invalid readahead size or timeout");
    }
  }
  const hosts = source.child("knownHosts");
  if (protocol === "ssh" && hosts !== undefined && hosts.get("path") === undefined) {
    missingAttribute("path", hosts);
  }
  for (const cookie of source.child("cookies")?.all("cookie") ?? []) {
    if (TIMED.has(protocol) && cookie.get("name") === undefined) xml("missing cookie name");
  }
  const reconnect = source.child("reconnect");
  const delay = reconnect?.get("delay");
  if (protocol === "nbd" && delay !== undefined) RULES.format("uint", delay, reconnect!, "delay");
  for (const host of source.all("host")) {
    const transport = choice(host, "transport", "tcp unix rdma") ?? "tcp";
    const socket = host.get("socket");
    if (transport === "unix" && socket === undefined) xml("missing socket for unix transport");
    if (transport !== "unix" && socket !== undefined) {
      xml(`transport '${transport}' does not support socket attribute`);
    }
    if (transport === "unix") continue;
    if (host.get("name") === undefined) xml("missing name for host");
    const port = host.get("port");
    if (port === undefined) continue;
    const number = parseDecimal(port);
    const refuse = (detail: string): never => {
      throw failure(ErrorDomain.NONE, ErrorNumber.INVALID_ARG, detail);
    };
    if (number === undefined || number < 0n) refuse(`failed to parse port number '${port}'`);
    if (number! > PORT_MAX) refuse(`port '${port}' out of range`);
  }
}

function checkNvme(source: XmlElement): void {
  const type = source.get("type");
  if (type === undefined) xml("missing 'type' attribute to disk source");
  if (type !== "pci") xml(`unsupported source type '${type}'`);
  const namespace = source.get("namespace");
  if (namespace === undefined) missingAttribute("namespace", source);
  choice(source, "managed", "yes no");
  if (source.child("address") === undefined) xml("NVMe disk source is missing address");
  if (parseDecimal(namespace) === 0n) unsupportedConfig("NVMe namespace can't be zero");
}

function checkVolume(source: XmlElement): void {
  const [pool, volume] = [source.get("pool"), source.get("volume")];
  if ((pool === undefined) !== (volume === undefined)) {
    xml("'pool' and 'volume' must be specified together for 'pool' type source");
  }
  choice(source, "mode", "host direct");
}

function checkReservations(reservations: XmlElement | undefined): void {
  if (reservations === undefined) return;
  const managed = choice(reservations, "managed", "yes no");
  const source = reservations.child("source");
  if (managed === "yes") return;
  const refuse = (detail: string): never => xmlFailure(detail, ErrorDomain.STORAGE);
  if (managed === undefined) missingAttribute("managed", reservations);
  if (source?.get("type") === undefined) {
    refuse("missing connection type for <reservations/>");
  }
  const mode = source!.get("mode");
  if (mode !== undefined && mode !== "client") {
    refuse(`unsupported connection mode for <reservations/>: ${mode}`);
  }
}

function checkSlice(slice: XmlElement): void {
  if (slice.get("type") !== "storage") return;
  for (const name of ["offset", "size"]) {
    const value = slice.get(name) ?? "";
    const number = parseDecimal(value);
    if (number === undefined || number < 0n) {
      xml(`malformed value '${value}' of '${name}' attribute of slice`);
    }
  }
}

/** Prints the parts of a source as libvirt does. */
export function fillDiskSource(source: XmlElement | undefined, type: string): void {
  if (source === undefined) return;
  for (const encryption of source.all("encryption")) fillEncryption(encryption);
  const slices = source.child("slices");
  for (const slice of slices?.all("slice") ?? []) {
    if (slice.get("type") !== "storage") slices!.remove(slice);
  }
  if (slices?.children.length === 0) source.remove(slices);
  for (const [part, attribute] of [...TIMES, ["reconnect", "delay"]] as const) {
    const one = source.child(part);
    if (one?.get(attribute) === "0") source.remove(one);
  }
  const ssl = source.child("ssl");
  if (ssl !== undefined && source.get("protocol") === "http") source.remove(ssl);
  if (type === "vhostuser") source.set("mode", undefined);
  if (type !== "nvme") return;
  const managed = source.get("managed") ?? "yes";
  const namespace = source.get("namespace");
  source.attributes = [{ name: "type", value: "pci" }];
  source.set("managed", managed).set("namespace", namespace);
  for (const address of source.all("address")) {
    address.set("type", "pci");
    fillPlace(address);
    address.set("type", undefined);
  }
}
