import type { Invocation } from "../invocation.ts";

export function decode(_run: Invocation): Promise<void> {
  return Promise.resolve();
}
