/**
 * A relay to a daemon's socket in which something happens when a certain message passes.
 *
 * @module
 */

import { fs, net } from "../daemons/builtin.ts";

/** When it happens: before the call has reached the daemon, after it, or in place of its reply. */
export type Moment = "before" | "call" | "reply";

/** What waits for a message. */
export interface Trap {
  /** The procedure's number in the remote program. */
  readonly procedure: number;
  readonly moment: Moment;
  /** What happens; the message waits for it. Answers whether the connection is cut. */
  spring(): Promise<boolean> | boolean;
}

const REMOTE = 0x20008086;
const CALL = 0;
const REPLY = 1;

type Socket = ReturnType<typeof net.connect>;

/** Relays connections of any number of clients. */
export class Relay implements AsyncDisposable {
  /** The socket that clients connect to. */
  readonly socket: string;
  /** What waits; it springs once. */
  trap: Trap | undefined;
  readonly #server: ReturnType<typeof net.createServer>;
  readonly #sockets = new Set<Socket>();

  /** Starts to listen; `listening` tells when it does. */
  constructor(socket: string, target: string) {
    this.socket = socket;
    this.#server = net.createServer((client) => {
      const daemon = net.connect(target);
      const cut = () => {
        client.destroy();
        daemon.destroy();
      };
      this.#pass(client, daemon, CALL, cut);
      this.#pass(daemon, client, REPLY, cut);
    });
  }

  /** Resolves when it listens. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.on("error", reject).listen(this.socket, () => resolve());
    });
  }

  #pass(from: Socket, to: Socket, type: number, cut: () => void): void {
    this.#sockets.add(from);
    from.on("close", () => {
      this.#sockets.delete(from);
      cut();
    });
    from.on("error", () => {}); // told by "close"
    let rest: Uint8Array = new Uint8Array(0);
    let passing = Promise.resolve();
    from.on("data", (chunk: Uint8Array) => {
      passing = passing.then(async () => {
        rest = new Uint8Array([...rest, ...chunk]);
        for (;;) {
          const view = new DataView(rest.buffer, rest.byteOffset, rest.length);
          if (rest.length < 4 || rest.length < view.getUint32(0)) return;
          const frame = rest.slice(0, view.getUint32(0));
          rest = rest.slice(frame.length);
          if (from.destroyed || to.destroyed) return;
          await this.#frame(frame, type, to, cut);
        }
      });
    });
  }

  async #frame(frame: Uint8Array, type: number, to: Socket, cut: () => void): Promise<void> {
    const view = new DataView(frame.buffer);
    const [program, procedure, kind] = [view.getUint32(4), view.getInt32(12), view.getUint32(16)];
    const { trap } = this;
    const mine = trap !== undefined && program === REMOTE && kind === type &&
      procedure === trap.procedure && (trap.moment === "reply") === (type === REPLY);
    if (!mine) return void to.write(frame);
    this.trap = undefined;
    if (trap.moment === "call") await new Promise<void>((sent) => to.write(frame, () => sent()));
    const cuts = await trap.spring();
    if (cuts) cut();
    else if (trap.moment !== "call") to.write(frame);
  }

  /** Ends all that passes through it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    fs.rmSync(this.socket, { force: true });
  }
}
