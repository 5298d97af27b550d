/**
 * What libvirt checks and fills in of a domain's TPM.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { parseUuid } from "./domain_defaults.ts";
import { RULES } from "./shape_rules.ts";
import { unsupportedConfig } from "./values.ts";
import { choice, internal, xml } from "./domain_faults.ts";

const BANKS: ReadonlySet<string> = new Set(["sha1", "sha256", "sha384", "sha512"]);

/** Throws for a TPM, as it came, that has none or more of what is behind it. */
export function checkTpm(tpm: XmlElement): void {
  const backends = tpm.all("backend");
  if (backends.length > 1) xml("only one TPM backend is supported");
  if (backends.length === 0) xml("missing TPM device backend");
  const banks = backends[0]!.child("active_pcr_banks")?.elements ?? [];
  const unknown = banks.find(({ name }) => !BANKS.has(name));
  if (unknown !== undefined && backends[0]!.get("type") === "emulator") {
    unsupportedConfig(`Unsupported PCR banks '${unknown.name}'`);
  }
}

/** Checks a TPM and fills in its defaults. */
export function fillTpm(tpm: XmlElement): void {
  const backend = tpm.child("backend")!;
  const type = backend.get("type")!;
  if (type === "emulator") return fillEmulator(backend);
  backend.attributes = [{ name: "type", value: type }];
  if (type === "passthrough") {
    const path = backend.child("device")?.get("path") ?? "/dev/tpm0";
    backend.children = [element("device", { path })];
    return;
  }
  backend.children = [externalSource(backend.child("source"))];
}

function externalSource(source: XmlElement | undefined): XmlElement {
  const type = source?.get("type");
  if (source === undefined || type === undefined) {
    xml("missing external TPM backend source type");
  }
  if (type !== "unix") {
    unsupportedConfig(`unknown backend source type '${type}' for external TPM`);
  }
  const path = source.get("path");
  const mode = choice(source, "mode", "connect bind") ?? "connect";
  if (path === undefined) xml("missing socket path for external TPM device");
  if (mode !== "connect") xml("only 'connect' mode is supported for external TPM device");
  return element("source", { type, mode, path });
}

function fillEmulator(backend: XmlElement): void {
  const version = choice(backend, "version", "1.2 2.0");
  const debug = backend.get("debug");
  const level = debug === undefined ? "0" : RULES.format("uint", debug, backend, "debug");
  const persistent = backend.get("persistent_state");
  const source = backend.child("source");
  const place = source === undefined ? undefined : emulatorSource(source);
  const secret = backend.child("encryption")?.get("secret");
  const uuid = secret === undefined ? undefined : parseUuid(secret);
  if (secret !== undefined && uuid === undefined) {
    internal(`Unable to parse secret uuid '${secret}'`);
  }
  if (persistent !== undefined && persistent !== "yes" && persistent !== "no") {
    internal("Invalid persistent_state value, either 'yes' or 'no'");
  }
  const profile = backend.child("profile");
  const banks = backend.child("active_pcr_banks");
  for (const part of [banks, profile]) {
    if (part === undefined || version === "2.0") continue;
    if (part.children.length === 0 && part.attributes.length === 0) continue;
    xml(`<${part.name}/> requires TPM version '2.0'`);
  }
  backend.attributes = [{ name: "type", value: "emulator" }];
  backend.set("version", version).set("persistent_state", persistent === "yes" ? "yes" : undefined)
    .set("debug", level === "0" ? undefined : level);
  backend.children = [
    uuid === undefined ? undefined : element("encryption", { secret: uuid.toString() }),
    banks?.children.length ? banks : undefined,
    place,
    profile === undefined || profile.attributes.length === 0 ? undefined : element("profile", {
      source: profile.get("source"),
      removeDisabled: choice(profile, "removeDisabled", "check fips-host"),
      name: profile.get("name"),
    }),
  ].filter((one) => one !== undefined);
}

function emulatorSource(source: XmlElement): XmlElement {
  const type = choice(source, "type", "file dir");
  const path = source.get("path");
  if (path === undefined) xml("missing TPM source path");
  return element("source", { type, path });
}
