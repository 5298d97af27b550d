import { assertEquals, assertThrows } from "@std/assert";
import { FrameDecoder } from "../../src/rpc/frame.ts";
import { ProtocolError } from "../../src/xdr/errors.ts";
import { test } from "../harness.ts";
import { framesOf } from "./engines.ts";
import { concat, packet, TYPE, withDescriptors, words } from "./frames.ts";

const KINDS = [TYPE.callWithDescriptors, TYPE.replyWithDescriptors];
const after = packet({ procedure: 7, serial: 8, body: words(9) });

test("frame: packets with 0 to 32 descriptors keep the stream in step", () => {
  for (const type of KINDS) {
    for (let descriptors = 0; descriptors <= 32; descriptors++) {
      const body = words(descriptors, 0xdddddddd);
      const bytes = withDescriptors({ procedure: 1, serial: 2, type, descriptors, body });
      const [first, second, ...rest] = framesOf([concat(bytes, after)]);
      assertEquals(first!.descriptors, descriptors);
      assertEquals([...first!.body], [...body], "the body is what follows the count");
      assertEquals([second!.procedure, second!.serial, second!.descriptors], [7, 8, 0]);
      assertEquals(rest, []);
    }
  }
});

test("frame: dummy bytes cut anywhere keep the stream in step", () => {
  const bytes = withDescriptors({ procedure: 1, serial: 2, type: 5, descriptors: 32 });
  for (let first = bytes.length - 33; first <= bytes.length + 4; first++) {
    for (const second of [first, first + 1, bytes.length + 5, bytes.length + after.length]) {
      const all = concat(bytes, after);
      const chunks = [all.slice(0, first), all.slice(first, second), all.slice(second)];
      assertEquals(framesOf(chunks).map(({ serial }) => serial), [2, 8], `${first}, ${second}`);
    }
  }
});

test("frame: dummy bytes are skipped whatever they are", () => {
  const whole = withDescriptors({ serial: 2, type: 5, descriptors: 4 });
  const bytes = concat(whole.slice(0, -4), words(0xffffffff), after);
  assertEquals(framesOf([bytes]).map(({ serial }) => serial), [2, 8]);
});

test("frame: more than 32 descriptors are refused", () => {
  for (const count of [33, 34, 0x7fffffff, 0x80000000, 0xffffffff]) {
    for (const type of KINDS) {
      const bytes = packet({ type, body: words(count) });
      assertThrows(() => framesOf([bytes]), ProtocolError, `at most 32 file descriptors`);
    }
  }
});

test("frame: a descriptor packet without room for its count is refused", () => {
  for (const size of [0, 1, 3]) {
    for (const type of KINDS) {
      const bytes = packet({ type, body: new Uint8Array(size) });
      assertThrows(() => framesOf([bytes]), ProtocolError, "no count");
    }
  }
});

test("frame: dummy bytes that are still to come are waited for", () => {
  const decoder = new FrameDecoder();
  const bytes = withDescriptors({ type: 5, descriptors: 3 });
  decoder.push(bytes.slice(0, -2));
  assertEquals(decoder.next()?.descriptors, 3);
  assertEquals(decoder.next(), undefined);
  decoder.push(concat(bytes.slice(-2), after));
  assertEquals(decoder.next()?.serial, 8);
  assertEquals(decoder.pending, 0);
});
