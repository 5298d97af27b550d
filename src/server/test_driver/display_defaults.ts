/**
 * What libvirt checks and fills in of a domain's video devices.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { checkNoVirtioOptions } from "./disk_checks.ts";
import { put } from "./domain_defaults.ts";
import { lookupTable } from "../../lookup_table.ts";
import { unsupportedConfig } from "./values.ts";

const WITH_EDID: ReadonlySet<string> = new Set(["vga", "bochs", "virtio"]);

// What only some models have.
function checkModel(video: XmlElement, model: XmlElement, type: string): void {
  const outside = video.child("driver")?.get("name") === "vhostuser";
  if (outside && type !== "virtio") {
    unsupportedConfig("'vhostuser' driver is only supported with 'virtio' device");
  }
  for (const name of ["ram", "vram64", "vgamem"]) {
    if (model.get(name) !== undefined && type !== "qxl") {
      unsupportedConfig(`${name} attribute only supported for video type qxl`);
    }
  }
  const acceleration = model.child("acceleration");
  if (acceleration?.attributes.length === 0) {
    unsupportedConfig("missing values for acceleration");
  }
  if (acceleration?.get("rendernode") !== undefined && !outside) {
    unsupportedConfig("unsupported rendernode accel attribute without 'vhostuser'");
  }
  if (model.get("edid") !== undefined && !WITH_EDID.has(type)) {
    unsupportedConfig(`video type '${type}' does not support edid`);
  }
}

const VIDEO_MEMORY: Readonly<Record<string, string | undefined>> = lookupTable({
  vga: "16384",
  bochs: "16384",
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
  if (memory !== undefined && memory !== "on" && memory !== "off") {
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
    checkModel(video, model, type);
    model.attributes = Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }]
    );
  }
}
