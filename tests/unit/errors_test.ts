import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { NetMessageError } from "../../gen/rpc/error.ts";
import {
  AuthError,
  type CloseReason,
  ConnectionError,
  isNotFound,
  isUnsupported,
  LibvirtError,
  ProtocolError,
  unsupported,
  UnsupportedError,
  XdrError,
} from "../../src/errors.ts";
import { closedError, errorOf, libvirtErrorOf } from "../../src/session/failure.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { NO_ERROR } from "../rpc/engines.ts";

const PLAIN: NetMessageError = {
  ...NO_ERROR,
  code: ErrorNumber.NO_DOMAIN,
  domain: ErrorDomain.QEMU,
  message: "Domain not found",
  level: 2,
};

test("errors: all eleven fields of the wire are in the error", () => {
  const error = libvirtErrorOf({
    ...PLAIN,
    level: 1,
    dom: { name: "vm", uuid: Uuid.parse("00112233-4455-6677-8899-aabbccddeeff"), id: -1 },
    str1: "one",
    str2: "",
    str3: "three",
    int1: -1,
    int2: 2147483647,
    net: { name: "default", uuid: Uuid.parse("ffeeddcc-bbaa-9988-7766-554433221100") },
  }, "domainLookupByName");
  assertInstanceOf(error, LibvirtError);
  assertInstanceOf(error, Error);
  assertEquals(error.name, "LibvirtError");
  assertEquals(error.message, "Domain not found");
  assertEquals([error.code, error.codeName], [42, "NO_DOMAIN"]);
  assertEquals([error.domain, error.domainName], [10, "QEMU"]);
  assertEquals(error.level, 1);
  assertEquals([error.str1, error.str2, error.str3], ["one", "", "three"]);
  assertEquals([error.int1, error.int2], [-1, 2147483647]);
  assertEquals(error.dom, { name: "vm", uuid: "00112233-4455-6677-8899-aabbccddeeff", id: -1 });
  assertEquals(error.net, { name: "default", uuid: "ffeeddcc-bbaa-9988-7766-554433221100" });
  assertEquals([error.procedure, error.origin], ["domainLookupByName", "remote"]);
});

test("errors: what the wire leaves out is null", () => {
  const error = libvirtErrorOf(PLAIN);
  const { dom, net, str1, str2, str3, procedure } = error;
  assertEquals([dom, net, str1, str2, str3], [null, null, null, null, null]);
  assertEquals(procedure, undefined);
});

test("errors: an error without a message says its number", () => {
  const error = libvirtErrorOf({ ...PLAIN, message: null, code: 38 });
  assertEquals(error.message, "The daemon answered error 38 without a message");
});

test("errors: numbers newer than this library have a name, too", () => {
  const error = libvirtErrorOf({ ...PLAIN, code: 9999, domain: 8888 });
  assertEquals([error.codeName, error.domainName], ["UNKNOWN_9999", "UNKNOWN_8888"]);
  assertEquals(libvirtErrorOf({ ...PLAIN, code: -1, domain: -2 }).codeName, "UNKNOWN_-1");
});

test("errors: the name of every number is its own", () => {
  const numbers = Object.values(ErrorNumber).filter((value) => typeof value === "number");
  assert(numbers.length > 100);
  for (const code of numbers) {
    const { codeName } = new LibvirtError("x", { code });
    assertEquals((ErrorNumber as Record<string, unknown>)[codeName], code);
  }
  const domains = Object.values(ErrorDomain).filter((value) => typeof value === "number");
  for (const domain of domains) {
    const { domainName } = new LibvirtError("x", { code: 1, domain });
    assertEquals((ErrorDomain as Record<string, unknown>)[domainName], domain);
  }
});

test("errors: what is left out when one is made by hand", () => {
  const error = new LibvirtError("x", { code: 1 });
  assertEquals([error.domain, error.level, error.int1, error.int2], [0, 2, 0, 0]);
  assertEquals([error.domainName, error.origin], ["NONE", "remote"]);
});

test("errors: classes that can be caught, by what the daemon answered", () => {
  const classOf: readonly (readonly [number, typeof LibvirtError])[] = [
    [ErrorNumber.NO_SUPPORT, UnsupportedError],
    [ErrorNumber.AUTH_FAILED, AuthError],
    [ErrorNumber.AUTH_CANCELLED, AuthError],
    [ErrorNumber.AUTH_UNAVAILABLE, AuthError],
    [ErrorNumber.OPERATION_UNSUPPORTED, LibvirtError],
    [ErrorNumber.OPERATION_DENIED, LibvirtError],
    [ErrorNumber.RPC, LibvirtError],
    [ErrorNumber.NO_DOMAIN, LibvirtError],
  ];
  for (const [code, expected] of classOf) {
    const error = libvirtErrorOf({ ...PLAIN, code });
    assertStrictEquals(error.constructor, expected, `code ${code}`);
    assertEquals(error.name, expected.name);
    assertInstanceOf(error, LibvirtError);
    assertEquals([error.code, error.origin], [code, "remote"]);
  }
});

test("errors: an unknown procedure is unsupported, by its text, in the two domains that say it", () => {
  const unknown = { ...PLAIN, code: ErrorNumber.RPC, message: "unknown procedure: 456" };
  for (const domain of [ErrorDomain.RPC, ErrorDomain.REMOTE]) {
    const error = libvirtErrorOf({ ...unknown, domain }, "domainSetThrottleGroup");
    assertInstanceOf(error, UnsupportedError);
    assertEquals([error.code, error.domain, error.origin], [39, domain, "remote"]);
    assert(error.message.includes('"domainSetThrottleGroup"'), error.message);
    assert(error.message.includes("unknown procedure: 456"), error.message);
    assert(isUnsupported(error));
  }
  for (
    const other of [
      { ...unknown, domain: ErrorDomain.QEMU },
      { ...unknown, domain: ErrorDomain.RPC, code: ErrorNumber.INTERNAL_ERROR },
      { ...unknown, domain: ErrorDomain.RPC, message: "unknown procedure: x" },
      { ...unknown, domain: ErrorDomain.RPC, message: "An unknown procedure: 4" },
      { ...unknown, domain: ErrorDomain.RPC, message: "unknown procedure: 4, they said" },
      { ...unknown, domain: ErrorDomain.RPC, message: null },
    ]
  ) {
    assertStrictEquals(libvirtErrorOf(other).constructor, LibvirtError, other.message ?? "");
  }
});

test("errors: isNotFound is about objects that do not exist, of every kind", () => {
  // VIR_ERR_NO_… that are about something else than an object that does not exist
  const otherwise =
    "MEMORY SUPPORT CONNECT XEN KERNEL ROOT SOURCE TARGET NAME OS DEVICE XENSTORE " +
    "SECURITY_MODEL HOSTNAME";
  const others = new Set(otherwise.split(" ").map((name) => `NO_${name}`));
  let found = 0;
  for (const [name, code] of Object.entries(ErrorNumber)) {
    if (typeof code !== "number") continue;
    const expected = name.startsWith("NO_") && !others.has(name);
    assertEquals(isNotFound(libvirtErrorOf({ ...PLAIN, code })), expected, name);
    if (expected) found++;
  }
  assert(found >= 15, `${found}`);
  for (const value of [undefined, null, "NO_DOMAIN", { code: 42 }, new Error("NO_DOMAIN")]) {
    assertEquals(isNotFound(value), false);
  }
});

test("errors: isUnsupported is about what the daemon, driver or transport cannot do", () => {
  const codes = [
    ErrorNumber.NO_SUPPORT,
    ErrorNumber.ARGUMENT_UNSUPPORTED,
    ErrorNumber.OPERATION_UNSUPPORTED,
    ErrorNumber.CONFIG_UNSUPPORTED,
  ];
  for (const code of Object.values(ErrorNumber)) {
    if (typeof code !== "number") continue;
    const expected = (codes as readonly number[]).includes(code);
    assertEquals(isUnsupported(libvirtErrorOf({ ...PLAIN, code })), expected, `${code}`);
  }
  assertEquals(isUnsupported(unsupported("cannot")), true);
  for (const value of [undefined, "NO_SUPPORT", new TypeError("unsupported")]) {
    assertEquals(isUnsupported(value), false);
  }
});

test("errors: what this side refuses is told from what the daemon refused", () => {
  const error = unsupported("Cannot do that", "domainOpenGraphics");
  assertInstanceOf(error, UnsupportedError);
  assertEquals([error.origin, error.codeName], ["local", "NO_SUPPORT"]);
  assertEquals(error.procedure, "domainOpenGraphics");
  assertEquals(unsupported("Cannot").procedure, undefined);
});

test("errors: protocol and XDR errors", () => {
  const protocol = new ProtocolError("broken");
  assertEquals([protocol.name, protocol.origin], ["ProtocolError", "remote"]);
  const cause = new Error("why");
  assertStrictEquals(new ProtocolError("broken", "local", { cause }).cause, cause);
  const xdr = new XdrError("Expected more", 12, "name");
  assertInstanceOf(xdr, ProtocolError);
  assertEquals([xdr.name, xdr.offset, xdr.field], ["XdrError", 12, "name"]);
  assertEquals(xdr.message, 'Expected more at byte 12 in "name"');
  assertEquals(
    new XdrError("Found 3 trailing bytes", 8).message,
    "Found 3 trailing bytes at byte 8",
  );
});

test("errors: how a connection ended, in words", () => {
  const label = "unix:/run/libvirt/libvirt-sock";
  const words: Readonly<Record<CloseReason, string>> = {
    client: "this side closed the connection",
    eof: "the daemon closed the connection",
    keepalive: "the daemon no longer answers",
    error: "the connection failed",
  };
  for (const reason of ["client", "eof", "keepalive", "error"] as const) {
    const error = closedError({ reason, error: undefined, label }, "No more events");
    assertInstanceOf(error, ConnectionError);
    assertEquals(error.message, `No more events: ${words[reason]} (${label})`);
    assertEquals([error.reason, error.cause], [reason, undefined]);
  }
});

test("errors: a connection that failed keeps what failed as its cause", () => {
  const cause = new TypeError("ECONNRESET");
  const failed = closedError({ reason: "error", error: cause, label: "tcp:h:1" }, "No answer");
  assertEquals(failed.message, "No answer: the connection failed (tcp:h:1): ECONNRESET");
  assertStrictEquals(failed.cause, cause);
  const gone = closedError({ reason: "eof", error: cause, label: "tcp:h:1" }, "No answer");
  assert(gone instanceof ConnectionError);
  assertEquals(gone.message, "No answer: the daemon closed the connection (tcp:h:1)");
  assertStrictEquals(gone.cause, cause);
  const broken = new XdrError("Expected 0 or 1", 4, "flag");
  const protocol = closedError({ reason: "error", error: broken, label: "tcp:h:1" }, "No answer");
  assertInstanceOf(protocol, ProtocolError);
  assertEquals(protocol.message, 'No answer: Expected 0 or 1 at byte 4 in "flag"');
  assertEquals(protocol.origin, "remote");
  assertStrictEquals(protocol.cause, broken);
});

test("errors: each failure of a call becomes its error", () => {
  const procedure = { name: "domainCreate" };
  const answered = errorOf({ kind: "answer", error: PLAIN }, procedure);
  assertInstanceOf(answered, LibvirtError);
  assertEquals(answered.procedure, "domainCreate");
  const closed = { kind: "closed", reason: "eof", error: undefined, label: "x" } as const;
  const lost = errorOf(closed, procedure);
  assertInstanceOf(lost, ConnectionError);
  assert(lost.message.startsWith('"domainCreate" got no answer: '), lost.message);
  for (const value of [undefined, "a reason", new Error("x")]) {
    assertStrictEquals(errorOf({ kind: "thrown", value }, procedure), value);
  }
});
