/**
 * Bindings of network filters to interfaces.
 *
 * @module
 */

import { connectListAllNwfilterBindings } from "../../gen/remote/connect.ts";
import { nwfilterBindingLookupByPortDev } from "../../gen/remote/nwfilter_binding.ts";
import { NwFilterBindingBase } from "../../gen/remote/nwfilter_binding_base.ts";
import { nwfilterLookupByName } from "../../gen/remote/nwfilter.ts";
import type { Caller, CallOptions, FlagOptions } from "../session/caller.ts";
import { NwFilter } from "./nwfilter.ts";

/** A binding: one interface of a domain and the filter whose rules its traffic has to pass. */
export class NwFilterBinding extends NwFilterBindingBase {
  /** Looks a binding up by the name of the interface on the host. */
  static async lookupByPortDev(
    caller: Caller,
    portdev: string,
    options: CallOptions = {},
  ): Promise<NwFilterBinding> {
    const { nwfilter } = await caller.call(
      nwfilterBindingLookupByPortDev,
      { name: portdev },
      options,
    );
    return new NwFilterBinding(caller, nwfilter);
  }

  /** Lists all bindings. */
  static async listAll(caller: Caller, options: FlagOptions = {}): Promise<NwFilterBinding[]> {
    const { bindings } = await caller.call(
      connectListAllNwfilterBindings,
      { needResults: 1, flags: options.flags ?? 0 },
      options,
    );
    const list: NwFilterBinding[] = [];
    for (const handle of bindings) list.push(new NwFilterBinding(caller, handle));
    return list;
  }

  /** The filter that is bound, looked up by its name. */
  async lookupFilter(options: CallOptions = {}): Promise<NwFilter> {
    const { nwfilter } = await this.caller.call(
      nwfilterLookupByName,
      { name: this.filterName },
      options,
    );
    return new NwFilter(this.caller, nwfilter);
  }
}
