/**
 * Finds out which runtime this is.
 *
 * @module
 */

import { unsupported } from "../src/errors.ts";
import type { Runtime } from "./runtime.ts";

let detected: Promise<Runtime> | undefined;

/**
 * The runtime that this program runs on.
 *
 * @throws {UnsupportedError} when it is none of Deno, Bun and Node.
 */
export function detectRuntime(): Promise<Runtime> {
  return detected ??= loadRuntime();
}

async function loadRuntime(): Promise<Runtime> {
  // Deno and Bun have Node's `process` too, so it is asked for last.
  if ("Deno" in globalThis) return (await import("./runtime_deno.ts")).denoRuntime;
  if ("Bun" in globalThis) return (await import("./runtime_bun.ts")).bunRuntime;
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  if (process?.versions?.node !== undefined) {
    return (await import("./runtime_node.ts")).nodeRuntime;
  }
  throw unsupported(
    "Cannot open a socket: this is not Deno, Bun or Node; " +
      "in a browser or an edge worker connect over WebSocket",
  );
}
