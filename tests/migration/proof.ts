// deno-lint-ignore-file no-console
/**
 * `deno task migrate-proof`: every kind of migration there and back, fifty times each, between two
 * real daemons, with the guest counting all the while.
 *
 *     deno task migrate-proof [rounds=50] [versions=9,12] [kind=TEXT]
 *
 * @module
 */

import { connect } from "../../mod.ts";
import type { DaemonVersion } from "../daemons/daemons.ts";
import { endAtSignals } from "../daemons/kept_directory.ts";
import { startPair } from "../daemons/pair.ts";
import { type Host, KINDS, roundTrips } from "./kinds.ts";

const given = Object.fromEntries(Deno.args.map((arg) => arg.split("=", 2)));
const unknown = Deno.args.find((arg) => !/^(rounds|versions|kind)=./.test(arg));
if (unknown !== undefined) {
  console.error("Usage: deno task migrate-proof [rounds=50] [versions=9,12] [kind=TEXT]");
  Deno.exit(/^(-h|--help)$/.test(unknown) ? 0 : 2);
}
const rounds = Number(given["rounds"] ?? 50);
const [a = "9", b = "12"] = (given["versions"] ?? "9,12").split(",") as DaemonVersion[];
const kinds = KINDS.filter(({ name }) => name.includes(given["kind"] ?? ""));

endAtSignals();
const failed: string[] = [];
for (const kind of kinds) {
  // a pair of its own, so that nothing that a kind has left can help or hinder the next
  await using pair = await startPair(a, b);
  await using first = await connect(pair.a.uri);
  await using second = await connect(pair.b.uri);
  const hosts: [Host, Host] = [{ daemon: pair.a, conn: first }, { daemon: pair.b, conn: second }];
  const start = performance.now();
  try {
    await roundTrips([kind], hosts, pair.directory, rounds);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`ok    ${kind.name}: ${rounds} round trips, ${a} and ${b}, in ${seconds} s`);
  } catch (error) {
    failed.push(kind.name);
    console.log(`FAIL  ${kind.name}:`, error);
  }
}
console.log(
  failed.length === 0
    ? `${kinds.length} kinds, ${rounds} round trips each, every count unbroken`
    : `failed: ${failed.join("; ")}`,
);
Deno.exitCode = failed.length === 0 ? 0 : 1;
