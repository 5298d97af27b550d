import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type CloseReason, ConnectionError, ProtocolError } from "../../src/errors.ts";
import { Session } from "../../src/session/session.ts";
import { memoryPair } from "../../transports/memory.ts";
import { TimerCount } from "../faults/leaks.ts";
import { test } from "../harness.ts";
import { packet, words } from "../rpc/frames.ts";
import { echo, echoed, quickEcho } from "./calls.ts";
import { type Ends, isSettled, settle, withPeer } from "./peer.ts";

/** A way in which a connection ends, and what is to become of it. */
interface Ending {
  readonly name: string;
  readonly reason: CloseReason;
  // deno-lint-ignore no-explicit-any
  readonly errorClass: new (...args: any[]) => Error;
  readonly message: RegExp;
  end(ends: Ends): Promise<void>;
}

const label = "\\(the test's peer\\)";
const ENDINGS: readonly Ending[] = [
  {
    name: "close()",
    reason: "client",
    errorClass: ConnectionError,
    message: new RegExp(`got no answer: this side closed the connection ${label}$`),
    end: ({ session }) => session.close(),
  },
  {
    name: "abort()",
    reason: "error",
    errorClass: ConnectionError,
    message: new RegExp(`the connection failed ${label}: pulled the plug$`),
    end: ({ session }) => Promise.resolve(session.abort(new Error("pulled the plug"))),
  },
  {
    name: "the peer hangs up",
    reason: "eof",
    errorClass: ConnectionError,
    message: new RegExp(`the daemon closed the connection ${label}$`),
    end: ({ peer }) => peer.close(),
  },
  {
    name: "the peer hangs up inside a packet",
    reason: "eof",
    errorClass: ConnectionError,
    message:
      /got no answer: the daemon closed the connection .*end of the connection after 20 bytes/,
    end: ({ peer }) => {
      peer.send(packet().slice(0, 20));
      return peer.close();
    },
  },
  {
    name: "garbage",
    reason: "error",
    errorClass: ProtocolError,
    message: /found the length \d+ \(the text "HTTP": this is not a libvirt daemon\)/,
    end: ({ session, peer }) => {
      peer.send(words(0x48545450));
      return session.closed.then(() => {});
    },
  },
  {
    name: "a dead peer",
    reason: "keepalive",
    errorClass: ConnectionError,
    message: new RegExp(`the daemon no longer answers ${label}$`),
    end: async ({ session }) => {
      const awake = setInterval(() => {}, 1000); // the session's own timer keeps nothing alive
      session.startKeepalive({ interval: 15, count: 1 });
      await session.closed;
      clearInterval(awake);
    },
  },
];

for (const ending of ENDINGS) {
  test(`closing: ${ending.name}: all that is pending fails, sent or waiting`, () =>
    withPeer(async (ends) => {
      const { session, peer } = ends;
      const calls = Array.from(
        { length: 9 },
        (_, i) => session.call(i === 8 ? quickEcho : echo, `${i}`),
      );
      const failures = calls.map((call) => assertRejects(() => call, ending.errorClass));
      await peer.take(5);
      await ending.end(ends);
      for (const [i, error] of (await Promise.all(failures)).entries()) {
        assertMatch(error.message, ending.message);
        assertMatch(error.message, i === 8 ? /^"quickEcho"/ : /^"echo"/);
        if (error instanceof ConnectionError) assertEquals(error.reason, ending.reason);
      }
      assertEquals(await session.closed, ending.reason);
      assertEquals(session.isOpen, false);
      await peer.ended;

      const late = await assertRejects(() => session.call(echo, "late"), ending.errorClass);
      assertMatch(late.message, ending.message);
      await session.close();
      assertEquals(await session.closed, ending.reason, "close() changes nothing afterwards");
    }));
}

test("closing: errors keep what ended the connection as their cause", () =>
  withPeer(async ({ session, peer }) => {
    const plug = new Error("pulled the plug");
    const failing = assertRejects(() => session.call(echo, "x"), ConnectionError);
    await peer.next();
    session.abort(plug);
    assertStrictEquals((await failing).cause, plug);
    assertStrictEquals(session.closeError, plug);
  }));

test("closing: a reader that fails ends the session with that error", async () => {
  const ours = brokenDuplex();
  const session = new Session(ours.duplex);
  const failing = assertRejects(() => session.call(echo, "x"), ConnectionError, "cable cut");
  ours.source.error(new TypeError("cable cut"));
  assertInstanceOf((await failing).cause, TypeError);
  assertEquals(await session.closed, "error");
});

test("closing: a writer that fails ends the session with that error", async () => {
  const ours = brokenDuplex(new TypeError("cannot write"));
  const session = new Session(ours.duplex);
  const error = await assertRejects(
    () => session.call(echo, "x"),
    ConnectionError,
    "the connection failed (broken): cannot write",
  );
  assertEquals(error.reason, "error");
  assertEquals(await session.closed, "error");
});

test("closing: however many writes fail, one of them is waited for", async () => {
  const timers = new TimerCount();
  try {
    const ours = brokenDuplex(new TypeError("cannot write"));
    const session = new Session(ours.duplex);
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < 4; n++) {
      calls.push(assertRejects(() => session.call(echo, "x"), ConnectionError, "cannot write"));
      await settle();
    }
    assertEquals(timers.live.length, 1);
    await Promise.all(calls);
    assertEquals(timers.live, []);
  } finally {
    timers.restore();
  }
});

test("closing: a write that finds the peer gone is the peer's hanging up", async () => {
  const ours = brokenDuplex(new ConnectionError("The connection was closed by the peer", "eof"));
  const session = new Session(ours.duplex);
  const error = await assertRejects(
    () => session.call(echo, "x"),
    ConnectionError,
    "the daemon closed the connection (broken)",
  );
  assertEquals(error.reason, "eof");
  assertEquals([await session.closed, session.closeError], ["eof", undefined]);
});

test("closing: a goodbye that cannot be written is none, and the end is ours", async () => {
  const ours = brokenDuplex(new TypeError("write EPIPE"));
  const session = new Session(ours.duplex);
  await session.close(async () => {
    const said = session.call(quickEcho, "goodbye");
    ours.source.error(new TypeError("write EPIPE")); // as node:net does to a socket
    await said;
  });
  assertEquals([await session.closed, session.closeError], ["client", undefined]);
});

test("closing: close() is idempotent, and all of them resolve", () =>
  withPeer(async ({ session, peer }) => {
    await Promise.all([session.close(), session.close(), session.close()]);
    await session.close();
    assertEquals(await session.closed, "client");
    await peer.ended;
  }));

test("closing: close() fails pending calls at once, and says goodbye after that", () =>
  withPeer(async ({ session, peer }) => {
    const pending = assertRejects(() => session.call(echo, "slow"), ConnectionError);
    await peer.next();
    let saidGoodbye = false;
    const closing = session.close(async () => {
      await session.call(quickEcho, "goodbye");
      saidGoodbye = true;
    });
    const error = await pending; // although nothing has been answered
    assertEquals(error.reason, "client");
    assertEquals(await isSettled(closing), false);
    const again = session.close();
    peer.send(echoed(await peer.next()));
    await Promise.all([closing, again]);
    assertEquals(saidGoodbye, true);
  }));

test("closing: a goodbye that is refused or never answered does not keep close() up", async () => {
  await withPeer(async ({ session, peer }) => {
    const closing = session.close(async () => void await session.call(quickEcho, "goodbye"));
    peer.refuse(await peer.next(), { code: 1 });
    await closing;
    assertEquals(await session.closed, "client");
  });
  await withPeer(async ({ session, peer }) => {
    const closing = session.close(async () => void await session.call(quickEcho, "goodbye"));
    await peer.next();
    await closing;
    assertEquals(await session.closed, "client");
  });
});

// libvirtd does so itself once it has answered
test("closing: the peer hangs up while close() says goodbye", () =>
  withPeer(async ({ session, peer }) => {
    const closing = session.close(async () => void await session.call(quickEcho, "goodbye"));
    await peer.next();
    await peer.close();
    await closing;
    assertEquals(await session.closed, "client");
  }));

test("closing: a peer that does not read cannot keep close() up", async () => {
  const [ours, theirs] = memoryPair("deaf");
  const session = new Session(ours);
  const large = {
    ...echo,
    encode: (w: { raw(b: Uint8Array): void }) => w.raw(new Uint8Array(2e6)),
  };
  const pending = assertRejects(() => session.call(large, ""), ConnectionError);
  await session.close();
  await pending;
  assertEquals(await session.closed, "client");
  await theirs.readable.cancel();
  await theirs.writable.abort();
});

test("closing: abort() inside close() wins and resolves both", () =>
  withPeer(async ({ session, peer }) => {
    const closing = session.close(async () => void await session.call(quickEcho, "goodbye"));
    await peer.next();
    session.abort(new Error("enough"));
    await closing;
    assertEquals(await session.closed, "error");
  }));

test("closing: calls made from the failure of another fail as well", () =>
  withPeer(async ({ session, peer }) => {
    let second: Promise<unknown> | undefined;
    const first = session.call(echo, "x").catch(() => {
      second = assertRejects(() => session.call(echo, "y"), ConnectionError, "got no answer");
    });
    await peer.next();
    await peer.close();
    await first;
    await second;
  }));

test("closing: what the daemon answered before it hung up still arrives", () =>
  withPeer(async ({ session, peer }) => {
    const answer = session.call(echo, "last words");
    peer.send(echoed(await peer.next()));
    await peer.close();
    assertEquals(await answer, "last words");
    assertEquals(await session.closed, "eof");
  }));

interface Broken {
  readonly duplex: ReturnType<typeof memoryPair>[0];
  readonly source: ReadableStreamDefaultController<Uint8Array>;
}

// An end whose streams the test controls.
function brokenDuplex(writeError?: Error): Broken {
  let source!: ReadableStreamDefaultController<Uint8Array>;
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => void (source = controller),
  });
  const writable = new WritableStream<Uint8Array>({
    write() {
      if (writeError !== undefined) throw writeError;
    },
  });
  assert(source !== undefined);
  return {
    duplex: { readable, writable, secure: true, encrypted: false, label: "broken" },
    source,
  };
}
