/**
 * A domain's title, description and what others have noted in it.
 *
 * @module
 */

import {
  DomainEventId,
  DomainMetadataType,
  DomainModificationImpact,
} from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../../gen/remote/dispatch.ts";
import { element, XmlElement, type XmlNode } from "../../xml/element.ts";
import { parseXml } from "../../xml/parse.ts";
import { dumpXml } from "../../xml/print.ts";
import { XmlSyntaxError } from "../../xml/well_formed.ts";
import type { CallContext } from "../driver.ts";
import { failure } from "../failure.ts";
import { put } from "./domain_defaults.ts";
import { emitDomainEvent } from "./domain_events.ts";
import { checkFlags } from "./refusals.ts";
import type { TestState } from "./state.ts";

const { LIVE, CONFIG } = DomainModificationImpact;
const BEFORE: readonly string[] = ["name", "uuid", "hwuuid", "genid", "title", "description"];

/** Handlers of metadata. */
export function domainMetadata(state: TestState): RemoteHandlers<CallContext> {
  const { domains } = state;
  return {
    domainGetMetadata({ dom, type, uri, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const domain = domains.of(dom);
      checkType(type);
      return { metadata: getMetadata(domain.one(flags), type, uri) };
    },
    domainSetMetadata({ dom, type, metadata, key, uri, flags }, context) {
      checkFlags(context, flags, LIVE | CONFIG);
      const domain = domains.of(dom);
      const { live, persistent } = domain.both(flags);
      checkType(type);
      for (const definition of [live, persistent]) {
        if (definition !== undefined) setMetadata(definition, type, metadata, key, uri);
      }
      emitDomainEvent(state, domain, DomainEventId.METADATA_CHANGE, { type, nsuri: uri });
    },
  };
}

/** Reads a title, a description, or the element of a namespace; throws when it is not there. */
export function getMetadata(
  definition: XmlElement,
  type: number,
  uri: string | null,
  domain: number = ErrorDomain.DOMAIN,
): string {
  const found = type === DomainMetadataType.DESCRIPTION
    ? definition.textOf("description")
    : type === DomainMetadataType.TITLE
    ? definition.textOf("title")
    : elementOf(definition, uri);
  if (found !== undefined) return found;
  throw failure(
    domain,
    domain === ErrorDomain.NETWORK
      ? ErrorNumber.NO_NETWORK_METADATA
      : ErrorNumber.NO_DOMAIN_METADATA,
    "Requested metadata element is not present",
  );
}

// The element goes out without the prefix and the namespace that the metadata keeps it under.
function elementOf(definition: XmlElement, uri: string | null): string | undefined {
  const found = definition.child("metadata")?.elements.find((one) => one.namespace === uri);
  if (found === undefined) return undefined;
  return dumpXml(stripped(found, uri));
}

function stripped(source: XmlElement, uri: string | null): XmlElement {
  const copy = source.clone();
  const walk = (one: XmlElement): void => {
    if (one.namespace === uri) one.name = one.localName;
    one.attributes = one.attributes.filter(({ name, value }) =>
      !(/^xmlns(:|$)/.test(name) && value === uri)
    );
    one.elements.forEach(walk);
  };
  walk(copy);
  return copy;
}

/** Sets or, with `null`, removes a title, a description, or the element of a namespace. */
export function setMetadata(
  definition: XmlElement,
  type: number,
  metadata: string | null,
  key: string | null,
  uri: string | null,
  domain: number = ErrorDomain.XML,
): void {
  if (type !== DomainMetadataType.ELEMENT) {
    const name = type === DomainMetadataType.TITLE ? "title" : "description";
    const old = definition.child(name);
    if (metadata === null || metadata === "") {
      if (old !== undefined) definition.remove(old);
    } else put(definition, element(name, {}, metadata), BEFORE.slice(0, BEFORE.indexOf(name)));
    return;
  }
  const made = metadata === null
    ? undefined
    : withNamespace(metadata, key ?? "", uri ?? "", domain);
  let holder = definition.child("metadata");
  if (holder === undefined) {
    if (made === undefined) return;
    holder = element("metadata");
    put(definition, holder, BEFORE);
  }
  holder.children = holder.children.filter((child) =>
    typeof child === "object" && "namespace" in child && child.namespace !== uri
  );
  if (made !== undefined) holder.children.push(made);
  else if (holder.children.length === 0) definition.remove(holder);
}

function withNamespace(xml: string, key: string, uri: string, domain: number): XmlElement {
  let root: XmlElement;
  try {
    // the root is put into the namespace, and with it what is below it without a prefix
    root = parseXml(xml);
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    throw failure(domain, ErrorNumber.XML_DETAIL, error.message);
  }
  const walk = (one: XmlElement): XmlElement => {
    const { elements } = one;
    const children = elements.length > 0 && one.children.every(isBlank) ? elements : one.children;
    return new XmlElement(
      one.namespace === null ? `${key}:${one.name}` : one.name,
      one.attributes,
      children.map((child) => child instanceof XmlElement ? walk(child) : child),
      one.namespace ?? uri,
    );
  };
  const made = walk(root);
  made.attributes = [{ name: `xmlns:${key}`, value: uri }, ...made.attributes];
  return made;
}

function isBlank(child: XmlNode): boolean {
  return typeof child !== "string" || child.trim() === "";
}

function checkType(type: number): void {
  if (type >= 0 && type <= DomainMetadataType.ELEMENT) return;
  throw failure(ErrorDomain.DOMAIN, ErrorNumber.INVALID_ARG, `unknown metadata type '${type}'`);
}
