/**
 * A network's title, description and what others have noted in it.
 *
 * @module
 */

import {
  NetworkEventId,
  NetworkMetadataType,
  NetworkUpdateFlags,
} from "../../../gen/enums/network.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { LibvirtError } from "../../errors.ts";
import type { CallContext } from "../driver.ts";
import { badArgument, failure } from "../failure.ts";
import { getMetadata, setMetadata } from "./domain_metadata.ts";
import { networkImpact } from "./network_impact.ts";
import { checkFlags, unknownCause } from "./refusals.ts";
import type { TestState } from "./state.ts";

const { LIVE, CONFIG } = NetworkUpdateFlags;
const { ELEMENT, TITLE } = NetworkMetadataType;

/** Handlers of networks' metadata. */
export function networkMetadata(state: TestState): RemoteHandlers<CallContext> {
  const { networks } = state;
  return {
    networkGetMetadata({ network: net, type, uri, flags }, context) {
      checkArguments("virNetworkGetMetadata", type, { uri });
      if ((flags & LIVE) !== 0 && (flags & CONFIG) !== 0) throw exclusive();
      checkFlags(context, flags, LIVE | CONFIG);
      const network = networks.byUuidOrFail(net.uuid);
      checkType(type);
      const { config } = networkImpact(network, flags);
      const definition = config && network.active ? network.next : network.definition;
      if (definition === undefined) throw unknownCause();
      return { metadata: getMetadata(definition, type, uri, ErrorDomain.NETWORK) };
    },
    networkSetMetadata({ network: net, type, metadata, key, uri, flags }, context) {
      checkArguments("virNetworkSetMetadata", type, { uri, key, metadata });
      checkFlags(context, flags, LIVE | CONFIG);
      const network = networks.byUuidOrFail(net.uuid);
      const { live, config } = networkImpact(network, flags);
      const persistent = config ? (network.active ? network.next : network.definition) : undefined;
      // what is not there is not changed, and then nothing is checked either
      for (const definition of [live ? network.definition : undefined, persistent]) {
        if (definition === undefined) continue;
        checkType(type);
        setMetadata(definition, type, metadata, key, uri, ErrorDomain.NETWORK);
      }
      state.events.emit({
        kind: "network",
        id: NetworkEventId.METADATA_CHANGE,
        key: network.key,
        fields: { net: network.wire, type, nsuri: uri },
      });
    },
  };
}

// What libvirt's public functions refuse.
function checkArguments(
  cFunction: string,
  type: number,
  args: { uri: string | null; key?: string | null; metadata?: string | null },
): void {
  const refuse = (argument: string, problem: string): never => {
    throw badArgument(ErrorDomain.NETWORK, cFunction, argument, problem);
  };
  const { uri, key, metadata } = args;
  if (type === ELEMENT) {
    if (uri === null) refuse("uri", "must not be NULL");
    if (metadata != null && key === null) refuse("key", "must not be NULL");
    return;
  }
  if (type === TITLE && metadata?.includes("\n")) {
    throw new LibvirtError("metadata title can't contain newlines", {
      code: ErrorNumber.INVALID_ARG,
      domain: ErrorDomain.NETWORK,
      str1: cFunction,
      str2: "metadata",
    });
  }
  if (type !== TITLE && type !== NetworkMetadataType.DESCRIPTION) return;
  if (uri !== null) refuse("uri", "must be NULL");
  if (key != null) refuse("key", "must be NULL");
}

function checkType(type: number): void {
  if (type >= 0 && type <= ELEMENT) return;
  throw failure(ErrorDomain.NETWORK, ErrorNumber.INVALID_ARG, `unknown metadata type '${type}'`);
}

function exclusive(): LibvirtError {
  return new LibvirtError(
    "Flags 'VIR_NETWORK_UPDATE_AFFECT_LIVE' and 'VIR_NETWORK_UPDATE_AFFECT_CONFIG' are mutually exclusive",
    {
      code: ErrorNumber.INVALID_ARG,
      domain: ErrorDomain.NETWORK,
      str1: "virNetworkGetMetadata",
      str2: "ctl",
    },
  );
}
