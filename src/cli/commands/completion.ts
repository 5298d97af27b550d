import type { Invocation } from "../invocation.ts";

export function completion(_run: Invocation): Promise<void> {
  return Promise.resolve();
}
