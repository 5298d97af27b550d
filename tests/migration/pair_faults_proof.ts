/**
 * Daemons that are killed, cables that are cut: too slow and too much at the mercy of a busy machine
 * for every run of the tests. `deno task migrate-faults` runs it, with
 * `pair_faults_test.ts` beside it for what is quick.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  connect,
  DomainAbortJobFlags,
  DomainJobType,
  DomainMigrateFlags,
  isNotFound,
  migrationFailure,
} from "../../mod.ts";
import { domainMigratePerform3Params } from "../../gen/remote/domain.ts";
import { skipWithoutPair } from "../daemons/pair.ts";
import { test } from "../harness.ts";
import { migrate, placeOf, STEPS, withScene } from "./scene.ts";

const VERSIONS = ["9", "12"] as const;
const skip = skipWithoutPair(...VERSIONS);

test("migration: a daemon killed at every step leaves the guest running once", async () => {
  for (const { name, side, procedure } of STEPS) {
    for (const victim of ["a", "b"] as const) {
      // a pair each: what a killed daemon has left may occupy it for long
      await withScene(VERSIONS, async (scene) => {
        let revived: Promise<void> | undefined;
        scene.relays[side].trap = {
          procedure,
          moment: "call",
          async spring() {
            const killed = scene.pair[victim].kill();
            revived = killed.then(() => scene.pair[victim].revive());
            await killed;
            return false;
          },
        };
        await migrate(scene, `${name}, ${victim} killed`, {
          settled: () => revived,
          shellLeft: victim === "b",
          last: true,
        });
      });
    }
  }
}, { skip, timeout: 600_000 });

test("migration: a cable cut while the guest is sent", async () => {
  await withScene(VERSIONS, async (scene) => {
    const { pair } = scene;
    async function cut(): Promise<void> {
      await pair.link(false);
    }
    // the hypervisors wait for each other; who cannot wait aborts
    const controller = new AbortController();
    let cutting: Promise<void> | undefined;
    const options = {
      params: { bandwidth: 4 },
      progressInterval: 100,
      onProgress: () => {
        cutting ??= cut().then(() => controller.abort(new Error("no cable")));
      },
      signal: controller.signal,
    };
    assertEquals(await migrate(scene, "cut and aborted", options), "source");
    await cutting;
    await pair.link(true);
    // one that is mended in time does no harm
    let mended: Promise<void> | undefined;
    const patient = {
      params: { bandwidth: 8 },
      progressInterval: 100,
      onProgress: () => {
        mended ??= cut().then(() => pair.link(true)).then(() =>
          hurry(pair.a.uri, scene.guest.name)
        );
      },
    };
    assertEquals(await migrate(scene, "cut and mended", patient), "destination");
    await mended;
  });
}, { skip, timeout: 200_000 });

/** Lets a guest's memory go over faster than it changes, on however fast a machine. */
async function hurry(uri: string, name: string): Promise<void> {
  await using conn = await connect(uri);
  await (await conn.lookupDomainByName(name)).migrateSetMaxSpeed(1000n);
}

/** Waits until a daemon does nothing with a guest any more. */
async function idle(uri: string, name: string): Promise<void> {
  await using conn = await connect(uri);
  for (;;) {
    try {
      const domain = await conn.lookupDomainByName(name);
      if ((await domain.getJobInfo()).type === DomainJobType.NONE) return;
    } catch (error) {
      // it may vanish between the two calls
      if (isNotFound(error) || String(error).includes("not running")) return;
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("migration: peer-to-peer, with the client lost, a daemon killed, or an abort", async () => {
  await withScene(VERSIONS, async (scene) => {
    const { pair, relays, guest } = scene;
    const settled = () => idle(pair.a.uri, guest.name);
    const signal = AbortSignal.timeout(1_500);
    const aborted = { byDaemon: true, params: { bandwidth: 1 }, signal };
    assertEquals(await migrate(scene, "peer-to-peer, aborted", aborted), "source");
    // the daemons go on without their client
    const { number: procedure } = domainMigratePerform3Params;
    relays.a.trap = { procedure, moment: "call", spring: () => true };
    const lost = { byDaemon: true, settled, last: true };
    assertEquals(await migrate(scene, "client lost", lost), "unknown");
  });
  for (const victim of ["a", "b"] as const) {
    await withScene(VERSIONS, async (scene) => {
      const { pair, guest } = scene;
      let revived: Promise<void> | undefined;
      await migrate(scene, `peer-to-peer, ${victim} killed`, {
        byDaemon: true,
        params: { bandwidth: 4 },
        progressInterval: 100,
        onProgress({ iteration = 0 }) {
          if (iteration > 0) revived ??= pair[victim].kill().then(() => pair[victim].revive());
        },
        async settled() {
          await revived;
          await idle(pair.a.uri, guest.name);
        },
        shellLeft: victim === "b",
        last: true,
      });
      assert(revived !== undefined, "it was over before the daemon was killed");
    });
  }
}, { skip, timeout: 200_000 });

test("migration: post-copy that breaks off is split, and resumed", async () => {
  // the same on both sides: the hypervisors of different ones do not always find together again
  await withScene(["12", "12"], async ({ pair, guest }) => {
    await using a = await connect(pair.a.uri);
    await using b = await connect(pair.b.uri);
    const domain = await a.lookupDomainByName(guest.name);
    const { LIVE, POSTCOPY, POSTCOPY_RESUME } = DomainMigrateFlags;
    let broken: Promise<void> | undefined;
    async function breakOff(): Promise<void> {
      await domain.migrateStartPostCopy();
      while (await placeOf(b, guest.name) !== "running") {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      // as when the hypervisors lose each other
      await domain.abortJob({ flags: DomainAbortJobFlags.POSTCOPY });
    }
    const failed = await domain.migrate(b, {
      flags: LIVE | POSTCOPY,
      params: { "bandwidth": 2, "bandwidth.postcopy": 1 },
      progressInterval: 50,
      onProgress({ iteration = 0 }) {
        if (iteration > 0) broken ??= breakOff();
      },
    }).then(() => undefined, (error) => error);
    await broken;
    assertEquals(migrationFailure(failed)?.guest, "split", `${failed}`);
    const params = { "bandwidth.postcopy": 1000 };
    const resume = () => domain.migrate(b, { flags: LIVE | POSTCOPY | POSTCOPY_RESUME, params });
    for (let tries = 0;; tries++) {
      try {
        await resume();
        break;
      } catch (error) {
        // the hypervisors have not noticed yet that they were parted
        if (tries === 50 || !String(error).includes("still running")) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    assertEquals([await placeOf(a, guest.name), await placeOf(b, guest.name)], [
      "absent",
      "running",
    ]);
    await guest.countsOn();
    guest.checkUnbroken();
  });
}, { skip, timeout: 120_000 });
