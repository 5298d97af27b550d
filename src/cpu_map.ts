/**
 * CPU maps: one bit for each CPU on the wire, one boolean for each in the interface.
 *
 * @module
 */

/** Packs truth values into bytes, CPU 0 in the lowest bit of the first, as libvirt's maps have it. */
export function packCpuMap(cpus: readonly boolean[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((cpus.length + 7) >> 3);
  for (let i = 0; i < cpus.length; i++) {
    if (cpus[i]) bytes[i >> 3]! |= 1 << (i & 7);
  }
  return bytes;
}

/** Bytes that a map of so many CPUs takes. */
export function cpuMapLength(cpus: number): number {
  return (cpus + 7) >> 3;
}

/**
 * Unpacks a map of `count` CPUs that starts at byte `start`; the daemon pads maps to whole bytes,
 * so that the bytes alone do not tell how many CPUs there are. Bytes that are missing count as 0.
 */
export function unpackCpuMap(
  bytes: Uint8Array,
  count: number = bytes.length * 8,
  start = 0,
): boolean[] {
  const cpus: boolean[] = [];
  for (let i = 0; i < count; i++) {
    cpus.push((((bytes[start + (i >> 3)] ?? 0) >> (i & 7)) & 1) === 1);
  }
  return cpus;
}
