/**
 * What the parts of a network's update have in common.
 *
 * @module
 */

import { NetworkUpdateCommand } from "../../../gen/enums/network.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { put } from "./domain_defaults.ts";

/** The request that a part of a definition is changed by. */
export interface SectionUpdate {
  /** The network's definition, which the update changes. */
  readonly network: XmlElement;
  /** A value of `NetworkUpdateCommand`. */
  readonly command: number;
  /** Which of the elements that may hold the part; negative where libvirt is to choose. */
  readonly parentIndex: number;
  /** The part as it came. */
  readonly given: XmlElement;
}

const C = NetworkUpdateCommand;

/** A request that does not fit what the network has. */
export function misfit(detail: string): LibvirtError {
  return failure(ErrorDomain.NETWORK, ErrorNumber.OPERATION_INVALID, detail);
}

/** A request that libvirt cannot do. */
export function unsupportedUpdate(detail: string): LibvirtError {
  return failure(ErrorDomain.NETWORK, ErrorNumber.OPERATION_UNSUPPORTED, detail);
}

/** Throws unless the part is an element of this name. */
export function checkElement({ given, network }: SectionUpdate, name: string): void {
  if (given.name === name) return;
  throw failure(
    ErrorDomain.NETWORK,
    ErrorNumber.XML_ERROR,
    `unexpected element <${given.name}>, expecting <${name}>, while updating network '${
      nameOf(network)
    }'`,
  );
}

/** A network's name. */
export function nameOf(network: XmlElement): string {
  return network.textOf("name")!;
}

/** The words in which a part refuses. */
export interface SectionWords {
  /** For one to be added that is there already. */
  readonly exists: string;
  /** For one to be changed or removed that is not there. */
  readonly missing: string;
  /** For one to be changed or removed that is there more than once; else the first counts. */
  readonly several?: string;
}

/** Adds, replaces or removes an element among its like in `parent`. */
export function change(
  command: number,
  parent: XmlElement,
  made: XmlElement,
  found: readonly XmlElement[],
  words: SectionWords,
): void {
  const { children } = parent;
  if (command === C.ADD_FIRST || command === C.ADD_LAST) {
    if (found.length > 0) throw misfit(words.exists);
    const like = parent.all(made.name);
    const neighbor = command === C.ADD_FIRST ? like[0] : like.at(-1);
    if (neighbor === undefined) children.push(made);
    else children.splice(children.indexOf(neighbor) + (command === C.ADD_LAST ? 1 : 0), 0, made);
  } else if (command === C.MODIFY || command === C.DELETE) {
    const [first] = found;
    if (first === undefined) throw misfit(words.missing);
    if (found.length > 1 && words.several !== undefined) throw misfit(words.several);
    if (command === C.DELETE) parent.remove(first);
    else children[children.indexOf(first)] = made;
  } else throw unsupportedUpdate(`unrecognized network update command code ${command}`);
}

/** A child element, made and put behind its predecessors where it is missing. */
export function holder(parent: XmlElement, name: string, before: readonly string[]): XmlElement {
  const known = parent.child(name);
  if (known !== undefined) return known;
  const made = element(name);
  put(parent, made, before);
  return made;
}
