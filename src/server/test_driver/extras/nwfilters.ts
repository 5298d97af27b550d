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
import { printXml } from "../../../xml/print.ts";
import { cFunctionName } from "../../c_names.ts";
import type { CallContext } from "../../driver.ts";
import { badFlags, failure } from "../../failure.ts";
import { type Identities, parseRoot } from "../domain_definition.ts";
import { fillUuid } from "../network_definition.ts";
import type { TestState } from "../state.ts";

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

  function define(xml: string): { nwfilter: NonnullNwfilter } {
    const definition = parseFilter(xml, state.identities);
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
    nwfilterDefineXml: ({ xml }) => define(xml),
    nwfilterDefineXmlFlags({ xml, flags }, context) {
      checkFlags(context, flags, VALIDATE);
      return define(xml);
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

function parseFilter(xml: string, identities: Identities): XmlElement {
  const source = parseRoot(xml, "filter", ErrorDomain.NWFILTER);
  const name = source.get("name");
  if (name === undefined) throw refusal(ErrorNumber.INTERNAL_ERROR, "filter has no name");
  const definition = element("filter", {
    name,
    chain: source.get("chain") ?? "root",
    priority: source.get("priority"),
  });
  fillUuid(definition, source, identities);
  for (const child of source.elements) {
    if (child.name === "filterref") definition.children.push(withoutBlanks(child));
    if (child.name !== "rule") continue;
    for (const needed of ["action", "direction"]) {
      if (child.get(needed) === undefined) {
        throw refusal(ErrorNumber.INTERNAL_ERROR, `rule node requires ${needed} attribute`);
      }
    }
    const rule = withoutBlanks(child);
    const { attributes } = element("rule", {
      action: child.get("action"),
      direction: child.get("direction"),
      priority: child.get("priority") ?? "500",
      statematch: child.get("statematch"),
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
    throw badFlags(ErrorDomain.NWFILTER, cFunctionName(procedure), flags & ~known);
  }
}

function refusal(code: number, detail: string): LibvirtError {
  return failure(ErrorDomain.NWFILTER, code, detail);
}
