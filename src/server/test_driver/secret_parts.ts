/**
 * What definitions say of secrets: encryption, and who logs in where.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { parseUuid } from "./domain_defaults.ts";
import { RULES } from "./shape_rules.ts";
import { badValue, missingAttribute, unsupportedConfig, xmlFailure } from "./values.ts";

const { STORAGE, NONE } = ErrorDomain;

const ENCRYPTION_FORMATS: ReadonlySet<string> = new Set(
  ["default", "qcow", "luks", "luks2", "luks-any"],
);
const ENGINES: ReadonlySet<string> = new Set(["qemu", "librbd"]);
const AUTH_TYPES: ReadonlySet<string> = new Set(["none", "chap", "ceph"]);

function xml(detail: string): never {
  xmlFailure(detail, STORAGE);
}

/** Throws for an attribute that is no UUID; it is printed as libvirt does. */
export function fillUuidAttribute(where: XmlElement, name: string): void {
  const value = where.get(name);
  if (value === undefined) return;
  const uuid = parseUuid(value);
  if (uuid === undefined) {
    xmlFailure(
      `Invalid value for attribute '${name}' in element '${where.localName}': '${value}'. ` +
        "Expected UUID",
    );
  }
  where.set(name, uuid.toString());
}

/** Checks by what a secret is found: its UUID or what it is for. */
export function fillSecret(secret: XmlElement): void {
  const [uuid, usage] = [secret.get("uuid"), secret.get("usage")];
  fillUuidAttribute(secret, "uuid");
  if (uuid === undefined && usage === undefined) {
    throw failure(NONE, ErrorNumber.XML_ERROR, "missing secret uuid or usage attribute");
  }
  if (uuid !== undefined && usage !== undefined) {
    throw failure(NONE, ErrorNumber.XML_ERROR, "either secret uuid or usage expected");
  }
}

/** Checks how something is encrypted. */
export function fillEncryption(encryption: XmlElement): void {
  const format = encryption.get("format");
  if (!format) xml("unknown volume encryption format");
  if (!ENCRYPTION_FORMATS.has(format)) {
    unsupportedConfig(`unknown volume encryption format type ${format}`, STORAGE);
  }
  const engine = encryption.get("engine");
  if (engine !== undefined && !ENGINES.has(engine)) badValue("engine", encryption, engine);
  for (const secret of encryption.all("secret")) {
    const type = secret.get("type");
    if (!type) xml("unknown volume encryption secret type");
    if (type !== "passphrase") {
      unsupportedConfig(`unknown volume encryption secret type ${type}`, STORAGE);
    }
    fillSecret(secret);
  }
  fillCipher(encryption, format);
}

// Only of LUKS anything else is told.
function fillCipher(encryption: XmlElement, format: string): void {
  const cipher = encryption.child("cipher");
  const generator = encryption.child("ivgen");
  if (!format.startsWith("luks")) {
    for (const one of [cipher, generator]) if (one !== undefined) encryption.remove(one);
    return;
  }
  if (cipher !== undefined) {
    if (cipher.get("name") === undefined) xml("cipher info missing 'name' attribute");
    const size = cipher.get("size");
    if (size === undefined) missingAttribute("size", cipher);
    cipher.set("size", RULES.format("uint", size, cipher, "size"));
  }
  if (generator === undefined) return;
  if (cipher === undefined) xml("ivgen element found, but cipher is missing");
  if (generator.get("name") === undefined) xml("missing ivgen info name string");
}

/** Checks who logs in, and with which secret. */
export function fillAuth(auth: XmlElement): void {
  if (!auth.get("username")) xml("missing username for auth");
  const type = auth.get("type");
  if (type && !AUTH_TYPES.has(type)) unsupportedConfig(`unknown auth type '${type}'`, STORAGE);
  const secret = auth.child("secret");
  if (secret === undefined) xml("Missing <secret> element in auth");
  fillSecret(secret);
}
