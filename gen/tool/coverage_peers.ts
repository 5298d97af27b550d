/**
 * Which C function each method of Perl's clients stands for.
 *
 * @module
 */

import { PEERS_APART, PEERS_BY_HAND } from "./coverage_peers_by_hand.ts";

/** Methods by client and class, separated by spaces. */
export type Peers = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The methods of each client for one C function. */
export type PeerNames = Readonly<
  Record<"Sys::Virt" | "Sys::Async::Virt", readonly string[]>
>;

/** What the methods stand for. */
export interface MatchedPeers {
  readonly byFunction: ReadonlyMap<string, PeerNames>;
  readonly apart: ReadonlyMap<string, string>;
  readonly unexplained: readonly string[];
}

/** Matches every method. */
export function matchPeers(peers: Peers, functions: readonly string[]): MatchedPeers {
  const known = new Map(functions.map((name) => [name.toLowerCase(), name]));
  const byFunction = new Map<string, Record<"Sys::Virt" | "Sys::Async::Virt", string[]>>();
  const apart = new Map<string, string>();
  const unexplained: string[] = [];
  for (const [client, classes] of Object.entries(peers)) {
    for (const [owner, methods] of Object.entries(classes)) {
      for (const method of methods.split(" ")) {
        const name = `${owner}.${method}`;
        const reason = PEERS_APART[name] ?? PEERS_APART[owner];
        if (reason !== undefined) {
          apart.set(name, reason);
          continue;
        }
        const found = functionsOf(owner, method, known);
        if (found.length === 0) unexplained.push(name);
        for (const cName of found) {
          const names = byFunction.get(cName) ?? { "Sys::Virt": [], "Sys::Async::Virt": [] };
          names[client as keyof PeerNames].push(name);
          byFunction.set(cName, names);
        }
      }
    }
  }
  return { byFunction, apart, unexplained };
}

function functionsOf(
  owner: string,
  method: string,
  known: ReadonlyMap<string, string>,
): readonly string[] {
  const given = PEERS_BY_HAND[`${owner}.${method}`];
  const noun = owner.replace(/^Sys::(?:Async::)?Virt(?:::)?/, "").toLowerCase();
  if (given !== undefined) {
    return given.split(" ").flatMap((name) => known.get(`vir${name}`.toLowerCase()) ?? []);
  }
  const found = candidates(noun, method).map((name) => known.get(name))
    .find((name) => name !== undefined);
  return found === undefined ? [] : [found];
}

/** The names that a method's C function may have, in lower case, the likeliest first. */
function candidates(noun: string, method: string): string[] {
  const bare = method.replaceAll("_", "").replace(/xmldescription/, "xmldesc");
  if (noun !== "") return [`vir${noun}${bare}`, `vir${noun}get${bare}`];
  const names = [`virconnect${bare}`, `virnode${bare}`, `vir${bare}`];
  const node = /^(get|set)_node_(.+)$/.exec(method);
  if (node !== null) names.push(`virnode${node[1]}${node[2]!.replaceAll("_", "")}`);
  const lookup = /^get_(.+)_by_(.+)$/.exec(method);
  if (lookup !== null) {
    names.push(
      `vir${squeeze(lookup[1]!)}lookupby${squeeze(lookup[2]!)}`,
      `vir${squeeze(lookup[1]!)}lookupby${squeeze(lookup[2]!)}string`,
    );
  }
  const made = /^(create|define)_(.+)$/.exec(method);
  if (made !== null) names.push(`vir${squeeze(made[2]!)}${made[1]}xml`);
  const listed = /^list_(.+)_names$/.exec(method);
  if (listed !== null) names.push(`virconnectlist${squeeze(listed[1]!)}s`);
  return names;
}

function squeeze(words: string): string {
  return words.replaceAll("_", "").replace("volume", "vol");
}
