import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connect, DomainEvent, ErrorDomain, ErrorNumber, LibvirtError } from "../../mod.ts";
import { createProxy, type ProxyOptions } from "../../src/proxy/proxy.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { test } from "../harness.ts";
import {
  base64Url,
  frame,
  openRaw,
  RawClient,
  statusOf,
  TOKEN,
  upgradeRequest,
  withProxy,
} from "./proxies.ts";

async function refusal(promise: Promise<unknown>): Promise<LibvirtError> {
  return await assertRejects(() => promise, LibvirtError);
}

test("proxy: calls and events pass, and a refused call leaves the client usable", () =>
  withProxy({ filter: "operate" }, async ({ uri }) => {
    await using conn = await connect(uri("demo"), { strict: true });
    const domain = await conn.lookupDomainByName("test");
    await using events = conn.events(DomainEvent.LIFECYCLE);
    const first = events[Symbol.asyncIterator]().next();
    await events.ready;
    const error = await refusal(domain.undefine());
    assertEquals([error.code, error.domain], [ErrorNumber.ACCESS_DENIED, ErrorDomain.ACCESS]);
    assertStringIncludes(error.message, "access denied");
    await domain.suspend();
    assertEquals((await first).value?.eventName, "SUSPENDED");
    await domain.resume();
    const all = await Promise.all(Array.from({ length: 50 }, () => domain.getInfo()));
    assertEquals(all.length, 50);
  }));

test("proxy: monitor opens the target read-only, all leaves it as the client wants it", () =>
  withProxy({
    targets: {
      look: { uri: "test:///default", filter: "monitor" },
      locked: { uri: "test:///default", readOnly: true },
      free: "test:///default",
    },
  }, async ({ uri }) => {
    for (const target of ["look", "locked"]) {
      await using conn = await connect(uri(target));
      const domain = await conn.lookupDomainByName("test");
      const { code } = await refusal(domain.suspend());
      assertEquals(
        code,
        target === "look" ? ErrorNumber.ACCESS_DENIED : ErrorNumber.OPERATION_DENIED,
      );
    }
    await using conn = await connect(uri("free"));
    const domain = await conn.lookupDomainByName("test");
    await domain.suspend();
    await domain.resume();
    await using looking = await connect(uri("free"), { readOnly: true });
    const other = await looking.lookupDomainByName("test");
    assertEquals((await refusal(other.suspend())).code, ErrorNumber.OPERATION_DENIED);
  }));

test("proxy: the name that a client may open is the target's", () =>
  withProxy({}, async ({ uri, url }) => {
    await using conn = await connect(uri("demo"));
    assertEquals(await conn.getUri(), "test:///default");
    await using same = await connect(
      `test+ws://${url.slice(5)}/default?target=demo&token=${TOKEN}`,
    );
    assertEquals(await same.getUri(), "test:///default");
    const other = connect(`qemu+ws://${url.slice(5)}/system?target=demo&token=${TOKEN}`);
    assertStringIncludes((await refusal(other)).message, "test:///default");
  }));

test("proxy: nobody is let in without a credential, from no page and to no target", () =>
  withProxy({}, async ({ proxy }) => {
    const { port } = proxy;
    const none = { protocols: ["virtwire.v1"] };
    const wrong = {
      protocols: ["virtwire.v1", `virtwire.token.${base64Url("fedcba9876543210")}`],
    };
    for (const path of ["/demo", "/other", "/", "/%00", "/../demo"]) {
      assertEquals(await statusOf(port, path, none), 401, path);
      assertEquals(await statusOf(port, path, wrong), 401, path);
    }
    assertEquals(await statusOf(port, "/demo"), 101);
    assertEquals(await statusOf(port, "/%64emo"), 101);
    for (const path of ["/other", "/", "/demo/", "/demo/x", "/%E0%A4%A", "/DEMO"]) {
      assertEquals(await statusOf(port, path), 404, path);
    }
    const origin = (text: string) => statusOf(port, "/demo", { headers: { origin: text } });
    assertEquals(await origin("http://127.0.0.1"), 101); // the Host header of these requests
    assertEquals(await origin("http://evil.example"), 403);
    assertEquals(await origin("null"), 403);
    const protocols = [`virtwire.token.${base64Url(TOKEN)}`];
    assertEquals(await statusOf(port, "/demo", { protocols }), 400);
  }));

test("proxy: a user reaches their own targets alone", () =>
  withProxy({
    targets: { one: "test:///default", two: "test:///default" },
    tokens: [{ name: "tester", token: TOKEN, targets: ["one"] }],
  }, async ({ proxy, get }) => {
    assertEquals(await statusOf(proxy.port, "/one"), 101);
    assertEquals(await statusOf(proxy.port, "/two"), 404);
    const list = await (await get("/targets")).json();
    assertEquals(list, [{ name: "one", readOnly: false, filter: "all" }]);
    const other = await get("/ticket?target=two", { method: "POST" });
    assertEquals(other.status, 404);
    await other.body?.cancel();
  }));

test("proxy: a ticket lets one connection in, to its target", () =>
  withProxy({
    targets: { one: "test:///default", two: "test:///default" },
  }, async ({ get, url, proxy }) => {
    const issued = async () =>
      (await (await get("/ticket?target=one", { method: "POST" })).json()).ticket as string;
    const ticket = await issued();
    await using conn = await connect(`${url}/one?ticket=${ticket}`);
    assertEquals(await conn.getUri(), "test:///default");
    const with_ = (text: string) => ({
      protocols: ["virtwire.v1", `virtwire.ticket.${base64Url(text)}`],
    });
    assertEquals(await statusOf(proxy.port, "/one", with_(ticket)), 401);
    assertEquals(await statusOf(proxy.port, "/two", with_(await issued())), 404);
    const anonymous = await get("/ticket", { method: "POST", anonymous: true });
    assertEquals(anonymous.status, 401);
    await anonymous.body?.cancel();
    const read = await get("/ticket");
    assertEquals(read.status, 405);
    await read.body?.cancel();
  }));

test("proxy: pages of allowed origins may ask for tickets, others may not", () =>
  withProxy({ origins: ["https://console.example.com"] }, async ({ get, proxy }) => {
    const origin = "https://console.example.com";
    const asked = await get("/ticket", { method: "OPTIONS", headers: { origin }, anonymous: true });
    assertEquals(asked.status, 204);
    assertEquals(asked.headers.get("access-control-allow-headers"), "authorization");
    const good = await get("/ticket", { method: "POST", headers: { origin } });
    assertEquals(good.status, 200);
    assertEquals(good.headers.get("access-control-allow-origin"), origin);
    await good.body?.cancel();
    const evil = await get("/ticket", {
      method: "POST",
      headers: { origin: "https://evil.example" },
    });
    assertEquals(evil.status, 403);
    assertEquals(evil.headers.get("access-control-allow-origin"), null);
    await evil.body?.cancel();
    assertEquals(await statusOf(proxy.port, "/demo", { headers: { origin } }), 101);
  }));

test("proxy: a hook recognizes users by what else they show", () =>
  withProxy({
    tokens: [],
    authorize: (request) => request.header("cookie") === "session=1" ? { name: "c" } : undefined,
  }, async ({ proxy, logged }) => {
    const protocols = ["virtwire.v1"];
    assertEquals(await statusOf(proxy.port, "/demo", { protocols }), 401);
    const headers = { cookie: "session=1" };
    assertEquals(await statusOf(proxy.port, "/demo", { protocols, headers }), 101);
    assertEquals((await logged(({ event }) => event === "accepted")).user, "c");
    const evil = { ...headers, origin: "http://evil.example" };
    assertEquals(await statusOf(proxy.port, "/demo", { protocols, headers: evil }), 403);
  }));

test("proxy: connections are limited by client and in all; a proxy in front is believed", () =>
  withProxy({
    limits: { connections: 3, connectionsPerClient: 2 },
    trustedProxies: ["127.0.0.1"],
  }, async ({ proxy, logged }) => {
    const held: RawClient[] = [];
    const open = async (address: string) => {
      const client = new RawClient(proxy.port);
      held.push(client);
      client.send(upgradeRequest("/demo", { headers: { "x-forwarded-for": address } }));
      await client.until(({ text }) => text.includes("\r\n\r\n"));
      return Number(client.text.slice(9, 12));
    };
    assertEquals(await open("203.0.113.1"), 101);
    assertEquals(await open("198.51.100.9, 203.0.113.1"), 101); // the first part anybody can write
    assertEquals(await open("203.0.113.1"), 429);
    assertEquals(await open("203.0.113.2"), 101);
    assertEquals(await open("203.0.113.3"), 503);
    await held[0]!.close();
    await logged(({ event, connection }) => event === "closed" && connection === 1);
    assertEquals(await open("203.0.113.1"), 101);
    for (const client of held) await client.close();
  }));

test("proxy: health and metrics have rules of their own", async () => {
  await withProxy({}, async ({ get, uri }) => {
    const health = await get("/healthz", { anonymous: true });
    assertEquals([health.status, await health.text()], [200, "ok\n"]);
    const anonymous = await get("/metrics", { anonymous: true });
    assertEquals(anonymous.status, 401);
    await anonymous.body?.cancel();
    await using conn = await connect(uri("demo"));
    await conn.getHostname();
    const text = await (await get("/metrics")).text();
    assertStringIncludes(text, 'virtwire_proxy_connections{target="demo"} 1\n');
    assert(/virtwire_proxy_calls_total\{target="demo"\} [1-9]/.test(text), text);
    assert(!text.includes("NaN"));
  });
  await withProxy({ health: "off", metrics: "open" }, async ({ get }) => {
    const health = await get("/healthz", { anonymous: true });
    assertEquals(health.status, 404);
    await health.body?.cancel();
    const metrics = await get("/metrics", { anonymous: true });
    assertEquals(metrics.status, 200);
    await metrics.body?.cancel();
  });
});

test("proxy: a web page is served with headers that bind it", () =>
  withProxy({
    ui: new Map([
      ["/index.html", { type: "text/html; charset=utf-8", body: "<!doctype html>" }],
      ["/app.js", { type: "text/javascript", body: new Uint8Array([47, 47]) }],
    ]),
  }, async ({ get }) => {
    for (const path of ["/", "/index.html", "/app.js"]) {
      const page = await get(path, { anonymous: true });
      assertEquals(page.status, 200);
      assertStringIncludes(page.headers.get("content-security-policy")!, "default-src 'none'");
      assertStringIncludes(page.headers.get("content-security-policy")!, "frame-ancestors 'none'");
      assertEquals(page.headers.get("x-content-type-options"), "nosniff");
      await page.body?.cancel();
    }
    for (const path of ["/none", "/..%2findex.html"]) {
      const page = await get(path, { anonymous: true });
      assertEquals(page.status, 404, path);
      await page.body?.cancel();
    }
    const posted = await get("/", { method: "POST", anonymous: true });
    assertEquals(posted.status, 405);
    await posted.body?.cancel();
  }));

test("proxy: the log tells who reached what, and no payload", () =>
  withProxy({ filter: "operate" }, async ({ uri, log, logged, proxy }) => {
    {
      await using conn = await connect(uri("demo"));
      await refusal(conn.defineDomainXml("<domain>a-secret-of-the-payload</domain>"));
      await refusal(conn.defineDomainXml("<domain>a-secret-of-the-payload</domain>"));
    }
    const closed = await logged(({ event }) => event === "closed");
    assertEquals([closed.user, closed.target, closed.code], ["tester", "demo", 1000]);
    assertEquals(closed.denied, 2);
    assert(closed.received! > 100 && closed.sent! > 100 && closed.calls! >= 2);
    await statusOf(proxy.port, "/demo", { protocols: ["virtwire.v1"] });
    await logged(({ event }) => event === "refused");
    assertEquals(log.map(({ event }) => event), [
      "listening",
      "accepted",
      "opened",
      "denied",
      "closed",
      "refused",
    ]);
    assertEquals(log[3]!.procedure, "domainDefineXml");
    const text = JSON.stringify(log);
    assert(!text.includes("a-secret-of-the-payload") && !text.includes(TOKEN));
  }));

test("proxy: a target that cannot be reached is told of, and the next client is served", () =>
  withProxy({
    targets: {
      gone: "qemu+unix:///system?socket=/nonexistent/libvirt-sock",
      demo: "test:///default",
    },
  }, async ({ uri, logged, get }) => {
    const error = await assertRejects(() => connect(uri("gone"), { timeout: 10_000 }), Error);
    assertStringIncludes(error.message, "cannot be reached");
    assert(!error.message.includes("/nonexistent"), error.message);
    const failed = await logged(({ event }) => event === "failed");
    assertStringIncludes(failed.reason!, "/nonexistent");
    assertStringIncludes(
      await (await get("/metrics")).text(),
      'virtwire_proxy_target_failures_total{target="gone"} 1\n',
    );
    await using conn = await connect(uri("demo"));
    await conn.getHostname();
  }));

test("proxy: a target may be behind another proxy", () =>
  withProxy(
    { filter: "operate" },
    (far) =>
      withProxy({ targets: { next: far.uri("demo") } }, async ({ uri, log }) => {
        await using conn = await connect(uri("next"), { strict: true });
        assertEquals(await conn.getUri(), "test:///default");
        const domain = await conn.lookupDomainByName("test");
        const { code } = await refusal(domain.undefine());
        assertEquals(code, ErrorNumber.ACCESS_DENIED);
        assertEquals(log.filter(({ event }) => event === "denied"), []);
        assertEquals(far.log.find(({ event }) => event === "denied")?.procedure, "domainUndefine");
      }),
  ));

test("proxy: a target that breaks off ends its clients, who learn why", async () => {
  await using hypervisor = createTestHypervisor();
  await withProxy({}, async ({ uri, logged }) => {
    const conn = await connect(uri("demo"));
    hypervisor.faults.dropNext("connectGetHostname");
    const error = await assertRejects(() => conn.getHostname(), Error);
    assertStringIncludes(error.message, "the target has closed the connection");
    await conn.close();
    assertEquals((await logged(({ event }) => event === "closed")).code, 1011);
    await using again = await connect(uri("demo"));
    assertEquals(await again.getHostname(), "localhost");
  }, hypervisor);
});

test("proxy: closing lets a call come to its end, and takes nobody new", async () => {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await using hypervisor = createTestHypervisor({
    intercept: (procedure) => {
      if (procedure !== "connectGetCapabilities") return undefined;
      reached.resolve();
      return goOn.promise;
    },
  });
  await withProxy({}, async ({ proxy, uri, log, get }) => {
    const conn = await connect(uri("demo"));
    const pending = conn.getCapabilities();
    await reached.promise;
    const closing = proxy.close();
    await assertRejects(() => get("/healthz"), Error);
    assertEquals(proxy.connections, 1);
    goOn.resolve();
    assertStringIncludes(await pending, "<capabilities>");
    await closing;
    const error = await assertRejects(() => conn.getHostname(), Error);
    assertStringIncludes(error.message, "stopping");
    await conn.close();
    assertEquals(log.at(-1)!.event, "stopped");
    assertEquals(proxy.connections, 0);
  }, hypervisor);
});

test("proxy: closing waits no longer than it is told", () =>
  withProxy({}, async ({ proxy }) => {
    // half a packet: something is under way, and nobody knows for how long
    const client = await openRaw(proxy.port);
    client.send(frame(new Uint8Array([0, 0, 0, 28, 0x20])));
    await proxy.close({ timeout: 100 });
    await client.close();
  }));

test("proxy: what nobody could use, or what cannot be, is refused at the start", async () => {
  const good: ProxyOptions = {
    targets: { demo: "test:///default" },
    tokens: [{ name: "tester", token: TOKEN }],
    port: 0,
  };
  const cases: [Partial<ProxyOptions>, string][] = [
    [{ tokens: [] }, "nobody"],
    [{ targets: {} }, "without any target"],
    [{ targets: { "a b": "test:///default" } }, "a b"],
    [{ targets: { metrics: "test:///default" } }, "metrics"],
    [{ targets: { a: "nonsense" } }, "nonsense"],
    [{ targets: { a: "" } }, "empty"],
    [{ targets: { a: { uri: "test:///default", filter: "read" as "all" } } }, "read"],
    [{ tokens: [{ name: "t", token: TOKEN, targets: ["nope"] }] }, "nope"],
    [{ origins: ["console.example.com"] }, "console.example.com"],
    [{ limits: { connections: 0 } }, "connections"],
  ];
  for (const [options, part] of cases) {
    const error = await assertRejects(() => createProxy({ ...good, ...options }), Error);
    assertStringIncludes(error.message, part);
  }
});
