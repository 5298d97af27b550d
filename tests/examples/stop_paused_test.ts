/**
 * A unit test against the hypervisor in memory: no daemon, no mocks.
 *
 *     deno test -A stop_paused_test.ts
 *
 * @module
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorDomain, ErrorNumber } from "@virtwire/libvirt";
import { createTestHypervisor, failure } from "@virtwire/libvirt/testing";
import { stopPaused } from "./stop_paused.ts";

test("example: what is paused is stopped", async () => {
  await using hypervisor = createTestHypervisor({ seed: 1 });
  await using conn = await hypervisor.connect();
  const domain = await conn.lookupDomainByName("test");
  assert.deepEqual(await stopPaused(conn), []);
  await domain.suspend();
  assert.deepEqual(await stopPaused(conn), ["test"]);
  assert.equal(await domain.isActive(), false);
});

test("example: a domain that vanishes meanwhile is no failure", async () => {
  await using hypervisor = createTestHypervisor({ seed: 1 });
  await using conn = await hypervisor.connect();
  await (await conn.lookupDomainByName("test")).suspend();
  hypervisor.faults.failNext(
    "domainDestroy",
    1,
    failure(ErrorDomain.TEST, ErrorNumber.NO_DOMAIN, "it is gone"),
  );
  assert.deepEqual(await stopPaused(conn), []);
});
