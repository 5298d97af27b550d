/**
 * Version 2 of the migration protocol: prepare, perform, finish.
 *
 * It has no confirmation: the source forgets the guest when all was sent, so that a destination
 * which fails after that has the only copy.
 *
 * @module
 */

import { DomainMigrateFlags, DomainState, DomainXmlFlags } from "../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../gen/remote/common.ts";
import {
  domainGetInfo,
  domainGetXmlDesc,
  domainMigrateFinish2,
  domainMigratePerform,
  domainMigratePrepare2,
} from "../../gen/remote/domain.ts";
import { LibvirtError, unsupported } from "../errors.ts";
import { Feature } from "../session/features.ts";
import { fateAtDestination, fateAtSource } from "./aftermath.ts";
import { type MigrationStep, noteFailure } from "./failure.ts";
import type { OldParameters } from "./parameters.ts";
import { has, isLost, type MigrationRun } from "./run.ts";

/** Migrates; answers the domain at the destination. */
export async function migrateVersion2(
  run: MigrationRun,
  given: OldParameters,
): Promise<NonnullDomain> {
  refuseXml(given, 2);
  const { source, destination, dom } = run;
  const { name: dname, bandwidth: resource } = given;
  const domXml = await sourceXml(run);
  await notePaused(run);
  run.signal.throwIfAborted();

  const flags = BigInt(run.destinationFlags);
  let cookie: Uint8Array;
  let uri = given.uri;
  try {
    const args = { uriIn: uri, flags, dname, resource, domXml };
    const answer = await run.ask(destination, domainMigratePrepare2, args);
    cookie = answer.cookie;
    uri = answer.uriOut ?? uri;
  } catch (error) {
    throw noteFailure(error, "prepare", "source");
  }

  let trouble: { error: unknown; step: MigrationStep } | undefined;
  if (uri === null) trouble = { error: noUri(), step: "prepare" };
  else if (run.signal.aborted) trouble = { error: run.signal.reason, step: "prepare" };
  else {
    try {
      const args = { dom, cookie, uri, flags: BigInt(run.flags), dname, resource };
      await run.perform(run.ask(source, domainMigratePerform, args));
    } catch (error) {
      trouble = { error: run.signal.aborted ? run.signal.reason : error, step: "perform" };
      // it may have sent all of it: then the destination has the only copy, and must not drop it
      if (isLost(error) && await wasSent(run, trouble.error)) trouble = undefined;
    }
  }

  const cancelled = trouble !== undefined;
  const args = {
    dname: dname ?? dom.name,
    cookie,
    uri: uri ?? "",
    flags,
    retcode: cancelled ? 1 : 0,
  };
  try {
    const { ddom } = await run.end(destination, domainMigrateFinish2, args, cancelled);
    if (trouble === undefined) return ddom;
  } catch (error) {
    if (trouble === undefined) return await lastCopy(run, error);
  }
  throw noteFailure(trouble.error, trouble.step, "source");
}

/** The XML that the destination starts the guest from; it may hold passwords. */
async function sourceXml({ source, dom }: MigrationRun): Promise<string> {
  const { MIGRATABLE, SECURE, UPDATE_CPU } = DomainXmlFlags;
  const flags = await has(source, Feature.XML_MIGRATABLE) ? MIGRATABLE : SECURE | UPDATE_CPU;
  return (await source.call(domainGetXmlDesc, { dom, flags })).xml;
}

/** A guest that is paused arrives paused. */
export async function notePaused(run: MigrationRun): Promise<void> {
  try {
    const { state } = await run.ask(run.source, domainGetInfo, { dom: run.dom });
    if (state === DomainState.PAUSED) run.flags |= DomainMigrateFlags.PAUSED;
  } catch {
    // as in libvirt, not worth to fail for: the steps to come say what is wrong
  }
}

/** Whether a source that was lost has sent the guest; throws where nobody can tell. */
export async function wasSent(run: MigrationRun, error: unknown): Promise<boolean> {
  const fate = await fateAtSource(run);
  if (fate.kind === "unknown") throw noteFailure(error, "perform", "unknown");
  return fate.kind === "gone";
}

/** The last step failed when the source has forgotten the guest already. */
export async function lastCopy(run: MigrationRun, error: unknown): Promise<NonnullDomain> {
  if (!isLost(error)) throw noteFailure(error, "finish", "unknown");
  const fate = await fateAtDestination(run);
  if (fate.kind === "here") return fate.dom;
  throw noteFailure(error, "finish", "unknown");
}

/** Refuses XML for the destination, which comes with version 3. */
export function refuseXml({ xml }: OldParameters, version: number): void {
  if (xml === null) return;
  throw unsupported(
    "Cannot change the guest's XML for the destination: the daemons have only version " +
      `${version} of the migration protocol in common; leave out "destination_xml"`,
  );
}

/** The error of a destination that does not say where the guest's data goes. */
export function noUri(): LibvirtError {
  return new LibvirtError(
    "Cannot migrate: the destination was left to say where the guest's data goes, and did not",
    { code: ErrorNumber.INTERNAL_ERROR, domain: ErrorDomain.DOMAIN, origin: "local" },
  );
}
