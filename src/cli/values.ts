/**
 * Numbers as people write and read them.
 *
 * @module
 */

import { UsageError } from "./failures.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Bytes with a unit: `1.50 GiB`. */
export function bytes(value: bigint | number): string {
  let number = Number(value);
  let unit = 0;
  while (Math.abs(number) >= 1024 && unit < UNITS.length - 1) {
    number /= 1024;
    unit++;
  }
  return unit === 0 ? `${number} B` : `${number.toFixed(2)} ${UNITS[unit]}`;
}

/** Bytes a second with a unit, short: `1.5 MiB/s`. */
export function rate(value: number): string {
  let number = value;
  let unit = 0;
  while (number >= 1000 && unit < UNITS.length - 1) {
    number /= 1024;
    unit++;
  }
  return `${number.toFixed(unit === 0 || number >= 100 ? 0 : 1)} ${UNITS[unit]}/s`;
}

/** Seconds as a clock shows them: `3:05`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => `${n}`.padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** libvirt's version numbers, 1,000,000 × major + 1,000 × minor + release, with dots. */
export function version(value: bigint): string {
  return `${value / 1_000_000n}.${value / 1_000n % 1_000n}.${value % 1_000n}`;
}

const FACTORS: Readonly<Record<string, bigint>> = {
  b: 1n,
  bytes: 1n,
  byte: 1n,
  k: 1024n,
  m: 1024n ** 2n,
  g: 1024n ** 3n,
  t: 1024n ** 4n,
  p: 1024n ** 5n,
  e: 1024n ** 6n,
  kb: 1000n,
  mb: 1000n ** 2n,
  gb: 1000n ** 3n,
  tb: 1000n ** 4n,
  pb: 1000n ** 5n,
  eb: 1000n ** 6n,
};

/**
 * A size in bytes: `10G`, `10GiB` and `10737418240` are the same, `10GB` is a little less.
 *
 * @param unit What a number alone is of: `b`, or `k` where libvirt counts in KiB.
 */
export function parseSize(text: string, what: string, unit: "b" | "k" = "b"): bigint {
  const [, digits, fraction = "", name = ""] = /^(\d+)(\.\d+)?\s*([a-z]*)$/i.exec(text.trim()) ??
    [];
  const factor = FACTORS[name.toLowerCase().replace(/ib$/, "") || unit];
  if (digits === undefined || factor === undefined) {
    throw new UsageError(
      `Cannot read ${what} "${text}": expected a size such as 512M, 10G or 1048576`,
    );
  }
  const whole = BigInt(digits) * factor;
  return fraction === ""
    ? whole
    : whole + BigInt(Math.round(Number(`0${fraction}`) * Number(factor)));
}

/** A whole number that is not negative. */
export function parseCount(text: string, what: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new UsageError(`Cannot read ${what} "${text}": expected a whole number`);
}

/** Seconds, with a fraction where there is one. */
export function parseSeconds(text: string, what: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new UsageError(`Cannot read ${what} "${text}": expected seconds, such as 5 or 0.5`);
}

/** A constant's name as text for people: `SHUTOFF` to `shutoff`, `NO_STATE` to `no state`. */
export function words(name: string | undefined, value: number): string {
  return name === undefined ? `unknown (${value})` : name.toLowerCase().replaceAll("_", " ");
}

/** The numbers of a map as ranges: `0-3,6`. */
export function ranges(map: readonly boolean[]): string {
  const parts: string[] = [];
  for (let i = 0; i < map.length; i++) {
    if (!map[i]) continue;
    const first = i;
    while (map[i + 1]) i++;
    parts.push(first === i ? `${first}` : `${first}-${i}`);
  }
  return parts.join(",");
}
