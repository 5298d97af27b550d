/**
 * The entry of migrations: checks what is asked, and chooses how it is done.
 *
 * @module
 */

import { DomainMigrateFlags } from "../../gen/enums/domain.ts";
import type { NonnullDomain } from "../../gen/remote/common.ts";
import { connectGetUri } from "../../gen/remote/connect.ts";
import { domainLookupByName } from "../../gen/remote/domain.ts";
import { unsupported } from "../errors.ts";
import type { Caller } from "../session/caller.ts";
import { Feature } from "../session/features.ts";
import type { TypedParam } from "../typed_params.ts";
import { withoutSecrets } from "../uri/secrets.ts";
import { reportProgress } from "./job_watch.ts";
import type { MigrateOptions, MigrateToUriOptions } from "./options.ts";
import { oldParameters, textOf, typedParameters } from "./parameters.ts";
import { phasesWithoutParams, phasesWithParams } from "./phases3.ts";
import { has, MigrationRun } from "./run.ts";
import { migrateByDaemon } from "./to_uri.ts";
import { migrateVersion1 } from "./version1.ts";
import { migrateVersion2 } from "./version2.ts";
import { migrateVersion3 } from "./version3.ts";

const FLAGS = DomainMigrateFlags;
const COPIES_DISKS = FLAGS.NON_SHARED_DISK | FLAGS.NON_SHARED_INC;
const MIGRATION_V1 = 1; // virDrvFeature of libvirt_internal.h

/** Migrates a domain to another daemon; answers it as that daemon has it. */
export async function migrateDomain(
  source: Caller,
  destination: Caller,
  dom: NonnullDomain,
  options: MigrateOptions,
): Promise<NonnullDomain> {
  const flags = checkedFlags(options.flags ?? 0);
  const params = typedParameters(options.params);
  options.signal?.throwIfAborted();
  if ((flags & FLAGS.PEER2PEER) !== 0) {
    const { uri } = await destination.call(connectGetUri, undefined);
    await withRun(source, source, dom, flags, options, (run) => byDaemon(run, uri, params));
    const name = textOf(params, "destination_name") ?? dom.name;
    return (await destination.call(domainLookupByName, { name })).dom;
  }
  if ((flags & FLAGS.TUNNELLED) !== 0) {
    throw new TypeError("Cannot migrate with TUNNELLED alone: add PEER2PEER");
  }
  await checkFeatures(source, destination, flags);
  // the source alone takes this flag, and gets it wherever it knows it
  return await withRun(
    source,
    destination,
    dom,
    flags & ~FLAGS.CHANGE_PROTECTION,
    options,
    (run) => byClient(run, params),
  );
}

/** Has the source's daemon migrate a domain to what a URI names. */
export async function migrateDomainToUri(
  source: Caller,
  dom: NonnullDomain,
  uri: string,
  options: MigrateToUriOptions,
): Promise<void> {
  const flags = checkedFlags(options.flags ?? 0);
  const params = typedParameters(options.params);
  options.signal?.throwIfAborted();
  if ((flags & FLAGS.TUNNELLED) !== 0 && (flags & FLAGS.PEER2PEER) === 0) {
    throw new TypeError("Cannot migrate with TUNNELLED alone: add PEER2PEER");
  }
  await withRun(source, source, dom, flags, options, (run) => byDaemon(run, uri, params));
}

function checkedFlags(flags: number): number {
  if ((flags & COPIES_DISKS) === COPIES_DISKS) {
    throw new TypeError(
      "Cannot migrate with both NON_SHARED_DISK and NON_SHARED_INC: choose one of them",
    );
  }
  if ((flags & FLAGS.TUNNELLED) !== 0 && (flags & FLAGS.PARALLEL) !== 0) {
    throw new TypeError("Cannot migrate with both TUNNELLED and PARALLEL: choose one of them");
  }
  if ((flags & FLAGS.NON_SHARED_SYNCHRONOUS_WRITES) !== 0 && (flags & COPIES_DISKS) === 0) {
    throw new TypeError(
      "Cannot migrate with NON_SHARED_SYNCHRONOUS_WRITES alone: it is about copied disks; add " +
        "NON_SHARED_DISK or NON_SHARED_INC",
    );
  }
  return flags;
}

async function checkFeatures(source: Caller, destination: Caller, flags: number): Promise<void> {
  if ((flags & FLAGS.OFFLINE) !== 0) {
    for (const [side, caller] of [["source", source], ["destination", destination]] as const) {
      if (await has(caller, Feature.MIGRATION_OFFLINE)) continue;
      throw unsupported(`Cannot migrate: the ${side} does not support offline migration`);
    }
  }
  if ((flags & FLAGS.CHANGE_PROTECTION) !== 0) {
    if (await has(source, Feature.MIGRATE_CHANGE_PROTECTION)) return;
    throw unsupported("Cannot migrate with CHANGE_PROTECTION: the source does not support it");
  }
}

async function withRun(
  source: Caller,
  destination: Caller,
  dom: NonnullDomain,
  flags: number,
  options: MigrateOptions,
  migrate: (run: MigrationRun) => Promise<NonnullDomain>,
): Promise<NonnullDomain> {
  const run = new MigrationRun(source, destination, dom, flags, options);
  const report = reportProgress(run, options);
  let arrived: NonnullDomain;
  try {
    arrived = await migrate(run);
  } finally {
    run.release();
    report.stop();
  }
  // what a listener throws now can no longer stop anything
  await report.end(destination, arrived).catch((error) => run.warn(error));
  return arrived;
}

/** Chooses the newest version that both daemons have, as libvirt's client does. */
async function byClient(
  run: MigrationRun,
  params: readonly TypedParam[],
): Promise<NonnullDomain> {
  const both = async (feature: number) =>
    await has(run.source, feature) && await has(run.destination, feature);
  if (await both(Feature.MIGRATION_PARAMS)) {
    return await migrateVersion3(run, phasesWithParams(run, params));
  }
  const old = oldParameters(params, "only migration without typed parameters");
  if (await both(Feature.MIGRATION_V3)) {
    return await migrateVersion3(run, phasesWithoutParams(run, old));
  }
  if (await both(Feature.MIGRATION_V2)) return await migrateVersion2(run, old);
  if (await both(MIGRATION_V1)) return await migrateVersion1(run, old);
  throw unsupported("Cannot migrate: the two daemons have no version of the protocol in common");
}

/** Answers the domain as the source has it, which may still know how it went. */
async function byDaemon(
  run: MigrationRun,
  uri: string,
  params: readonly TypedParam[],
): Promise<NonnullDomain> {
  if (run.any(FLAGS.PEER2PEER)) checkNotLocal(uri);
  await migrateByDaemon(run, uri, params);
  return run.dom;
}

/**
 * Refuses a URI that the source's daemon would take for itself. A Unix socket is let through: who
 * names one knows what they do.
 */
function checkNotLocal(uri: string): void {
  let parsed: URL;
  try {
    parsed = new URL(uri);
  } catch {
    throw new TypeError(`Cannot migrate to "${withoutSecrets(uri)}": it is not a URI`);
  }
  const { hostname, protocol, searchParams } = parsed;
  const socket = protocol.endsWith("+unix:") && searchParams.has("socket");
  if (hostname === "" ? !socket : hostname.startsWith("localhost")) {
    throw new TypeError(
      `Cannot migrate to ${withoutSecrets(uri)}: the source's daemon would connect to its own ` +
        "host; name the destination as the source reaches it, such as qemu+tls://host/system",
    );
  }
}
