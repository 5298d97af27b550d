/**
 * Procedures for tests of sessions.
 *
 * @module
 */

import { remoteProgram } from "../../gen/remote/program.ts";
import type { Procedure } from "../../src/procedure.ts";
import { reply, text } from "../rpc/frames.ts";
import type { PeerCall } from "./peer.ts";

/** An ordinary call: it takes a text and answers one. */
export const echo: Procedure<string, string> = {
  program: remoteProgram,
  number: 14,
  name: "echo",
  encode: (writer, value) => writer.string(value, 1024, "text"),
  decode: (reader) => reader.string(1024, "answer"),
};

/** A call of high priority that does the same. */
export const quickEcho: Procedure<string, string> = {
  ...echo,
  number: 59,
  name: "quickEcho",
  highPriority: true,
};

/** The text that a call of these came with. */
export function textOf({ body }: PeerCall): string {
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0);
  return new TextDecoder().decode(body.subarray(4, 4 + length));
}

/** Answers a call of these with what it came with. */
export function echoed(call: PeerCall): Uint8Array {
  return reply(call.procedure, call.serial, text(textOf(call)));
}

/** An `AbortSignal` that counts the listeners that it has. */
export class CountedController extends AbortController {
  /** Listeners that were added and not removed. */
  listeners = 0;

  /** Starts without any. */
  constructor() {
    super();
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    const known = new Set<unknown>();
    signal.addEventListener = (...args: Parameters<AbortSignal["addEventListener"]>): void => {
      known.add(args[1]);
      this.listeners = known.size;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<AbortSignal["addEventListener"]>): void => {
      known.delete(args[1]);
      this.listeners = known.size;
      remove(...args);
    };
  }
}
