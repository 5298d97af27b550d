import { assertEquals } from "@std/assert";
import { cpuMapLength, packCpuMap, unpackCpuMap } from "../../src/cpu_map.ts";
import { test } from "../harness.ts";

test("CPU 0 is the lowest bit of the first byte", () => {
  const map = Array.from({ length: 10 }, (_, i) => i === 0 || i === 9);
  assertEquals(packCpuMap(map), new Uint8Array([1, 2]));
  assertEquals(unpackCpuMap(new Uint8Array([1, 2]), 10), map);
  assertEquals(packCpuMap([]), new Uint8Array(0));
});

test("a map is as long as it is asked to be", () => {
  const off = [false, false, false, false, false];
  assertEquals(unpackCpuMap(new Uint8Array([0xff, 0x05]), 3, 1), [true, false, true]);
  assertEquals(unpackCpuMap(new Uint8Array([0x05])), [true, false, true, ...off]);
  assertEquals(unpackCpuMap(new Uint8Array(0), 2), [false, false]);
  assertEquals([0, 1, 8, 9].map(cpuMapLength), [0, 1, 1, 2]);
});
