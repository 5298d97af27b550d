import { assert, assertEquals, assertThrows } from "@std/assert";
import { test } from "../harness.ts";
import { grows, lineThrough } from "./slope.ts";
import { soak } from "./soak.ts";

test("soak: a slope is told from noise and from nothing", () => {
  assertEquals(lineThrough([1, 2, 3, 4]), { rise: 3, noise: 0, mean: 2.5 });
  assert(grows([100, 120, 141, 160, 180], 0.1));
  assert(!grows([100, 101, 102, 103, 104], 0.1), "too little to mean anything");
  assert(grows([100, 101, 102, 103, 104], 0.1, 3.5), "but not where less is enough");
  assert(!grows([100, 180, 90, 170, 120, 60, 190], 0.1), "noise");
  assert(!grows([180, 160, 140, 120], 0.1), "it falls");
  assertThrows(() => lineThrough([1, 2]), RangeError);
});

// so many that the smallest leaks worth the name stand out from code that is compiled late
const SAMPLES = 40;

test("soak: a leak of 1 KiB an operation is found", async () => {
  const { growing, heapMib } = await soak(0, SAMPLES, 128);
  assertEquals(growing, ["heap"], JSON.stringify(heapMib));
}, { timeout: 300_000 });

test("soak: a short one leaves memory and handles as they were", async () => {
  const report = await soak(0, SAMPLES);
  assertEquals(report.growing, [], JSON.stringify(report));
  assert(report.reconnections > 3, JSON.stringify(report));
  const [fast, slow] = report.eventsReceived;
  // what the slow one is not told of is what nobody got: events during an outage, marked by a resync
  assertEquals(slow + report.eventsDropped, fast, JSON.stringify(report));
}, { timeout: 300_000 });
