/**
 * Devices that come to a domain later, change and go.
 *
 * @module
 */

import {
  DomainEventDefinedDetailType,
  DomainEventId,
  DomainEventType,
  DomainModificationImpact,
} from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../xml/element.ts";
import type { CallContext } from "../driver.ts";
import { badFlags, failure } from "../failure.ts";
import { fillControllers } from "./controller_defaults.ts";
import { dropAlias } from "./device_defaults.ts";
import { attachLive, checkCompatible, deviceKind } from "./device_plug.ts";
import { findDetachable } from "./device_unplug.ts";
import { canonicalDevice, parseAnyRoot } from "./domain_definition.ts";
import { emitDomainEvent, emitLifecycle } from "./domain_events.ts";
import type { TestDomain } from "./domain_object.ts";
import { devicesOf } from "./domain_values.ts";
import { checkFlags, invalidArgument, refusal } from "./refusals.ts";
import type { TestState } from "./state.ts";
import { taintByDevice } from "./taints.ts";

const { LIVE, CONFIG } = DomainModificationImpact;

/** Handlers that attach, change and detach devices. */
export function deviceAttach(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;

  // Only what runs can be changed; the flags are looked at with what "current" means for it.
  function checkLive(domain: TestDomain, flags: number, cFunction: string): void {
    const { live, config } = domain.impact(flags);
    const meant = flags | (live ? LIVE : 0) | (config ? CONFIG : 0);
    const unknown = meant & ~LIVE;
    if (unknown !== 0) throw badFlags(ErrorDomain.TEST, cFunction, unknown);
  }

  function attach(dom: NonnullDomain, xml: string, flags: number): void {
    const domain = domains.of(dom);
    checkLive(domain, flags, "testDomainAttachDeviceLiveAndConfig");
    const device = parseDevice(xml, domain.definition, true);
    checkCompatible(domain.definition, device, undefined);
    taintByDevice(domain, device);
    const alias = attachLive(domain.definition, device);
    if (alias !== undefined) {
      emitDomainEvent(state, domain, DomainEventId.DEVICE_ADDED, { devAlias: alias });
    }
  }

  function parseDevice(xml: string, definition: XmlElement, inactive: boolean): XmlElement {
    const source = parseAnyRoot(xml, ErrorDomain.DOMAIN);
    if (inactive) dropAlias(source);
    return canonicalDevice(source, state.identities, definition);
  }

  function update(definition: XmlElement, device: XmlElement): void {
    if (device.name !== "disk") {
      throw refusal(
        ErrorNumber.OPERATION_UNSUPPORTED,
        `persistent update of device '${deviceKind(device)}' is not supported`,
      );
    }
    const dev = device.child("target")?.get("dev");
    const old = devicesOf(definition, "disk").find((disk) =>
      disk.child("target")?.get("dev") === dev
    );
    if (old === undefined) throw invalidArgument(`target ${dev} doesn't exist.`);
    checkCompatible(definition, device, old);
    const devices = definition.child("devices")!;
    devices.children[devices.children.indexOf(old)] = device;
    fillControllers(devices);
  }

  return {
    domainAttachDevice: ({ dom, xml }) => attach(dom, xml, 0),
    domainAttachDeviceFlags: ({ dom, xml, flags }) => attach(dom, xml, flags),
    domainDetachDeviceAlias({ dom, alias, flags }) {
      const domain = domains.of(dom);
      checkLive(domain, flags, "testDomainDetachDeviceAliasLiveAndConfig");
      const devices = domain.definition.child("devices")!;
      const device = devices.elements.find((one) => one.child("alias")?.get("name") === alias);
      if (device === undefined) {
        throw failure(
          ErrorDomain.DOMAIN,
          ErrorNumber.INTERNAL_ERROR,
          `no device found with alias ${alias}`,
        );
      }
      devices.remove(findDetachable(domain.definition, device));
      emitDomainEvent(state, domain, DomainEventId.DEVICE_REMOVED, { devAlias: alias });
    },
    domainUpdateDeviceFlags({ dom, xml, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const domain = domains.of(dom);
      const { live, persistent } = domain.both(flags);
      const inactive = live === undefined;
      const running = live && parseDevice(xml, live, inactive);
      const kept = persistent && parseDevice(xml, persistent, inactive);
      if (persistent !== undefined) update(persistent, kept!);
      if (live !== undefined) update(live, running!);
      if (persistent === undefined) return;
      emitLifecycle(state, domain, DomainEventType.DEFINED, DomainEventDefinedDetailType.UPDATED);
    },
  };
}
