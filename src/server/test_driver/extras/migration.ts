/**
 * Migration between hypervisors in memory: every version of the protocol, and peer-to-peer.
 *
 * Guests go from one hypervisor of this process to another; a daemon's URI for peer-to-peer names the
 * other by its `hostname`.
 *
 * @module
 */

import { DomainMigrateFlags, DomainState } from "../../../../gen/enums/domain.ts";
import { ErrorNumber } from "../../../../gen/enums/errors.ts";
import { migrateFields } from "../../../../gen/enums/typed_param_fields.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { TypedParam } from "../../../xdr/typed_param.ts";
import type { CallContext } from "../../driver.ts";
import type { TestDomain } from "../domain_object.ts";
import { checkFlags, invalidArgument, refusal } from "../refusals.ts";
import type { TestState } from "../state.ts";
import type { DomainJobs } from "./jobs.ts";
import { checkCookie, type Cookie } from "./migration_cookies.ts";
import { destinationOf, type MigrationDestination } from "./migration_destination.ts";
import type { MigrationSource } from "./migration_source.ts";

const ALL_FLAGS = Object.values(DomainMigrateFlags).reduce((all: number, one) => all | one, 0);
const { CHANGE_PROTECTION, OFFLINE, PAUSED } = DomainMigrateFlags;

/** What the hypervisor can do of it: V1, V2, P2P, V3, CHANGE_PROTECTION, XML, OFFLINE, PARAMS. */
export const MIGRATION_FEATURES: readonly number[] = [1, 3, 4, 6, 7, 11, 12, 13];

interface Request {
  readonly xml: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly speed: bigint;
}

/** Handlers of migration. */
export function migrationHandlers(
  state: TestState,
  jobs: DomainJobs,
  source: MigrationSource,
  destination: MigrationDestination,
): RemoteHandlers<CallContext> {
  const { domains } = state;
  let [downtime, speed, cacheSize] = [300n, 0n, 67108864n];

  function begin(
    domain: TestDomain,
    { xml }: Request,
    flags: number,
    context: CallContext,
  ): { xml: string; cookieOut: Cookie } {
    checkFlags(context, flags, ALL_FLAGS);
    const begun = source.begin(domain, flags, (flags & CHANGE_PROTECTION) !== 0, context.signal);
    return { ...begun, xml: xml ?? begun.xml };
  }

  function prepare(
    { xml, name, uri }: Request,
    flags: number,
    context: CallContext,
  ): { cookieOut: Cookie; uriOut: string | null } {
    checkFlags(context, flags, ALL_FLAGS);
    const { signal } = context;
    const ready = destination.prepare({ xml, name, uri, flags, signal });
    return { cookieOut: ready.cookieOut, uriOut: uri === null ? ready.uri : null };
  }

  async function perform(
    domain: TestDomain,
    uri: string | null,
    request: Request,
    signal: AbortSignal,
  ): Promise<{ cookieOut: Cookie }> {
    if (uri === null) throw invalidArgument("no migration URI passed");
    return { cookieOut: await source.perform(domain, uri, request.speed || speed, signal) };
  }

  /** All steps at once, as the source's daemon takes them. */
  async function peerToPeer(
    domain: TestDomain,
    dconnuri: string,
    request: Request,
    flags: number,
    context: CallContext,
  ): Promise<void> {
    const peer = destinationOf(dconnuri);
    if (peer === undefined) {
      throw refusal(
        ErrorNumber.OPERATION_FAILED,
        `failed to connect to remote libvirt '${dconnuri}'`,
      );
    }
    const alone = new AbortController().signal; // what the daemon has begun it brings to an end
    const paused = domain.state === DomainState.PAUSED ? PAUSED : 0;
    const { xml } = begin(domain, request, flags | CHANGE_PROTECTION, {
      ...context,
      signal: alone,
    });
    const name = request.name ?? domain.name;
    try {
      const ready = peer.prepare({ ...request, xml, flags: flags | paused, signal: alone });
      if ((flags & OFFLINE) === 0) {
        await source.perform(domain, ready.uri, request.speed || speed, alone);
      }
      peer.finish(name, flags | paused, false, undefined);
    } catch (error) {
      if (peer.awaits(name)) dropAt(peer, name, flags);
      if (jobs.has(domain.key)) source.confirm(domain, flags, true);
      throw error;
    }
    source.confirm(domain, flags, false);
  }

  /** Versions 1 and 2, in which the source forgets the guest as soon as it was sent. */
  async function performAndForget(
    domain: TestDomain,
    uri: string,
    request: Request,
    flags: number,
    context: CallContext,
  ): Promise<void> {
    await perform(domain, uri, request, context.signal);
    source.forget(domain, flags);
  }

  const finish = (name: string, flags: number, cancelled: number, given: Cookie | undefined) => {
    const { domain, cookieOut } = destination.finish(name, flags, cancelled !== 0, given);
    return { dom: domain.wire, cookieOut };
  };

  return {
    domainMigrateBegin3Params: ({ dom, params, flags }, context) =>
      begin(domains.of(dom), requestOf(params), flags, context),
    domainMigratePrepare3Params({ params, cookieIn, flags }, context) {
      checkCookie(cookieIn, "begun");
      return prepare(requestOf(params), flags, context);
    },
    async domainMigratePerform3Params({ dom, dconnuri, params, cookieIn, flags }, context) {
      checkFlags(context, flags, ALL_FLAGS);
      const domain = domains.of(dom);
      const request = requestOf(params);
      if (dconnuri !== null) {
        await peerToPeer(domain, dconnuri, request, flags, context);
        return { cookieOut: new Uint8Array(0) };
      }
      checkCookie(cookieIn, "prepared");
      return await perform(domain, request.uri, request, context.signal);
    },
    domainMigrateFinish3Params({ params, cookieIn, flags, cancelled }) {
      return finish(requestOf(params).name ?? "", flags, cancelled, cookieIn);
    },
    domainMigrateConfirm3Params({ dom, cookieIn, flags, cancelled }) {
      // a client that had to find out by itself that the guest runs there has no cookie
      if (cancelled === 0 && cookieIn.length > 0) checkCookie(cookieIn, "finished");
      source.confirm(domains.of(dom), flags, cancelled !== 0);
    },

    domainMigrateBegin3: ({ dom, xmlin, dname, resource, flags }, context) =>
      begin(domains.of(dom), old(xmlin, dname, null, resource), Number(flags), context),
    domainMigratePrepare3({ cookieIn, uriIn, flags, dname, resource, domXml }, context) {
      checkCookie(cookieIn, "begun");
      return prepare(old(domXml, dname, uriIn, resource), Number(flags), context);
    },
    async domainMigratePerform3(
      { dom, xmlin, cookieIn, dconnuri, uri, flags, dname, resource },
      context,
    ) {
      const domain = domains.of(dom);
      const request = old(xmlin, dname, uri, resource);
      if (dconnuri !== null) {
        await peerToPeer(domain, dconnuri, request, Number(flags), context);
        return { cookieOut: new Uint8Array(0) };
      }
      checkCookie(cookieIn, "prepared");
      return await perform(domain, uri, request, context.signal);
    },
    domainMigrateFinish3: ({ dname, cookieIn, flags, cancelled }) =>
      finish(dname, Number(flags), cancelled, cookieIn),
    domainMigrateConfirm3({ dom, cookieIn, flags, cancelled }) {
      if (cancelled === 0 && cookieIn.length > 0) checkCookie(cookieIn, "finished");
      source.confirm(domains.of(dom), Number(flags), cancelled !== 0);
    },

    domainMigratePrepare2({ uriIn, flags, dname, resource, domXml }, context) {
      const { cookieOut, uriOut } = prepare(
        old(domXml, dname, uriIn, resource),
        Number(flags),
        context,
      );
      return { cookie: cookieOut, uriOut };
    },
    domainMigrateFinish2: ({ dname, flags, retcode }) => ({
      ddom: finish(dname, Number(flags), retcode, undefined).dom,
    }),
    domainMigratePrepare({ uriIn, flags, dname, resource }, context) {
      const request = old(null, dname, uriIn, resource);
      const { cookieOut, uriOut } = prepare(request, Number(flags), context);
      return { cookie: cookieOut, uriOut };
    },
    async domainMigratePerform({ dom, cookie, uri, flags, dname, resource }, context) {
      const domain = domains.of(dom);
      const request = old(null, dname, null, resource);
      const peer = (Number(flags) & DomainMigrateFlags.PEER2PEER) !== 0;
      if (peer) return await peerToPeer(domain, uri, request, Number(flags), context);
      checkCookie(cookie, "prepared");
      await performAndForget(domain, uri, request, Number(flags), context);
    },
    domainMigrateFinish: ({ dname, flags }) => ({
      ddom: finish(dname, Number(flags), 0, undefined).dom,
    }),

    domainMigrateStartPostCopy({ dom, flags }, context) {
      checkFlags(context, flags);
      source.startPostCopy(domains.of(dom));
    },
    domainMigrateGetMaxDowntime: () => ({ downtime }),
    domainMigrateSetMaxDowntime(args) {
      downtime = args.downtime;
    },
    domainMigrateGetMaxSpeed: () => ({ bandwidth: speed }),
    domainMigrateSetMaxSpeed({ dom, bandwidth }) {
      speed = bandwidth;
      const job = jobs.get(domains.of(dom).key);
      if (job !== undefined) job.speed = bandwidth;
    },
    domainMigrateGetCompressionCache: () => ({ cacheSize }),
    domainMigrateSetCompressionCache(args) {
      cacheSize = args.cacheSize;
    },
  };
}

function dropAt(peer: MigrationDestination, name: string, flags: number): void {
  try {
    peer.finish(name, flags, true, undefined);
  } catch {
    // it always says that it has not started it
  }
}

function requestOf(params: readonly TypedParam[]): Request {
  for (const { field } of params) {
    if (Object.hasOwn(migrateFields, field)) continue;
    throw refusal(ErrorNumber.ARGUMENT_UNSUPPORTED, `parameter '${field}' not supported`);
  }
  const text = (field: string) =>
    (params.find((param) => param.field === field)?.value as string | undefined) ?? null;
  const bandwidth = params.find(({ field }) => field === "bandwidth")?.value ?? 0n;
  return {
    xml: text("destination_xml"),
    name: text("destination_name"),
    uri: text("migrate_uri"),
    speed: bandwidth as bigint,
  };
}

function old(xml: string | null, name: string | null, uri: string | null, speed: bigint): Request {
  return { xml, name, uri, speed };
}
