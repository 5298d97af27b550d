/**
 * Whole sessions to feed: a server whose client is nobody, and the hypervisor in memory.
 *
 * @module
 */

import { connectOpen } from "../../gen/remote/connect.ts";
import { ErrorNumber } from "../../gen/enums/errors.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import { FrameDecoder, MessageStatus, MessageType } from "../../src/rpc/frame.ts";
import type { Driver } from "../../src/server/driver.ts";
import { saslServerPlain } from "../../src/server/sasl_mechanisms.ts";
import { ServerSession } from "../../src/server/server.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { decodeNetMessageError } from "../../gen/rpc/error.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import { memoryPair } from "../../transports/memory.ts";
import { TurnClock } from "../faults/turn_clock.ts";
import { concat } from "../rpc/frames.ts";
import { callOfSomething, clientPacket, damage, packets } from "./grammar.ts";
import { Flaw, type Target } from "./targets.ts";

const TURNS = 4;
const clock = new TurnClock();

/** Sends bytes and says what came back within some turns. */
async function exchange(near: ByteDuplex, bytes: Uint8Array): Promise<Uint8Array> {
  const writer = near.writable.getWriter();
  const reader = near.readable.getReader();
  writer.closed.catch(ignore);
  const got: Uint8Array[] = [];
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      got.push(value);
    }
  })().catch(ignore);
  writer.write(bytes).catch(ignore);
  for (let n = 0; n < TURNS; n++) await clock.sleep(1);
  await reader.cancel().catch(ignore);
  await writer.abort().catch(ignore);
  await reading;
  return concat(...got);
}

function answersOf(bytes: Uint8Array): { procedure: number; code: number; text: string }[] {
  const decoder = new FrameDecoder();
  const answers: { procedure: number; code: number; text: string }[] = [];
  decoder.push(bytes);
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    if (frame.type !== MessageType.REPLY) continue;
    const { procedure, status, body } = frame;
    if (status === MessageStatus.OK) answers.push({ procedure, code: 0, text: "" });
    else {
      const { code, message } = decodeNetMessageError(new XdrReader(body));
      answers.push({ procedure, code, text: message ?? "" });
    }
  }
  return answers;
}

// connectAuthList, the steps of SASL, polkit
const AUTHENTICATING: ReadonlySet<number> = new Set([66, 67, 68, 69, 70]);

const forbidden: Driver = {
  open() {
    throw new Flaw("somebody who is nobody has opened the driver");
  },
};

/** A client that has not said who it is reaches nothing but the procedures to do so. */
const nobody: Target = {
  name: "nobody",
  make: (random) => packets(random, clientPacket),
  change: (bytes, random) => damage(bytes, random).subarray(0, 2048),
  async feed(bytes) {
    const [near, far] = memoryPair();
    let opened = false;
    const session = new ServerSession(far, {
      driver: {
        open(...args) {
          opened = true;
          return forbidden.open(...args);
        },
      },
      sasl: { PLAIN: saslServerPlain(() => false) },
      keepalive: null,
    });
    const answers = answersOf(await exchange(near, bytes));
    await session.close();
    if (opened) throw new Flaw("the driver was opened");
    for (const { procedure, code } of answers) {
      const authenticating = AUTHENTICATING.has(procedure);
      if (code === 0 && !authenticating) throw new Flaw(`procedure ${procedure} was answered`);
    }
    return answers.map(({ code, text }) => `${code} ${text.replace(/-?\d+/g, "#")}`).join();
  },
};

// What a handler's own mistake reads like, once it has become an internal error.
const MISTAKE =
  /undefined|is not a function|is not iterable|Cannot read|Cannot convert|BigInt|null \(/;

let hypervisor: TestHypervisor | undefined;
let fed = 0;

/** A client of the hypervisor calls whatever there is with whatever arguments. */
const driver: Target = {
  name: "driver",
  make: (random) => packets(random, callOfSomething),
  change: (bytes, random) => damage(bytes, random).subarray(0, 2048),
  async feed(bytes) {
    // now and then a new one, so that what was defined does not grow for ever
    if (fed++ % 500 === 0) {
      await hypervisor?.close();
      hypervisor = createTestHypervisor({ seed: 1, extras: fed % 1000 < 500 });
    }
    const [near, far] = memoryPair();
    const session = hypervisor!.serve(far);
    const engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
    engine.sendCall(connectOpen, { name: "test:///default", flags: 0 }, null);
    const answers = answersOf(await exchange(near, concat(...engine.takeOutput(), bytes)));
    await session.close();
    for (const { procedure, code, text } of answers) {
      if (code === ErrorNumber.INTERNAL_ERROR && MISTAKE.test(text)) {
        throw new Flaw(`procedure ${procedure} is answered: ${text}`);
      }
    }
    return answers.map(({ procedure, code }) => `${procedure} ${code}`).join();
  },
};

/** Lets go of the hypervisor. */
export async function closeSessions(): Promise<void> {
  await hypervisor?.close();
  hypervisor = undefined;
  fed = 0;
}

/** Targets that live in the event loop. */
export const SESSIONS: readonly Target[] = [nobody, driver];

function ignore(): void {}
