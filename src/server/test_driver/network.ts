/**
 * Networks.
 *
 * @module
 */

import {
  NetworkCreateFlags,
  NetworkDefineFlags,
  NetworkEventId,
  NetworkEventLifecycleType,
  NetworkUpdateFlags,
} from "../../../gen/enums/network.ts";
import type { NonnullNetwork } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { formatDefinition } from "./domain_format.ts";
import type { NamedObject } from "./named_list.ts";
import { parseNetwork } from "./network_definition.ts";
import { networkMetadata } from "./network_metadata.ts";
import { networkImpact as impact } from "./network_impact.ts";
import { updateNetwork } from "./network_update.ts";
import { checkFlags, internalError, invalidOperation } from "./refusals.ts";
import type { TestState } from "./state.ts";

const LIST_FLAGS = 0x3f;
const { LIVE, CONFIG } = NetworkUpdateFlags;

/** Handlers of networks. */
export function networkHandlers(state: TestState): RemoteHandlers<CallContext> {
  const { networks } = state;

  function emit(network: NamedObject, event: number): void {
    state.events.emit({
      kind: "network",
      id: NetworkEventId.LIFECYCLE,
      key: network.key,
      fields: { net: network.wire, event, detail: 0 },
    });
  }

  function create(xml: string, flags: number, context: CallContext): { net: NonnullNetwork } {
    checkFlags(
      { ...context, procedure: "networkCreateXmlFlags" },
      flags,
      NetworkCreateFlags.VALIDATE,
    );
    const definition = parseNetwork(xml, state.identities, flags !== 0);
    const { object, added } = networks.add(definition, { start: true });
    if (added) object.persistent = false;
    object.active = true;
    emit(object, NetworkEventLifecycleType.STARTED);
    return { net: object.wire };
  }

  function define(xml: string, flags: number, context: CallContext): { net: NonnullNetwork } {
    checkFlags(
      { ...context, procedure: "networkDefineXmlFlags" },
      flags,
      NetworkDefineFlags.VALIDATE,
    );
    const definition = parseNetwork(xml, state.identities, flags !== 0);
    const { object } = networks.add(definition, { start: false });
    object.persistent = true;
    emit(object, NetworkEventLifecycleType.DEFINED);
    return { net: object.wire };
  }

  const names = (active: boolean, most: number): { names: string[] } => ({
    names: networks.all.filter((one) => one.active === active).slice(0, most).map((one) =>
      one.name
    ),
  });
  const count = (active: boolean): { num: number } => ({
    num: networks.all.filter((one) => one.active === active).length,
  });

  return {
    connectNumOfNetworks: () => count(true),
    connectListNetworks: ({ maxnames }) => names(true, maxnames),
    connectNumOfDefinedNetworks: () => count(false),
    connectListDefinedNetworks: ({ maxnames }) => names(false, maxnames),
    connectListAllNetworks({ needResults, flags }, context) {
      checkFlags(context, flags, LIST_FLAGS);
      const chosen = networks.filtered(flags);
      return { nets: needResults ? chosen.map((one) => one.wire) : [], ret: chosen.length };
    },
    networkLookupByUuid: ({ uuid }) => ({ net: networks.byUuidOrFail(uuid).wire }),
    networkLookupByName: ({ name }) => ({ net: networks.byNameOrFail(name).wire }),
    networkCreateXml: ({ xml }, context) => create(xml, 0, context),
    networkCreateXmlFlags: ({ xml, flags }, context) => create(xml, flags, context),
    networkDefineXml: ({ xml }, context) => define(xml, 0, context),
    networkDefineXmlFlags: ({ xml, flags }, context) => define(xml, flags, context),
    networkUndefine({ net }) {
      const network = networks.byNameOrFail(net.name);
      if (network.active) throw invalidOperation(`Network '${net.name}' is still running`);
      emit(network, NetworkEventLifecycleType.UNDEFINED);
      networks.remove(network);
    },
    networkCreate({ net }) {
      const network = networks.byNameOrFail(net.name);
      if (network.active) throw invalidOperation(`Network '${net.name}' is already running`);
      network.active = true;
      emit(network, NetworkEventLifecycleType.STARTED);
    },
    networkDestroy({ net }) {
      const network = networks.byNameOrFail(net.name);
      network.active = false;
      emit(network, NetworkEventLifecycleType.STOPPED);
      if (!network.persistent) networks.remove(network);
    },
    networkUpdate({ net, command, section, parentIndex, xml, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const network = networks.byUuidOrFail(net.uuid);
      const { live, config } = impact(network, flags);
      const change = (definition: XmlElement): XmlElement =>
        updateNetwork(definition, { command, section, parentIndex, xml }, state.identities);
      if (config && network.active) network.next ??= network.definition.clone();
      const now = live || !network.active ? change(network.definition) : undefined;
      const next = config && network.active ? change(network.next!) : undefined;
      if (now !== undefined) network.definition = now;
      if (next !== undefined) network.next = next;
    },
    ...networkMetadata(state),
    networkGetXmlDesc({ net, flags }, context) {
      checkFlags(context, flags);
      return { xml: formatDefinition(networks.byNameOrFail(net.name).definition) };
    },
    networkGetBridgeName({ net }) {
      const { definition } = networks.byNameOrFail(net.name);
      const name = definition.child("bridge")?.get("name");
      if (name === undefined) {
        throw internalError(`network '${net.name}' does not have a bridge name.`);
      }
      return { name };
    },
    networkGetAutostart: ({ net }) => ({
      autostart: networks.byNameOrFail(net.name).autostart ? 1 : 0,
    }),
    networkSetAutostart({ net, autostart }) {
      networks.byNameOrFail(net.name).autostart = autostart !== 0;
    },
    networkIsActive: ({ net }) => ({ active: networks.byUuidOrFail(net.uuid).active ? 1 : 0 }),
    networkIsPersistent: ({ net }) => ({
      persistent: networks.byUuidOrFail(net.uuid).persistent ? 1 : 0,
    }),
  };
}
