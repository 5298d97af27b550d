import { assertEquals } from "@std/assert";
import { Domain, DomainListFlags, isNotFound } from "../../mod.ts";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

const UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";

spec("domain look-up", {
  "finds the default domain by name, UUID and id": async (conn) => {
    for (
      const domain of [
        await conn.lookupDomainByName("test"),
        await conn.lookupDomainByUuid(UUID),
        await conn.lookupDomainById(1),
      ]
    ) {
      assertEquals([domain.name, domain.uuid, domain.id], ["test", UUID, 1]);
    }
  },
  "looks up without a Connection too": async (conn) => {
    assertEquals((await Domain.lookupByName(conn.session, "test")).uuid, UUID);
  },
  "says that a domain is not there": async (conn) => {
    const error = await conn.lookupDomainByName("nobody").catch((reason) => reason);
    assertEquals(isNotFound(error), true);
    assertEquals(await refusal(conn.lookupDomainByName("nobody")), [
      "NO_DOMAIN",
      "TEST",
      "Domain not found",
    ]);
    assertEquals((await refusal(conn.lookupDomainById(77)))[0], "NO_DOMAIN");
    assertEquals((await refusal(conn.lookupDomainByUuid("0".repeat(32))))[0], "NO_DOMAIN");
  },
  "lists by what the flags say": async (conn) => {
    const names = async (flags: number) =>
      (await conn.listAllDomains({ flags })).map(({ name }) => name);
    const domain = await conn.lookupDomainByName("test");
    assertEquals(await names(0), ["test"]);
    assertEquals(await names(DomainListFlags.ACTIVE), ["test"]);
    assertEquals(await names(DomainListFlags.INACTIVE), []);
    assertEquals(await names(DomainListFlags.RUNNING), ["test"]);
    assertEquals(await names(DomainListFlags.PERSISTENT), ["test"]);
    await domain.suspend();
    assertEquals(await names(DomainListFlags.RUNNING), []);
    assertEquals(await names(DomainListFlags.PAUSED), ["test"]);
    await domain.destroy();
    assertEquals(await names(DomainListFlags.ACTIVE), []);
    assertEquals(await names(DomainListFlags.INACTIVE | DomainListFlags.SHUTOFF), ["test"]);
  },
  "an inactive domain has no id": async (conn) => {
    await (await conn.lookupDomainByName("test")).destroy();
    assertEquals((await conn.lookupDomainByName("test")).id, -1);
  },
});
