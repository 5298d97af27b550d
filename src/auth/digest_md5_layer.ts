/**
 * DIGEST-MD5's confidentiality layer with the cipher rc4 (RFC 2831, 2.4).
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import { concatenate, sameBytes, type SecurityLayer, utf8 } from "./mechanism.ts";

/** MD5, and HMAC with it. */
export interface Md5 {
  /** Hashes bytes. */
  md5(bytes: Uint8Array): Uint8Array;
  /** Signs bytes with a key. */
  hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array;
}

const LENGTH = 4;
const MAC = 10;
/** Signature, message type and sequence number. */
const OVERHEAD = MAC + 2 + 4;
/** The largest block that a peer may send us: what we named as our limit. */
const MAX_BLOCK = 65536;

/** RFC 6229 and others: the cipher is a state of 256 bytes that is never set back. */
class Rc4 {
  readonly #state: Uint8Array = Uint8Array.from({ length: 256 }, (_, at) => at);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + state[i]! + key[i % key.byteLength]!) & 255;
      [state[i], state[j]] = [state[j]!, state[i]!];
    }
  }

  /** Encrypts or decrypts in place. */
  apply(bytes: Uint8Array): Uint8Array {
    const state = this.#state;
    let [i, j] = [this.#i, this.#j];
    for (let at = 0; at < bytes.byteLength; at++) {
      i = (i + 1) & 255;
      const a = state[i]!;
      j = (j + a) & 255;
      const b = state[j]!;
      state[i] = b;
      state[j] = a;
      bytes[at]! ^= state[(a + b) & 255]!;
    }
    [this.#i, this.#j] = [i, j];
    return bytes;
  }
}

/** Makes the client's layer from H(A1); `limit` is the largest block that the server takes. */
export function sealingLayer(
  { md5, hmac }: Md5,
  sessionKey: Uint8Array,
  limit: number,
  role: "client" | "server" = "client",
): SecurityLayer {
  const key = (purpose: string) => md5(concatenate(sessionKey, utf8(purpose)));
  const sealing = (way: string) =>
    new Rc4(key(`Digest H(A1) to ${way} sealing key magic constant`));
  const signing = (way: string) => key(`Digest session key to ${way} signing key magic constant`);
  const up = { cipher: sealing("client-to-server"), key: signing("client-to-server"), number: 0 };
  const down = { cipher: sealing("server-to-client"), key: signing("server-to-client"), number: 0 };
  const [out, into] = role === "client" ? [up, down] : [down, up];
  let rest: Uint8Array = new Uint8Array(0);

  function mac(signingKey: Uint8Array, number: number, message: Uint8Array): Uint8Array {
    return hmac(signingKey, concatenate(bigEndian(number), message)).subarray(0, MAC);
  }

  function seal(message: Uint8Array): Uint8Array {
    const sealed = out.cipher.apply(concatenate(message, mac(out.key, out.number, message)));
    const number = bigEndian(out.number++);
    const length = bigEndian(message.byteLength + OVERHEAD);
    return concatenate(length, sealed, new Uint8Array([0, 1]), number);
  }

  function open(block: Uint8Array): Uint8Array {
    const tail = block.subarray(block.byteLength - 6);
    const opened = into.cipher.apply(block.slice(0, block.byteLength - 6));
    const message = opened.subarray(0, opened.byteLength - MAC);
    const number = into.number++;
    const expected = concatenate(
      mac(into.key, number, message),
      new Uint8Array([0, 1]),
      bigEndian(number),
    );
    if (!sameBytes(expected, concatenate(opened.subarray(message.byteLength), tail))) {
      throw new ProtocolError("A protected message was changed on its way, or repeated", "remote");
    }
    return message;
  }

  return {
    encrypts: true,
    encode(bytes): Uint8Array {
      const blocks: Uint8Array[] = [];
      const size = limit - OVERHEAD;
      for (let at = 0; at < bytes.byteLength; at += size) {
        blocks.push(seal(bytes.subarray(at, at + size)));
      }
      return blocks.length === 1 ? blocks[0]! : concatenate(...blocks);
    },
    decode(bytes): Uint8Array[] {
      rest = rest.byteLength === 0 ? bytes : concatenate(rest, bytes);
      const messages: Uint8Array[] = [];
      while (rest.byteLength >= LENGTH) {
        const length = new DataView(rest.buffer, rest.byteOffset).getUint32(0);
        if (length < OVERHEAD || length > MAX_BLOCK) {
          throw new ProtocolError(`A protected message cannot have ${length} bytes`, "remote");
        }
        if (rest.byteLength < LENGTH + length) break;
        messages.push(open(rest.subarray(LENGTH, LENGTH + length)));
        rest = rest.subarray(LENGTH + length);
      }
      rest = rest.slice(); // the chunk may be its owner's again
      return messages;
    },
  };
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
