/**
 * A connection that is cut at a call chosen by its number, and counts the calls.
 *
 * @module
 */

import type { ByteDuplex } from "../../mod.ts";

/** When it is cut: before a call has reached the server, after it, or in place of its reply. */
export type Moment = "before" | "call" | "reply";

/** Where connections are cut, counted over all of them. */
export interface Cut {
  readonly call: number;
  readonly moment: Moment;
}

type Cuts = readonly Cut[];

/** Counts the calls of all connections that go through it, and cuts those that are due. */
export class Cutter {
  readonly #cuts: Cuts;
  #calls = 0;
  #counting = false;

  constructor(cuts: Cuts) {
    this.#cuts = cuts;
  }

  /** The calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Counts from here on. */
  start(): void {
    this.#counting = true;
  }

  /** Counts no more, and cuts nothing. */
  stop(): void {
    this.#counting = false;
  }

  /** A connection that is cut where it is due. */
  wrap(duplex: ByteDuplex): ByteDuplex {
    const reader = duplex.readable.getReader();
    const writer = duplex.writable.getWriter();
    let incoming!: ReadableStreamDefaultController<Uint8Array>;
    let lostReply: number | undefined;
    let over = false;

    const cut = (): void => {
      if (over) return;
      over = true;
      incoming.close(); // as when a daemon hangs up
      reader.cancel().catch(() => {});
      writer.close().catch(() => {});
    };
    const fromServer = framesOf((frame, view) => {
      if (view.getUint32(16) === REPLY && view.getUint32(20) === lostReply) cut();
      else if (!over) incoming.enqueue(frame);
    });
    const fromClient = framesOf(async (frame, view) => {
      const due = this.#counting && view.getUint32(16) === CALL
        ? this.#cuts.find(({ call }) => call === this.#calls)
        : undefined;
      if (this.#counting && view.getUint32(16) === CALL) this.#calls++;
      if (due?.moment === "before") return cut();
      if (over) return;
      if (due?.moment === "reply") lostReply = view.getUint32(20);
      await writer.write(frame);
      if (due?.moment === "call") cut();
    });

    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => void (incoming = controller),
      cancel() {
        over = true;
        return reader.cancel();
      },
    });
    (async () => {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          await fromServer(value);
        }
      } catch {
        // it ends all the same
      }
      if (!over) incoming.close();
      over = true;
    })();
    return {
      ...duplex,
      readable,
      writable: new WritableStream<Uint8Array>({
        write: fromClient,
        close: () => over ? undefined : writer.close(),
        abort: () => {
          cut();
        },
      }),
    };
  }
}

const CALL = 0;
const REPLY = 1;

function framesOf(
  take: (frame: Uint8Array, view: DataView) => Promise<void> | void,
): (chunk: Uint8Array) => Promise<void> {
  let rest = new Uint8Array(0);
  return async (chunk) => {
    rest = new Uint8Array([...rest, ...chunk]);
    while (rest.length >= 4) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
      if (rest.length < length) return;
      const frame = rest.slice(0, length);
      rest = rest.slice(length);
      await take(frame, new DataView(frame.buffer));
    }
  };
}
