import { assert, assertEquals, assertRejects } from "@std/assert";
import { authenticate, type AuthOptions } from "../../src/auth/auth.ts";
import { AuthError, LibvirtError, UnsupportedError } from "../../src/errors.ts";
import type { Caller, CallOptions } from "../../src/session/caller.ts";
import { test } from "../harness.ts";

const NONE = 0;
const POLKIT = 2;

/** Authenticates with a daemon that offers `types`; answers what was called. */
async function calls(
  types: readonly number[],
  auth: AuthOptions = {},
  options: CallOptions = {},
  refuse?: Error,
): Promise<string[]> {
  const made: string[] = [];
  const caller: Caller = {
    call<A, R>({ name }: { name: string }, _args: A, given?: CallOptions): Promise<R> {
      assertEquals(given, options);
      made.push(name);
      if (name === "authList") return Promise.resolve({ types } as R);
      return refuse === undefined ? Promise.resolve({ complete: 1 } as R) : Promise.reject(refuse);
    },
  };
  await authenticate(caller, auth, options);
  return made;
}

test("auth: none needs no further call", async () => {
  assertEquals(await calls([NONE]), ["authList"]);
});

test("auth: polkit is one call", async () => {
  const options = { signal: new AbortController().signal };
  assertEquals(await calls([POLKIT], {}, options), ["authList", "authPolkit"]);
});

test("auth: the first in the daemon's order that works", async () => {
  assertEquals(await calls([NONE, POLKIT]), ["authList"]);
  assertEquals(await calls([POLKIT, NONE]), ["authList", "authPolkit"]);
  assertEquals(await calls([99, POLKIT]), ["authList", "authPolkit"]);
});

test("auth: what the URI insists on is taken", async () => {
  assertEquals(await calls([NONE, POLKIT], { method: "polkit" }), ["authList", "authPolkit"]);
});

test("auth: what the URI insists on and the daemon lacks is an AuthError that names both", async () => {
  for (const [types, offered] of [[[NONE], "none"], [[NONE, 99], "none, type 99"]] as const) {
    const error = await assertRejects(() => calls(types, { method: "polkit" }), AuthError, offered);
    assertEquals([error.origin, error.codeName], ["local", "AUTH_FAILED"]);
    assert(error.message.includes('"auth="'), error.message);
  }
});

test("auth: a daemon that offers nothing, or nothing that is known", async () => {
  const nothing = await assertRejects(() => calls([]), UnsupportedError, "offers nothing");
  assertEquals(nothing.origin, "local");
  await assertRejects(() => calls([77]), UnsupportedError, "offers type 77");
});

test("auth: what the daemon refuses goes through", async () => {
  const refusal = new AuthError("not authorised", { code: 45 });
  const error = await assertRejects(() => calls([POLKIT], {}, {}, refusal), LibvirtError);
  assertEquals(error, refusal);
});
