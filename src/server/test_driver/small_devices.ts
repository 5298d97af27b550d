/**
 * What libvirt checks and fills in of devices of which there is little to tell.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { lookupTable } from "../../lookup_table.ts";
import { checkNoVirtioOptions } from "./disk_checks.ts";
import { put } from "./domain_defaults.ts";
import { unknownCause } from "./refusals.ts";
import { RULES } from "./shape_rules.ts";
import { fillSize } from "./tuning_defaults.ts";
import { badValue, parseDecimal, unsupportedConfig, xmlFailure } from "./values.ts";
import { xml } from "./domain_faults.ts";

const UINT_MAX = 0xffff_ffffn;

function drop(where: XmlElement, name: string): void {
  const child = where.child(name);
  if (child !== undefined) where.remove(child);
}

/** Throws for a device that has more, or fewer, of what is behind it than one. */
export function checkBackends(device: XmlElement): void {
  if (device.name !== "rng" && device.name !== "crypto") return;
  if (device.all("backend").length === 1) return;
  xml(`only one ${device.name === "rng" ? "RNG" : "crypto"} backend is supported`);
}

const EGD_TYPES: ReadonlySet<string> = new Set(
  ("null vc pty dev file pipe stdio udp tcp unix spicevmc spiceport nmdm qemu-vdagent dbus").split(
    " ",
  ),
);

/** Checks a source of random numbers and fills in where they come from. */
export function fillRng(rng: XmlElement): void {
  const rate = rng.child("rate");
  if (rate !== undefined) {
    const [bytes, period] = ["bytes", "period"].map((name) => {
      const value = parseDecimal(rate.get(name) || "0");
      if (value !== undefined && value >= 0n && value <= UINT_MAX) return value;
      xml(`invalid RNG rate ${name} value`);
    });
    rate.attributes = [];
    rate.set("bytes", bytes === 0n ? undefined : String(bytes));
    rate.set("period", bytes === 0n || period === 0n ? undefined : String(period));
    if (rate.attributes.length === 0) rng.remove(rate);
  }
  const backend = rng.child("backend")!;
  switch (backend.get("model")) {
    case "random":
      if (backend.text === "") backend.setText("/dev/random");
      else backend.setText(backend.text);
      break;
    case "egd": {
      const type = backend.get("type");
      if (type === undefined) xml("missing EGD backend type");
      if (!EGD_TYPES.has(type)) unsupportedConfig(`unknown backend type '${type}' for egd`);
      break;
    }
    default:
      backend.children = [];
  }
}

const CODECS: ReadonlySet<string> = new Set(["duplex", "micro", "output"]);

/** Checks a sound card: leaves out what its model has not. */
export function fillSound(sound: XmlElement): void {
  const model = sound.get("model");
  const channels = sound.get("multichannel");
  if (model !== "usb") sound.set("multichannel", undefined);
  else if (channels !== undefined && channels !== "yes" && channels !== "no") {
    badValue("multichannel", sound, channels);
  }
  const streams = sound.get("streams");
  if (model !== "virtio") {
    sound.set("streams", undefined);
    drop(sound, "driver");
  } else if (streams === undefined) sound.set("streams", "2");
  else sound.set("streams", RULES.format("uint+", streams, sound, "streams"));
  for (const codec of sound.all("codec")) {
    const type = codec.get("type");
    if (model !== "ich6" && model !== "ich9") sound.remove(codec);
    else if (!CODECS.has(type ?? "")) unsupportedConfig(`unknown codec type '${type ?? "(null)"}'`);
  }
}

const ROLES: ReadonlySet<string> = new Set(["master", "peer"]);

/** Checks memory that guests share and fills in its model. */
export function fillShmem(shmem: XmlElement): void {
  if (shmem.get("name")?.includes("/")) {
    unsupportedConfig("shmem name cannot include '/' character");
  }
  if (shmem.child("model") === undefined) {
    shmem.children.unshift(element("model", { type: "ivshmem" }));
  }
  const model = shmem.child("model")!;
  if (model.get("type") === undefined) model.set("type", "ivshmem");
  const role = shmem.get("role");
  if (model.get("type") === "ivshmem") shmem.set("role", undefined);
  else if (role !== undefined && !ROLES.has(role)) badValue("role", shmem, role);
  const msi = shmem.child("msi");
  if (msi !== undefined && shmem.child("server") === undefined) {
    xml("msi option is only supported with a server");
  }
  if (msi?.get("vectors") === "0") msi.set("vectors", undefined);
  const size = shmem.child("size");
  fillSize(size, "bytes", "./size[1]");
  if (size === undefined) return;
  if ((size.text || "0") === "0") return shmem.remove(size);
  const megabytes = BigInt(size.text) >> 20n;
  size.attributes = [{ name: "unit", value: "M" }];
  size.setText(String(megabytes));
}

/** Checks the storage that outlives a crash of the guest. */
export function fillPstore(pstore: XmlElement): void {
  const size = pstore.child("size");
  if (size === undefined || size.text === "") xmlFailure("missing element or attribute './size'");
  fillSize(size, "KiB", "./size");
  if (pstore.textOf("path") === undefined) xml("missing path for ACPI ERST pstore device");
}

const LEAST_CID = 3n;

/** Checks a socket to the host and fills in who gives it its number. */
export function fillVsock(vsock: XmlElement): void {
  let cid = vsock.child("cid");
  if (cid === undefined) {
    cid = element("cid", {});
    vsock.children.unshift(cid);
  }
  const address = cid.get("address");
  if (address !== undefined && BigInt(address) < LEAST_CID) {
    unsupportedConfig("guest CIDs must be >= 3");
  }
  const auto = cid.get("auto") ?? (address === undefined ? "yes" : "no");
  cid.attributes = [{ name: "auto", value: auto }];
  if (address !== undefined) cid.set("address", address);
  if (vsock.get("model") === undefined) checkNoVirtioOptions(vsock.child("driver"));
}

/** Checks a device that encrypts for the guest. */
export function fillCrypto(crypto: XmlElement): void {
  const backend = crypto.child("backend");
  if (backend?.get("queues") === "0") backend.set("queues", undefined);
}

/** Checks a guest's balloon: leaves out what is the same as not told. */
export function fillMemballoon(balloon: XmlElement): void {
  const stats = balloon.child("stats");
  if (stats?.get("period") === "0") balloon.remove(stats);
  if (balloon.get("model") !== "none") return;
  balloon.children = balloon.elements.filter(({ name }) => name === "stats" || name === "driver");
}

/** Checks a lease of a resource. */
export function fillLease(lease: XmlElement): void {
  if (lease.textOf("key") === undefined) xml("Missing 'key' element for lease");
  if (lease.textOf("lockspace") === undefined) throw unknownCause();
  const target = lease.child("target");
  if (target === undefined) xml("Missing 'target' element for lease");
  if (target.get("path") === undefined) {
    xml("Missing 'path' attribute to 'target' element for lease");
  }
  if (target.get("offset") === "0") target.set("offset", undefined);
}

interface Single {
  readonly code: number;
  readonly what: string;
}

const SINGLE: Readonly<Record<string, Single>> = lookupTable({
  nvram: { code: ErrorNumber.INTERNAL_ERROR, what: "nvram" },
  memballoon: { code: ErrorNumber.INTERNAL_ERROR, what: "memory balloon" },
  vsock: { code: ErrorNumber.XML_ERROR, what: "vsock" },
  pstore: { code: ErrorNumber.XML_ERROR, what: "pstore" },
});

/** Throws for a second device of a kind of which a domain has one. */
export function checkSingles(devices: XmlElement): void {
  for (const [name, { code, what }] of Object.entries(SINGLE)) {
    if (devices.all(name).length < 2) continue;
    throw failure(ErrorDomain.DOMAIN, code, `only a single ${what} device is supported`);
  }
  if (devices.all("redirfilter").length > 1) {
    throw failure(
      ErrorDomain.DOMAIN,
      ErrorNumber.INTERNAL_ERROR,
      "only one set of redirection filter rule is supported",
    );
  }
  const pages = devices.child("pstore")?.textOf("size");
  if (pages !== undefined && BigInt(pages) < 4n) xml("invalid size of ACPI ERST pstore device");
}

const AUDIO_OPTIONS: Readonly<Record<string, string>> = lookupTable({
  alsa: "dev",
  coreaudio: "bufferCount",
  jack: "serverName clientName connectPorts exactName",
  oss: "dev bufferCount tryPoll",
  pulseaudio: "name streamName latency",
  pipewire: "name streamName latency",
  sdl: "bufferCount",
  file: "",
});
const BACKEND_OPTIONS: Readonly<Record<string, string>> = lookupTable({
  oss: "tryMMap exclusive dspPolicy",
  pulseaudio: "serverName",
  pipewire: "runtimeDir",
  sdl: "driver",
  file: "path",
});

/** Leaves out of a sound backend what its type has not. */
export function fillAudio(audio: XmlElement): void {
  const type = audio.get("type")!;
  const own = new Set(
    `id type timerPeriod ${BACKEND_OPTIONS[type] ?? ""}`.split(" "),
  );
  audio.attributes = audio.attributes.filter(({ name }) => own.has(name));
  const sides = new Set(
    `mixingEngine fixedSettings voices bufferLength ${AUDIO_OPTIONS[type] ?? ""}`.split(" "),
  );
  for (const side of audio.elements) {
    side.attributes = side.attributes.filter(({ name }) => sides.has(name));
    const fixed = side.get("fixedSettings") === "yes";
    if (fixed && side.get("mixingEngine") !== "yes") {
      unsupportedConfig("fixed audio settings requires mixing engine");
    }
    if (!fixed && side.child("settings") !== undefined) {
      unsupportedConfig("audio settings specified without fixed settings flag");
    }
    if (fixed && side.child("settings") === undefined) side.children.push(element("settings"));
    if (side.attributes.length === 0 && side.children.length === 0) audio.remove(side);
  }
}

/** Throws for a sound card that is played by a backend that is not there. */
export function checkAudio(device: XmlElement, devices: XmlElement): void {
  const audio = device.child("audio");
  const id = audio?.get("id");
  if (id === undefined) return;
  if (devices.all("audio").some((one) => one.get("id") === id)) return;
  xml(`no audio device with ID ${id}`);
}

/** Fills in what is printed before a device's other parts, whatever of them there is. */
export function fillNvram(nvram: XmlElement): void {
  nvram.open = true;
  const address = nvram.child("address");
  nvram.children = nvram.elements.filter(({ name }) => name !== "address");
  if (address !== undefined) put(nvram, address, ["alias", "master", "acpi"]);
}

const CERTIFICATES = 3;

/** Throws for a smart card, as it came, that does not say how the host has it. */
export function checkSmartcard(card: XmlElement): void {
  const mode = card.get("mode");
  if (mode === "passthrough" && card.get("type") === undefined) {
    xml("passthrough mode requires a character device type attribute");
  }
  if (mode !== "host-certificates") return;
  if (card.all("certificate").length !== CERTIFICATES) {
    xml("host-certificates mode needs exactly three certificates");
  }
  const database = card.textOf("database");
  if (database !== undefined && !database.startsWith("/")) {
    xml(`expecting absolute path: ${database}`);
  }
}

/** Leaves out of a smart card what its mode has not. */
export function fillSmartcard(card: XmlElement): void {
  for (const certificate of card.all("certificate")) {
    if (certificate.children.length === 0) certificate.children = [""];
  }
  if (card.get("mode") === "host-certificates") return;
  card.children = card.elements.filter(({ name }) => name !== "certificate" && name !== "database");
}
