/**
 * How much memory this process uses, garbage left out.
 *
 * @module
 */

import process from "node:process";
import v8 from "node:v8";
import vm from "node:vm";

const { Bun: bun } = globalThis as { Bun?: { gc(force: boolean): void } };

function collector(): () => void {
  if (bun !== undefined) return () => bun.gc(true);
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as () => void;
}

const collect = collector();

/** Bytes in use once all garbage was collected. */
export function memoryInUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return bun === undefined ? heapUsed + external : heapUsed; // Bun's holds both
}
