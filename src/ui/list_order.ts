/**
 * Which domains are listed, and in which order.
 *
 * @module
 */

import { describeState } from "./format.ts";
import type { LiveDomain } from "./live_domain.ts";

/** The orders by name, with what people call them. */
export const ORDERS = {
  name: "Name",
  state: "State",
  cpu: "CPU",
  memory: "Memory",
} as const;

/** An order's name. */
export type Order = keyof typeof ORDERS;

/** What the list shows. */
export interface Choice {
  /** Words that a domain's name, state or UUID all have to have. */
  readonly words: readonly string[];
  readonly order: Order;
}

/** Everything, by name. */
export const ALL: Choice = { words: [], order: "name" };

/** Takes what somebody has typed. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== "");
}

/** Whether a domain is among what is looked for. */
export function matches({ domain, state }: LiveDomain, { words }: Choice): boolean {
  if (words.length === 0) return true;
  const text = `${domain.name} ${describeState(state).text} ${domain.uuid}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Puts domains, which are given by name, in order; those that are alike stay by name. */
export function arrange(sorted: readonly LiveDomain[], { order }: Choice): readonly LiveDomain[] {
  switch (order) {
    case "name":
      return sorted;
    case "state":
      return [...sorted].sort((a, b) => Number(b.active) - Number(a.active) || a.state - b.state);
    case "cpu":
    case "memory":
      return [...sorted].sort((a, b) => (b.latest(order) ?? -1) - (a.latest(order) ?? -1));
  }
}
