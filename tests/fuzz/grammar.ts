/**
 * Packets as the schema has them, and damage to them.
 *
 * @module
 */

import type { Random } from "../codec/random.ts";
import { decodeRaw, encodeRaw, type RawStruct } from "../codec/interpreter.ts";
import { Layouts, type Struct } from "../codec/layout.ts";
import {
  callsOf,
  headerConstants,
  messagesOf,
  STRUCT_PROGRAMS,
  structNames,
  wire,
} from "../codec/schema.ts";
import { makeValue } from "../codec/values.ts";
import { type Codec, codecOf } from "../codec/generated.ts";
import { concat, errorBody, hole, packet, ping, pong, TYPE, words } from "../rpc/frames.ts";

export { decodeRaw, encodeRaw, makeValue };

/** A struct, its codec and some values of it that are not large. */
export interface Subject {
  readonly name: string;
  readonly struct: Struct;
  readonly codec: Codec;
  readonly samples: readonly Uint8Array[];
}

const LONGEST = 1024;
const SEEDS = [0, 1, 2, 3, 4];

const layouts = new Layouts(wire, headerConstants);

/** Every struct of the schema. */
export const SUBJECTS: readonly Subject[] = STRUCT_PROGRAMS.flatMap((program) =>
  structNames(program).map((name) => {
    const struct = layouts.struct(program, name);
    return { name, struct, codec: codecOf(program, name), samples: samplesOf(struct) };
  })
);

interface Form {
  readonly program: number;
  readonly procedure: number;
  readonly bodies: readonly Uint8Array[];
}

/** What a client of the daemon's socket may call. */
const CALLS: readonly Form[] = formsOf("args");
/** What such calls are answered. */
const RESULTS: readonly Form[] = formsOf("ret");
/** What the daemon sends unasked. */
const MESSAGES: readonly Form[] = (["remote", "qemu", "lxc"] as const).flatMap((program) =>
  messagesOf(program).map(({ number, msg }) => ({
    program: wire.programs[program].program!,
    procedure: number,
    bodies: msg === undefined ? [] : samplesOf(layouts.struct(program, msg)),
  }))
);

function formsOf(part: "args" | "ret"): Form[] {
  return (["remote", "qemu", "lxc"] as const).flatMap((program) =>
    callsOf(program).map((procedure) => {
      const struct = procedure[part];
      return {
        program: wire.programs[program].program!,
        procedure: procedure.number,
        bodies: struct === undefined ? [] : samplesOf(layouts.struct(program, struct)),
      };
    })
  );
}

function samplesOf(struct: Struct): Uint8Array[] {
  return SEEDS.map((seed) => encodeRaw(struct, makeValue(struct, seed)).bytes)
    .filter((bytes) => bytes.length <= LONGEST);
}

/** Serials are small, so that packets meet those that were announced. */
const SERIALS = 9;

function packetOf(random: Random, { program, procedure, bodies }: Form, type: number): Uint8Array {
  const body = bodies.length === 0 ? new Uint8Array(0) : random.pick(bodies);
  return packet({ program, procedure, type, serial: random.below(SERIALS), body });
}

// Objects of `test:///default`, so that calls get further than to say that there is no such object.
const KNOWN: Readonly<Record<string, RawStruct>> = {
  remote_nonnull_domain: known("test", "6695eb01-f6a4-8304-79aa-97f2502e193f", { id: 1 }),
  remote_nonnull_network: known("default", "dd8fe884-6c02-601e-7551-cca97df1c5df"),
  remote_nonnull_storage_pool: known("default-pool", "dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566"),
  remote_nonnull_interface: { name: "eth1", mac: "aa:bb:cc:dd:ee:ff" },
  remote_nonnull_node_device: { name: "computer" },
};

function known(name: string, uuid: string, rest: RawStruct = {}): RawStruct {
  const hex = uuid.replaceAll("-", "");
  const bytes = Uint8Array.from(
    { length: 16 },
    (_, n) => parseInt(hex.slice(2 * n, 2 * n + 2), 16),
  );
  return { name, uuid: bytes, ...rest };
}

const STRUCTS = (["remote", "qemu", "lxc"] as const).flatMap((program) =>
  callsOf(program).flatMap(({ args, number }) =>
    args === undefined ? [] : [{
      program: wire.programs[program].program!,
      number,
      struct: layouts.struct(program, args),
    }]
  )
);

/** A call that concerns an object that exists, now and then with a NUL in a text. */
export function callOfSomething(random: Random): Uint8Array {
  if (random.oneIn(4)) return clientPacket(random);
  const { program, number, struct } = random.pick(STRUCTS);
  const value = makeValue(struct, random.below(1000));
  for (const { name, layout } of struct.fields) {
    const of = layout.kind === "optional" ? layout.of : layout;
    if (of.kind !== "struct") continue;
    const real = KNOWN[of.name];
    if (real !== undefined) value[name] = real;
    else if (of.name === "remote_nonnull_storage_vol") {
      value[name] = { pool: "default-pool", name: "v", key: "/default-pool/v" };
    }
  }
  // flags that no driver knows hide everything behind them
  if (typeof value["flags"] === "number" && !random.oneIn(3)) value["flags"] = random.below(4);
  const body = encodeRaw(struct, value).bytes;
  if (random.oneIn(4)) body[random.below(body.length)] = 0;
  return packet({ program, procedure: number, type: TYPE.call, serial: 1, body });
}

/** A packet that a client may send. */
export function clientPacket(random: Random): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return streamPacket(random);
    case 1:
      return random.oneIn(2) ? ping() : pong();
    default:
      return packetOf(random, random.pick(CALLS), TYPE.call);
  }
}

/** A packet that a daemon may send. */
export function daemonPacket(random: Random): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return streamPacket(random);
    case 1:
      return random.oneIn(2) ? ping() : pong();
    case 2:
    case 3:
      return packetOf(random, random.pick(MESSAGES), TYPE.message);
    case 4:
      return packet({
        procedure: random.pick(RESULTS).procedure,
        type: TYPE.reply,
        status: 1,
        serial: random.below(SERIALS),
        body: errorBody({ code: random.below(110), message: "refused" }),
      });
    default:
      return packetOf(random, random.pick(RESULTS), TYPE.reply);
  }
}

function streamPacket(random: Random): Uint8Array {
  const serial = random.below(SERIALS);
  const procedure = random.pick([201, 208, 209, 211]);
  if (random.oneIn(4)) return hole(procedure, serial, BigInt(random.below(5)) - 1n);
  const status = random.below(4);
  const body = status === 1 && random.oneIn(2) ? errorBody() : random.bytes(random.below(40));
  return packet({ procedure, serial, type: TYPE.stream, status, body });
}

// around zero, the limits of lists, texts and packets, and the edges of 32 bits
// deno-fmt-ignore
const WORDS = [
  0, 1, 2, 3, 4, 7, 8, 27, 28, 29, 255, 1024, 16384, 16385, 65536, 262120, 0x400000, 0x400001,
  33554432, 33554436, 33554437, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
];

/** One damage. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length < 4) return random.bytes(4 + random.below(60));
  const changed = bytes.slice();
  const word = 4 * random.below(Math.floor(changed.length / 4));
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      changed.set(words(random.pick(WORDS)), word);
      return changed;
    case 3:
      changed[random.below(changed.length)]! ^= 1 << random.below(8);
      return changed;
    case 4:
      return changed.subarray(0, random.below(changed.length));
    case 5: // one part over another
      return changed.copyWithin(
        word,
        4 * random.below(changed.length / 4),
        changed.length,
      );
    case 6: // something in between
      return concat(
        changed.subarray(0, word),
        random.bytes(4 * (1 + random.below(4))),
        changed.subarray(word),
      );
    case 7: // something left out
      return concat(changed.subarray(0, word), changed.subarray(word + 4 * (1 + random.below(4))));
    default:
      return concat(changed, changed.subarray(word));
  }
}

/** Makes the length word of a packet true again, so that damage behind it is read. */
export function withTrueLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 28) return bytes;
  const whole = bytes.slice();
  whole.set(words(whole.length));
  return whole;
}

/** Some packets, of which some are damaged. */
export function packets(random: Random, make: (random: Random) => Uint8Array): Uint8Array {
  const made = Array.from({ length: 1 + random.below(4) }, () => {
    let one = make(random);
    if (random.oneIn(2)) return one;
    for (let n = 1 + random.below(3); n > 0; n--) one = damage(one, random);
    return random.oneIn(4) ? one : withTrueLength(one);
  });
  return concat(...made);
}
