/**
 * What is behind a character device: what libvirt checks and fills in of it.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { put } from "./domain_defaults.ts";
import { keepCharacterParts } from "./device_parts.ts";
import { lookupTable } from "../../lookup_table.ts";
import { RULES } from "./shape_rules.ts";
import { missingAttribute, unsupportedConfig, xmlFailure } from "./values.ts";
import { choice } from "./domain_faults.ts";

const TYPES: ReadonlySet<string> = new Set(
  ("null vc pty dev file pipe stdio udp tcp unix spicevmc spiceport nmdm qemu-vdagent dbus").split(
    " ",
  ),
);

// How many sources each type may have; one where it is not told.
const MOST_SOURCES: Readonly<Record<string, readonly [number, string]>> = lookupTable({
  udp: [2, "two"],
});

const WITH_PATH: ReadonlySet<string> = new Set(["dev", "file", "pipe"]);
const CHANNELS: ReadonlySet<string | undefined> = new Set(["virtio", "xen"]);

function refuse(what: string): never {
  throw failure(
    ErrorDomain.DOMAIN,
    ErrorNumber.INTERNAL_ERROR,
    `Missing source ${what} attribute for char device`,
  );
}

/** Throws for a device of no known type. */
export function checkCharacterType(device: XmlElement): void {
  const type = device.get("type");
  if (type === undefined || TYPES.has(type)) return;
  unsupportedConfig(`unknown type presented to host for character device: ${type}`);
}

/** Throws for a device with more ends than its type has. */
export function checkEnds(device: XmlElement, type: string): void {
  const [most, word] = MOST_SOURCES[type] ?? [1, "one"];
  if (device.all("source").length > most) {
    const plural = most === 1 ? "element is" : "elements are";
    xmlFailure(
      `only ${word} source ${plural} allowed for character device`,
      ErrorDomain.DOMAIN,
    );
  }
  if (device.all("protocol").length > 1) {
    xmlFailure("only one protocol element is allowed for character device", ErrorDomain.DOMAIN);
  }
}

/** Checks what a device holds of its other end, and fills it in. */
export function fillCharacterSource(device: XmlElement, type: string): void {
  if (!TYPES.has(type)) {
    unsupportedConfig(`unknown type presented to host for character device: ${type}`);
  }
  checkEnds(device, type);
  keepCharacterParts(device, type);
  for (const source of device.all("source")) checkSource(source);
  for (const source of device.all("source")) fillMode(source, type);
  if (type === "udp") orderEnds(device);
  checkReconnect(device.child("source"));
  checkPlace(device, type);
  if (type === "tcp") {
    const protocol = device.child("protocol");
    const told = protocol === undefined ? undefined : choice(protocol, "type", PROTOCOLS);
    put(device, element("protocol", { type: told ?? "raw" }), ["source", "log"]);
  }
  const unix = device.child("source");
  if (type === "unix" && unix !== undefined && unix.get("path") === undefined) {
    const kept = unix.children.length > 0;
    unix.set("mode", undefined);
    if (!kept) device.remove(unix);
  }
}

const PROTOCOLS = "raw telnet telnets tls";

function checkSource(source: XmlElement): void {
  choice(source, "mode", "connect bind");
  choice(source, "tls", "yes no");
  choice(source, "append", "on off");
  for (const [name, attribute, words] of VDAGENT) {
    const part = source.child(name);
    if (part === undefined) continue;
    if (part.get(attribute) === undefined) missingAttribute(attribute, part);
    choice(part, attribute, words);
  }
  for (const label of source.all("seclabel")) {
    if (label.get("relabel") === "yes" && label.child("label") === undefined) {
      xmlFailure(
        `Cannot specify relabel if label is missing. model=${label.get("model") ?? "<null>"}`,
        ErrorDomain.DOMAIN,
      );
    }
  }
}

const VDAGENT = [["clipboard", "copypaste", "yes no"], ["mouse", "mode", "server client"]] as const;

// The end that is bound comes first.
function orderEnds(device: XmlElement): void {
  const ends = device.all("source");
  const bound = ends.filter((one) => one.get("mode") === "bind");
  const connected = ends.filter((one) => one.get("mode") !== "bind");
  for (const one of ends) device.remove(one);
  device.children.unshift(...bound, ...connected);
}

function fillMode(source: XmlElement, type: string): void {
  if (type !== "tcp" && type !== "unix" && type !== "udp") return;
  if (source.get("mode") === undefined) {
    source.attributes.unshift({ name: "mode", value: "connect" });
  }
}

function checkReconnect(source: XmlElement | undefined): void {
  const reconnect = source?.child("reconnect");
  if (reconnect === undefined) return;
  const enabled = choice(reconnect, "enabled", "yes no");
  if (enabled !== "yes") reconnect.set("timeout", undefined);
  if (enabled === undefined) return source!.remove(reconnect);
  if (reconnect.get("enabled") === "yes" && reconnect.get("timeout") === undefined) {
    missingAttribute("timeout", reconnect);
  }
  const timeout = reconnect.get("timeout");
  if (timeout !== undefined) {
    reconnect.set("timeout", RULES.format("uint", timeout, reconnect, "timeout"));
  }
  if (source!.get("mode") === "connect") return;
  throw failure(
    ErrorDomain.DOMAIN,
    ErrorNumber.INTERNAL_ERROR,
    "chardev reconnect is possible only for connect mode",
  );
}

function checkPlace(device: XmlElement, type: string): void {
  const source = device.child("source");
  const channel = device.name === "channel" && CHANNELS.has(device.child("target")?.get("type"));
  if (WITH_PATH.has(type) || (type === "unix" && !channel)) {
    if (source?.get("path") === undefined) refuse("path");
  } else if (type === "nmdm") {
    if ((source?.get("master") === undefined) !== (source?.get("slave") === undefined)) {
      throw failure(
        ErrorDomain.DOMAIN,
        ErrorNumber.INTERNAL_ERROR,
        "Should define both master and slave path attributes for nmdm device",
      );
    }
  } else if (type === "tcp") {
    if (source?.get("host") === undefined) refuse("host");
    if (source.get("service") === undefined) refuse("service");
  } else if (type === "udp") {
    const connect = device.all("source").find((one) => one.get("mode") === "connect");
    if (connect?.get("service") === undefined) refuse("service");
  } else if ((type === "spiceport" || type === "dbus") && source?.get("channel") === undefined) {
    unsupportedConfig("Missing source channel attribute for char device");
  }
}
