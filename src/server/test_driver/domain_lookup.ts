/**
 * Finding and listing domains.
 *
 * @module
 */

import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { CallContext } from "../driver.ts";
import { LIST_FLAGS } from "./domain_list.ts";
import type { TestDomain } from "./domain_object.ts";
import { checkFlags, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";

/** Handlers of lookups and lists. */
export function domainLookup(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  const found = (domain: TestDomain | undefined) => {
    if (domain === undefined) throw refusal(ErrorNumber.NO_DOMAIN);
    return { dom: domain.wire };
  };
  const active = (): TestDomain[] => domains.filtered(1);
  const inactive = (): TestDomain[] => domains.filtered(2);
  return {
    domainLookupById: ({ id }) => found(domains.byId(id)),
    domainLookupByName: ({ name }) => found(domains.byName(name)),
    domainLookupByUuid: ({ uuid }) => found(domains.byKey(uuid.toString())),
    connectListAllDomains({ needResults, flags }, context) {
      checkFlags(context, flags, LIST_FLAGS);
      const chosen = domains.filtered(flags);
      return {
        domains: needResults ? chosen.map((domain) => domain.wire) : [],
        ret: chosen.length,
      };
    },
    connectListDomains: ({ maxids }) => ({
      ids: active().slice(0, maxids).map((domain) => domain.id),
    }),
    connectNumOfDomains: () => ({ num: active().length }),
    connectListDefinedDomains: ({ maxnames }) => ({
      names: inactive().slice(0, maxnames).map((domain) => domain.name),
    }),
    connectNumOfDefinedDomains: () => ({ num: inactive().length }),
  };
}
