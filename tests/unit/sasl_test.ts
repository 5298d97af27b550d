import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { findCredentials, readAuthConf } from "../../src/auth/auth_conf.ts";
import { sealingLayer } from "../../src/auth/digest_md5_layer.ts";
import {
  concatenate,
  type MechanismContext,
  prepare,
  type SaslMechanism,
  utf8,
} from "../../src/auth/mechanism.ts";
import { authenticateBySasl, chooseMechanism, type SaslOptions } from "../../src/auth/sasl.ts";
import { saslDigestMd5 } from "../../src/auth/sasl_digest_md5.ts";
import { saslExternal } from "../../src/auth/sasl_external.ts";
import { saslPlain } from "../../src/auth/sasl_plain.ts";
import { saslScram } from "../../src/auth/sasl_scram.ts";
import { AuthError, ProtocolError, UnsupportedError } from "../../src/errors.ts";
import type { Caller } from "../../src/session/caller.ts";
import { test } from "../harness.ts";

function context(parts: Partial<MechanismContext> = {}): MechanismContext {
  const answers = { username: "user", password: "pencil", realm: "" };
  return { ask: (kind) => Promise.resolve(answers[kind]), host: "h", secure: true, ...parts };
}

async function said(answer: Promise<Uint8Array | undefined>): Promise<string | undefined> {
  const bytes = await answer;
  return bytes && new TextDecoder().decode(bytes);
}

test("sasl: SCRAM-SHA-1 as RFC 5802 has it", async () => {
  const scram = saslScram("SHA-1", context(), "fyko+d2lbbFgONRv9qkxdawL");
  assertEquals(await said(scram.start()), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  assertEquals(
    await said(scram.step(utf8(
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    ))),
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
  );
  assert(!scram.complete);
  assertEquals(await scram.step(utf8("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")), undefined);
  assert(scram.complete);
});

async function scram256(): Promise<SaslMechanism> {
  const scram = saslScram("SHA-256", context(), "rOprNGfwEbeRWgbNEkqO");
  assertEquals(await said(scram.start()), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  assertEquals(
    await said(scram.step(utf8(
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    ))),
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
      "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  );
  return scram;
}

test("sasl: SCRAM-SHA-256 as RFC 7677 has it", async () => {
  const scram = await scram256();
  await scram.step(utf8("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  assert(scram.complete);
});

test("sasl: SCRAM: a server that does not prove itself", async () => {
  for (const last of ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95GA=", "v=", "x=y", ""]) {
    const scram = await scram256();
    await assertRejects(() => scram.step(utf8(last)), AuthError, "Cannot trust the server");
    assert(!scram.complete);
  }
  const scram = await scram256();
  await assertRejects(() => scram.step(utf8("e=other-error")), AuthError, "other-error");
});

test("sasl: SCRAM: challenges that are none", async () => {
  const salt = "s=QSXCR+Q6sek8bf92";
  for (
    const first of [
      `r=elsewhere,${salt},i=1`,
      `r=abc,${salt},i=1`,
      "r=abcd,i=1",
      `r=abcd,${salt}`,
      `r=abcd,${salt},i=0`,
      `r=abcd,${salt},i=99999999999`,
      `r=abcd,${salt},i=x`,
    ]
  ) {
    const scram = saslScram("SHA-256", context(), "abc");
    await scram.start();
    await assertRejects(() => scram.step(utf8(first)), AuthError, "Cannot authenticate");
  }
});

test("sasl: SCRAM: names are escaped", async () => {
  const ask = () => Promise.resolve("a=b,c");
  assertEquals(await said(saslScram("SHA-1", context({ ask }), "x").start()), "n,,n=a=3Db=2Cc,r=x");
});

test("sasl: SASLprep as RFC 4013 has it", async () => {
  const cases = [["I\u00adX", "IX"], ["user", "user"], ["USER", "USER"], ["\u00aa", "a"], [
    "\u2168",
    "IX",
  ]];
  for (const [text, expected] of cases) assertEquals(await prepare(text!), expected);
  await assertRejects(() => prepare("\u0007"));
  await assertRejects(() => prepare("\u06271"));
});

const CHALLENGE = 'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",' +
  "algorithm=md5-sess,charset=utf-8";

test("sasl: DIGEST-MD5 as RFC 2831 has it", async () => {
  const ask = (kind: string) => Promise.resolve(kind === "username" ? "chris" : "secret");
  const digest = saslDigestMd5(context({ ask }), "OA6MHXh6VqTrRk");
  assertEquals(await digest.start(), undefined);
  const answer = await said(digest.step(utf8(CHALLENGE)));
  assert(answer!.includes('username="chris",realm="elwood.innosoft.com"'), answer);
  assert(answer!.includes('digest-uri="libvirt/h",response='), answer);
  assert(!digest.complete);
  await assertRejects(
    () => digest.step(utf8("rspauth=00000000000000000000000000000000")),
    AuthError,
    "Cannot trust the server",
  );
});

test("sasl: DIGEST-MD5: challenges that are none", async () => {
  for (const challenge of ["", "nonce=x", "algorithm=md5-sess", "nonce=x,algorithm=md5"]) {
    await assertRejects(() => saslDigestMd5(context()).step(utf8(challenge)), AuthError);
  }
  const weak = utf8('nonce="x",algorithm=md5-sess,qop="auth-conf",cipher="des,3des"');
  await assertRejects(() => saslDigestMd5(context()).step(weak), UnsupportedError, "des,3des");
  const signed = utf8('nonce="x",algorithm=md5-sess,qop="auth-int"');
  await assertRejects(() => saslDigestMd5(context()).step(signed), UnsupportedError, "auth-int");
});

async function layers(limit: number): Promise<
  Record<
    "client" | "server",
    ReturnType<
      typeof sealingLayer
    >
  >
> {
  const [{ md5 }, { hmac }] = await Promise.all([
    import("@noble/hashes/legacy.js"),
    import("@noble/hashes/hmac.js"),
  ]);
  const hash = {
    md5: (bytes: Uint8Array) => md5(bytes),
    hmac: (key: Uint8Array, bytes: Uint8Array) => hmac(md5, key, bytes),
  };
  const key = md5(utf8("key"));
  return {
    client: sealingLayer(hash, key, limit),
    server: sealingLayer(hash, key, 65536, "server"),
  };
}

test("sasl: the layer of DIGEST-MD5, in pieces of any size", async () => {
  for (const limit of [17, 100, 65536]) {
    const { client, server } = await layers(limit);
    const message = Uint8Array.from({ length: 500 }, (_, at) => at);
    const wire = concatenate(client.encode(message), client.encode(message));
    for (const step of [1, 7, wire.byteLength]) {
      if (step !== wire.byteLength && limit !== 100) continue;
      const fresh = step === wire.byteLength ? server : (await layers(limit)).server;
      const got: Uint8Array[] = [];
      for (let at = 0; at < wire.byteLength; at += step) {
        got.push(...fresh.decode(wire.slice(at, at + step)));
      }
      assertEquals(concatenate(...got), concatenate(message, message));
    }
    assertEquals(client.decode(server.encode(message)).length, 1);
  }
});

test("sasl: the layer of DIGEST-MD5 notices every change", async () => {
  const { byteLength } = (await layers(65536)).client.encode(new Uint8Array(20));
  for (let at = 4; at < byteLength; at++) {
    const { client, server } = await layers(65536);
    const wire = client.encode(new Uint8Array(20));
    wire[at]! ^= 1;
    assertThrows(() => server.decode(wire), ProtocolError, "was changed on its way");
  }
  const { client, server } = await layers(65536);
  const first = client.encode(new Uint8Array(20));
  server.decode(first.slice());
  assertThrows(() => server.decode(first), ProtocolError);
  for (const length of [0, 15, 65537, 0xffffffff]) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length);
    const { client } = await layers(65536);
    assertThrows(() => client.decode(bytes), ProtocolError, `${length} bytes`);
  }
});

test("sasl: PLAIN and EXTERNAL", async () => {
  assertEquals(await said(saslPlain(context()).start()), "\0user\0pencil");
  assertEquals(await saslExternal().start(), new Uint8Array(0));
  const ask = () => Promise.resolve("a\0b");
  await assertRejects(() => saslPlain(context({ ask })).start(), TypeError, "NUL");
});

const ALL = ["ANONYMOUS", "PLAIN", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"];

test("sasl: the choice of a mechanism", () => {
  const secure = { secure: true };
  const open = { secure: false };
  assertEquals(chooseMechanism(ALL, secure), "SCRAM-SHA-512");
  assertEquals(chooseMechanism(["EXTERNAL", ...ALL], secure), "EXTERNAL");
  assertEquals(chooseMechanism(ALL, open), "DIGEST-MD5");
  assertEquals(chooseMechanism(["PLAIN", "ANONYMOUS"], secure), "PLAIN");
  assertEquals(chooseMechanism(["PLAIN", "ANONYMOUS"], open), "ANONYMOUS");
  assertEquals(chooseMechanism(["PLAIN"], { ...open, insecurePlain: true }), "PLAIN");
  assertEquals(chooseMechanism(ALL, { ...secure, mechanism: "DIGEST-MD5" }), "DIGEST-MD5");
  assertEquals(chooseMechanism(ALL, { ...secure, mechanisms: ["plain", "anonymous"] }), "PLAIN");
  const plugins = { gssapi: saslExternal };
  assertEquals(chooseMechanism(["GSSAPI", ...ALL], { ...secure, plugins }), "GSSAPI");
  const refused: [string[], Parameters<typeof chooseMechanism>[1], string][] = [
    [["PLAIN"], open, "would send the password in the clear"],
    [["GSSAPI"], secure, "Kerberos (GSSAPI) needs a mechanism of your own"],
    [[], secure, "offers the SASL mechanisms none"],
    [ALL, { ...secure, mechanism: "X" }, "the URI insists on X"],
    [ALL, { ...secure, mechanisms: [] }, "authMechanisms allows none"],
  ];
  for (const [offered, options, text] of refused) {
    assertThrows(() => chooseMechanism(offered, options), UnsupportedError, text);
  }
});

type Reply = { complete: number; nil: number; data: Uint8Array };

/** Authenticates by a mechanism of the test's own; answers what was sent. */
async function exchange(replies: Reply[], mechanism: SaslMechanism): Promise<unknown[]> {
  const sent: unknown[] = [];
  const caller: Caller = {
    call<A, R>({ name }: { name: string }, args: A): Promise<R> {
      if (name === "authSaslInit") return Promise.resolve({ mechlist: "x-own" } as R);
      sent.push(args);
      return Promise.resolve(replies.shift() as R);
    },
  };
  const options: SaslOptions = {
    host: "h",
    secure: true,
    plugins: { "X-OWN": () => mechanism },
    known: () => Promise.resolve({}),
    install: () => {},
  };
  await authenticateBySasl(caller, options, {});
  return sent;
}

test("sasl: no data and data of no length differ", async () => {
  const empty = new Uint8Array(0);
  const answers = [undefined, empty, undefined];
  const mechanism: SaslMechanism = {
    complete: true,
    start: () => Promise.resolve(answers.shift()),
    step: () => Promise.resolve(answers.shift()),
  };
  const reply = { complete: 0, nil: 0, data: empty };
  const last = { complete: 1, nil: 1, data: empty };
  assertEquals(await exchange([reply, reply, last], mechanism), [
    { mech: "X-OWN", nil: 1, data: empty },
    { nil: 0, data: empty },
    { nil: 1, data: empty },
  ]);
});

test("sasl: a server that ends before it has proved itself is not trusted", async () => {
  for (const last of [{ complete: 1, nil: 1, data: utf8("") }]) {
    const scram = saslScram("SHA-256", context(), "abc");
    await assertRejects(() => exchange([last], scram), AuthError, "before it proved itself");
  }
  // what it sends with "complete" counts as a challenge
  const early = { complete: 1, nil: 0, data: utf8("r=abcd,s=QSXCR+Q6sek8bf92,i=1") };
  const scram = saslScram("SHA-256", context(), "abc");
  await assertRejects(() => exchange([early], scram), AuthError, "before it proved itself");
});

test("sasl: a server that never ends", async () => {
  const mechanism: SaslMechanism = {
    complete: false,
    start: () => Promise.resolve(undefined),
    step: () => Promise.resolve(undefined),
  };
  const replies = Array.from({ length: 100 }, () => ({ complete: 0, nil: 0, data: utf8("") }));
  await assertRejects(() => exchange(replies, mechanism), AuthError, "it never ends");
});

const CONF = `# comment
[credentials-test]
authname=fred
username=not this
password=a b\\\\c\\s
realm = R

[credentials-other]
username=otto

[auth-libvirt-one]
credentials=test
[auth-libvirt-default]
credentials=other
[auth-libvirt-bad]
credentials=none
[auth-libvirt-empty]
`;

test("sasl: auth.conf", () => {
  const test = { username: "fred", password: "a b\\c ", realm: "R" };
  assertEquals(findCredentials(CONF, "/f", "one"), test);
  assertEquals(findCredentials(CONF, "/f", "elsewhere"), { username: "otto" });
  assertEquals(findCredentials("", "/f", "one"), {});
  assertThrows(() => findCredentials(CONF, "/f", "bad"), TypeError, "[credentials-none]");
  assertThrows(() => findCredentials(CONF, "/f", "empty"), TypeError, '"credentials"');
});

test("sasl: which auth.conf is read", async () => {
  async function read(
    given: string | undefined,
    env: Record<string, string>,
    files: readonly string[],
  ): Promise<string | undefined> {
    const { username } = await readAuthConf(given, "h", {
      env: (name) => env[name],
      home: () => "/home/u",
      readTextFile: (path) =>
        Promise.resolve(
          files.includes(path)
            ? `[auth-libvirt-h]\ncredentials=x\n[credentials-x]\nauthname=${path}`
            : undefined,
        ),
    });
    return username;
  }
  const own = "/home/u/.config/libvirt/auth.conf";
  const system = "/etc/libvirt/auth.conf";
  const files = ["/given", "/env", "/xdg/libvirt/auth.conf", own, system];
  const env = { LIBVIRT_AUTH_FILE: "/env" };
  assertEquals(await read("/given", env, files), "/given");
  assertEquals(await read(undefined, env, files), "/env");
  assertEquals(await read(undefined, { XDG_CONFIG_HOME: "/xdg" }, files), files[2]);
  assertEquals(await read(undefined, {}, files), own);
  assertEquals(await read(undefined, {}, [system]), system);
  assertEquals(await read(undefined, {}, []), undefined);
  await assertRejects(() => read("/nowhere", {}, files), TypeError, "/nowhere");
});
