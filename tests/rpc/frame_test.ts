import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Frame, FrameDecoder } from "../../src/rpc/frame.ts";
import { ProtocolError } from "../../src/xdr/errors.ts";
import { largestAllocation } from "../codec/allocations.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import { framesOf } from "./engines.ts";
import {
  concat,
  errorReply,
  hole,
  packet,
  type PacketFields,
  ping,
  PROGRAM,
  streamData,
  TYPE,
  withDescriptors,
  words,
} from "./frames.ts";

const LARGEST = 4 + 32 * 1024 * 1024;

/** A frame as the test expects it, with a body that nobody else holds. */
interface Expected {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
  readonly descriptors: number;
  readonly body: string;
}

const rawBody = new Random(1).bytes(61);

/** One packet of each kind, with bodies of many lengths: bytes beside what they must become. */
const MIXED: readonly (readonly [Uint8Array, PacketFields & { descriptors?: number }])[] = [
  [
    packet({ procedure: 59, serial: 1 }),
    { procedure: 59, serial: 1 },
  ],
  [
    packet({ procedure: 59, serial: 1, type: TYPE.reply, body: words(4, 0x61626364) }),
    { procedure: 59, serial: 1, type: 1, body: words(4, 0x61626364) },
  ],
  [
    withDescriptors({ procedure: 210, serial: 2, type: 4, descriptors: 3, body: words(9) }),
    { procedure: 210, serial: 2, type: 4, descriptors: 3, body: words(9) },
  ],
  [ping(), { program: PROGRAM.keepalive, procedure: 1, type: 2 }],
  [
    streamData(209, 0xfffffffe, rawBody),
    { procedure: 209, serial: 0xfffffffe, type: 3, status: 2, body: rawBody },
  ],
  [
    hole(209, 3, -1n, 7),
    { procedure: 209, serial: 3, type: 6, status: 2, body: words(-1, -1, 7) },
  ],
  [
    withDescriptors({ procedure: 5, serial: 4, type: 5, descriptors: 32 }),
    { procedure: 5, serial: 4, type: 5, descriptors: 32 },
  ],
  [
    errorReply(5, 5, words(1, 2)),
    { procedure: 5, serial: 5, type: 1, status: 1, body: words(1, 2) },
  ],
  [
    packet({ program: 0xfffffffe, version: 0x80000000, procedure: -5, type: 77, status: 99 }),
    { program: 0xfffffffe, version: 0x80000000, procedure: -5, type: 77, status: 99 },
  ],
];
const mixedBytes = concat(...MIXED.map(([bytes]) => bytes));
const mixedFrames = MIXED.map(([, fields]) => expected(fields));

test("frame: a whole stream of packets in one chunk", () => {
  assertEquals(decodeAll([mixedBytes]), mixedFrames);
});

test("frame: one byte at a time, with empty chunks between", () => {
  const bytes = Array.from(mixedBytes, (_, i) => mixedBytes.slice(i, i + 1));
  assertEquals(decodeAll(bytes), mixedFrames);
  assertEquals(decodeAll(bytes.flatMap((byte) => [byte, new Uint8Array(0)])), mixedFrames);
});

test("frame: every cut in two", () => {
  for (let cut = 1; cut < mixedBytes.length; cut++) {
    assertEquals(
      decodeAll([mixedBytes.slice(0, cut), mixedBytes.slice(cut)]),
      mixedFrames,
      `cut at ${cut}`,
    );
  }
});

test("frame: every cut in three of a descriptor packet between two others", () => {
  const before = packet({ procedure: 1, serial: 1, body: words(1) });
  const middle = withDescriptors({ procedure: 2, serial: 2, type: 5, descriptors: 2 });
  const after = packet({ procedure: 3, serial: 3 });
  const bytes = concat(before, middle, after);
  const frames = JSON.stringify([
    expected({ procedure: 1, serial: 1, body: words(1) }),
    expected({ procedure: 2, serial: 2, type: 5, descriptors: 2 }),
    expected({ procedure: 3, serial: 3 }),
  ]);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const chunks = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
      assertEquals(JSON.stringify(decodeAll(chunks)), frames, `cuts at ${first} and ${second}`);
    }
  }
});

test("frame: random cuts", () => {
  for (let seed = 0; seed < 150; seed++) {
    const random = new Random(seed);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < mixedBytes.length;) {
      const n = 1 + random.below(random.pick([3, 30, 300]));
      chunks.push(mixedBytes.slice(at, at + n));
      at += n;
    }
    assertEquals(decodeAll(chunks), mixedFrames, `seed ${seed}`);
  }
});

test("frame: a chunk that is a view into a larger buffer", () => {
  const padded = concat(new Uint8Array(13).fill(0xee), mixedBytes, new Uint8Array(7).fill(0xee));
  const view = padded.subarray(13, 13 + mixedBytes.length);
  assertEquals(decodeAll([view.subarray(0, 50), view.subarray(50)]), mixedFrames);
});

test("frame: a length outside of what a packet can have is refused", () => {
  for (const length of [0, 3, 4, 27, LARGEST + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    const header = packet({ length });
    const whole = assertThrows(() => decodeAll([header]), ProtocolError, `the length ${length}`);
    assertEquals(whole.origin, "remote");
    assertStringIncludes(whole.message, `28 to ${LARGEST}`);
    const bytes = Array.from(header, (_, i) => header.slice(i, i + 1));
    assertThrows(() => decodeAll(bytes), ProtocolError, `the length ${length}`);
  }
});

test("frame: a length is refused before the rest of the header has come", () => {
  assertThrows(() => decodeAll([words(0xffffffff)]), ProtocolError, "4294967295");
  assertThrows(() => decodeAll([words(27).slice(0, 3), words(27).slice(3)]), ProtocolError, "27");
});

test("frame: text where a length is expected is quoted", () => {
  for (const [banner, quoted] of [["HTTP/1.1 400 Bad Request", "HTTP"], ["SSH-2.0-x", "SSH-"]]) {
    const bytes = new TextEncoder().encode(banner);
    const error = assertThrows(() => decodeAll([bytes]), ProtocolError);
    assertStringIncludes(error.message, `"${quoted}"`);
    assertStringIncludes(error.message, "not a libvirt daemon");
    const cut = assertThrows(() => decodeAll([bytes.slice(0, 2), bytes.slice(2)]), ProtocolError);
    assertEquals(cut.message, error.message);
  }
  const binary = assertThrows(() => decodeAll([words(0xffffffff)]), ProtocolError);
  assert(!binary.message.includes("daemon"));
});

test("frame: the shortest and the longest length that are allowed", () => {
  assertEquals(decodeAll([packet({ length: 28, serial: 9 })]), [expected({ serial: 9 })]);
  const decoder = new FrameDecoder();
  decoder.push(packet({ length: LARGEST }));
  assertEquals(decoder.next(), undefined);
  assertEquals(decoder.pending, 28);
});

test("frame: the longest packet, in chunks of 64 KiB, is gathered whole", () => {
  const body = new Uint8Array(LARGEST - 28);
  for (let i = 0; i < body.length; i += 4093) body[i] = i % 251;
  const bytes = packet({ procedure: 14, serial: 6, type: TYPE.reply, body });
  let frames: Frame[] = [];
  const largest = largestAllocation(() => {
    frames = framesOf(chunksOf(bytes, 65536));
  });
  assertEquals(frames.length, 1);
  const found = frames[0]!.body;
  assertEquals(found.length, body.length);
  assert(found.every((byte, i) => byte === body[i]));
  assert(largest <= LARGEST, `allocated ${largest} bytes for a packet of ${LARGEST}`);
});

// a stream packet of the legacy size is gathered in one piece
const LEGACY_PACKET = 4 + 24 + 262120;

test("frame: memory grows with what arrives, not with what is announced", () => {
  const start = packet({ length: LARGEST });
  const decoder = new FrameDecoder();
  let arrived = 0;
  function feed(bytes: Uint8Array): number {
    arrived += bytes.length;
    return largestAllocation(() => {
      decoder.push(bytes);
      assertEquals(decoder.next(), undefined);
    });
  }
  assert(feed(start.slice(0, 10)) <= LEGACY_PACKET);
  assert(feed(start.slice(10)) <= LEGACY_PACKET);
  let worst = 0;
  const chunk = new Uint8Array(16384);
  while (arrived < 4 * 1024 * 1024) worst = Math.max(worst, feed(chunk) / arrived);
  assert(worst <= 16, `allocated ${worst} times what had arrived`);
  assertEquals(decoder.pending, arrived);
});

test("frame: bodies stay as they were when later chunks come", () => {
  const random = new Random(7);
  const bodies = Array.from({ length: 40 }, (_, i) => random.bytes(i * 3));
  const bytes = concat(...bodies.map((body, i) => packet({ serial: i, body })));
  for (const size of [1, 7, 29, 64, 1000, bytes.length]) {
    const frames = framesOf(chunksOf(bytes, size)); // looked at only when all chunks are through
    assertEquals(frames.map(({ body }) => [...body]), bodies.map((body) => [...body]));
  }
});

test("frame: a packet inside one chunk is not copied", () => {
  const bytes = packet({ body: words(1, 2, 3) });
  const [frame] = framesOf([bytes]);
  assertEquals(frame!.body.buffer, bytes.buffer);
  assertEquals(frame!.body.byteOffset, 28);
});

function decodeAll(chunks: readonly Uint8Array[]): Expected[] {
  return framesOf(chunks).map((frame) => ({ ...frame, body: frame.body.join(",") }));
}

function chunksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

function expected(fields: PacketFields & { readonly descriptors?: number }): Expected {
  return {
    program: fields.program ?? PROGRAM.remote,
    version: fields.version ?? 1,
    procedure: fields.procedure ?? 0,
    type: fields.type ?? 0,
    serial: fields.serial ?? 0,
    status: fields.status ?? 0,
    descriptors: fields.descriptors ?? 0,
    body: (fields.body ?? new Uint8Array(0)).join(","),
  };
}
