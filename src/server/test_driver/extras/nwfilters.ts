/**
 * Network filters and their bindings; the rules are kept and apply to nothing.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../../gen/enums/errors.ts";
import type { NonnullNwfilter, NonnullNwfilterBinding } from "../../../../gen/remote/common.ts";
import type { RemoteHandlers } from "../../../../gen/remote/dispatch.ts";
import type { LibvirtError } from "../../../errors.ts";
import { Uuid } from "../../../xdr/uuid.ts";
import { element, XmlElement } from "../../../xml/element.ts";
import { parseShape, type Shape } from "../../../xml/shape.ts";
import { printXml } from "../../../xml/print.ts";
import { cFunctionName } from "../../c_names.ts";
import type { CallContext } from "../../driver.ts";
import { badFlags, failure } from "../../failure.ts";
import { type Identities, parseRoot } from "../domain_definition.ts";
import { parseUuid } from "../domain_defaults.ts";
import { lookupTable } from "../../../lookup_table.ts";
import { fillUuid } from "../network_definition.ts";
import { checkSchema } from "../schema_check.ts";
import type { TestState } from "../state.ts";
import { badValue, missingAttribute, parseInteger, xmlFailure } from "../values.ts";

interface HeldFilter {
  readonly handle: NonnullNwfilter;
  definition: XmlElement;
}

interface HeldBinding {
  readonly handle: NonnullNwfilterBinding;
  readonly definition: XmlElement;
}

/** The filters and bindings of one hypervisor. */
export class NwFilters {
  /** Filters by UUID. */
  readonly filters: Map<string, HeldFilter> = new Map();
  /** Bindings by the interface's name. */
  readonly bindings: Map<string, HeldBinding> = new Map();

  /** A filter by name, if there is one. */
  byName(name: string): HeldFilter | undefined {
    for (const filter of this.filters.values()) if (filter.handle.name === name) return filter;
    return undefined;
  }
}

const VALIDATE = 1;

/** Handlers of network filters and bindings. */
export function nwfilterHandlers(
  state: TestState,
  held: NwFilters,
): RemoteHandlers<CallContext> {
  const { filters, bindings } = held;

  function find({ uuid }: { uuid: Uuid }): HeldFilter {
    const key = uuid.toString();
    const found = filters.get(key);
    if (found !== undefined) return found;
    throw refusal(ErrorNumber.NO_NWFILTER, `no nwfilter with matching uuid '${key}'`);
  }

  function findBinding(portdev: string): HeldBinding {
    const found = bindings.get(portdev);
    if (found !== undefined) return found;
    throw refusal(
      ErrorNumber.NO_NWFILTER_BINDING,
      `no nwfilter binding for port dev '${portdev}'`,
    );
  }

  function define(xml: string, flags: number): { nwfilter: NonnullNwfilter } {
    const definition = parseFilter(xml, state.identities, (flags & VALIDATE) !== 0);
    const refers = definition.all("filterref").map((one) => one.get("filter"));
    if (refers.includes(definition.get("name"))) {
      throw refusal(ErrorNumber.OPERATION_FAILED, "filter would introduce a loop");
    }
    const name = definition.get("name")!;
    const key = definition.textOf("uuid")!;
    const known = filters.get(key);
    if (known !== undefined) {
      if (known.handle.name !== name) {
        throw refusal(
          ErrorNumber.OPERATION_FAILED,
          `filter with same UUID but different name ('${known.handle.name}') already exists`,
        );
      }
      known.definition = definition;
      return { nwfilter: known.handle };
    }
    const other = held.byName(name);
    if (other !== undefined) {
      throw refusal(
        ErrorNumber.OPERATION_FAILED,
        `filter '${name}' already exists with uuid ${other.handle.uuid}`,
      );
    }
    const handle = { name, uuid: Uuid.parse(key) };
    filters.set(key, { handle, definition });
    return { nwfilter: handle };
  }

  return {
    connectNumOfNwfilters: () => ({ num: filters.size }),
    connectListNwfilters: ({ maxnames }) => ({
      names: [...filters.values()].slice(0, maxnames).map(({ handle }) => handle.name),
    }),
    connectListAllNwfilters({ needResults, flags }, context) {
      checkFlags(context, flags);
      const all = [...filters.values()].map(({ handle }) => handle);
      return { filters: needResults ? all : [], ret: all.length };
    },
    nwfilterLookupByUuid: (args) => ({ nwfilter: find(args).handle }),
    nwfilterLookupByName({ name }) {
      const found = held.byName(name);
      if (found !== undefined) return { nwfilter: found.handle };
      throw refusal(ErrorNumber.NO_NWFILTER, `no nwfilter with matching name '${name}'`);
    },
    nwfilterDefineXml: ({ xml }) => define(xml, 0),
    nwfilterDefineXmlFlags({ xml, flags }, context) {
      checkFlags(context, flags, VALIDATE);
      return define(xml, flags);
    },
    nwfilterGetXmlDesc({ nwfilter, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(find(nwfilter).definition) };
    },
    nwfilterUndefine({ nwfilter }) {
      const { handle } = find(nwfilter);
      for (const binding of bindings.values()) {
        if (binding.handle.filtername === handle.name) {
          throw refusal(ErrorNumber.OPERATION_INVALID, "nwfilter is in use");
        }
      }
      filters.delete(handle.uuid.toString());
    },
    connectListAllNwfilterBindings({ needResults, flags }, context) {
      checkFlags(context, flags);
      const all = [...bindings.values()].map(({ handle }) => handle);
      return { bindings: needResults ? all : [], ret: all.length };
    },
    nwfilterBindingLookupByPortDev: ({ name }) => ({ nwfilter: findBinding(name).handle }),
    nwfilterBindingGetXmlDesc({ nwfilter, flags }, context) {
      checkFlags(context, flags);
      return { xml: printXml(findBinding(nwfilter.portdev).definition) };
    },
    nwfilterBindingCreateXml({ xml, flags }, context) {
      checkFlags(context, flags, VALIDATE);
      const definition = parseBinding(xml);
      const portdev = definition.child("portdev")!.get("name")!;
      const filtername = definition.child("filterref")!.get("filter")!;
      if (bindings.has(portdev)) {
        throw refusal(ErrorNumber.OPERATION_FAILED, `binding '${portdev}' already exists`);
      }
      if (held.byName(filtername) === undefined) {
        throw refusal(
          ErrorNumber.INTERNAL_ERROR,
          `referenced filter '${filtername}' is missing`,
        );
      }
      const handle = { portdev, filtername };
      bindings.set(portdev, { handle, definition });
      return { nwfilter: handle };
    },
    nwfilterBindingDelete({ nwfilter }) {
      findBinding(nwfilter.portdev);
      bindings.delete(nwfilter.portdev);
    },
  };
}

// What the schema has, for validation alone.
const OUTLINE = `
filter @name @chain @priority
  uuid #
  filterref* ...
  rule* ...
`;

let shape: Shape | undefined;

// A chain's place among the others, by the protocol that its name begins with.
const CHAINS: Readonly<Record<string, number>> = lookupTable({
  root: 0,
  mac: -800,
  vlan: -750,
  stp: -810,
  arp: -500,
  rarp: -400,
  ipv4: -700,
  ipv6: -600,
});

const RULE_VALUES: Readonly<Record<string, readonly string[]>> = {
  action: ["drop", "accept", "reject", "return", "continue"],
  direction: ["in", "out", "inout"],
};

const PROTOCOLS: ReadonlySet<string> = new Set(
  ("mac vlan stp arp rarp ip ipv6 tcp tcp-ipv6 udp udp-ipv6 udplite udplite-ipv6 esp esp-ipv6 ah " +
    "ah-ipv6 sctp sctp-ipv6 icmp icmpv6 igmp all all-ipv6").split(" "),
);

function priorityOf(filter: XmlElement, chain: string): string | undefined {
  const told = filter.get("priority");
  if (told !== undefined && parseInteger(told) === undefined) {
    throw refusal(ErrorNumber.INVALID_ARG, `Could not parse chain priority '${told}'`);
  }
  if (chain === "root") return undefined;
  const known = Object.keys(CHAINS).find((name) => name !== "root" && chain.startsWith(name));
  if (known !== undefined) return told ?? String(CHAINS[known]);
  const [first, ...others] = Object.keys(CHAINS);
  throw refusal(
    ErrorNumber.INVALID_ARG,
    `Invalid chain name '${chain}'. Please use a chain name called '${first}' or any of the ` +
      `following prefixes: ${others.join(", ")}`,
  );
}

// Ports are numbers, or variables.
function checkPorts(protocol: XmlElement): void {
  for (const { name, value } of protocol.attributes) {
    if (!/port(start|end)$/.test(name) || value.startsWith("$")) continue;
    if (parseInteger(value) !== undefined) continue;
    throw refusal(ErrorNumber.INTERNAL_ERROR, `${name} has illegal value ${value}`);
  }
}

function parseFilter(xml: string, identities: Identities, validate: boolean): XmlElement {
  const source = parseRoot(xml, "filter", ErrorDomain.NWFILTER);
  if (validate) checkSchema(source, shape ??= parseShape(OUTLINE));
  const name = source.get("name");
  if (!name) throw refusal(ErrorNumber.INTERNAL_ERROR, "filter has no name");
  const chain = source.get("chain") ?? "root";
  const definition = element("filter", { name, chain, priority: priorityOf(source, chain) });
  fillUuid(definition, source, identities, [ErrorDomain.NWFILTER, ErrorNumber.XML_ERROR]);
  for (const child of source.elements) {
    if (child.name === "filterref") {
      if (child.get("filter") === undefined) missingAttribute("filter", child);
      definition.children.push(withoutBlanks(child));
    }
    if (child.name !== "rule") continue;
    for (const [attribute, values] of Object.entries(RULE_VALUES)) {
      const value = child.get(attribute);
      if (value === undefined) missingAttribute(attribute, child);
      if (!values.includes(value)) badValue(attribute, child, value);
    }
    const priority = child.get("priority");
    if (priority !== undefined && parseInteger(priority) === undefined) {
      xmlFailure(
        `Invalid value for attribute 'priority' in element 'rule': '${priority}'. Expected ` +
          "integer value",
      );
    }
    const rule = withoutBlanks(child);
    rule.children = rule.elements.filter((one) => PROTOCOLS.has(one.name));
    for (const one of rule.elements) checkPorts(one);
    const loose = ["0", "false"].includes(child.get("statematch") ?? "");
    const { attributes } = element("rule", {
      action: child.get("action"),
      direction: child.get("direction"),
      priority: priority ?? "500",
      statematch: loose ? "false" : undefined,
    });
    rule.attributes = attributes;
    definition.children.push(rule);
  }
  return definition;
}

function parseBinding(xml: string): XmlElement {
  const source = parseRoot(xml, "filterbinding", ErrorDomain.NWFILTER);
  if (source.child("portdev")?.get("name") === undefined) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, "filter binding has no port dev name");
  }
  if (source.textOf("owner/name") === undefined) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, "filter binding has no owner name");
  }
  const uuid = source.textOf("owner/uuid");
  if (uuid === undefined) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, "filter binding has no owner UUID");
  }
  if (parseUuid(uuid) === undefined) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, `Unable to parse UUID '${uuid}'`);
  }
  const mac = source.child("mac")?.get("address");
  if (mac === undefined) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, "filter binding has no MAC address");
  }
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(mac)) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, `Unable to parse MAC '${mac}'`);
  }
  if (source.child("filterref")?.get("filter") === undefined) {
    throw refusal(ErrorNumber.INTERNAL_ERROR, "filter binding has no filter reference");
  }
  const definition = element("filterbinding");
  for (const name of ["owner", "portdev", "linkdev", "mac", "filterref"]) {
    const child = source.child(name);
    if (child !== undefined) definition.children.push(withoutBlanks(child));
  }
  return definition;
}

// The blanks between elements are the printer's to set.
function withoutBlanks(source: XmlElement): XmlElement {
  const copy = source.clone();
  const clean = (one: XmlElement): void => {
    const { elements } = one;
    if (elements.length > 0) one.children = elements;
    for (const child of one.children) if (child instanceof XmlElement) clean(child);
  };
  clean(copy);
  return copy;
}

function checkFlags({ procedure }: CallContext, flags: number, known = 0): void {
  if ((flags & ~known) !== 0) {
    throw badFlags(ErrorDomain.NWFILTER, driverFunction(procedure), flags & ~known);
  }
}

// `nwfilterDefineXMLFlags` behind `virNWFilterDefineXMLFlags`, and `nwfilterConnectListAllNWFilters`.
function driverFunction(procedure: string): string {
  const name = cFunctionName(procedure).replace(/^vir/, "");
  return name.startsWith("NWFilter") ? name.replace("NWFilter", "nwfilter") : `nwfilter${name}`;
}

function refusal(code: number, detail: string): LibvirtError {
  return failure(ErrorDomain.NWFILTER, code, detail);
}
