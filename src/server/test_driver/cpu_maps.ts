/**
 * Maps of processors: one bit each, the lowest first.
 *
 * @module
 */

/** The numbers of the processors in a map. */
export function cpusOf(map: Uint8Array): number[] {
  const cpus: number[] = [];
  for (let cpu = 0; cpu < map.length * 8; cpu++) {
    if ((map[cpu >> 3]! & (1 << (cpu & 7))) !== 0) cpus.push(cpu);
  }
  return cpus;
}

/** A map of some processors, in so many bytes; processors beyond it are left out. */
export function mapOf(cpus: readonly number[], bytes: number): Uint8Array {
  const map = new Uint8Array(bytes);
  for (const cpu of cpus) if (cpu >> 3 < bytes) map[cpu >> 3]! |= 1 << (cpu & 7);
  return map;
}

/** The first so many processors. */
export function firstCpus(count: number): number[] {
  return Array.from({ length: count }, (_, cpu) => cpu);
}
