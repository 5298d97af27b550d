import { assertEquals } from "@std/assert";
import { ErrorDomain, ErrorNumber, isUnsupported } from "../../mod.ts";
import { createTestHypervisor, failure } from "../../src/testing.ts";
import { test } from "../harness.ts";

test("a test hypervisor gives connections of its own, and makes their calls fail", async () => {
  await using hypervisor = createTestHypervisor({ seed: 1, hostname: "here" });
  await using other = createTestHypervisor({ seed: 1 });
  await using conn = await hypervisor.connect();
  await using second = await hypervisor.connect({ readOnly: true });
  await using stranger = await other.connect();
  assertEquals(await conn.getHostname(), "here");
  const domain = await conn.lookupDomainByName("test");
  const refused = failure(ErrorDomain.TEST, ErrorNumber.OPERATION_UNSUPPORTED);
  hypervisor.faults.failNext("domainSuspend", 1, refused);
  assertEquals(isUnsupported(await domain.suspend().catch((error) => error)), true);
  await domain.suspend();
  assertEquals((await (await second.lookupDomainByName("test")).getState()).state, 3);
  assertEquals((await (await stranger.lookupDomainByName("test")).getState()).state, 1);
});
