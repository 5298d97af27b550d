import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type Connection,
  type Domain,
  DomainCreateFlags,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
} from "../../mod.ts";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

const XML = `<domain type='test'>
  <name>new</name>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type>hvm</type></os>
</domain>`;

async function state(domain: Domain): Promise<[number, number]> {
  const { state, reason } = await domain.getState();
  return [state, reason];
}

function defaultDomain(conn: Connection): Promise<Domain> {
  return conn.lookupDomainByName("test");
}

spec("domain lifecycle", {
  "tells state and reason": async (conn) => {
    const domain = await defaultDomain(conn);
    assertEquals((await state(domain))[0], DomainState.RUNNING);
    const info = await domain.getInfo();
    assertEquals([info.state, info.maxMem, info.memory, info.nrVirtCpu], [
      DomainState.RUNNING,
      8388608n,
      2097152n,
      2,
    ]);
    assertEquals(typeof info.cpuTime, "bigint");
  },
  "suspends and resumes": async (conn) => {
    const domain = await defaultDomain(conn);
    await domain.suspend();
    assertEquals(await state(domain), [DomainState.PAUSED, DomainPausedReason.USER]);
    await domain.resume();
    assertEquals(await state(domain), [DomainState.RUNNING, DomainRunningReason.UNPAUSED]);
  },
  "refuses to resume what is not paused": async (conn) => {
    const [code, domain, message] = await refusal((await defaultDomain(conn)).resume());
    assertEquals([code, domain], ["INTERNAL_ERROR", "TEST"]);
    assertStringIncludes(message, "domain 'test' not paused");
  },
  "shuts down, and starts again under another id": async (conn) => {
    const domain = await defaultDomain(conn);
    await domain.shutdown();
    assertEquals(await state(domain), [DomainState.SHUTOFF, DomainShutoffReason.SHUTDOWN]);
    assertEquals(await domain.isActive(), false);
    await domain.create();
    assertEquals(await state(domain), [DomainState.RUNNING, DomainRunningReason.BOOTED]);
    assert((await defaultDomain(conn)).id > 1);
  },
  "destroys": async (conn) => {
    const domain = await defaultDomain(conn);
    await domain.destroy();
    assertEquals(await state(domain), [DomainState.SHUTOFF, DomainShutoffReason.DESTROYED]);
    assertEquals((await refusal(domain.destroy()))[0], "OPERATION_INVALID");
    assertEquals((await refusal(domain.suspend()))[0], "INTERNAL_ERROR");
  },
  "refuses to start what runs": async (conn) => {
    assertEquals((await refusal((await defaultDomain(conn)).create()))[0], "INTERNAL_ERROR");
  },
  "defines, starts and undefines": async (conn) => {
    const domain = await conn.defineDomainXml(XML);
    assertEquals([domain.name, domain.id], ["new", -1]);
    assertMatch(domain.uuid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assertEquals(await domain.isPersistent(), true);
    assertEquals((await domain.getInfo()).maxMem, 65536n);
    await domain.create();
    assertEquals(await domain.isActive(), true);
    await domain.destroy();
    await domain.undefine();
    assertEquals((await refusal(conn.lookupDomainByName("new")))[0], "NO_DOMAIN");
  },
  "an undefined domain that runs is transient, and goes when it stops": async (conn) => {
    const domain = await defaultDomain(conn);
    await domain.undefine();
    assertEquals(await domain.isPersistent(), false);
    await domain.destroy();
    assertEquals((await refusal(domain.getInfo()))[0], "NO_DOMAIN");
  },
  "creates a transient domain": async (conn) => {
    const domain = await conn.createDomainXml(XML);
    assertEquals(await domain.isPersistent(), false);
    assertEquals(await state(domain), [DomainState.RUNNING, DomainRunningReason.BOOTED]);
    assert(domain.id > 0);
    await domain.destroy();
    assertEquals((await refusal(conn.lookupDomainByName("new")))[0], "NO_DOMAIN");
  },
  "refuses flags that the driver lacks": async (conn) => {
    const flags = DomainCreateFlags.PAUSED;
    assertEquals(await refusal(conn.createDomainXml(XML, { flags })), [
      "INVALID_ARG",
      "TEST",
      "unsupported flags (0x1) in function testDomainCreateXML",
    ]);
  },
  "refuses a definition under a name that is taken": async (conn) => {
    const taken = XML.replace("new", "test");
    const [code, , message] = await refusal(conn.defineDomainXml(taken));
    assertEquals(code, "OPERATION_FAILED");
    assertStringIncludes(message, "domain 'test' already exists with uuid");
  },
  "refuses text that is not XML, and XML that is no domain": async (conn) => {
    assertEquals((await refusal(conn.defineDomainXml("<domain")))[0], "XML_DETAIL");
    assertEquals((await refusal(conn.defineDomainXml("<network/>")))[0], "XML_ERROR");
    const nameless = XML.replace("<name>new</name>", "");
    assertEquals((await refusal(conn.defineDomainXml(nameless)))[0], "NO_NAME");
  },
  "keeps what it was told": async (conn) => {
    const domain = await defaultDomain(conn);
    assertEquals(await domain.getAutostart(), false);
    await domain.setAutostart(true);
    assertEquals(await domain.getAutostart(), true);
    await domain.setMemory(1048576n);
    assertEquals((await domain.getInfo()).memory, 1048576n);
    assertEquals(await domain.getMaxMemory(), 8388608n);
    assertEquals(await domain.getOsType(), "linux");
  },
});
