/**
 * One `test()` for Deno, Bun and Node.
 *
 * @module
 */

/** What a test may ask for. */
export interface TestOptions {
  /** Why the test cannot run here; it is skipped and the reason printed in its name. */
  readonly skip?: string | false | undefined;
  /** Milliseconds after which a test counts as hung; generous, because a test never fails on time. */
  readonly timeout?: number;
}

type Register = (name: string, fn: () => Promise<void> | void, options: TestOptions) => void;

/** The runtime that runs the tests. */
export const runtime: "deno" | "bun" | "node" = "Deno" in globalThis
  ? "deno"
  : "Bun" in globalThis
  ? "bun"
  : "node";

const DEFAULT_TIMEOUT = 60_000;

async function registerFor(): Promise<Register> {
  if (runtime === "deno") {
    return (name, fn, { skip, timeout = DEFAULT_TIMEOUT }) => {
      const ignore = !!skip;
      Deno.test({ name, fn, ignore, timeout, sanitizeOps: true, sanitizeResources: true });
    };
  }
  if (runtime === "bun") {
    const module = "bun:test"; // a name in a variable: other bundlers and checkers leave it alone
    const bun = await import(module);
    return (name, fn, { skip, timeout = DEFAULT_TIMEOUT }) =>
      skip ? bun.test.skip(name, fn) : bun.test(name, fn, timeout);
  }
  const node = (globalThis as unknown as {
    process: { getBuiltinModule(id: string): { test: (...args: unknown[]) => void } };
  }).process.getBuiltinModule("node:test");
  return (name, fn, { skip, timeout = DEFAULT_TIMEOUT }) =>
    node.test(name, { skip: skip || false, timeout }, fn);
}

const register = await registerFor();

/** Declares a test. */
export function test(
  name: string,
  fn: () => Promise<void> | void,
  options: TestOptions = {},
): void {
  register(options.skip ? `${name} (skipped: ${options.skip})` : name, fn, options);
}
