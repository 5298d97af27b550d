/**
 * The host's network interfaces.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullInterface } from "../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import type { XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import { conform, parseShape, type Shape } from "../../xml/shape.ts";
import type { CallContext } from "../driver.ts";
import { parseRoot } from "./domain_definition.ts";
import { checkFlags, invalidOperation, refusal } from "./refusals.ts";
import { checkSchema } from "./schema_check.ts";
import { RULES } from "./shape_rules.ts";
import type { TestState } from "./state.ts";
import { xmlFailure } from "./values.ts";

// The order is that in which libvirtd 12.8.0 prints.
const OUTLINE = `
interface @type=ethernet|bond|bridge|vlan @name
  start @mode
  mtu @size
  protocol*+ @family
    autoconf!
    dhcp! @peerdns
    ip* @address @prefix
    route @gateway
  link @speed:uint @state=unknown|notpresent|down|lowerlayerdown|testing|dormant|up
  bond+ @mode
    miimon @freq @downdelay @updelay @carrier
    arpmon @interval @target @validate
    interface*+ @type @name
      link @speed @state
      mac @address
  bridge+ @stp @delay
    interface*+ @type @name
      bond+ @mode
        miimon @freq @downdelay @updelay @carrier
        arpmon @interval @target @validate
        interface*+ @type @name
      link @speed @state
      mac @address
      vlan+ @tag
        interface @name
  vlan+ @tag
    interface @name
  mac @address
`;

let shape: Shape | undefined;

/** An interface of the host. */
export interface HostInterface {
  definition: XmlElement;
  active: boolean;
}

/** Reads an interface's element. */
export function canonicalInterface(source: XmlElement): XmlElement {
  shape ??= parseShape(OUTLINE);
  const type = source.get("type");
  if (type === undefined) RULES.missing("type", source);
  if (source.get("name") === undefined) {
    xmlFailure("interface has no name", ErrorDomain.INTERFACE);
  }
  checkKind(source, type);
  const definition = conform(source, shape, RULES);
  for (const kind of KINDS) {
    const foreign = kind === type ? undefined : definition.child(kind);
    if (foreign !== undefined) definition.remove(foreign);
  }
  // a bridge has neither of its own
  for (const name of type === "bridge" ? ["link", "mac"] : []) {
    const foreign = definition.child(name);
    if (foreign !== undefined) definition.remove(foreign);
  }
  return definition;
}

const KINDS = ["bond", "bridge", "vlan"] as const;
const FAMILIES: ReadonlySet<string> = new Set(["ipv4", "ipv6"]);

// An interface that stands on others says which.
function checkKind(source: XmlElement, type: string): void {
  const refuse = (detail: string): never => xmlFailure(detail, ErrorDomain.INTERFACE);
  const mode = source.child("start")?.get("mode");
  if (mode !== undefined && !["none", "onboot", "hotplug"].includes(mode)) {
    refuse(`unknown interface startmode ${mode}`);
  }
  for (const protocol of source.all("protocol")) {
    const family = protocol.get("family");
    if (family === undefined) refuse("protocol misses the family attribute");
    else if (!FAMILIES.has(family)) refuse(`unsupported protocol family '${family}'`);
  }
  if (!(KINDS as readonly string[]).includes(type)) return;
  const inside = source.child(type);
  if (inside === undefined) refuse(`${type} interface misses the ${type} element`);
  for (const below of inside?.all("interface") ?? []) {
    if (below.get("type") === undefined && type !== "vlan") RULES.missing("type", below);
    if (below.get("name") === undefined) refuse("interface has no name");
  }
  const positive = (value: string | undefined): boolean => /^\d+$/.test(value ?? "");
  const bond = type === "bond" ? inside : undefined;
  const mii = bond?.child("miimon");
  if (mii !== undefined && !positive(mii.get("freq"))) {
    refuse("bond interface miimon freq missing or invalid");
  }
  const arp = bond?.child("arpmon");
  if (arp === undefined) return;
  if (!positive(arp.get("interval"))) refuse("bond interface arpmon interval missing or invalid");
  if (arp.get("target") === undefined) refuse("bond interface arpmon target missing");
}

/** Handlers of interfaces. */
export function interfaceHandlers(state: TestState): RemoteHandlers<CallContext> {
  const all = (active: boolean): string[] =>
    [...state.interfaces].filter(([, one]) => one.active === active).map(([name]) => name);

  function find(name: string): HostInterface {
    const found = state.interfaces.get(name);
    if (found !== undefined) return found;
    throw refusal(ErrorNumber.NO_INTERFACE, `no interface with matching name '${name}'`);
  }

  return {
    connectNumOfInterfaces: () => ({ num: all(true).length }),
    connectListInterfaces: ({ maxnames }) => ({ names: all(true).slice(0, maxnames) }),
    connectNumOfDefinedInterfaces: () => ({ num: all(false).length }),
    connectListDefinedInterfaces: ({ maxnames }) => ({ names: all(false).slice(0, maxnames) }),
    connectListAllInterfaces({ needResults, flags }, context) {
      checkFlags(context, flags, 3);
      const chosen = [...state.interfaces.values()].filter(({ active }) =>
        flags === 0 || (flags & 2) !== 0 && active || (flags & 1) !== 0 && !active
      );
      return { ifaces: needResults ? chosen.map(wire) : [], ret: chosen.length };
    },
    interfaceLookupByName: ({ name }) => ({ iface: wire(find(name)) }),
    interfaceLookupByMacString({ mac }) {
      const found = [...state.interfaces.values()].filter((one) =>
        macOf(one).toLowerCase() === mac.toLowerCase()
      );
      if (found.length === 0) {
        throw refusal(ErrorNumber.NO_INTERFACE, `no interface with matching mac '${mac}'`);
      }
      if (found.length > 1) throw refusal(ErrorNumber.MULTIPLE_INTERFACES);
      return { iface: { ...wire(found[0]!), mac } };
    },
    interfaceIsActive: ({ iface }) => ({ active: find(iface.name).active ? 1 : 0 }),
    interfaceChangeBegin({ flags }, context) {
      checkFlags(context, flags);
      if (state.interfaceBackup !== undefined) {
        throw invalidOperation("there is another transaction running.");
      }
      state.interfaceBackup = new Map(
        [...state.interfaces].map(([name, one]) => [name, {
          definition: one.definition.clone(),
          active: false,
        }]),
      );
    },
    interfaceChangeCommit({ flags }, context) {
      checkFlags(context, flags);
      if (state.interfaceBackup === undefined) {
        throw invalidOperation("no transaction running, nothing to be committed.");
      }
      state.interfaceBackup = undefined;
    },
    interfaceChangeRollback({ flags }, context) {
      checkFlags(context, flags);
      if (state.interfaceBackup === undefined) {
        throw invalidOperation("no transaction running, nothing to rollback.");
      }
      state.interfaces = state.interfaceBackup;
      state.interfaceBackup = undefined;
    },
    interfaceGetXmlDesc({ iface, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(find(iface.name).definition) };
    },
    interfaceDefineXml({ xml, flags }, context) {
      checkFlags(context, flags, 1);
      const source = parseRoot(xml, "interface", ErrorDomain.INTERFACE);
      if (flags !== 0) checkSchema(source, shape ??= parseShape(OUTLINE));
      const definition = canonicalInterface(source);
      const name = definition.get("name")!;
      const known = state.interfaces.get(name);
      const made = { definition, active: known?.active ?? false };
      state.interfaces.set(name, made);
      return { iface: wire(made) };
    },
    interfaceUndefine({ iface }) {
      find(iface.name);
      state.interfaces.delete(iface.name);
    },
    interfaceCreate({ iface, flags }, context) {
      checkFlags(context, flags);
      const found = find(iface.name);
      if (found.active) throw refusal(ErrorNumber.OPERATION_INVALID);
      found.active = true;
    },
    interfaceDestroy({ iface, flags }, context) {
      checkFlags(context, flags);
      const found = find(iface.name);
      if (!found.active) throw refusal(ErrorNumber.OPERATION_INVALID);
      found.active = false;
    },
  };
}

function macOf({ definition }: HostInterface): string {
  return definition.child("mac")?.get("address") ?? "";
}

function wire(one: HostInterface): NonnullInterface {
  return { name: one.definition.get("name")!, mac: macOf(one) };
}
