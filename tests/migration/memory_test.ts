import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Connection,
  Domain,
  DomainMigrateFlags,
  Feature,
  isNotFound,
  isUnsupported,
  LibvirtError,
  type MigrateOptions,
  migrationFailure,
} from "../../mod.ts";
import { failure } from "../../src/testing.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { test } from "../harness.ts";
import { type Cut, Cutter, type Moment } from "./cut_duplex.ts";
import { withoutFeatures } from "./kinds.ts";
import { MemoryPair } from "./memory_pair.ts";

const { LIVE, PEER2PEER, TUNNELLED, PAUSED, PERSIST_DEST, POSTCOPY } = DomainMigrateFlags;
const MIGRATION_V1 = 1;

/** The versions of the protocol, by the features that both sides lack. */
const VERSIONS: Readonly<Record<string, readonly number[]>> = {
  "version 3 with parameters": [],
  "version 3": [Feature.MIGRATION_PARAMS],
  "version 2": [Feature.MIGRATION_PARAMS, Feature.MIGRATION_V3],
  "version 1": [Feature.MIGRATION_PARAMS, Feature.MIGRATION_V3, Feature.MIGRATION_V2],
};

async function migrate(
  source: Connection,
  destination: Connection,
  lacking: readonly number[] = [],
  options: MigrateOptions = {},
): Promise<Domain> {
  const { handle } = await source.lookupDomainByName("guest");
  const domain = new Domain(withoutFeatures(source.session, ...lacking), handle);
  const session = withoutFeatures(destination.session, ...lacking);
  return await domain.migrate({ session }, { flags: LIVE, settleTimeout: 5_000, ...options });
}

for (const [version, lacking] of Object.entries(VERSIONS)) {
  test(`migration in memory: ${version}, there and back`, async () => {
    await using pair = new MemoryPair();
    await pair.begin();
    const [a, b] = [await pair.connect("a"), await pair.connect("b")];
    const seen: number[] = [];
    let last = "";
    const options: MigrateOptions = {
      params: { bandwidth: 64 },
      progressInterval: 10,
      onProgress({ fraction, state }) {
        seen.push(fraction!);
        last = state;
      },
    };
    const moved = await migrate(a, b, lacking, options);
    assertEquals(moved.name, "guest");
    assert(moved.id > 0);
    assertEquals(await pair.places(), { a: "absent", b: "running" });
    assert(seen.length > 3 && seen.every((part, i) => part >= (seen[i - 1] ?? 0)), `${seen}`);
    assertEquals([last, seen.at(-1)], ["COMPLETED", 1]);
    await migrate(b, a, lacking);
    assertEquals(await pair.places(), { a: "running", b: "absent" });
    assertEquals(pair.twice, 0);
  });
}

test("migration in memory: a listener that throws stops it", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  const thrown = new Error("cannot show that");
  const migrating = migrate(a, b, [], {
    params: { bandwidth: 16 },
    progressInterval: 10,
    onProgress() {
      throw thrown;
    },
  });
  assertEquals(await migrating.catch((error) => error), thrown);
  assertEquals(await pair.settled(), { a: "running", b: "absent" });
});

test("migration in memory: peer-to-peer and tunnelled", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  await (await pair.guest(a)).migrateToUri("test+tcp://beta/default", { flags: PEER2PEER });
  assertEquals(await pair.places(), { a: "absent", b: "running" });
  const flags = PEER2PEER | TUNNELLED;
  await (await pair.guest(b)).migrateToUri("test+tcp://root@alpha:16509/default", { flags });
  assertEquals(await pair.places(), { a: "running", b: "absent" });
  const lost = (await pair.guest(a)).migrateToUri("test+tcp://gamma/default", { flags: PEER2PEER });
  await assertRejects(() => lost, LibvirtError, "gamma");
  assertEquals(await pair.places(), { a: "running", b: "absent" });
});

test("migration in memory: what is asked is what comes about", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  await (await pair.guest(a)).suspend();
  const moved = await (await pair.guest(a)).migrate(b, {
    flags: PERSIST_DEST,
    params: { destination_name: "guest-2" },
  });
  assertEquals(moved.name, "guest-2");
  assert(await moved.isPersistent());
  assertEquals((await moved.getState()).state, 3); // it was paused before
  await moved.resume();
  const back = await moved.migrate(a, { flags: PAUSED });
  assertEquals((await back.getState()).state, 3);
  await back.resume();
  assert(!await moved.isActive(), "its definition stays");
});

test("migration in memory: post-copy lets the guest go on before all was sent", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  const domain = await pair.guest(a);
  const start = performance.now();
  await domain.migrate(b, {
    flags: LIVE | POSTCOPY,
    params: { bandwidth: 1 },
    progressInterval: 20,
    onProgress: () => void domain.migrateStartPostCopy().catch(() => {}),
  });
  assert(performance.now() - start < 10_000);
  assertEquals(await pair.places(), { a: "absent", b: "running" });
});

test("migration in memory: a definition that does not run", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  const defined = await a.defineDomainXml(
    "<domain type='test'><name>asleep</name><memory>8192</memory><os><type>hvm</type></os></domain>",
  );
  const { OFFLINE, UNDEFINE_SOURCE } = DomainMigrateFlags;
  const moved = await defined.migrate(b, { flags: OFFLINE | PERSIST_DEST | UNDEFINE_SOURCE });
  assert(await moved.isPersistent());
  assert(isNotFound(await a.lookupDomainByName("asleep").catch((error) => error)));
});

test("migration: flags and URIs that cannot be are refused before anything is sent", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  const domain = await pair.guest(a);
  const F = DomainMigrateFlags;
  const wrong: readonly (readonly [flags: number, text: string])[] = [
    [F.NON_SHARED_DISK | F.NON_SHARED_INC, "choose one"],
    [F.TUNNELLED | F.PARALLEL, "choose one"],
    [F.NON_SHARED_SYNCHRONOUS_WRITES, "copied disks"],
    [F.TUNNELLED, "PEER2PEER"],
  ];
  pair.cutter.start();
  for (const [flags, text] of wrong) {
    await assertRejects(() => domain.migrate(b, { flags }), TypeError, text);
    await assertRejects(() => domain.migrateToUri("x+tcp://beta/", { flags }), TypeError, text);
  }
  for (const uri of ["qemu:///system", "qemu+tls://localhost/system", "no URI"]) {
    await assertRejects(() => domain.migrateToUri(uri, { flags: PEER2PEER }), TypeError);
  }
  await assertRejects(() => domain.migrate(b, { params: { newer: 5 } }), TypeError, "newer");
  const gone = AbortSignal.abort(new Error("never mind"));
  await assertRejects(() => domain.migrate(b, { signal: gone }), Error, "never mind");
  const unasked = await domain.migrateToUri("tcp:beta:49152").catch((error) => error);
  assert(isUnsupported(unasked), "direct migration");
  const older = migrate(a, b, [Feature.MIGRATION_PARAMS], { params: { disks_port: 5 } });
  assert(isUnsupported(await older.catch((error) => error)), "a parameter that is too new");
  const none = migrate(a, b, [...VERSIONS["version 1"]!, MIGRATION_V1]);
  assert(isUnsupported(await none.catch((error) => error)), "no version in common");
  assertEquals(await pair.places(), { a: "running", b: "absent" });
});

/** Migrates with cuts, and checks that the guest runs once, where it was said to. */
async function withCuts(lacking: readonly number[], cuts: readonly Cut[]): Promise<number> {
  const cutter = new Cutter(cuts);
  await using pair = new MemoryPair(cutter);
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  const { handle } = await a.lookupDomainByName("guest");
  const domain = new Domain(withoutFeatures(a.session, ...lacking), handle);
  const session = withoutFeatures(b.session, ...lacking);
  let outcome = "destination";
  cutter.start();
  try {
    await domain.migrate({ session }, { flags: LIVE, settleTimeout: 5_000 });
  } catch (error) {
    // what fails before the first step leaves all as it was
    outcome = migrationFailure(error)?.guest ?? "source";
  }
  cutter.stop();
  // as the end of the program would: what was left to these connections is dropped with them
  await Promise.all([a.close(), b.close()]);
  const { a: here, b: there } = await pair.settled();
  const found = `${JSON.stringify(cuts)}: said ${outcome}, found ${here} and ${there}`;
  assertEquals(pair.twice, 0, found);
  if (outcome === "source") assertEquals([here, there], ["running", "absent"], found);
  else {
    assertEquals([outcome, there], ["destination", "running"], found);
    assert(here !== "running", found);
  }
  return cutter.calls;
}

const MOMENTS: readonly Moment[] = ["before", "call", "reply"];

for (const version of ["version 3 with parameters", "version 3"]) {
  const lacking = VERSIONS[version]!;

  test(`migration in memory: ${version}, cut at each message of either side`, async () => {
    const calls = await withCuts(lacking, []);
    assert(calls >= 8, `${calls} calls`);
    for (let call = 0; call < calls; call++) {
      for (const moment of MOMENTS) await withCuts(lacking, [{ call, moment }]);
    }
  }, { timeout: 120_000 });

  test(`migration in memory: ${version}, cut twice, at random`, async () => {
    const calls = await withCuts(lacking, []);
    let state = 20261121;
    function random(limit: number): number {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor(state / 2 ** 32 * limit);
    }
    for (let run = 0; run < 100; run++) {
      const cut = (): Cut => ({ call: random(calls), moment: MOMENTS[random(3)]! });
      await withCuts(lacking, [cut(), cut()]);
    }
  }, { timeout: 240_000 });
}

const STEPS = {
  "": ["domainMigrateBegin3Params", "domainMigratePrepare3Params", "domainMigratePerform3Params"],
  "finish": ["domainMigrateFinish3Params"],
  "confirm": ["domainMigrateConfirm3Params"],
} as const;

test("migration in memory: an error in answer to each message", async () => {
  for (const [end, procedures] of Object.entries(STEPS)) {
    for (const procedure of procedures) {
      await using pair = new MemoryPair();
      await pair.begin();
      const [a, b] = [await pair.connect("a"), await pair.connect("b")];
      const error = failure(ErrorDomain.TEST, ErrorNumber.RESOURCE_BUSY, "not now");
      for (const side of [pair.a, pair.b]) side.faults.failNext(procedure, 1, error);
      const warnings: unknown[] = [];
      const result = await migrate(a, b, [], { onWarning: (one) => warnings.push(one) })
        .catch((reason) => reason);
      if (end === "confirm") {
        assert(result instanceof Domain);
        assertEquals(warnings.map(migrationFailure), [{ step: "confirm", guest: "destination" }]);
        assertEquals(await pair.places(), { a: "paused", b: "running" });
      } else {
        assert(result instanceof LibvirtError && result.message.includes("not now"), `${result}`);
        // an error that is put in the place of the last answer leaves what it would have done undone
        await Promise.all([a.close(), b.close()]);
        assertEquals(await pair.settled(), { a: "running", b: "absent" }, procedure);
      }
      assertEquals(pair.twice, 0);
    }
  }
});

test("migration in memory: aborted at each message, it rejects with the reason", async () => {
  const reason = new Error("no longer wanted");
  for (const procedure of [...STEPS[""], ...STEPS.finish, ...STEPS.confirm]) {
    await using pair = new MemoryPair();
    await pair.begin();
    const [a, b] = [await pair.connect("a"), await pair.connect("b")];
    const controller = new AbortController();
    const waiting = Promise.withResolvers<void>();
    for (const side of [pair.a, pair.b]) side.faults.delayNext(procedure, 1, waiting.promise);
    const migrating = migrate(a, b, [], { signal: controller.signal, params: { bandwidth: 32 } })
      .then(() => "done", (error) => error);
    while (pair.a.faults.pending() + pair.b.faults.pending() === 2) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    controller.abort(reason);
    waiting.resolve();
    const tooLate = STEPS[""].every((one) => one !== procedure);
    assertEquals(await migrating, tooLate ? "done" : reason, procedure);
    const places = await pair.settled();
    assertEquals(
      places,
      tooLate ? { a: "absent", b: "running" } : { a: "running", b: "absent" },
      procedure,
    );
    assertEquals(pair.twice, 0);
  }
});

test("migration in memory: a destination that nobody can ask leaves the source paused", async () => {
  await using pair = new MemoryPair();
  await pair.begin();
  const [a, b] = [await pair.connect("a"), await pair.connect("b")];
  delete b.session.openAnother;
  pair.b.faults.dropNext("domainMigrateFinish3Params");
  const error = await (await pair.guest(a)).migrate(b, { flags: LIVE }).catch((reason) => reason);
  assertEquals(migrationFailure(error), { step: "finish", guest: "unknown" });
  assertEquals((await pair.settled()).a, "paused");
  await a.close(); // and with it goes the job
  await using again = await pair.connect("a");
  await (await pair.guest(again)).resume();
  assertEquals(await pair.places(), { a: "running", b: "absent" });
});
