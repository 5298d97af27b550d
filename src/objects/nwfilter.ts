/**
 * Network filters.
 *
 * @module
 */

import { connectListAllNwfilters } from "../../gen/remote/connect.ts";
import { nwfilterLookupByName, nwfilterLookupByUuid } from "../../gen/remote/nwfilter.ts";
import { NwFilterBase } from "../../gen/remote/nwfilter_base.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { Uuid } from "../xdr/uuid.ts";

/** A network filter: rules for the traffic of the interfaces that name it. */
export class NwFilter extends NwFilterBase {
  /** Looks a filter up by its name. */
  static async lookupByName(
    caller: Caller,
    name: string,
    options: CallOptions = {},
  ): Promise<NwFilter> {
    const { nwfilter } = await caller.call(nwfilterLookupByName, { name }, options);
    return new NwFilter(caller, nwfilter);
  }

  /** Looks a filter up by its UUID. */
  static async lookupByUuid(
    caller: Caller,
    uuid: string,
    options: CallOptions = {},
  ): Promise<NwFilter> {
    const { nwfilter } = await caller.call(
      nwfilterLookupByUuid,
      { uuid: Uuid.parse(uuid) },
      options,
    );
    return new NwFilter(caller, nwfilter);
  }

  /** Lists all filters. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<NwFilter[]> {
    const { filters } = await caller.call(
      connectListAllNwfilters,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: NwFilter[] = [];
    for (const handle of filters) list.push(new NwFilter(caller, handle));
    return list;
  }
}
