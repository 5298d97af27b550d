// deno-lint-ignore-file no-console
/**
 * The smallest program: connect, print the domains' names, exit.
 *
 * @module
 */

import { connect } from "../../mod.ts";
import type { BenchOptions } from "./main.ts";

/** Prints the names; whoever starts it takes the time. */
export async function names({ uri }: BenchOptions): Promise<void> {
  await using conn = await connect(uri);
  for (const domain of await conn.listAllDomains()) console.log(domain.name);
}
