/**
 * Commands that need no hypervisor, each loaded by itself.
 *
 * @module
 */

import type { Handlers } from "../command.ts";

/** The commands of this file. */
export const handlers: Handlers = {
  serve: async (run) => (await import("./serve.ts")).serve(run),
  decode: async (run) => (await import("./decode.ts")).decode(run),
  completion: async (run) => (await import("./completion.ts")).completion(run),
};
