/**
 * SASL DIGEST-MD5 (RFC 2831): the one mechanism that protects a connection over plain TCP. It is
 * old, and weak by now; TLS and SSH are better.
 *
 * @module
 */

import { encodeBase64 } from "@std/encoding/base64";
import { encodeHex } from "@std/encoding/hex";
import { authFailed, unsupported } from "../errors.ts";
import { type Md5, sealingLayer } from "./digest_md5_layer.ts";
import {
  concatenate,
  type MechanismContext,
  sameBytes,
  type SaslMechanism,
  type SecurityLayer,
  serverUnproven,
  utf8,
} from "./mechanism.ts";

/** The largest block that we take, and take to be allowed where the server names none. */
const MAX_BUFFER = 65536;

/** What the hash is over where the messages are protected afterwards (RFC 2831, 2.1.2.1). */
const NO_BODY = ":00000000000000000000000000000000";

/** Creates the mechanism; `cnonce` is given by tests only. */
export function saslDigestMd5(
  { ask, host, secure }: MechanismContext,
  cnonce: string = encodeBase64(crypto.getRandomValues(new Uint8Array(18))),
): SaslMechanism {
  let expected: string | undefined;
  let waiting: SecurityLayer | undefined;
  let complete = false;
  const uri = `libvirt/${host}`;

  async function answer(challenge: string): Promise<Uint8Array> {
    const { md5, hmac } = await loadMd5();
    const directives = parseDirectives(challenge);
    const one = (name: string) => directives.find((each) => each.name === name)?.value;
    const nonce = one("nonce");
    if (nonce === undefined || one("algorithm")?.toLowerCase() !== "md5-sess") {
      throw authFailed("Cannot authenticate: the server's challenge is not one of DIGEST-MD5");
    }
    const qop = chooseQop(one("qop") ?? "auth", one("cipher") ?? "", secure);
    const username = await ask("username");
    const password = await ask("password");
    const realms = directives.filter(({ name }) => name === "realm").map(({ value }) => value);
    // one realm is no choice
    const realm = realms.length === 1 ? realms[0]! : await ask("realm", realms[0] ?? host);
    const encode = one("charset") === "utf-8" ? narrow : utf8;
    const identity = md5(
      concatenate(encode(username), utf8(":"), encode(realm), utf8(":"), encode(password)),
    );
    const a1 = md5(concatenate(identity, utf8(`:${nonce}:${cnonce}`)));
    const response = (a2: string) => {
      const middle = `${nonce}:00000001:${cnonce}:${qop}`;
      return encodeHex(
        md5(utf8(`${encodeHex(a1)}:${middle}:${encodeHex(md5(utf8(a2)))}`)),
      );
    };
    const body = qop === "auth" ? "" : NO_BODY;
    expected = response(`:${uri}${body}`);
    if (qop === "auth-conf") {
      waiting = sealingLayer({ md5, hmac }, a1, limitOf(one("maxbuf")));
    }
    return utf8([
      ...(one("charset") === "utf-8" ? ["charset=utf-8"] : []),
      `username=${quote(username)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      "nc=00000001",
      `cnonce=${quote(cnonce)}`,
      `digest-uri=${quote(uri)}`,
      `response=${response(`AUTHENTICATE:${uri}${body}`)}`,
      `qop=${qop}`,
      ...(qop === "auth-conf" ? ["cipher=rc4", `maxbuf=${MAX_BUFFER}`] : []),
    ].join(","));
  }

  function verify(challenge: string, proof: string): undefined {
    const found = parseDirectives(challenge).find(({ name }) => name === "rspauth")?.value ?? "";
    if (!sameBytes(utf8(proof), utf8(found))) {
      throw serverUnproven();
    }
    complete = true;
  }

  return {
    get complete() {
      return complete;
    },
    get layer() {
      return complete ? waiting : undefined;
    },
    start: () => Promise.resolve(undefined), // the server speaks first
    async step(challenge: Uint8Array): Promise<Uint8Array | undefined> {
      const text = new TextDecoder().decode(challenge);
      return expected === undefined ? await answer(text) : verify(text, expected);
    },
  };
}

async function loadMd5(): Promise<Md5> {
  const [{ md5 }, { hmac }] = await Promise.all([
    import("@noble/hashes/legacy.js"),
    import("@noble/hashes/hmac.js"),
  ]);
  return { md5: (bytes) => md5(bytes), hmac: (key, bytes) => hmac(md5, key, bytes) };
}

/**
 * Encryption where the transport has none, and only then.
 *
 * Of the ciphers only rc4 with its 128 bits: libvirtd 9.0.0 and 12.8.0 offer `rc4-56,rc4,3des` over
 * TCP (Cyrus SASL has rc4 built in), so that what is left out, weaker or slower, is never needed.
 */
function chooseQop(offered: string, ciphers: string, secure: boolean): "auth" | "auth-conf" {
  const list = (text: string) => text.split(",").map((each) => each.trim().toLowerCase());
  const qops = list(offered);
  if (secure && qops.includes("auth")) return "auth";
  if (qops.includes("auth-conf")) {
    if (list(ciphers).includes("rc4")) return "auth-conf";
    throw unsupported(
      `Cannot protect the connection: the server has the ciphers ${ciphers || "(none)"}, and ` +
        "only rc4 is known here; use TLS or SSH",
    );
  }
  if (!secure && qops.includes("auth")) return "auth";
  throw unsupported(
    `Cannot protect the connection: the server offers ${offered}, and only auth and auth-conf ` +
      "are known here; use TLS or SSH",
  );
}

function limitOf(maxbuf: string | undefined): number {
  const limit = Number(maxbuf ?? MAX_BUFFER);
  if (!Number.isInteger(limit) || limit <= 16) {
    throw authFailed(`Cannot protect the connection: the server takes blocks of ${maxbuf} bytes`);
  }
  return Math.min(limit, 0xffffff);
}

/** A text in ISO 8859-1 if it fits, else in UTF-8 (RFC 2831, 2.1.2.1). */
function narrow(text: string): Uint8Array<ArrayBuffer> {
  if (/[^\p{ASCII}\u0080-\u00ff]/u.test(text)) return utf8(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function quote(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function parseDirectives(text: string): { name: string; value: string }[] {
  const found = text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"|([^,\s]*))/g);
  return Array.from(found, ([, name, quoted, plain]) => ({
    name: name!.toLowerCase(),
    value: quoted === undefined ? plain! : quoted.replace(/\\([^])/g, "$1"),
  }));
}
