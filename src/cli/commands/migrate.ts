import type { Handlers } from "../command.ts";

export const handlers: Handlers = {};
