/**
 * Objects with a name, a UUID and a definition: networks and storage pools.
 *
 * @module
 */

import { ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import { Uuid } from "../../xdr/uuid.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { refusal } from "./refusals.ts";

/** A network or a storage pool. */
export class NamedObject {
  readonly uuid: Uuid;
  /** Its UUID in canonical form. */
  readonly key: string;
  /** The definition that holds now. */
  definition: XmlElement;
  /** The definition that holds from its next start. */
  next: XmlElement | undefined;
  active = false;
  persistent = true;
  autostart = false;

  /** Takes over a canonical definition. */
  constructor(definition: XmlElement) {
    this.definition = definition;
    this.key = definition.textOf("uuid")!;
    this.uuid = Uuid.parse(this.key);
  }

  /** Its name. */
  get name(): string {
    return this.definition.textOf("name")!;
  }

  /** What goes over the wire for it. */
  get wire(): { name: string; uuid: Uuid } {
    return { name: this.name, uuid: this.uuid };
  }
}

/** How a list speaks of what it holds. */
export interface ListWords {
  /** `network`, as it stands before a name. */
  readonly kind: string;
  /** `network` or `storage pool`, as lookups say. */
  readonly found: string;
  /** `ErrorNumber` of one that is not there. */
  readonly missing: number;
  /** `ErrorDomain` of clashes. */
  readonly domain: number;
}

/** All objects of a kind. */
export class NamedList<T extends NamedObject> {
  readonly #byKey = new Map<string, T>();
  readonly #words: ListWords;
  readonly #make: (definition: XmlElement) => T;

  /** Starts empty. */
  constructor(words: ListWords, make: (definition: XmlElement) => T) {
    this.#words = words;
    this.#make = make;
  }

  /** All of them, in the order that they came in. */
  get all(): T[] {
    return [...this.#byKey.values()];
  }

  /** One by name, if there is one. */
  byName(name: string): T | undefined {
    for (const object of this.#byKey.values()) if (object.name === name) return object;
    return undefined;
  }

  /** One by name; throws when there is none. */
  byNameOrFail(name: string): T {
    const object = this.byName(name);
    if (object !== undefined) return object;
    throw refusal(this.#words.missing, `no ${this.#words.found} with matching name '${name}'`);
  }

  /** One by UUID; throws when there is none. */
  byUuidOrFail(uuid: Uuid): T {
    const key = uuid.toString();
    const object = this.#byKey.get(key);
    if (object !== undefined) return object;
    throw refusal(this.#words.missing, `no ${this.#words.found} with matching uuid '${key}'`);
  }

  /** Adds a definition: a new object, or another definition of one that is there. */
  add(definition: XmlElement, { start }: { start: boolean }): { object: T; added: boolean } {
    const { kind, domain } = this.#words;
    const name = definition.textOf("name")!;
    const key = definition.textOf("uuid")!;
    const clash = (detail: string): LibvirtError =>
      failure(domain, ErrorNumber.OPERATION_FAILED, detail);
    const known = this.#byKey.get(key);
    if (known === undefined) {
      const other = this.byName(name);
      if (other !== undefined) {
        throw clash(`${kind} '${name}' already exists with uuid ${other.key}`);
      }
      const object = this.#make(definition);
      this.#byKey.set(key, object);
      return { object, added: true };
    }
    if (known.name !== name) {
      throw clash(`${kind} '${known.name}' is already defined with uuid ${known.key}`);
    }
    if (start && known.active) {
      throw failure(
        domain,
        ErrorNumber.OPERATION_INVALID,
        `${kind} is already active as '${known.name}'`,
      );
    }
    if (known.active) known.next = definition;
    else if (start) {
      known.next = known.definition;
      known.definition = definition;
    } else known.definition = definition;
    return { object: known, added: false };
  }

  /** Removes one. */
  remove(object: T): void {
    this.#byKey.delete(object.key);
  }

  /** Those that list flags choose; the flags of both kinds are the same here. */
  filtered(flags: number): T[] {
    return this.all.filter((object) =>
      pair(flags, 1, !object.active) && pair(flags, 4, object.persistent) &&
      pair(flags, 16, object.autostart)
    );
  }
}

// Two flags beside each other: chosen by the first where it holds, by the second where it does not.
function pair(flags: number, yes: number, holds: boolean): boolean {
  const no = yes << 1;
  if ((flags & (yes | no)) === 0) return true;
  return (flags & yes) !== 0 && holds || (flags & no) !== 0 && !holds;
}
