/**
 * A domain's snapshots or checkpoints: a tree by names.
 *
 * @module
 */

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
