import { assertEquals, assertInstanceOf } from "@std/assert";
import { DomainListFlags, DomainState } from "../../gen/enums/domain.ts";
import { connectListAllDomains, connectOpen } from "../../gen/remote/connect.ts";
import * as domains from "../../gen/remote/domain.ts";
import { LibvirtError } from "../../src/errors.ts";
import { Session } from "../../src/session/session.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { connected, refused } from "./connected.ts";

const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";

async function testDomain(session: Session) {
  return (await session.call(domains.domainLookupByName, { name: "test" })).dom;
}

async function stateOf(session: Session) {
  const dom = await testDomain(session);
  const { state, reason } = await session.call(domains.domainGetState, { dom, flags: 0 });
  return [dom.id, state, reason];
}

test("test driver: libvirt's default domain runs", async () => {
  await using client = await connected();
  const dom = await testDomain(client.session);
  assertEquals([dom.uuid.toString(), dom.id], [UUID, 1]);
  const info = await client.session.call(domains.domainGetInfo, { dom });
  assertEquals([info.state, info.maxMem, info.memory, info.nrVirtCpu], [1, 8388608n, 2097152n, 2]);
});

test("test driver: states, reasons and ids through a life", async () => {
  await using client = await connected();
  const { session } = client;
  const dom = await testDomain(session);
  const { RUNNING, PAUSED, SHUTOFF } = DomainState;
  await session.call(domains.domainSuspend, { dom });
  assertEquals(await stateOf(session), [1, PAUSED, 1]);
  await session.call(domains.domainResume, { dom });
  assertEquals(await stateOf(session), [1, RUNNING, 5]);
  await session.call(domains.domainShutdown, { dom });
  assertEquals(await stateOf(session), [-1, SHUTOFF, 1]);
  await session.call(domains.domainCreate, { dom });
  assertEquals(await stateOf(session), [2, RUNNING, 1]);
  await session.call(domains.domainDestroy, { dom });
  assertEquals(await stateOf(session), [-1, SHUTOFF, 2]);
});

test("test driver: a refusal has libvirt's code, domain and text", async () => {
  await using client = await connected();
  const dom = await testDomain(client.session);
  const error = await refused(client.session.call(domains.domainCreate, { dom }));
  assertInstanceOf(error, LibvirtError);
  assertEquals(
    [error.code, error.domain, error.message],
    [1, 12, "internal error: Domain 'test' is already running"],
  );
  const flags = await refused(
    client.session.call(domains.domainCreateWithFlags, { dom, flags: 64 }),
  );
  assertEquals(flags.message, "unsupported flags (0x40) in function testDomainCreateWithFlags");
});

test("test driver: list flags choose", async () => {
  await using client = await connected();
  const { session } = client;
  const xml =
    "<domain type='test'><name>off</name><memory>1</memory><os><type>hvm</type></os></domain>";
  await session.call(domains.domainDefineXml, { xml });
  await session.call(domains.domainCreateXml, {
    xmlDesc: xml.replace("off", "brief"),
    flags: 0,
  });
  const F = DomainListFlags;
  const names = async (flags: number) =>
    (await session.call(connectListAllDomains, { needResults: 1, flags })).domains.map((one) =>
      one.name
    );
  assertEquals(await names(0), ["test", "off", "brief"]);
  assertEquals(await names(F.ACTIVE), ["test", "brief"]);
  assertEquals(await names(F.INACTIVE), ["off"]);
  assertEquals(await names(F.TRANSIENT), ["brief"]);
  assertEquals(await names(F.ACTIVE | F.INACTIVE | F.PERSISTENT), ["test", "off"]);
  assertEquals(await names(F.SHUTOFF | F.PAUSED), ["off"]);
  assertEquals(await names(F.AUTOSTART), []);
});

test("test driver: hypervisors share nothing, connections of one share all", async () => {
  await using one = await connected();
  await using two = await connected();
  const dom = await testDomain(one.session);
  await one.session.call(domains.domainDestroy, { dom });
  assertEquals(await stateOf(await one.another()), [-1, DomainState.SHUTOFF, 2]);
  assertEquals(await stateOf(two.session), [1, DomainState.RUNNING, 0]);
});

test("test driver: with libvirt's lifetime the last to leave takes the state along", async () => {
  const hypervisor = createTestHypervisor({ lifetime: "connections" });
  async function open(): Promise<{ session: Session; gone: Promise<unknown> }> {
    const [near, far] = memoryPair();
    const gone = hypervisor.serve(far).closed;
    const session = new Session(near);
    await session.call(connectOpen, { name: "test:///default", flags: 0 });
    return { session, gone };
  }
  const first = await open();
  const dom = await testDomain(first.session);
  await first.session.call(domains.domainDestroy, { dom });
  const second = await open();
  await first.session.close();
  await first.gone;
  assertEquals((await stateOf(second.session))[1], DomainState.SHUTOFF);
  await second.session.close();
  await second.gone;
  const third = await open();
  assertEquals((await stateOf(third.session))[1], DomainState.RUNNING);
  await third.session.close();
  await hypervisor.close();
});

test("test driver: a seed and a clock make all of it repeatable", async () => {
  const xml =
    "<domain type='test'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>";
  const uuids: string[] = [];
  for (let run = 0; run < 2; run++) {
    await using client = await connected({ seed: 42, clock: { now: () => 1_000_000 } });
    const { dom } = await client.session.call(domains.domainDefineXml, { xml });
    uuids.push(dom.uuid.toString());
    const { cpuTime } = await client.session.call(domains.domainGetInfo, { dom });
    assertEquals(cpuTime, 1_000_000_000_000n);
  }
  assertEquals(uuids[0], uuids[1]);
});

test("test driver: ten thousand domains are defined and listed", async () => {
  await using client = await connected();
  const { session } = client;
  const defined = [];
  for (let i = 0; i < 10_000; i++) {
    const xml = `<domain type='test'><name>d${i}</name><memory>1</memory>` +
      "<os><type>hvm</type></os></domain>";
    defined.push(session.call(domains.domainDefineXml, { xml }));
  }
  await Promise.all(defined);
  const { ret } = await session.call(connectListAllDomains, { needResults: 1, flags: 0 });
  assertEquals(ret, 10_001);
});
