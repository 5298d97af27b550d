/**
 * A caller that answers from a table and remembers what it was asked.
 *
 * @module
 */

import type { Procedure } from "../../src/procedure.ts";
import type { Caller, CallOptions } from "../../src/session/caller.ts";
import { XdrWriter } from "../../src/xdr/writer.ts";

/** An answer: a value, or what makes it of the arguments; an Error is thrown. */
// deno-lint-ignore no-explicit-any
export type Answer = ((args: any) => unknown) | object | undefined;

/** One call that was made. */
export type Made = [procedure: string, args: unknown];

/** Answers by the procedure's name. */
export class FakeCaller implements Caller {
  /** What was called, in order. */
  readonly made: Made[] = [];
  /** The options of each call. */
  readonly options: (CallOptions | undefined)[] = [];
  readonly #answers: Readonly<Record<string, Answer>>;

  constructor(answers: Readonly<Record<string, Answer>> = {}) {
    this.#answers = answers;
  }

  /** The names of the procedures called. */
  get names(): string[] {
    return this.made.map(([name]) => name);
  }

  async call<A, R>(procedure: Procedure<A, R>, args: A, options?: CallOptions): Promise<R> {
    procedure.encode(new XdrWriter(), args); // arguments that cannot be sent fail here
    this.made.push([procedure.name, args]);
    this.options.push(options);
    await Promise.resolve();
    const answer = this.#answers[procedure.name];
    const value = typeof answer === "function" ? answer(args) : answer;
    if (value instanceof Error) throw value;
    return value as R;
  }
}
