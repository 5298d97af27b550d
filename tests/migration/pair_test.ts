import { connect } from "../../mod.ts";
import { skipWithoutPair, startPair } from "../daemons/pair.ts";
import { test } from "../harness.ts";
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

test("migration: every kind there and back, unbroken", async () => {
  await thereAndBack(plain.slice(1), 1);
}, { skip, timeout: 300_000 });

test("migration: with its disk, by copying", async () => {
  await thereAndBack(KINDS.filter(({ needs }) => needs === "disk"), 1);
}, { skip, timeout: 180_000 });

test("migration: of a definition that does not run", async () => {
  await thereAndBack(KINDS.filter(({ needs }) => needs === "stopped"), 2);
}, { skip, timeout: 60_000 });
