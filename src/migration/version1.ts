/**
 * Version 1 of the migration protocol: prepare, perform, finish, with nothing to undo them.
 *
 * @module
 */

import type { NonnullDomain } from "../../gen/remote/common.ts";
import {
  domainMigrateFinish,
  domainMigratePerform,
  domainMigratePrepare,
} from "../../gen/remote/domain.ts";
import { noteFailure } from "./failure.ts";
import type { OldParameters } from "./parameters.ts";
import { isLost, type MigrationRun } from "./run.ts";
import { lastCopy, notePaused, noUri, refuseXml, wasSent } from "./version2.ts";

/** Migrates; answers the domain at the destination. */
export async function migrateVersion1(
  run: MigrationRun,
  given: OldParameters,
): Promise<NonnullDomain> {
  refuseXml(given, 1);
  const { source, destination, dom } = run;
  const { name: dname, bandwidth: resource } = given;
  await notePaused(run);
  run.signal.throwIfAborted();

  const flags = BigInt(run.destinationFlags);
  let cookie: Uint8Array;
  let uri = given.uri;
  try {
    const args = { uriIn: uri, flags, dname, resource };
    const answer = await run.ask(destination, domainMigratePrepare, args);
    cookie = answer.cookie;
    uri = answer.uriOut ?? uri;
    if (uri === null) throw noUri();
    run.signal.throwIfAborted();
  } catch (error) {
    throw noteFailure(error, "prepare", "source");
  }
  try {
    const args = { dom, cookie, uri, flags: BigInt(run.flags), dname, resource };
    await run.perform(run.ask(source, domainMigratePerform, args));
  } catch (error) {
    const reason = run.signal.aborted ? run.signal.reason : error;
    const sent = isLost(error) && await wasSent(run, reason);
    if (!sent) throw noteFailure(reason, "perform", "source");
  }
  try {
    const args = { dname: dname ?? dom.name, cookie, uri, flags };
    return (await run.end(destination, domainMigrateFinish, args, false)).ddom;
  } catch (error) {
    return await lastCopy(run, error);
  }
}
