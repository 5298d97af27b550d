import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  connectClose,
  connectGetHostname,
  connectGetLibVersion,
  connectGetType,
  connectListAllDomains,
  connectOpen,
  connectSupportsFeature,
} from "../../gen/remote/connect.ts";
import { domainLookupByName, domainSuspend } from "../../gen/remote/domain.ts";
import { networkLookupByName } from "../../gen/remote/network.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { LibvirtError } from "../../src/errors.ts";
import type { Procedure } from "../../src/procedure.ts";
import { failure } from "../../src/server/failure.ts";
import { decodeVoid, encodeVoid } from "../../src/xdr/void.ts";
import { ServerSession } from "../../src/server/server.ts";
import { Session } from "../../src/session/session.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { connected, refused, serving } from "./connected.ts";

const OPEN = { name: null, flags: 0 };

function asLibvirt(error: Error): LibvirtError {
  assertInstanceOf(error, LibvirtError);
  return error;
}

function summary(error: Error): readonly unknown[] {
  const { domain, code, message, str1, str2, int1, int2 } = asLibvirt(error);
  return [domain, code, message, str1, str2, int1, int2];
}

function procedure(number: number, name: string): Procedure<void, void> {
  return { program: remoteProgram, number, name, encode: encodeVoid, decode: decodeVoid };
}

test("server: a procedure that nobody knows is refused and the connection stays", async () => {
  await using client = await connected();
  const error = asLibvirt(
    await refused(client.session.call(procedure(9999, "novelty"), undefined)),
  );
  assertEquals([error.code, error.domain, error.str2], [39, 7, "unknown procedure: 9999"]);
  const { type } = await client.session.call(connectGetType, undefined);
  assertEquals(type, "TEST");
});

test("server: arguments that cannot be decoded cost that call only", async () => {
  await using client = await connected();
  const short = { ...procedure(domainLookupByName.number, "short"), decode: decodeVoid };
  assertEquals(
    summary(await refused(client.session.call(short, undefined))),
    [7, 39, "Unable to decode message payload", "%s", "Unable to decode message payload", -1, -1],
  );
  assertEquals((await client.session.call(connectGetType, undefined)).type, "TEST");
});

test("server: before the open only what needs no connection answers", async () => {
  const { session, server } = serving({ connectGetType: () => ({ type: "MINE" }) });
  const early = await refused(session.call(connectGetType, undefined));
  assertEquals(early.message, "internal error: hypervisor connection not open");
  const network = await refused(session.call(networkLookupByName, { name: "x" }));
  assertEquals(network.message, "internal error: connection not open");
  assertEquals(await session.call(connectSupportsFeature, { feature: 10 }), { supported: 1 });
  await session.call(connectOpen, OPEN);
  assertEquals((await session.call(connectGetType, undefined)).type, "MINE");
  const again = await refused(session.call(connectOpen, OPEN));
  assertEquals(again.message, "internal error: connection already open");
  await session.close();
  assertEquals(await server.closed, "eof");
});

test("server: what a driver lacks is not supported, by the name of libvirt's function", async () => {
  const { session, server } = serving({});
  await session.call(connectOpen, OPEN);
  assertEquals(
    summary(await refused(session.call(networkLookupByName, { name: "x" }))),
    [
      19,
      3,
      "this function is not supported by the connection driver: virNetworkLookupByName",
      "this function is not supported by the connection driver: %1$s",
      "virNetworkLookupByName",
      -1,
      -1,
    ],
  );
  await session.close();
  await server.closed;
});

test("server: a driver's error arrives with all its fields, any other as an internal one", async () => {
  const uuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  const thrown = new LibvirtError("No such thing", {
    code: 42,
    domain: 10,
    level: 1,
    str1: "one",
    str2: "two",
    str3: "three",
    int1: 4,
    int2: 5,
    dom: { name: "web", uuid, id: 7 },
    net: { name: "lan", uuid },
  });
  const { session, server } = serving({
    connectGetType() {
      throw thrown;
    },
    connectGetHostname: () => Promise.reject(new RangeError("out of it")),
  });
  await session.call(connectOpen, OPEN);
  const error = asLibvirt(await refused(session.call(connectGetType, undefined)));
  for (
    const field of [
      "message",
      "code",
      "domain",
      "level",
      "str1",
      "str2",
      "str3",
      "int1",
      "int2",
      "dom",
      "net",
    ] as const
  ) assertEquals(error[field], thrown[field], field);
  const other = asLibvirt(await refused(session.call(connectGetHostname, undefined)));
  assertEquals([other.code, other.message], [1, "internal error: out of it"]);
  await session.close();
  await server.closed;
});

test("server: a result that cannot be encoded is an error, and nothing of it is sent", async () => {
  const { session, server } = serving({
    connectGetType: () => ({ type: 5 as unknown as string }),
    connectGetHostname: () => ({ hostname: "here" }),
  });
  await session.call(connectOpen, OPEN);
  const error = await refused(session.call(connectGetType, undefined));
  assertEquals(error.message, "Unable to encode message payload");
  assertEquals(await session.call(connectGetHostname, undefined), { hostname: "here" });
  await session.close();
  await server.closed;
});

test("server: a read-only client may look and not touch", async () => {
  await using client = await connected({ readOnly: true });
  const { session } = client;
  const { dom } = await session.call(domainLookupByName, { name: "test" });
  assertEquals(
    summary(await refused(session.call(domainSuspend, { dom }))),
    [
      20,
      29,
      "operation forbidden: read only access prevents virDomainSuspend",
      "operation forbidden: %1$s",
      "read only access prevents virDomainSuspend",
      -1,
      -1,
    ],
  );
});

test("server: replies overtake a slow one, and the sixth request waits unread", async () => {
  const waiting: (() => void)[] = [];
  let entered = 0;
  const [near, far] = memoryPair();
  const driver = {
    open: () => ({
      remote: {
        connectGetHostname() {
          entered++;
          return new Promise<{ hostname: string }>((resolve) =>
            waiting.push(() => resolve({ hostname: "slow" }))
          );
        },
        connectGetType: () => ({ type: "FAST" }),
      },
      features: new Set<number>(),
      close() {},
    }),
  };
  const other = new ServerSession(far, { driver });
  const client = new Session(near, { callsInFlight: 20 });
  await client.call(connectOpen, OPEN);
  entered = 0;
  const slow = Array.from({ length: 4 }, () => client.call(connectGetHostname, undefined));
  // the fifth place is free, so this one is answered while the four wait
  assertEquals((await client.call(connectGetType, undefined)).type, "FAST");
  assertEquals(entered, 4);
  const fifth = client.call(connectGetHostname, undefined);
  const sixth = client.call(connectGetType, undefined);
  let answered = false;
  sixth.then(() => answered = true);
  while (entered < 5) await Promise.resolve();
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  assert(!answered, "the sixth request was read before one of the five was answered");
  waiting.shift()!();
  assertEquals((await sixth).type, "FAST");
  for (const finish of waiting) finish();
  for (const reply of [...slow, fifth]) assertEquals((await reply).hostname, "slow");
  await client.close();
  await other.closed;
});

test("server: ten thousand pipelined calls are all answered", async () => {
  const [near, far] = memoryPair();
  const hypervisor = createTestHypervisor();
  hypervisor.serve(far);
  const session = new Session(near, { callsInFlight: 10_000 });
  await session.call(connectOpen, OPEN);
  const replies = await Promise.all(
    Array.from({ length: 10_000 }, () => session.call(connectGetLibVersion, undefined)),
  );
  assert(replies.every(({ libVer }) => libVer === 12008000n));
  await session.close();
  await hypervisor.close();
});

test("server: a client that vanishes has its connection closed", async () => {
  const { session, server, closedConnections } = serving({});
  await session.call(connectOpen, OPEN);
  assertEquals(closedConnections(), 0);
  await session.close();
  assertEquals(await server.closed, "eof");
  assertEquals(closedConnections(), 1);
});

test("server: the close is answered, and then the server hangs up", async () => {
  const { session, server, closedConnections } = serving({});
  await session.call(connectOpen, OPEN);
  await session.call(connectClose, undefined);
  assertEquals(await session.closed, "eof");
  assertEquals(await server.closed, "client");
  assertEquals(closedConnections(), 1);
  await session.close();
});

test("server: garbage ends the connection and no other", async () => {
  await using client = await connected();
  const hypervisor = createTestHypervisor();
  const [near, far] = memoryPair();
  const server = hypervisor.serve(far);
  const writer = near.writable.getWriter();
  await writer.write(new Uint8Array(64).fill(0xff));
  assertEquals(await server.closed, "error");
  const { ret } = await client.session.call(connectListAllDomains, { needResults: 0, flags: 0 });
  assertEquals(ret, 1);
  await near.readable.cancel();
  await writer.abort().catch(() => {});
  await hypervisor.close();
});

test("server: an interceptor delays, refuses, silences and drops", async () => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => release = resolve);
  let mode = "delay";
  await using client = await connected({
    intercept(name) {
      if (name !== "connectGetHostname") return undefined;
      if (mode === "delay") return gate;
      if (mode === "drop") return "drop";
      throw failure(10, 9, "scripted");
    },
    hostname: "scripted.example",
  });
  const { session } = client;
  let answered = false;
  const late = session.call(connectGetHostname, undefined).then((ret) => {
    answered = true;
    return ret;
  });
  await session.call(connectGetType, undefined);
  assert(!answered);
  release();
  assertEquals((await late).hostname, "scripted.example");
  mode = "refuse";
  const error = await refused(session.call(connectGetHostname, undefined));
  assertEquals(error.message, "operation failed: scripted");
  mode = "drop";
  const gone = await refused(session.call(connectGetHostname, undefined));
  assertStringIncludes(gone.message, "connectGetHostname");
});
