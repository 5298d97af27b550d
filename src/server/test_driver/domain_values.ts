/**
 * Numbers that handlers read from and write to a canonical definition.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";

/** A domain's memory in KiB: all it may have, and what its balloon leaves it. */
export function memoryOf(definition: XmlElement): { total: bigint; balloon: bigint } {
  return {
    total: BigInt(definition.textOf("memory") ?? "0"),
    balloon: BigInt(definition.textOf("currentMemory") ?? "0"),
  };
}

/** How many processors a domain may have, and has. */
export function vcpusOf(definition: XmlElement): { maximum: number; online: number } {
  const vcpu = definition.child("vcpu");
  const maximum = Number(vcpu?.text ?? 1);
  return { maximum, online: Number(vcpu?.get("current") ?? maximum) };
}

/** Sets how many processors a domain has. */
export function setOnlineVcpus(definition: XmlElement, online: number): void {
  const vcpu = definition.child("vcpu")!;
  vcpu.set("current", online === Number(vcpu.text) ? undefined : String(online));
}

/** Sets how many processors a domain may have. */
export function setMaximumVcpus(definition: XmlElement, maximum: number): void {
  const vcpu = definition.child("vcpu")!;
  const { online } = vcpusOf(definition);
  vcpu.setText(String(maximum));
  vcpu.set("current", online < maximum ? String(online) : undefined);
}

/** The devices of a kind. */
export function devicesOf(definition: XmlElement, kind: string): XmlElement[] {
  return definition.child("devices")?.all(kind) ?? [];
}

/** A text as the fixed array of characters that some answers carry. */
export function charsOf(text: string, size: number): Uint8Array {
  const chars = new Uint8Array(size);
  chars.set(new TextEncoder().encode(text).subarray(0, size - 1));
  return chars;
}

/** A child element of a definition, made where it is missing. */
export function ensure(parent: XmlElement, name: string): XmlElement {
  let child = parent.child(name);
  if (child === undefined) {
    child = element(name);
    parent.children.push(child);
  }
  return child;
}
