/**
 * Finds out which runtime this is.
 *
 * @module
 */

import { unsupported } from "../src/errors.ts";
import { bunRuntime } from "./runtime_bun.ts";
import { denoRuntime } from "./runtime_deno.ts";
import { nodeRuntime } from "./runtime_node.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The runtime that this program runs on.
 *
 * All three are loaded: `import()` of the one that fits delayed the first connection by 2 ms on Bun
 * and Node, while the two that do not fit cost 0.3.
 *
 * @throws {UnsupportedError} when it is none of Deno, Bun and Node.
 */
export function detectRuntime(): Runtime {
  // Deno and Bun have Node's `process` too, so it is asked for last.
  if ("Deno" in globalThis) return denoRuntime;
  if ("Bun" in globalThis) return bunRuntime;
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (process?.versions?.node !== undefined) return nodeRuntime;
  throw unsupported(
    "Cannot open a socket: this is not Deno, Bun or Node; " +
      "in a browser or an edge worker connect over WebSocket",
  );
}
