/**
 * Which parts of a device belong to which of its types: libvirt leaves out the others.
 *
 * @module
 */

import { lookupTable } from "../../lookup_table.ts";
import { XmlElement } from "../../xml/element.ts";

type Parts = Readonly<Record<string, string>>;

// Of each type: its attributes (`@`) and elements.
const DISK_SOURCES: Parts = lookupTable({
  none: "",
  file: "@file @fdgroup",
  block: "@dev",
  dir: "@dir",
  network:
    "@protocol @name @query @tls @tlsHostname host ssl cookies readahead timeout initiator " +
    "auth identity knownHosts snapshot config reconnect",
  volume: "@pool @volume @mode",
  nvme: "@type @managed @namespace address",
  vhostuser: "@type @path @mode reconnect",
  vhostvdpa: "@dev",
});
const ANY_DISK_SOURCE = "@startupPolicy slices seclabel encryption reservations dataStore";

const PROTOCOLS: Parts = lookupTable({
  http: "@query ssl cookies readahead timeout",
  https: "@query ssl cookies readahead timeout",
  ftp: "readahead timeout",
  ftps: "ssl readahead timeout",
  ssh: "identity knownHosts",
  nfs: "identity",
  iscsi: "initiator",
  rbd: "snapshot config",
  nbd: "reconnect",
});
const PROTOCOL_PARTS =
  "@query ssl cookies readahead timeout identity knownHosts initiator snapshot " +
  "config reconnect";

const CHARACTER_SOURCES: Parts = lookupTable({
  null: "",
  vc: "",
  stdio: "",
  pty: "",
  spicevmc: "",
  dev: "@path seclabel",
  file: "@path @append seclabel",
  pipe: "@path seclabel",
  unix: "@mode @path reconnect seclabel",
  tcp: "@mode @host @service @tls reconnect",
  udp: "@mode @host @service",
  nmdm: "@master @slave",
  spiceport: "@channel",
  dbus: "@channel",
  "qemu-vdagent": "clipboard mouse",
});

const HOSTDEV_SOURCES: Parts = lookupTable({
  usb: "@startupPolicy @guestReset vendor product address",
  pci: "@writeFiltering address",
  scsi: "@protocol @name adapter address host auth initiator",
  scsi_host: "@protocol @wwpn",
  mdev: "address",
  storage: "block",
  misc: "char",
  net: "interface",
});

const HOSTDEV_ADDRESSES: Parts = lookupTable({
  usb: "@bus @port @device",
  pci: "@domain @bus @slot @function @multifunction",
  scsi: "@bus @target @unit",
  mdev: "@uuid",
});

const INTERFACE_SOURCES: Parts = lookupTable({
  user: "@dev",
  network: "@network @portgroup",
  bridge: "@bridge",
  direct: "@dev @mode",
  internal: "@name",
  ethernet: "",
  hostdev: "address",
  vdpa: "@dev",
  vds: "@switchid @portid @portgroupid @connectionid",
  null: "",
  vhostuser: "@type @path @mode reconnect",
  server: "@address @port",
  client: "@address @port",
  mcast: "@address @port",
  udp: "@address @port local",
});
const ANY_INTERFACE_SOURCE = "ip route";

const CONTROLLER_PARTS: Parts = lookupTable({
  pci: "model target pcihole64",
  "virtio-serial": "@ports @vectors",
  usb: "@ports",
  xenbus: "@maxEventChannels @maxGrantFrames",
  nvme: "serial",
});
const ANY_CONTROLLER_PART = "@type @index @model driver alias master acpi address";

/** Leaves out of a device what its type has not. */
export function dropForeignParts(device: XmlElement): void {
  const { name } = device;
  const source = device.child("source");
  for (const log of device.all("log")) if (log.get("file") === undefined) device.remove(log);
  if (name === "disk") {
    const geometry = device.child("geometry");
    const whole = ["cyls", "heads", "secs"].every((part) => Number(geometry?.get(part) ?? 0) > 0);
    if (geometry !== undefined && !whole) device.remove(geometry);
    if (source !== undefined) keepSource(source, device.get("type"));
    for (
      let store = device.child("backingStore");
      store !== undefined;
      store = store.child("backingStore")
    ) {
      const below = store.child("source");
      if (store.get("type") === undefined) store.children = [];
      else if (below !== undefined) keepSource(below, store.get("type"));
    }
  } else if (name === "hostdev") keepHostdevParts(device);
  else if (name === "interface") {
    const type = device.get("type") ?? "user";
    if (source !== undefined) keep(source, INTERFACE_SOURCES[type], ANY_INTERFACE_SOURCE);
    if (type !== "hostdev") drop(device, ["@managed"]);
    for (const ip of [...device.all("ip"), ...source?.all("ip") ?? []]) fillFamily(ip);
    drop(device.child("mac") ?? device, ["@currentAddress"]);
  } else if (name === "smartcard" && device.get("mode") !== "passthrough") {
    drop(device, ["@type", "source", "log", "protocol"]);
  } else if (name === "rng") {
    const backend = device.child("backend");
    if (backend !== undefined && backend.get("model") !== "egd") drop(backend, ["@type"]);
  } else if (name === "input" && device.get("type") !== "passthrough") {
    if (device.get("type") !== "evdev") drop(device, ["source"]);
  } else if (name === "parallel") {
    const target = device.child("target");
    if (target !== undefined) drop(target, ["@type", "model"]);
  } else if (name === "controller") {
    keep(device, CONTROLLER_PARTS[device.get("type") ?? "ide"] ?? "", ANY_CONTROLLER_PART);
  }
}

function fillFamily(ip: XmlElement): void {
  const address = ip.get("address");
  if (ip.get("prefix") === "0") ip.set("prefix", undefined);
  if (address === undefined) return;
  ip.set("family", undefined);
  const at = ip.attributes.findIndex(({ name }) => name === "address") + 1;
  ip.attributes.splice(at, 0, { name: "family", value: address.includes(":") ? "ipv6" : "ipv4" });
}

function keepSource(source: XmlElement, type: string | undefined): void {
  keep(source, DISK_SOURCES[type ?? "file"], ANY_DISK_SOURCE);
  const own = new Set((PROTOCOLS[source.get("protocol") ?? ""] ?? "").split(" "));
  drop(source, PROTOCOL_PARTS.split(" ").filter((part) => type === "network" && !own.has(part)));
  const identity = source.child("identity");
  if (identity !== undefined) {
    const ssh = source.get("protocol") === "ssh";
    keep(identity, ssh ? "@username @keyfile @agentsock" : "@user @group");
  }
}

/** Leaves out of a character device what its type has not. */
export function keepCharacterParts(device: XmlElement, type: string | undefined): void {
  for (const source of device.all("source")) keep(source, CHARACTER_SOURCES[type ?? ""]);
  if (type !== "tcp") drop(device, ["protocol"]);
  for (const source of device.all("source")) {
    const empty = source.attributes.length === 0 && source.children.length === 0;
    if (empty) device.remove(source);
  }
}

function keepHostdevParts(device: XmlElement): void {
  const type = device.get("type") ?? "";
  const source = device.child("source");
  if (source !== undefined) keep(source, HOSTDEV_SOURCES[type]);
  for (const address of source?.all("address") ?? []) keep(address, HOSTDEV_ADDRESSES[type]);
  const adapter = source?.child("adapter");
  if (adapter !== undefined) keep(adapter, "@name");
  if (source?.get("protocol") !== "iscsi") drop(source ?? device, ["auth", "initiator", "host"]);
  if (type !== "mdev" && type !== "pci") drop(device, ["@display", "@ramfb"]);
  if (type !== "pci") drop(device, ["driver"]);
  if (type !== "net") drop(device, ["ip", "route"]);
  for (const ip of device.all("ip")) fillFamily(ip);
}

function keep(element: XmlElement, own: string | undefined, any = ""): void {
  if (own === undefined) return;
  const known = new Set([...own.split(" "), ...any.split(" ")]);
  element.attributes = element.attributes.filter(({ name }) => known.has(`@${name}`));
  element.children = element.children.filter((child) =>
    !(child instanceof XmlElement) || known.has(child.name)
  );
}

function drop(element: XmlElement, parts: readonly string[]): void {
  const unwanted = new Set(parts);
  element.attributes = element.attributes.filter(({ name }) => !unwanted.has(`@${name}`));
  element.children = element.children.filter((child) =>
    !(child instanceof XmlElement) || !unwanted.has(child.name)
  );
}
