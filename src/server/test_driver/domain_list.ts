/**
 * The domains of a hypervisor, found by name, UUID and id.
 *
 * @module
 */

import { DomainListFlags, DomainState } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { NonnullDomain } from "../../../gen/remote/common.ts";
import type { LibvirtError } from "../../errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { failure } from "../failure.ts";
import { TestDomain } from "./domain_object.ts";
import { refusal } from "./refusals.ts";

/** All domains of one hypervisor. */
export class DomainList {
  readonly #byKey = new Map<string, TestDomain>();
  readonly #byName = new Map<string, TestDomain>();

  /** All of them, in the order that they came in. */
  get all(): IterableIterator<TestDomain> {
    return this.#byKey.values();
  }

  /** How many there are. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The domain that a call names; throws when there is none. */
  of({ name, uuid }: NonnullDomain): TestDomain {
    const key = uuid.toString();
    const found = this.#byKey.get(key);
    if (found !== undefined) return found;
    throw refusal(ErrorNumber.NO_DOMAIN, `no domain with matching uuid '${key}' (${name})`);
  }

  /** A domain by name. */
  byName(name: string): TestDomain | undefined {
    return this.#byName.get(name);
  }

  /** A domain by UUID in canonical form. */
  byKey(key: string): TestDomain | undefined {
    return this.#byKey.get(key);
  }

  /** A running domain by id. */
  byId(id: number): TestDomain | undefined {
    for (const domain of this.all) if (domain.active && domain.id === id) return domain;
    return undefined;
  }

  /**
   * Adds a definition: a new domain, or another definition of one that is there.
   *
   * With `start` the definition is for a start at once, so the domain must not run yet.
   */
  add(
    definition: XmlElement,
    options: { start: boolean } = { start: false },
  ): { domain: TestDomain; replaced: boolean } {
    const name = definition.textOf("name")!;
    const key = definition.textOf("uuid")!;
    const known = this.#byKey.get(key);
    if (known === undefined) {
      const other = this.#byName.get(name);
      if (other !== undefined) {
        throw clash(`domain '${name}' already exists with uuid ${other.key}`);
      }
      const domain = new TestDomain(definition);
      this.#byKey.set(key, domain);
      this.#byName.set(name, domain);
      return { domain, replaced: false };
    }
    if (known.name !== name) {
      throw clash(`domain '${known.name}' is already defined with uuid ${known.key}`);
    }
    if (options.start && known.active) {
      throw failure(
        ErrorDomain.DOMAIN,
        ErrorNumber.OPERATION_INVALID,
        `domain '${name}' is already active`,
      );
    }
    const replaced = known.active ? known.next !== undefined : true;
    if (known.active) known.next = definition;
    else if (options.start) {
      known.next = known.definition;
      known.definition = definition;
    } else known.definition = definition;
    return { domain: known, replaced };
  }

  /** Removes a domain. */
  remove(domain: TestDomain): void {
    this.#byKey.delete(domain.key);
    if (this.#byName.get(domain.name) === domain) this.#byName.delete(domain.name);
  }

  /** Gives a domain another name, once `change` has not refused. */
  rename(domain: TestDomain, name: string, change: () => void): void {
    const old = domain.name;
    const refuse = (detail: string): LibvirtError =>
      failure(ErrorDomain.DOMAIN, ErrorNumber.OPERATION_INVALID, detail);
    if (old === name) throw refuse("Can't rename domain to itself");
    if (this.#byName.has(name)) throw refuse(`domain with name '${name}' already exists`);
    change();
    this.#byName.delete(old);
    this.#byName.set(name, domain);
  }

  /** Those that list flags choose. */
  filtered(flags: number): TestDomain[] {
    const chosen: TestDomain[] = [];
    for (const domain of this.all) if (matches(domain, flags)) chosen.push(domain);
    return chosen;
  }
}

/** All flags that a list of domains knows. */
export const LIST_FLAGS = 0xffff;

const F = DomainListFlags;

/** Whether list flags choose a domain: in each group of flags that is used, one must hold. */
export function matches(domain: TestDomain, flags: number): boolean {
  const { state } = domain;
  const group = (...tests: readonly (readonly [flag: number, holds: boolean])[]): boolean =>
    !tests.some(([flag]) => (flags & flag) !== 0) ||
    tests.some(([flag, holds]) => (flags & flag) !== 0 && holds);
  const pair = (yes: number, no: number, holds: boolean): boolean =>
    group([yes, holds], [no, !holds]);
  const other = state !== DomainState.RUNNING && state !== DomainState.PAUSED &&
    state !== DomainState.SHUTOFF;
  return pair(F.ACTIVE, F.INACTIVE, domain.active) &&
    pair(F.PERSISTENT, F.TRANSIENT, domain.persistent) &&
    group(
      [F.RUNNING, state === DomainState.RUNNING],
      [F.PAUSED, state === DomainState.PAUSED],
      [F.SHUTOFF, state === DomainState.SHUTOFF],
      [F.OTHER, other],
    ) &&
    pair(F.MANAGEDSAVE, F.NO_MANAGEDSAVE, domain.hasManagedSave) &&
    pair(F.AUTOSTART, F.NO_AUTOSTART, domain.autostart) &&
    pair(F.HAS_SNAPSHOT, F.NO_SNAPSHOT, domain.snapshots.size > 0) &&
    pair(F.HAS_CHECKPOINT, F.NO_CHECKPOINT, domain.checkpoints.size > 0);
}

function clash(detail: string): LibvirtError {
  return failure(ErrorDomain.DOMAIN, ErrorNumber.OPERATION_FAILED, detail);
}
