/**
 * A domain's snapshots or checkpoints: a tree by names.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import { failure } from "../failure.ts";
import type { XmlElement } from "../../xml/element.ts";

/** One snapshot or checkpoint. */
export interface Moment {
  readonly name: string;
  definition: XmlElement;
  /** Name of the one that it was made from. */
  parent: string | undefined;
  /** Number of its state, for snapshots. */
  state: number;
}

/** All of one domain. */
export class MomentList {
  readonly #moments = new Map<string, Moment>();
  /** The one that the domain is at. */
  current: Moment | undefined;

  /** How many there are. */
  get size(): number {
    return this.#moments.size;
  }

  /** All of them, in the order that they were made in. */
  get all(): Moment[] {
    return [...this.#moments.values()];
  }

  /** One by name. */
  get(name: string): Moment | undefined {
    return this.#moments.get(name);
  }

  /** Adds or replaces one. */
  add(moment: Moment): void {
    this.#moments.set(moment.name, moment);
  }

  /** Removes one; its children stay. */
  remove(moment: Moment): void {
    this.#moments.delete(moment.name);
    if (this.current === moment) this.current = undefined;
  }

  /** Those made from one; with `undefined` those made from none. */
  children(parent: Moment | undefined): Moment[] {
    return this.all.filter((moment) => {
      const known = moment.parent !== undefined && this.#moments.has(moment.parent);
      return parent === undefined ? !known : moment.parent === parent.name;
    });
  }

  /** All below one, parents before their children. */
  descendants(parent: Moment | undefined): Moment[] {
    return this.children(parent).flatMap((child) => [child, ...this.descendants(child)]);
  }
}

/** The error of a name that another moment has. */
export function momentExists(name: string): LibvirtError {
  return failure(
    ErrorDomain.DOMAIN,
    ErrorNumber.OPERATION_FAILED,
    `domain moment ${name} already exists`,
  );
}

const ROOTS_OR_DESCENDANTS = 1;
const LEAVES = 4;
const NO_LEAVES = 8;

/** The moments that list flags choose by their place in the tree. */
export function selectMoments(list: MomentList, from: Moment | undefined, flags: number): Moment[] {
  const flagged = (flags & ROOTS_OR_DESCENDANTS) !== 0;
  // without a start the flag means roots alone; with one it means all below it
  const deep = from === undefined ? !flagged : flagged;
  const found = deep ? list.descendants(from) : list.children(from);
  const leaves = flags & (LEAVES | NO_LEAVES);
  if (leaves === 0 || leaves === (LEAVES | NO_LEAVES)) return found;
  return found.filter((one) => (list.children(one).length === 0) === (leaves === LEAVES));
}

/** Removes one, with all below it, or only what is below it; else its children go to its parent. */
export function removeMoment(
  list: MomentList,
  moment: Moment,
  children: boolean,
  childrenOnly: boolean,
): void {
  const { current } = list;
  if (children || childrenOnly) {
    const below = list.descendants(moment);
    for (const one of below) list.remove(one);
    if (current !== undefined && below.includes(current)) list.current = moment;
  } else for (const one of list.children(moment)) one.parent = moment.parent;
  if (childrenOnly) return;
  const wasCurrent = list.current === moment;
  list.remove(moment);
  if (wasCurrent && moment.parent !== undefined) list.current = list.get(moment.parent);
}
