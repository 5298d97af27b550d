import { connect, DomainAbortJobFlags, DomainMigrateFlags, migrationFailure } from "/work/main/mod.ts";
import { withScene, placeOf } from "/work/main/tests/migration/scene.ts";
await withScene(["9","9"], async ({ pair, guest }) => {
  await using a = await connect(pair.a.uri);
  await using b = await connect(pair.b.uri);
  const domain = await a.lookupDomainByName(guest.name);
  const { LIVE, POSTCOPY, POSTCOPY_RESUME } = DomainMigrateFlags;
  let broken: Promise<void> | undefined;
  const t0 = performance.now();
  const lap = (...x: unknown[]) => console.log(Math.round(performance.now()-t0), ...x);
  async function breakOff() {
    lap("start pc"); await domain.migrateStartPostCopy(); lap("started");
    await new Promise(r => setTimeout(r, 0));
    for (;;) { try { await domain.abortJob({ flags: DomainAbortJobFlags.POSTCOPY }); lap("aborted", await domain.getState(), await b.lookupDomainByName(guest.name).then(d => d.getState())); return; } catch (e) { lap(String(e)); await new Promise(r => setTimeout(r, 50)); } }
  }
  const failed = await domain.migrate(b, { flags: LIVE | POSTCOPY, params: { "bandwidth": 2, "bandwidth.postcopy": 1 }, progressInterval: 50, onProgress({ iteration = 0 }) { if (iteration > 0) broken ??= breakOff(); } }).then(() => undefined, (e) => e);
  await broken;
  lap(String(failed), migrationFailure(failed));
  lap(await placeOf(a, guest.name), await placeOf(b, guest.name), await domain.getState());
  console.log(pair.b.log().slice(-1500));
  await domain.migrate(b, { flags: LIVE | POSTCOPY | POSTCOPY_RESUME });
  lap(await placeOf(a, guest.name), await placeOf(b, guest.name));
});
