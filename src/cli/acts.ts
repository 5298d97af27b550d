/**
 * Commands that do one thing to one object and say so.
 *
 * @module
 */

import type { Handler } from "./command.ts";
import type { Invocation } from "./invocation.ts";

/** Makes such commands for one class of objects. */
export function actsOn<T extends { readonly name: string }>(
  title: string,
  find: (run: Invocation) => Promise<T>,
): (done: string, action: (object: T, run: Invocation) => Promise<void>) => Handler {
  return (done, action) => async (run) => {
    const object = await find(run);
    await action(object, run);
    run.out.message(`${title} "${object.name}" ${done}`);
  };
}

/** Makes a command that switches the start with the host on, or off with `--disable`. */
export function autostart<
  T extends {
    readonly name: string;
    setAutostart(on: boolean, options: Invocation["call"]): Promise<void>;
  },
>(title: string, find: (run: Invocation) => Promise<T>): Handler {
  return async (run) => {
    const object = await find(run);
    const on = !run.flag("disable");
    await object.setAutostart(on, run.call);
    run.out.message(
      `${title} "${object.name}" ${on ? "starts" : "no longer starts"} with the host`,
    );
  };
}
