/**
 * JSON of what libvirt answers.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/**
 * A value as JSON.
 *
 * A 64-bit number is a number as long as every reader of JSON gets it right, up to 2^53 - 1, and a
 * string above. Bytes are a string in base64.
 */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replace, indent) ?? "null";
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  return value;
}
