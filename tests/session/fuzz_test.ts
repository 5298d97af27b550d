import { assert, assertEquals } from "@std/assert";
import { ConnectionError, LibvirtError, ProtocolError } from "../../src/errors.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import {
  concat,
  errorBody,
  errorReply,
  hole,
  message,
  packet,
  ping,
  streamAbort,
  streamData,
  text,
  withDescriptors,
  words,
} from "../rpc/frames.ts";
import { echo, echoed, quickEcho } from "./calls.ts";
import { type PeerCall, withPeer } from "./peer.ts";
import { lifecycle, lifecycleSource, RecordingSink, registered } from "./sources.ts";

const ROUNDS = 250;

/** What a daemon might send, in the right form: answers to the calls and what comes unasked. */
function validPackets(random: Random, calls: readonly PeerCall[]): Uint8Array[] {
  const packets = calls.map((call) => {
    if (call.procedure === 316) return registered(call, 5);
    if (random.oneIn(3)) {
      const uuid = random.bytes(16);
      const fields = { code: 42, message: "no", dom: { name: "vm", uuid, id: 1 }, str1: "s" };
      return errorReply(call.procedure, call.serial, errorBody(fields));
    }
    if (random.oneIn(4)) {
      const { procedure, serial } = call;
      return withDescriptors({ procedure, serial, type: 5, descriptors: 3, body: text("fds") });
    }
    return echoed(call);
  });
  packets.push(
    lifecycle(5, 1),
    lifecycle(6, 2),
    ping(),
    message(400, random.bytes(12)),
    streamData(209, random.below(8), random.bytes(20)),
    streamAbort(209, random.below(8), errorBody({ code: 1 })),
    hole(209, random.below(8), 1n),
  );
  return packets.map((bytes) => ({ bytes, order: random.word() }))
    .sort((a, b) => a.order - b.order).map(({ bytes }) => bytes);
}

function mutated(random: Random, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0: // one byte
      bytes[at] = random.below(256);
      return bytes;
    case 1: // one bit
      bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 2: // a word that means something
      bytes.set(words(random.pick([0, 1, 2, 28, 0x7fffffff, -1, 33554436])), at & ~3);
      return bytes;
    case 3: // some are missing
      return concat(bytes.slice(0, at), bytes.slice(at + 1 + random.below(30)));
    case 4: // some too many
      return concat(bytes.slice(0, at), random.bytes(1 + random.below(30)), bytes.slice(at));
    default: // twice the same
      return concat(bytes.slice(0, at), bytes.slice(random.below(at + 1)));
  }
}

function hostile(random: Random, calls: readonly PeerCall[]): Uint8Array<ArrayBuffer> {
  if (random.oneIn(8)) return random.bytes(1 + random.below(400));
  if (random.oneIn(8)) return concat(packet({ type: random.below(8) }), random.bytes(100));
  let bytes = concat(...validPackets(random, calls.filter(() => !random.oneIn(4))));
  for (let n = random.below(4); n > 0; n--) bytes = mutated(random, padded(bytes));
  return bytes;
}

// room for a word at the last place
function padded(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.length < 4 || bytes.length % 4 !== 0 ? concat(bytes, new Uint8Array(8)) : bytes;
}

for (const strict of [false, true]) {
  test(`fuzz: whatever a ${strict ? "strict " : ""}session is sent, everything settles once`, async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= ROUNDS; seed++) {
      await withPeer(async ({ session, peer }) => {
        const random = new Random(seed);
        let closed = 0;
        session.closed.then(() => closed++);
        const sink = new RecordingSink();
        const settled = Promise.allSettled([
          session.subscribe(lifecycleSource(), sink),
          ...[1, 2, 3, 4].map((i) => session.call(i === 1 ? quickEcho : echo, `${i}`)),
          session.call(echo, "5"),
        ]);
        const calls = await peer.take(5);
        const bytes = hostile(random, calls);
        for (let at = 0; at < bytes.length;) {
          const n = 1 + random.below(random.pick([4, 60, 1000]));
          peer.send(bytes.slice(at, at + n));
          at += n;
        }
        await peer.close();
        const reason = await session.closed;
        assert(reason === "eof" || reason === "error", `seed ${seed}: ${reason}`);
        // an end inside a packet says so
        assert(reason === "eof" || session.closeError !== undefined, `seed ${seed}`);
        for (const result of await settled) {
          seen.add(result.status);
          if (result.status === "fulfilled") continue;
          const error: unknown = result.reason;
          assert(
            error instanceof LibvirtError || error instanceof ConnectionError ||
              error instanceof ProtocolError,
            `seed ${seed}: ${error}`,
          );
          assert(error.message.length > 0);
          seen.add(error.name);
        }
        const ends = sink.log.filter((line) => line.startsWith("end "));
        assertEquals(ends.length, 1, `seed ${seed}: ${sink.log}`);
        assertEquals(closed, 1, `seed ${seed}`);
      }, { strict });
    }
    const kinds = ["fulfilled", "LibvirtError", "UnsupportedError", "ConnectionError"];
    for (const kind of [...kinds, "ProtocolError", "XdrError"]) {
      assert(seen.has(kind), `no round has ended with ${kind}`);
    }
  });
}
