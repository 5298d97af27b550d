// Runs on: deno (a browser's own types are used, which it has)
/** What the web console makes of numbers and pictures. */

import { assertEquals, assertThrows } from "@std/assert";
import { ConnectionError, Domain, DomainState, Uuid } from "../../src/web.ts";
import { countersOf } from "../../src/ui/counters.ts";
import {
  describeState,
  explain,
  formatBytes,
  formatRate,
  formatShare,
  isolate,
  scaleOf,
} from "../../src/ui/format.ts";
import { GAP, LiveDomain, WINDOW } from "../../src/ui/live_domain.ts";
import { readPixmap } from "../../src/ui/ppm.ts";
import { test } from "../harness.ts";

test("web console: counters are read from bulk statistics as qemu sends them", () => {
  const stats = {
    "state.state": 1,
    "cpu.time": 30_000_000_000n,
    "balloon.current": 1_048_576n,
    "balloon.maximum": 2_097_152n,
    "balloon.unused": 262_144n,
    "balloon.available": 1_000_000n,
    "vcpu.current": 2,
    "vcpu.maximum": 4,
    "vcpu.0.state": 1,
    "net.count": 1,
    "net.0.name": "vnet0",
    "net.0.rx.bytes": 100n,
    "net.0.tx.bytes": 50n,
    "block.count": 2,
    "block.0.name": "vda",
    "block.0.rd.bytes": 7n,
    "block.0.wr.bytes": 1n,
    "block.1.name": "vdb",
    "block.1.rd.bytes": 3n,
  };
  assertEquals(countersOf(stats), {
    cpu: 30e9,
    vcpus: 2,
    memory: 1_048_576 * 1024,
    memoryUsed: (1_000_000 - 262_144) * 1024,
    read: 10,
    written: 1,
    received: 100,
    sent: 50,
  });
  assertEquals(countersOf({ "balloon.current": 8n, "balloon.rss": 4n }).memoryUsed, 4096);
  // with the emulator's own memory it may be more than the guest has
  assertEquals(countersOf({ "balloon.current": 8n, "balloon.rss": 9n }).memoryUsed, 8192);
  assertEquals(countersOf({ "state.state": 5 }).cpu, undefined);
});

function live(): LiveDomain {
  const handle = { name: "a", uuid: new Uuid(0, 0, 0, 0), id: 1 };
  const made = new LiveDomain(new Domain({} as ConstructorParameters<typeof Domain>[0], handle));
  made.state = DomainState.RUNNING;
  return made;
}

test("web console: rates are differences, and a guest started anew has none below zero", () => {
  const domain = live();
  const size = { vcpus: 2, memory: 1000, memoryUsed: 250 };
  domain.sample({ ...size, cpu: 0, read: 0, written: 0, received: 0, sent: 0 }, 0);
  assertEquals(domain.history.cpu, []);
  domain.sample({ ...size, cpu: 2e9, read: 100, written: 300, received: 8, sent: 0 }, 2000);
  assertEquals(domain.latest("cpu"), 0.5);
  assertEquals(domain.latest("memory"), 0.25);
  assertEquals(domain.rates, { read: 50, written: 150, received: 4, sent: 0 });
  assertEquals(domain.latest("disk"), 200);
  domain.sample({ ...size, cpu: 1e9, read: 1, written: 1, received: 1, sent: 1 }, 4000);
  assertEquals([domain.latest("cpu"), domain.latest("disk")], [0, 0]);
  domain.state = DomainState.SHUTOFF;
  domain.sample(size, 6000);
  assertEquals([domain.history.cpu, domain.rates], [[], undefined]);
});

test("web console: the history is bounded by time", () => {
  const domain = live();
  for (let time = 0; time <= 3 * WINDOW; time += 2000) domain.sample({ cpu: time }, time);
  assertEquals(domain.history.cpu.at(0)!.time, 2 * WINDOW);
  assertEquals(domain.history.cpu.at(-1)!.time, 3 * WINDOW);
});

test("web console: of a time in which nobody looked there is no mean", () => {
  const domain = live();
  domain.sample({ cpu: 0 }, 0);
  domain.sample({ cpu: 1e9 }, 2000);
  domain.sample({ cpu: 9e9 }, 2001 + GAP);
  assertEquals(domain.rates, undefined);
  domain.sample({ cpu: 9e9 }, 4001 + GAP);
  assertEquals(domain.history.cpu.map(({ time }) => time), [2000, 4001 + GAP]);
});

test("web console: numbers are short", () => {
  assertEquals([0, 999, 1000, 1536, 1024 ** 2 * 32, 1024 ** 3 * 250].map(formatBytes), [
    "0 B",
    "999 B",
    "1 KiB",
    "1.5 KiB",
    "32 MiB",
    "250 GiB",
  ]);
  assertEquals([0, 1024, 1025, 70_000, 1e6, 3e9].map(scaleOf).map(formatBytes), [
    "1 KiB",
    "1 KiB",
    "2 KiB",
    "100 KiB",
    "1 MiB",
    "5 GiB",
  ]);
  assertEquals(formatRate(2048), "2 KiB/s");
  assertEquals(formatShare(0.123), "12 %");
  assertEquals(describeState(DomainState.CRASHED), { text: "crashed", tone: "bad" });
  assertEquals(describeState(99), { text: "state 99", tone: "off" });
});

test("web console: a pixmap becomes an image", () => {
  const header = new TextEncoder().encode("P6\n2 1\n255\n");
  const image = readPixmap(new Uint8Array([...header, 1, 2, 3, 4, 5, 6]));
  assertEquals([image.width, image.height], [2, 1]);
  assertEquals([...image.data], [1, 2, 3, 255, 4, 5, 6, 255]);
  assertThrows(() => readPixmap(header), Error, "expected one byte a colour, of all pixels");
  assertThrows(() => readPixmap(new Uint8Array(20)), Error, "it is no binary pixmap");
});

test("web console: a lost connection is told in one sentence", () => {
  const at = "The connection to ws://127.0.0.1:1/lab failed";
  const lost = (text: string) =>
    explain(new Error("No answer", { cause: new ConnectionError(text) }));
  assertEquals(
    lost(`${at}: the server met an error (1011): the target is away`),
    "The target is away",
  );
  assertEquals(lost(`${at}: the server is going away (1001)`), "The server is going away");
  assertEquals(explain(new Error("The proxy does not answer")), "The proxy does not answer");
});

test("web console: a name does not turn the words around it", () => {
  assertEquals(isolate("web-1"), "web-1");
  assertEquals(isolate("\u0645\u0631"), "\u2068\u0645\u0631\u2069");
});
