/**
 * What libvirt checks and fills in of a domain's displays.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { ErrorDomain } from "../../../gen/enums/errors.ts";
import { checkNoVirtioOptions } from "./disk_checks.ts";
import { put } from "./domain_defaults.ts";
import { lookupTable } from "./lookup_table.ts";
import { badValue, unsupportedConfig, xmlFailure } from "./values.ts";

const TYPES: ReadonlySet<string> = new Set(
  "sdl vnc rdp desktop spice egl-headless dbus".split(" "),
);

const REMOTE: ReadonlySet<string> = new Set(["vnc", "rdp", "spice"]);

/** Checks a graphical display and fills in its defaults. */
export function fillGraphics(graphics: XmlElement): void {
  const type = graphics.get("type");
  if (type === undefined) xmlFailure("Missing required attribute 'type' in element 'graphics'");
  if (!TYPES.has(type)) badValue("type", graphics, type);
  if (!REMOTE.has(type)) return;
  fillListen(graphics, type);
}

// Behind a socket, or behind nothing, there is no port.
function fillVnc(graphics: XmlElement): void {
  const kind = graphics.child("listen")?.get("type");
  const port = graphics.get("port");
  const autoport = graphics.get("autoport");
  const automatic = port === "-1" || autoport === "yes" ||
    (port === undefined && autoport === undefined);
  const rest = graphics.attributes.filter(({ name }) =>
    !["type", "port", "autoport", "socket"].includes(name)
  );
  graphics.attributes = [{ name: "type", value: "vnc" }];
  if (kind === "socket") {
    const socket = graphics.child("listen")!.get("socket");
    if (socket !== undefined) graphics.attributes.push({ name: "socket", value: socket });
  } else if (kind !== "none") {
    if (automatic) graphics.attributes.push({ name: "port", value: "-1" });
    else if (port !== undefined && port !== "0") {
      graphics.attributes.push({ name: "port", value: port });
    }
    graphics.attributes.push({ name: "autoport", value: automatic ? "yes" : "no" });
  }
  graphics.attributes.push(...rest);
}

function wantsPort(graphics: XmlElement): boolean {
  return graphics.get("port") !== undefined || graphics.get("tlsPort") !== undefined ||
    graphics.get("autoport") === "yes";
}

// An attribute of older documents says what the first element says in newer ones.
function checkListen(graphics: XmlElement, first: XmlElement): void {
  const kind = first.get("type");
  const disagree = (attribute: string, told: string, found: string | undefined): never =>
    unsupportedConfig(
      `graphics '${attribute}' attribute '${told}' must match '${
        attribute === "listen" ? "address" : attribute
      }' attribute of first listen element (found '${found ?? "none"}')`,
    );
  const listen = graphics.get("listen");
  const address = first.get("address");
  if (kind === "address" && listen !== undefined && address !== undefined && address !== listen) {
    disagree("listen", listen, address);
  }
  const socket = graphics.get("socket");
  if (kind === "socket" && socket !== undefined && first.get("socket") !== undefined) {
    if (first.get("socket") !== socket) disagree("socket", socket, first.get("socket"));
  }
  if (kind === "network" && first.get("network") === undefined) {
    xmlFailure("'network' attribute is required for listen type 'network'", ErrorDomain.DOMAIN);
  }
}

function fillListen(graphics: XmlElement, type: string): void {
  const attribute = graphics.get("listen");
  const socket = type === "vnc" ? graphics.get("socket") : undefined;
  let first = graphics.child("listen");
  if (first === undefined) {
    if (socket !== undefined) first = element("listen", { type: "socket", socket });
    else if (type === "spice" && !wantsPort(graphics)) {
      first = element("listen", { type: "none" });
      graphics.set("autoport", undefined);
    } else first = element("listen", { type: "address", address: attribute });
    graphics.children.unshift(first);
  }
  checkListen(graphics, first);
  if (socket !== undefined && first.get("type") !== "socket") {
    first.attributes = [{ name: "type", value: "socket" }, { name: "socket", value: socket }];
  } else if (socket !== undefined) first.set("socket", socket);
  if (type === "vnc") fillVnc(graphics);
  const kind = first.get("type");
  graphics.attributes = graphics.attributes.filter(({ name }) => name !== "listen");
  if (kind === "address") {
    const address = first.get("address") ?? attribute;
    if (address !== undefined) {
      const at = graphics.attributes.findLastIndex(({ name }) => PORTS.has(name)) + 1;
      graphics.attributes.splice(at, 0, { name: "listen", value: address });
      first.set("address", address);
    }
  }
}

const PORTS: ReadonlySet<string> = new Set([
  "type",
  "port",
  "tlsPort",
  "autoport",
  "websocket",
]);

const VIDEO_MEMORY: Readonly<Record<string, string | undefined>> = lookupTable({
  vga: "16384",
  cirrus: "16384",
  xen: "4096",
  vmvga: "9216",
});

const BEFORE_VIDEO: ReadonlySet<string> = new Set(
  ("emulator disk controller lease filesystem interface smartcard serial parallel console channel " +
    "input tpm graphics sound audio").split(" "),
);

function checkVideos(videos: readonly XmlElement[]): void {
  const models = videos.map((video) => video.child("model"));
  if (models.filter((model) => model?.get("primary") === "yes").length > 1) {
    unsupportedConfig("Only one primary video device is supported");
  }
  if (models.length > 1 && models.some((model) => model?.get("type") === "none")) {
    unsupportedConfig(
      "a 'none' video type must be the only video device defined for the domain",
    );
  }
  const placed = videos.find((video) =>
    video.child("model")?.get("type") === "ramfb" && video.child("address") !== undefined
  );
  if (placed !== undefined) unsupportedConfig("address not supported for video type ramfb");
}

// What of VGA's memory is unknown is not read.
function fillVideoDriver(video: XmlElement): void {
  const driver = video.child("driver");
  const memory = driver?.get("vgaconf");
  if (memory !== undefined && !["io", "on", "off"].includes(memory)) {
    driver!.set("vgaconf", undefined);
  }
  if (driver?.attributes.length === 0) video.remove(driver);
}

/** Fills in the defaults of video devices; the first one is the primary one. */
export function fillVideo(domain: XmlElement, devices: XmlElement): void {
  if (devices.child("video") === undefined && devices.child("graphics") !== undefined) {
    const last = devices.elements.findLastIndex((one) => BEFORE_VIDEO.has(one.name));
    devices.children.splice(last + 1, 0, element("video"));
  }
  const videos = devices.all("video");
  checkVideos(videos);
  const chosen = videos.find((one) => one.child("model")?.get("primary") === "yes") ?? videos[0];
  // the primary one comes first
  if (chosen !== undefined && chosen !== videos[0]) {
    devices.remove(chosen);
    devices.children.splice(devices.children.indexOf(videos[0]!), 0, chosen);
  }
  for (const video of videos) {
    fillVideoDriver(video);
    let model = video.child("model");
    if (model === undefined) {
      model = element("model");
      put(video, model, ["driver"]);
    }
    const os = domain.textOf("os/type");
    const arch = domain.find("os/type")?.get("arch") ?? "";
    const type = model.get("type") ??
      (os === "xen" || os === "linux" ? "xen" : arch.startsWith("ppc64") ? "vga" : "cirrus");
    const qxl = type === "qxl";
    const values: Record<string, string | undefined> = {
      type,
      ram: qxl ? model.get("ram") ?? "65536" : undefined,
      vram: qxl ? model.get("vram") ?? "65536" : model.get("vram") ?? VIDEO_MEMORY[type],
      vram64: model.get("vram64"),
      vgamem: qxl ? model.get("vgamem") : undefined,
      heads: type === "none" ? model.get("heads") : model.get("heads") ?? "1",
      primary: video === chosen && type !== "none" ? "yes" : undefined,
      blob: model.get("blob"),
      edid: model.get("edid"),
    };
    if (!type.startsWith("virtio")) checkNoVirtioOptions(video.child("driver"));
    model.attributes = Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }]
    );
  }
}
