import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { LibvirtError } from "../../mod.ts";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

spec("connection", {
  "tells what it is connected to": async (conn) => {
    assertEquals(await conn.getType(), "TEST");
    assertEquals(await conn.getVersion(), 2n);
    assertEquals(await conn.getUri(), "test:///default");
    assert(await conn.getLibVersion() >= 9_000_000n);
    assert((await conn.getHostname()).length > 0);
  },
  "describes the host": async (conn) => {
    const { model, memory, cpus, mhz, nodes, sockets, cores, threads } = await conn.getNodeInfo();
    assertEquals([model, memory, cpus, mhz], ["i686", 3145728n, 16, 1400]);
    assertEquals([nodes, sockets, cores, threads], [2, 2, 2, 2]);
    assertEquals(await conn.getMaxVcpus({ type: "test" }), 32);
    assertMatch(await conn.getCapabilities(), /^<capabilities>/);
  },
  "is alive, and secure on this host": async (conn) => {
    assert(conn.isAlive);
    assertEquals(await conn.isSecure(), true);
    assertEquals(await conn.isEncrypted(), false);
  },
  "refuses to change anything when it was opened read-only": async (_conn, target) => {
    await using reader = await target.open({ readOnly: true });
    const domain = await reader.lookupDomainByName("test");
    assertMatch(await domain.getXmlDesc(), /<name>test<\/name>/);
    const error = await assertRejects(() => domain.suspend(), LibvirtError);
    assertEquals(error.codeName, "OPERATION_DENIED");
  },
  "answers calls in any order": async (conn) => {
    const [info, domains, ...names] = await Promise.all([
      conn.getNodeInfo(),
      conn.listAllDomains(),
      ...Array.from({ length: 50 }, () => conn.lookupDomainByName("test")),
    ]);
    assertEquals(info.cpus, 16);
    assertEquals(domains.map(({ name }) => name), ["test"]);
    assert(names.every(({ name }) => name === "test"));
  },
  "refuses flags that it does not know": async (conn) => {
    const [code] = await refusal(conn.listAllDomains({ flags: 1 << 30 }));
    assertEquals(code, "INVALID_ARG");
  },
  "shares its state with the other connections while one is open": async (conn, target) => {
    await (await conn.lookupDomainByName("test")).suspend();
    await using other = await target.open();
    assertEquals((await (await other.lookupDomainByName("test")).getState()).state, 3);
  },
  "starts anew when none is open": async (conn) => {
    assertEquals((await (await conn.lookupDomainByName("test")).getState()).state, 1);
  },
});
