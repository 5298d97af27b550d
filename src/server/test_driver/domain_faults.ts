/**
 * The errors of a domain's definition.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { badValue, xmlFailure } from "./values.ts";

/** Throws libvirt's error for XML that is none of a domain. */
export function xml(detail: string): never {
  xmlFailure(detail, ErrorDomain.DOMAIN);
}

/** Throws libvirt's error for a document whose details do not fit. */
export function misfit(detail: string): never {
  throw failure(ErrorDomain.DOMAIN, ErrorNumber.XML_DETAIL, detail);
}

/** Throws what libvirt takes for its own error. */
export function internal(detail: string): never {
  throw failure(ErrorDomain.DOMAIN, ErrorNumber.INTERNAL_ERROR, detail);
}

/** An attribute; throws where it is none of some words. */
export function choice(where: XmlElement, name: string, words: string): string | undefined {
  const value = where.get(name);
  if (value !== undefined && !words.split(" ").includes(value)) badValue(name, where, value);
  return value;
}
