import { assert, assertEquals } from "@std/assert";
import { connect, DomainMigrateFlags, type JobProgress } from "../../mod.ts";
import { skipWithoutPair, startPair } from "../daemons/pair.ts";
import { test } from "../harness.ts";
import { CountingGuest } from "./counting_guest.ts";
import { type Host, type Kind, KINDS, roundTrips } from "./kinds.ts";

// Both versions, so that each is the source and the destination; `deno task migrate-proof` does more.
const [A, B] = ["9", "12"] as const;
const skip = skipWithoutPair(A, B);

async function thereAndBack(kinds: readonly Kind[], count: number): Promise<void> {
  await using pair = await startPair(A, B);
  await using first = await connect(pair.a.uri);
  await using second = await connect(pair.b.uri);
  const hosts: [Host, Host] = [{ daemon: pair.a, conn: first }, { daemon: pair.b, conn: second }];
  await roundTrips(kinds, hosts, pair.directory, count);
}

const plain = KINDS.filter(({ needs }) => needs === undefined);

test("migration: a guest goes there and back twice and counts on", async () => {
  await thereAndBack(plain.slice(0, 1), 2);
}, { skip, timeout: 180_000 });

test("migration: its progress, with the downtime in the end", async () => {
  await using pair = await startPair(A, B);
  await using first = await connect(pair.a.uri);
  await using second = await connect(pair.b.uri);
  const guest = new CountingGuest(pair.directory, "told");
  const domain = await first.createDomainXml(guest.xml);
  await guest.countsOn(5, 60_000);
  const seen: JobProgress[] = [];
  const moved = await domain.migrate(second, {
    flags: DomainMigrateFlags.LIVE,
    params: { bandwidth: 32 },
    progressInterval: 50,
    onProgress: (progress) => seen.push(progress),
  });
  const [sending, end] = [seen.filter(({ dataProcessed }) => dataProcessed > 0n), seen.at(-1)!];
  assert(
    sending.length > 2 && sending.every(({ operation }) => operation.startsWith("MIGRATION_")),
  );
  assert(sending.some(({ fraction = 0, rate }) => fraction < 1 && rate !== undefined));
  assertEquals([end.state, end.fraction], ["COMPLETED", 1]);
  assert(end.downtime !== undefined && end.downtime < 30_000n, `downtime ${end.downtime}`);
  await guest.countsOn();
  guest.checkUnbroken();
  await moved.destroy();
}, { skip, timeout: 120_000 });

test("migration: every kind there and back, unbroken", async () => {
  await thereAndBack(plain.slice(1), 1);
}, { skip, timeout: 300_000 });

test("migration: with its disk, by copying", async () => {
  await thereAndBack(KINDS.filter(({ needs }) => needs === "disk"), 1);
}, { skip, timeout: 180_000 });

test("migration: of a definition that does not run", async () => {
  await thereAndBack(KINDS.filter(({ needs }) => needs === "stopped"), 2);
}, { skip, timeout: 60_000 });
