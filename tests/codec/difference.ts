/**
 * Compares decoded values.
 *
 * @module
 */

import { Uuid } from "../../src/xdr/uuid.ts";

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes [${value.subarray(0, 40).join(" ")}]`;
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null && !(value instanceof Uuid)) {
    return `{ ${Object.keys(value).join(", ")} }`;
  }
  return typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
}

/**
 * Where two values first differ and how, or `undefined` when they are the same: the same types,
 * the same keys, numbers by `Object.is`.
 *
 * Much faster than a general assertion on the thousands of values compared here.
 */
export function differenceOf(actual: unknown, expected: unknown, at = "value"): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const differ = `${at} is ${show(actual)}, not ${show(expected)}`;
  if (typeof actual !== "object" || typeof expected !== "object") return differ;
  if (actual === null || expected === null) return differ;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return differ;
  if (actual instanceof Uuid) return actual.equals(expected as Uuid) ? undefined : differ;
  if (Array.isArray(actual) || actual instanceof Uint8Array) {
    return differenceOfItems(actual, expected as ArrayLike<unknown>, at, differ);
  }
  const keys = Object.keys(actual).sort();
  if (keys.join() !== Object.keys(expected).sort().join()) return differ;
  for (const key of keys) {
    const a = (actual as Record<string, unknown>)[key];
    const e = (expected as Record<string, unknown>)[key];
    const difference = differenceOf(a, e, `${at}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differenceOfItems(
  actual: ArrayLike<unknown>,
  expected: ArrayLike<unknown>,
  at: string,
  differ: string,
): string | undefined {
  if (actual.length !== expected.length) return differ;
  for (let i = 0; i < actual.length; i++) {
    const difference = differenceOf(actual[i], expected[i], `${at}[${i}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** The first offset at which bytes differ, with the bytes around it; `undefined` for none. */
export function differenceOfBytes(actual: Uint8Array, expected: Uint8Array): string | undefined {
  const n = Math.max(actual.length, expected.length);
  for (let i = 0; i < n; i++) {
    if (actual[i] === expected[i]) continue;
    const from = Math.max(0, (i & ~3) - 8);
    return `byte ${i} of ${actual.length} and ${expected.length}: from ${from} on ` +
      `${show(actual.subarray(from))}, not ${show(expected.subarray(from))}`;
  }
  return undefined;
}
