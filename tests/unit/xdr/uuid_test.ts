/**
 * Uuid: text, bytes and words.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { XdrReader } from "../../../src/xdr/reader.ts";
import { Uuid } from "../../../src/xdr/uuid.ts";
import { XdrWriter } from "../../../src/xdr/writer.ts";
import { Random } from "../../codec/random.ts";
import { test } from "../../harness.ts";

const TEXT = "6695eb01-f6a4-8304-79aa-97f2502e193f";
// deno-fmt-ignore
const BYTES = new Uint8Array([
  0x66, 0x95, 0xeb, 0x01, 0xf6, 0xa4, 0x83, 0x04, 0x79, 0xaa, 0x97, 0xf2, 0x50, 0x2e, 0x19, 0x3f,
]);

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("a UUID is the same as text, as bytes and as words", () => {
  const uuid = Uuid.parse(TEXT);
  assertEquals(uuid.toString(), TEXT);
  assertEquals(uuid.toBytes(), BYTES);
  assertEquals(Uuid.fromBytes(BYTES).toString(), TEXT);
  assertEquals([uuid.w0, uuid.w1], [0x6695eb01, 0xf6a48304 | 0]);
  assertEquals([uuid.w2, uuid.w3], [0x79aa97f2, 0x502e193f]);
  assertEquals(`${uuid}`, TEXT);
  assertEquals(JSON.stringify({ uuid }), `{"uuid":"${TEXT}"}`);
});

test("every form that is read gives the canonical one", () => {
  for (
    const text of [TEXT.toUpperCase(), TEXT.replaceAll("-", ""), "6695EB01F6A4830479AA97F2502E193F"]
  ) {
    assertEquals(Uuid.parse(text).toString(), TEXT);
  }
});

test("leading zeros and high bits stay", () => {
  const zeros = "00000000-0000-0000-0000-000000000000";
  const ones = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  const mixed = "00000001-0002-0003-0004-00000000000a";
  for (const text of [zeros, ones, mixed, "80000000-8000-8000-8000-800000000000"]) {
    const uuid = Uuid.parse(text);
    assertEquals(uuid.toString(), text);
    assertEquals(hex(uuid.toBytes()), text.replaceAll("-", ""));
  }
});

test("anything else than a UUID is refused", () => {
  const bad = [
    "",
    TEXT.slice(1),
    TEXT + "0",
    ` ${TEXT}`,
    `${TEXT}\n`,
    `{${TEXT}}`,
    TEXT.replace("6", "g"),
    TEXT.replace("-", ""),
    TEXT.replace("-", "_"),
    "6695eb01f6a4-830479aa97f2-502e193f",
    `urn:uuid:${TEXT}`,
  ];
  for (const text of bad) {
    const error = assertThrows(() => Uuid.parse(text), TypeError, "Cannot parse a UUID");
    assert(error.message.includes(JSON.stringify(text)), error.message);
  }
});

test("sixteen bytes are read wherever they lie, and no fewer", () => {
  const around = new Uint8Array(40).fill(0xee);
  around.set(BYTES, 7);
  assertEquals(Uuid.fromBytes(around.subarray(7)).toString(), TEXT);
  assertEquals(Uuid.fromBytes(around.subarray(7, 23)).toString(), TEXT);
  const error = assertThrows(() => Uuid.fromBytes(around.subarray(7, 22)), RangeError);
  assertEquals(error.message, "Cannot read a UUID: expected 16 bytes, found 15");
  assertThrows(() => Uuid.fromBytes(new Uint8Array(0)), RangeError);
});

test("the bytes handed out are the caller's own", () => {
  const source = BYTES.slice();
  const uuid = Uuid.fromBytes(source);
  source.fill(0);
  uuid.toBytes().fill(0);
  assertEquals(uuid.toString(), TEXT);
});

test("equality looks at all of the bytes", () => {
  const uuid = Uuid.fromBytes(BYTES);
  assert(uuid.equals(Uuid.parse(TEXT)) && uuid.equals(uuid));
  for (let i = 0; i < 16; i++) {
    const other = BYTES.slice();
    other[i] = (other[i] ?? 0) ^ 1;
    assert(!uuid.equals(Uuid.fromBytes(other)), `byte ${i}`);
  }
});

test("words are taken modulo 2^32, so that signed and unsigned ones are alike", () => {
  assert(new Uuid(0xffffffff, 1, 2, 3).equals(new Uuid(-1, 1, 2, 3)));
  assertEquals(new Uuid(2 ** 32 + 5, 0, 0, 0).w0, 5);
});

test("a UUID crosses the wire as sixteen bytes", () => {
  const random = new Random(3);
  const writer = new XdrWriter(16);
  for (let i = 0; i < 2000; i++) {
    const bytes = random.bytes(16);
    const uuid = Uuid.fromBytes(bytes);
    assertEquals(uuid.toString().replaceAll("-", ""), hex(bytes));
    writer.truncate(0);
    writer.uuid(uuid, "uuid");
    assertEquals(writer.bytes(), bytes);
    assert(new XdrReader(writer.bytes()).uuid("uuid").equals(Uuid.parse(uuid.toString())));
  }
});
