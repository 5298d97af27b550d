/**
 * The five messages of protocol version 3, in its two forms: with typed parameters and without.
 *
 * @module
 */

import type { NonnullDomain } from "../../gen/remote/common.ts";
import {
  domainGetInfo,
  domainGetState,
  domainMigrateBegin3,
  domainMigrateBegin3Params,
  domainMigrateConfirm3,
  domainMigrateConfirm3Params,
  domainMigrateFinish3,
  domainMigrateFinish3Params,
  domainMigratePerform3,
  domainMigratePerform3Params,
  domainMigratePrepare3,
  domainMigratePrepare3Params,
} from "../../gen/remote/domain.ts";
import type { TypedParam } from "../typed_params.ts";
import { type OldParameters, textOf, withText } from "./parameters.ts";
import type { MigrationRun } from "./run.ts";

/** What one side tells the other by way of the client, which does not read it. */
export type Cookie = Uint8Array;

/** The messages of version 3. */
export interface Phases3 {
  /** Source: tells what the guest is, and may lock it against changes. */
  begin(flags: number): Promise<{ xml: string; cookieOut: Cookie }>;
  /** Source: the guest's state, a value of `DomainState`. */
  state(): Promise<number>;
  /** Destination: gets ready for the guest; answers where its data shall go, unless it was told. */
  prepare(xml: string, cookie: Cookie, flags: number): Promise<{ cookieOut: Cookie }>;
  /** Where the data goes, as far as is known by now. */
  readonly uri: string | undefined;
  /** Source: sends the guest. */
  perform(cookie: Cookie, flags: number): Promise<{ cookieOut: Cookie }>;
  /** Destination: starts the guest, or forgets it where the migration was cancelled. */
  finish(
    cookie: Cookie,
    flags: number,
    cancelled: boolean,
  ): Promise<{ dom: NonnullDomain; cookieOut: Cookie }>;
  /** Source: forgets the guest, or lets it go on where the migration was cancelled. */
  confirm(cookie: Cookie, flags: number, cancelled: boolean): Promise<void>;
}

/** With typed parameters, since libvirt 1.1.0. */
export function phasesWithParams(run: MigrationRun, given: readonly TypedParam[]): Phases3 {
  const { source, destination, dom } = run;
  let params = [...given];
  return {
    begin: (flags) => run.ask(source, domainMigrateBegin3Params, { dom, params, flags }),
    async state() {
      return (await run.ask(source, domainGetState, { dom, flags: 0 })).state;
    },
    async prepare(xml, cookieIn, flags) {
      params = withText(params, "destination_xml", xml);
      const answer = await run.ask(destination, domainMigratePrepare3Params, {
        params,
        cookieIn,
        flags,
      });
      if (answer.uriOut !== null) params = withText(params, "migrate_uri", answer.uriOut);
      return answer;
    },
    get uri() {
      return textOf(params, "migrate_uri");
    },
    perform: (cookieIn, flags) =>
      run.ask(source, domainMigratePerform3Params, {
        dom,
        dconnuri: null,
        params,
        cookieIn,
        flags,
      }),
    finish(cookieIn, flags, cancelled) {
      if (textOf(params, "destination_name") === undefined) {
        params = withText(params, "destination_name", dom.name);
      }
      const args = { params, cookieIn, flags, cancelled: cancelled ? 1 : 0 };
      return run.end(destination, domainMigrateFinish3Params, args, cancelled);
    },
    confirm: (cookieIn, flags, cancelled) =>
      run.end(
        source,
        domainMigrateConfirm3Params,
        { dom, params, cookieIn, flags, cancelled: cancelled ? 1 : 0 },
        cancelled,
      ),
  };
}

/** Without typed parameters, since libvirt 0.9.2. */
export function phasesWithoutParams(run: MigrationRun, given: OldParameters): Phases3 {
  const { source, destination, dom } = run;
  const { name: dname, bandwidth: resource, xml: xmlin } = given;
  let uri = given.uri;
  return {
    begin: (flags) =>
      run.ask(source, domainMigrateBegin3, { dom, xmlin, flags: BigInt(flags), dname, resource }),
    async state() {
      return (await run.ask(source, domainGetInfo, { dom })).state;
    },
    async prepare(domXml, cookieIn, flags) {
      const answer = await run.ask(destination, domainMigratePrepare3, {
        cookieIn,
        uriIn: uri,
        flags: BigInt(flags),
        dname,
        resource,
        domXml,
      });
      uri = answer.uriOut ?? uri;
      return answer;
    },
    get uri() {
      return uri ?? undefined;
    },
    perform: (cookieIn, flags) =>
      run.ask(source, domainMigratePerform3, {
        dom,
        xmlin: null,
        cookieIn,
        dconnuri: null,
        uri,
        flags: BigInt(flags),
        dname,
        resource,
      }),
    finish: (cookieIn, flags, cancelled) =>
      run.end(destination, domainMigrateFinish3, {
        dname: dname ?? dom.name,
        cookieIn,
        dconnuri: null,
        uri,
        flags: BigInt(flags),
        cancelled: cancelled ? 1 : 0,
      }, cancelled),
    confirm: (cookieIn, flags, cancelled) =>
      run.end(
        source,
        domainMigrateConfirm3,
        { dom, cookieIn, flags: BigInt(flags), cancelled: cancelled ? 1 : 0 },
        cancelled,
      ),
  };
}
