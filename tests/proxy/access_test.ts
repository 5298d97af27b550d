import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkLimits, Places } from "../../src/proxy/limits.ts";
import { Origins } from "../../src/proxy/origins.ts";
import { Tickets } from "../../src/proxy/tickets.ts";
import { Tokens } from "../../src/proxy/tokens.ts";
import { test } from "../harness.ts";

test("proxy origins: with none given, pages of the same host", () => {
  const origins = new Origins([]);
  assert(origins.allows("http://127.0.0.1:8080", "127.0.0.1:8080"));
  assert(origins.allows("https://console.example.com", "console.example.com"));
  assert(origins.allows("https://console.example.com", "console.example.com:443"));
  assert(origins.allows("http://[::1]:8080", "[::1]:8080"));
  assert(origins.allows(undefined, "127.0.0.1"));
  for (
    const [origin, host] of [
      ["http://evil.example", "127.0.0.1:8080"],
      ["http://127.0.0.1:8081", "127.0.0.1:8080"],
      ["http://127.0.0.1", "127.0.0.1:8080"],
      ["http://127.0.0.1.evil.example:8080", "127.0.0.1:8080"],
      ["null", "127.0.0.1:8080"],
      ["", "127.0.0.1:8080"],
      ["file://", "127.0.0.1:8080"],
      ["http://user@127.0.0.1:8080", "127.0.0.1:8080"],
      ["http://127.0.0.1:8080", undefined],
    ] as const
  ) {
    assert(!origins.allows(origin, host), `${origin} at ${host}`);
  }
});

test("proxy origins: those given, and not the proxy's own host", () => {
  const origins = new Origins(["https://console.example.com"]);
  assert(origins.allows("https://console.example.com", "127.0.0.1:8080"));
  assert(!origins.allows("http://console.example.com", "127.0.0.1:8080"));
  assert(!origins.allows("http://127.0.0.1:8080", "127.0.0.1:8080"));
  for (const wrong of ["console.example.com", "https://a.example/", "null", "*"]) {
    assertThrows(() => new Origins([wrong]), TypeError, wrong);
  }
});

test("proxy tokens: only a whole token is good, and tells whose it is", async () => {
  const tokens = new Tokens([
    { name: "a", token: "aaaaaaaaaaaaaaaa", targets: ["one"] },
    { name: "ü", token: "ümlaut-ümlaut-ümlaut" },
  ]);
  assertEquals(await tokens.userOf("aaaaaaaaaaaaaaaa"), { name: "a", targets: ["one"] });
  assertEquals(await tokens.userOf("ümlaut-ümlaut-ümlaut"), { name: "ü" });
  for (const wrong of ["", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaab"]) {
    assertEquals(await tokens.userOf(wrong), undefined);
  }
  assertThrows(() => new Tokens([{ name: "x", token: "short" }]), TypeError, '"x"');
  const same = { token: "aaaaaaaaaaaaaaaa" };
  assertThrows(
    () => new Tokens([{ name: "a", ...same }, { name: "b", ...same }]),
    TypeError,
    "the same",
  );
});

test("proxy tickets: good once, for a short time, where they were issued", async () => {
  const tickets = new Tickets();
  const { ticket, expires } = await tickets.issue({ name: "a" }, "demo");
  assert(expires > Date.now() && expires <= Date.now() + 30_000);
  assertEquals(await new Tickets().take(ticket), undefined);
  assertEquals(await tickets.take(ticket), { name: "a", targets: ["demo"] });
  assertEquals(await tickets.take(ticket), undefined);
});

test("proxy tickets: any changed byte makes one worthless", async () => {
  const tickets = new Tickets();
  const { ticket } = await tickets.issue({ name: "a", targets: ["demo"] }, undefined);
  for (let i = 0; i < ticket.length; i += 3) {
    const other = ticket[i] === "A" ? "B" : "A";
    const changed = ticket.slice(0, i) + other + ticket.slice(i + 1);
    assertEquals(await tickets.take(changed), undefined, changed);
  }
  for (const wrong of ["", "A", "====", "ä", ticket.slice(0, 43), "A".repeat(100_000)]) {
    assertEquals(await tickets.take(wrong), undefined);
  }
  assertEquals(await tickets.take(ticket), { name: "a", targets: ["demo"] });
});

test("proxy tickets: one that has expired is good no longer", async () => {
  const tickets = new Tickets({ lifetime: 1 });
  const { ticket, expires } = await tickets.issue({ name: "a" }, undefined);
  while (Date.now() < expires) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(await tickets.take(ticket), undefined);
});

test("proxy tickets: proxies with the same key take each other's, once where they share a store", async () => {
  const key = "k".repeat(32);
  const used = new Set<string>();
  const claim = (id: string) => !used.has(id) && !!used.add(id);
  const [one, two] = [new Tickets({ key, claim }), new Tickets({ key, claim })];
  const { ticket } = await one.issue({ name: "a" }, undefined);
  assertEquals(await two.take(ticket), { name: "a", targets: undefined });
  assertEquals(await one.take(ticket), undefined);
  assertThrows(() => new Tickets({ key: "short" }), TypeError, "32");
  assertThrows(() => new Tickets({ lifetime: 0 }), RangeError, "lifetime");
});

test("proxy limits: places are counted by client and in all, and freed once", () => {
  const places = new Places(checkLimits({ connections: 3, connectionsPerClient: 2 }));
  const first = places.take("a");
  assert(first && places.take("a"));
  assertEquals(places.take("a"), undefined);
  assert(places.take("b"));
  assert(places.full);
  assertEquals(places.take("c"), undefined);
  first();
  first();
  assert(places.take("a"));
  assertEquals(places.take("b"), undefined);
});

test("proxy limits: a limit that cannot be is an error", () => {
  assertEquals(checkLimits({}).message, 33554436);
  for (const wrong of [0, -1, 1.5, NaN, 2 ** 31]) {
    assertThrows(() => checkLimits({ idleTimeout: wrong }), RangeError, "idleTimeout");
  }
  assertThrows(() => checkLimits({ message: 33554437 }), RangeError, "message");
});
