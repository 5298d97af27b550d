import { assert, assertEquals, assertThrows } from "@std/assert";
import { DomainEvent, ErrorDomain, ErrorNumber, Feature } from "../../mod.ts";
import { connectGetHostname, connectGetType, connectOpen } from "../../gen/remote/connect.ts";
import { createTestHypervisor, failure, Faults } from "../../src/testing.ts";
import { test } from "../harness.ts";
import { connected, refused } from "./connected.ts";
import { connectTo, hypervised } from "./connections.ts";

test("faults: the next calls fail, and then they work again", async () => {
  await using client = await hypervised();
  const { conn, hypervisor: { faults } } = client;
  const domain = await conn.lookupDomainByName("test");
  faults.failNext(
    "domainSuspend",
    2,
    failure(ErrorDomain.TEST, ErrorNumber.RESOURCE_BUSY, "later"),
  );
  assertEquals([faults.pending("domainSuspend"), faults.pending()], [2, 2]);
  for (let n = 0; n < 2; n++) {
    const error = await refused(domain.suspend());
    assertEquals(error.message, "resource busy: later");
  }
  await domain.suspend();
  assertEquals(faults.pending(), 0);
});

test("faults: each happens once, in order, and those for any call come last", async () => {
  await using client = await hypervised();
  const { conn, hypervisor: { faults } } = client;
  faults.failNext("*", 1, failure(ErrorDomain.TEST, ErrorNumber.OPERATION_FAILED, "any"));
  faults.failNext("connectGetHostname", 1, failure(ErrorDomain.TEST, 9, "first"));
  faults.failNext("connectGetHostname", 1, failure(ErrorDomain.TEST, 9, "second"));
  const seen: string[] = [];
  for (let n = 0; n < 3; n++) seen.push((await refused(conn.getHostname())).message);
  assertEquals(seen, [
    "operation failed: first",
    "operation failed: second",
    "operation failed: any",
  ]);
  assertEquals(await conn.getHostname(), "localhost");
});

test("faults: a delay holds one call and no other", async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => release = resolve);
  await using client = await hypervised();
  const { conn, hypervisor: { faults } } = client;
  faults.delayNext("connectGetHostname", 1, gate);
  let answered = false;
  const late = conn.getHostname().then(() => answered = true);
  await conn.getType();
  assert(!answered);
  release();
  await late;
  faults.delayNext("connectGetHostname", 1, 20);
  const start = performance.now();
  await conn.getHostname();
  assert(performance.now() - start >= 15);
  faults.delayNext("connectGetHostname", 1, Promise.reject(new Error("no luck")));
  assertEquals((await refused(conn.getHostname())).message, "internal error: no luck");
});

test("faults: the end of the hypervisor leaves no timer behind", async () => {
  const client = await hypervised();
  client.hypervisor.faults.delayNext("connectGetHostname", 1, 3_600_000);
  const call = refused(client.conn.getHostname());
  await client.conn.getType();
  await client[Symbol.asyncDispose]();
  assertEquals((await call).name, "ConnectionError");
});

test("faults: a stalled call is never answered, others of the client are", async () => {
  await using client = await hypervised();
  const { conn, hypervisor: { faults } } = client;
  faults.stallNext("connectGetHostname");
  const abort = new AbortController();
  const silent = refused(conn.getHostname({ signal: abort.signal }));
  assertEquals(await conn.getType(), "TEST");
  abort.abort(new Error("waited enough"));
  assertEquals((await silent).message, "waited enough");
});

test("faults: a dropped connection ends that client alone", async () => {
  await using client = await hypervised();
  const { conn, hypervisor } = client;
  const other = await connectTo(hypervisor);
  hypervisor.faults.dropNext("connectGetHostname");
  assertEquals((await refused(conn.getHostname())).name, "ConnectionError");
  assertEquals(await other.getHostname(), "localhost");
  await other.close();
});

test("faults: a burst of events arrives complete and in order", async () => {
  let registered = (): void => {};
  const registration = new Promise<void>((resolve) => registered = resolve);
  await using client = await hypervised({
    intercept(name) {
      if (name === "connectDomainEventCallbackRegisterAny") registered();
      return undefined;
    },
  });
  const { conn, hypervisor } = client;
  const events = conn.events(DomainEvent.LIFECYCLE)[Symbol.asyncIterator]();
  const first = events.next();
  await registration;
  hypervisor.burst(600);
  const seen = [(await first).value!.eventName];
  while (seen.length < 600) seen.push((await events.next()).value!.eventName);
  await events.return?.();
  assertEquals(seen.slice(0, 4), ["SUSPENDED", "RESUMED", "SUSPENDED", "RESUMED"]);
  assertEquals(seen.filter((name) => name === "RESUMED").length, 300);
  const domain = await conn.lookupDomainByName("test");
  assert(await domain.isActive());
  assertThrows(() => hypervisor.burst(1, "nobody"), Error, "nobody");
});

test("faults: what could never happen is refused", () => {
  const faults = new Faults();
  assertThrows(() => faults.dropNext("domainSuspended" as never), TypeError, "domainSuspended");
  assertThrows(() => faults.stallNext("domainSuspend", 0), RangeError, "0");
  assertThrows(() => faults.delayNext("domainSuspend", 1, -1), RangeError, "-1");
  faults.dropNext("qemuDomainAgentCommand");
  faults.clear();
  assertEquals(faults.intercept("qemuDomainAgentCommand"), undefined);
});

test("faults: an interceptor of one's own is asked where no fault is due", async () => {
  const asked: string[] = [];
  await using client = await connected({
    intercept(name) {
      asked.push(name);
      return undefined;
    },
  });
  await client.session.call(connectGetType, undefined);
  await client.session.call(connectGetHostname, undefined);
  assertEquals(asked, [connectOpen.name, "connectGetType", "connectGetHostname"]);
});

test("faults: a call that was held while its client left starts nothing", async () => {
  const hypervisor = createTestHypervisor();
  const conn = await connectTo(hypervisor);
  const gate = Promise.withResolvers<void>();
  hypervisor.faults.delayNext("connectSupportsFeature", 1, gate.promise);
  const asked = refused(conn.features.has(Feature.PROGRAM_KEEPALIVE));
  await conn.getType(); // by now the call is held
  conn.session.abort(new Error("enough"));
  await asked;
  await conn.closed;
  await hypervisor.close();
  gate.resolve(); // a keepalive timer that is left would fail this on Deno
  await gate.promise;
});
