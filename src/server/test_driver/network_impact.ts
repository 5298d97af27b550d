/**
 * Which of a network's definitions a change concerns.
 *
 * @module
 */

import { NetworkUpdateFlags } from "../../../gen/enums/network.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import { failure } from "../failure.ts";
import type { NamedObject } from "./named_list.ts";

const { LIVE, CONFIG } = NetworkUpdateFlags;

/** The flags with what "current" means for a network; throws where that is not to be had. */
export function networkImpact(
  network: NamedObject,
  flags: number,
): { live: boolean; config: boolean } {
  const current = (flags & (LIVE | CONFIG)) === 0;
  const live = (flags & LIVE) !== 0 || (current && network.active);
  const config = (flags & CONFIG) !== 0 || (current && !network.active);
  if (live && !network.active) throw invalid("network is not running");
  if (config && !network.persistent) {
    throw invalid("cannot change persistent config of a transient network");
  }
  return { live, config };
}

function invalid(detail: string): LibvirtError {
  return failure(ErrorDomain.NETWORK, ErrorNumber.OPERATION_INVALID, detail);
}
