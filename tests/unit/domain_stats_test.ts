import { assertEquals, assertStrictEquals } from "@std/assert";
import { nestStats } from "../../src/domain_stats.ts";
import { test } from "../harness.ts";

test("numbered groups become arrays", () => {
  assertEquals(
    nestStats({
      "state.state": 1,
      "block.count": 2,
      "block.0.name": "vda",
      "block.0.rd.bytes": 5n,
      "block.0.rd.reqs": 1n,
      "block.1.name": "vdb",
      "net.count": 0,
    }),
    {
      state: { state: 1 },
      block: [{ name: "vda", rd: { bytes: 5n, reqs: 1n } }, { name: "vdb" }],
      net: [],
    },
  );
});

test("a group with more than numbers stays an object", () => {
  const { vcpu } = nestStats({
    "vcpu.current": 1,
    "vcpu.maximum": 2,
    "vcpu.0.state": 1,
    "vcpu.0.time": 7n,
  });
  assertEquals(vcpu, { current: 1, maximum: 2, 0: { state: 1, time: 7n } });
  assertEquals(vcpu?.[0]?.time, 7n);
});

test("numbers with gaps stay an object", () => {
  assertEquals(nestStats({ "dirtyrate.vcpu.0.x": 1n, "dirtyrate.vcpu.2.x": 2n }), {
    dirtyrate: { vcpu: { 0: { x: 1n }, 2: { x: 2n } } },
  });
});

test("arrays lie in arrays", () => {
  const stats = nestStats({
    "cpu.cache.monitor.count": 1,
    "cpu.cache.monitor.0.name": "m",
    "cpu.cache.monitor.0.bank.count": 1,
    "cpu.cache.monitor.0.bank.0.bytes": 9n,
  });
  assertEquals(stats.cpu, { cache: { monitor: [{ name: "m", bank: [{ bytes: 9n }] }] } } as never);
});

test("a name that is also a group's loses nothing", () => {
  assertEquals(nestStats({ "a.b": 1, "a.b.c": 2 }), { a: { b: 1, "b.c": 2 } });
  assertEquals(nestStats({ "a.b.c": 2, "a.b": 1 }), { a: { b: { "": 1, c: 2 } } });
});

test("names of a hostile daemon are names like others", () => {
  const stats = nestStats(
    JSON.parse('{"__proto__.x": 1, "a.constructor.y": 2, "a.__proto__.z": 3}'),
  );
  assertEquals(Object.keys(stats), ["__proto__", "a"]);
  assertStrictEquals(Object.getPrototypeOf(stats), Object.prototype);
  assertStrictEquals(({} as Record<string, unknown>)["x"], undefined);
});
