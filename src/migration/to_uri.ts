/**
 * Migrations that the source's daemon manages by itself: peer-to-peer, tunnelled and direct.
 *
 * @module
 */

import { DomainMigrateFlags } from "../../gen/enums/domain.ts";
import {
  domainMigratePerform,
  domainMigratePerform3,
  domainMigratePerform3Params,
} from "../../gen/remote/domain.ts";
import { unsupported } from "../errors.ts";
import { Feature } from "../session/features.ts";
import type { TypedParam } from "../typed_params.ts";
import { noteFailure } from "./failure.ts";
import { oldParameters, textOf, withText } from "./parameters.ts";
import { has, isLost, type MigrationRun } from "./run.ts";

const NO_COOKIE = new Uint8Array(0);
const { OFFLINE, PEER2PEER } = DomainMigrateFlags;

/** Has the source's daemon migrate the guest to what a URI names; the one step is its own. */
export async function migrateByDaemon(
  run: MigrationRun,
  uri: string,
  given: readonly TypedParam[],
): Promise<void> {
  const step = await stepFor(run, uri, given);
  run.signal.throwIfAborted();
  try {
    await run.perform(step());
  } catch (error) {
    // without a client the daemon goes on, and rolls back by itself what fails
    const guest = isLost(error) ? "unknown" : "source";
    throw noteFailure(run.signal.aborted ? run.signal.reason : error, "perform", guest);
  }
}

async function stepFor(
  run: MigrationRun,
  uri: string,
  given: readonly TypedParam[],
): Promise<() => Promise<unknown>> {
  const { source, dom, flags } = run;
  if (run.any(OFFLINE) && !await has(source, Feature.MIGRATION_OFFLINE)) throw missing("offline");
  if (!run.any(PEER2PEER)) {
    if (!await has(source, Feature.MIGRATION_DIRECT)) throw missing("direct");
  } else {
    if (!await has(source, Feature.MIGRATION_P2P)) throw missing("peer-to-peer");
    if (await has(source, Feature.MIGRATION_PARAMS)) {
      const args = { dom, dconnuri: uri, params: [...given], cookieIn: NO_COOKIE, flags };
      return () => run.ask(source, domainMigratePerform3Params, args);
    }
  }
  const version3 = await has(source, Feature.MIGRATION_V3);
  // in a direct migration there is but one URI, which the hypervisor itself understands
  const params = run.any(PEER2PEER) || textOf(given, "migrate_uri") !== undefined
    ? given
    : withText(given, "migrate_uri", uri);
  const old = oldParameters(params, `version ${version3 ? 3 : 2} of the migration protocol`);
  const common = { dom, flags: BigInt(flags), dname: old.name, resource: old.bandwidth };
  if (version3) {
    const dconnuri = run.any(PEER2PEER) ? uri : null;
    const args = { ...common, xmlin: old.xml, cookieIn: NO_COOKIE, dconnuri, uri: old.uri };
    return () => run.ask(source, domainMigratePerform3, args);
  }
  if (old.xml !== null) {
    throw unsupported(
      'Cannot change the guest\'s XML with "destination_xml": the daemon is too old',
    );
  }
  if (run.any(PEER2PEER) && old.uri !== null) {
    throw unsupported('Cannot choose "migrate_uri" peer-to-peer: the daemon is too old for it');
  }
  const args = { ...common, cookie: NO_COOKIE, uri: old.uri ?? uri };
  return () => run.ask(source, domainMigratePerform, args);
}

function missing(kind: string): Error {
  return unsupported(`Cannot migrate: the source does not support ${kind} migration`);
}
