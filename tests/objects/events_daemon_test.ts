/**
 * Events of the test driver of real daemons, and of the drivers that need no guest.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DomainMetadataType, DomainModificationImpact } from "../../gen/enums/domain.ts";
import { connect } from "../../mod.ts";
import type { Connection } from "../../src/connection.ts";
import { UnsupportedError } from "../../src/errors.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { NodeDeviceEvent } from "../../src/objects/node_device_event.ts";
import { SecretEvent } from "../../src/objects/secret_event.ts";
import { StoragePoolEvent } from "../../src/objects/storage_pool_event.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { EventWatch, provoked } from "./event_watch.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

async function withDaemon(
  version: DaemonVersion,
  uri: string,
  use: (conn: Connection) => Promise<void>,
): Promise<void> {
  await using daemon = await startDaemon(version);
  const [scheme, path] = uri.split("://");
  await using conn = await connect(`${scheme}+unix://${path}?socket=${daemon.socket}`, {
    strict: true,
  });
  await use(conn);
}

function domainXml(name: string): string {
  return `<domain type='test'><name>${name}</name><memory unit='MiB'>8</memory>
    <os><type>hvm</type></os></domain>`;
}

async function checkDomains(conn: Connection): Promise<void> {
  await using all = await EventWatch.open(conn, DomainEvent.LIFECYCLE);
  const domain = await conn.defineDomainXml(domainXml("a"));
  await using mine = await EventWatch.open(conn, DomainEvent.LIFECYCLE, { domain });
  const other = await conn.defineDomainXml(domainXml("b"));
  await domain.create();
  await domain.suspend();
  await domain.resume();
  await other.create();
  await domain.destroy();
  await domain.undefine();
  const text = ({ domain, eventName, detailName }: Awaited<ReturnType<typeof all.next>>) =>
    `${domain.name} ${eventName} ${detailName}`;
  assertEquals(await all.take(9, text), [
    "a DEFINED ADDED",
    "b DEFINED ADDED",
    "a STARTED BOOTED",
    "a SUSPENDED PAUSED",
    "a RESUMED UNPAUSED",
    "b STARTED BOOTED",
    "a STOPPED DESTROYED",
    "a UNDEFINED REMOVED",
  ].toSpliced(3, 0, ...[]).slice(0, 9));
  assertEquals((await mine.take(5, text)).at(-1), "a UNDEFINED REMOVED");
  assertEquals([all.queued, mine.queued], [0, 0]);
}
