import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { connectOpen } from "../../gen/remote/connect.ts";
import {
  ConnectionError,
  LibvirtError,
  ProtocolError,
  UnsupportedError,
  XdrError,
} from "../../src/errors.ts";
import { Random } from "../codec/random.ts";
import { test } from "../harness.ts";
import {
  call,
  concat,
  errorBody,
  errorReply,
  message,
  optional,
  ping,
  reply,
  text,
  withDescriptors,
  words,
} from "../rpc/frames.ts";
import { echo, echoed, quickEcho, textOf } from "./calls.ts";
import { isSettled, withPeer } from "./peer.ts";

test("session: a call and its result", () =>
  withPeer(async ({ session, peer }) => {
    const answer = session.call(echo, "hello");
    const received = await peer.next();
    assertEquals([received.procedure, textOf(received)], [14, "hello"]);
    assertEquals(await isSettled(answer), false);
    peer.reply(received, text("world"));
    assertEquals(await answer, "world");
    assertEquals(session.isOpen, true);
    assertEquals(session.closeError, undefined);
  }));

test("session: a call without a result", () =>
  withPeer(async ({ session, peer }) => {
    const answer = session.call(connectOpen, { name: "test:///default", flags: 1 });
    const received = await peer.next();
    assertEquals([...received.body], [...concat(optional("test:///default", text), words(1))]);
    peer.reply(received);
    assertEquals(await answer, undefined);
  }));

test("session: calls made in one turn leave in one piece", () =>
  withPeer(async ({ session, peer }) => {
    const answers = ["a", "b", "c"].map((value) => session.call(echo, value));
    answers.push(session.call(quickEcho, "d"));
    const calls = await peer.take(4);
    assertEquals(peer.chunks.length, 1);
    assertEquals(
      concat(...peer.chunks),
      concat(
        ...calls.map(({ procedure, serial }, i) => call(procedure, serial, text("abcd"[i]!))),
      ),
    );
    for (const received of calls.reverse()) peer.send(echoed(received));
    assertEquals(await Promise.all(answers), ["a", "b", "c", "d"]);
  }));

test("session: two hundred calls at once, answered at random, in pieces, between events", () =>
  withPeer(async ({ session, peer }) => {
    const random = new Random(21);
    const wanted = Array.from({ length: 200 }, (_, i) => `call ${i}`);
    const answers = Promise.all(
      wanted.map((value, i) => session.call(i % 7 === 0 ? quickEcho : echo, value)),
    );
    const open = [];
    for (let answered = 0; answered < wanted.length; answered++) {
      if (open.length === 0) open.push(await peer.next());
      while (peer.waiting > 0) open.push(await peer.next());
      assert(open.length <= 5, `${open.length} on the wire`);
      const [next] = open.splice(random.below(open.length), 1);
      const bytes = concat(message(318, words(1, 2, 3)), echoed(next!), ping());
      const cut = random.below(bytes.length);
      peer.send(bytes.slice(0, cut));
      peer.send(bytes.slice(cut));
    }
    assertEquals(await answers, wanted);
    assertEquals(new Set(peer.keepalive), new Set(["pong"]));
    assertEquals(session.isOpen, true);
  }));

test("session: the daemon's pings are answered without anybody asking", () =>
  withPeer(async ({ peer }) => {
    peer.send(ping(), ping());
    await peer.until(() => peer.keepalive.length === 2);
    assertEquals(peer.keepalive, ["pong", "pong"]);
  }));

test("session: an error carries what the daemon said, the procedure and who called", () =>
  withPeer(async ({ session, peer }) => {
    async function whoCalls(): Promise<string> {
      return await session.call(echo, "x");
    }
    const failing = assertRejects(whoCalls, LibvirtError, "no domain");
    peer.refuse(await peer.next(), { code: 42, domain: 10, message: "no domain", level: 2 });
    const error = await failing;
    assertEquals([error.codeName, error.domainName], ["NO_DOMAIN", "QEMU"]);
    assertEquals([error.procedure, error.origin], ["echo", "remote"]);
    assertMatch(error.stack!, /whoCalls/);
    assertEquals(await echoes(), "again");

    async function echoes(): Promise<string> {
      const answer = session.call(echo, "again");
      peer.send(echoed(await peer.next()));
      return await answer;
    }
  }));

test("session: an error of a call that had to wait for its place shows who called, too", () =>
  withPeer(async ({ session, peer }) => {
    async function whoWaited(): Promise<string> {
      return await session.call(echo, "fifth");
    }
    const first = Array.from({ length: 4 }, (_, i) => session.call(echo, `${i}`));
    const failing = assertRejects(whoWaited, LibvirtError);
    for (const received of await peer.take(4)) peer.send(echoed(received));
    peer.refuse(await peer.next(), { code: 1 });
    assertMatch((await failing).stack!, /whoWaited/);
    await Promise.all(first);
  }));

test("session: a lost connection shows who called", () =>
  withPeer(async ({ session, peer }) => {
    async function whoLost(): Promise<string> {
      return await session.call(echo, "x");
    }
    const failing = assertRejects(whoLost, ConnectionError);
    await peer.next();
    await peer.close();
    assertMatch((await failing).stack!, /whoLost/);
  }));

test("session: a procedure that the daemon does not know", () =>
  withPeer(async ({ session, peer }) => {
    const failing = assertRejects(() => session.call(echo, "x"), UnsupportedError);
    const fields = { code: 39, domain: 7, message: "unknown procedure: 14", level: 2 };
    peer.refuse(await peer.next(), fields);
    const error = await failing;
    assertMatch(error.message, /"echo".*unknown procedure: 14/);
    assertEquals([error.procedure, error.origin, error.code], ["echo", "remote", 39]);
  }));

test("session: arguments that cannot be sent fail alone and leave the place free", () =>
  withPeer(async ({ session, peer }) => {
    async function whoErred(): Promise<string> {
      return await session.call(echo, "a\0b");
    }
    for (let i = 0; i < 6; i++) {
      const error = await assertRejects(whoErred, XdrError, "without NUL");
      assertEquals([error.origin, error.field], ["local", "text"]);
      assertMatch(error.stack!, /whoErred/);
    }
    peer.answerAll(echoed);
    assertEquals(await session.call(echo, "good"), "good");
    assertEquals(peer.chunks.length, 1);
  }));

test("session: arguments that cannot be sent, of a call that had to wait", () =>
  withPeer(async ({ session, peer }) => {
    const first = Array.from({ length: 4 }, (_, i) => session.call(echo, `${i}`));
    const bad = assertRejects(() => session.call(echo, "a\0b"), XdrError, "without NUL");
    const last = session.call(echo, "last");
    peer.answerAll(echoed);
    assertEquals(await Promise.all(first), ["0", "1", "2", "3"]);
    await bad;
    assertEquals(await last, "last");
  }));

test("session: a result that cannot be decoded ends the connection", () =>
  withPeer(async ({ session, peer }) => {
    const bad = assertRejects(() => session.call(echo, "bad"), XdrError);
    const other = assertRejects(() => session.call(echo, "other"), ProtocolError);
    const [first] = await peer.take(2);
    peer.send(reply(14, first!.serial, words(2000, 0)));
    const error = await bad;
    assertEquals([error.field, error.offset, error.origin], ["answer", 0, "remote"]);
    assertEquals(await session.closed, "error");
    assertStrictEquals(session.closeError, error);
    const pending = await other;
    assertStrictEquals(pending.cause, error);
    assertMatch(pending.message, /"echo" got no answer: .*in "answer"/);
    await peer.ended;
  }));

test("session: what follows a broken result in the same bytes changes nothing", () =>
  withPeer(async ({ session, peer }) => {
    let undone = 0;
    const bad = assertRejects(() => session.call(echo, "bad"), XdrError);
    const options = { onReply: () => undone++, onLate: () => undone++ };
    const other = assertRejects(() => session.call(echo, "other", options), ProtocolError);
    const [first, second] = await peer.take(2);
    peer.send(reply(14, first!.serial, words(2000, 0)), echoed(second!));
    await Promise.all([bad, other]);
    assertEquals(undone, 0);
  }));

test("session: trailing bytes are let pass, or found when strict", async () => {
  const padded = concat(text("ok"), words(0));
  await withPeer(async ({ session, peer }) => {
    const answer = session.call(echo, "x");
    peer.reply(await peer.next(), padded);
    assertEquals(await answer, "ok");
  });
  await withPeer(async ({ session, peer }) => {
    const answer = assertRejects(() => session.call(echo, "x"), XdrError, "4 trailing bytes");
    peer.reply(await peer.next(), padded);
    await answer;
    assertEquals(await session.closed, "error");
  }, { strict: true });
});

test("session: an answer with descriptors is refused, and the connection goes on", () =>
  withPeer(async ({ session, peer }) => {
    const failing = assertRejects(() => session.call(echo, "x"), UnsupportedError, "descriptors");
    const { procedure, serial } = await peer.next();
    peer.send(withDescriptors({ procedure, serial, type: 5, descriptors: 2, body: text("fd") }));
    const error = await failing;
    assertEquals([error.origin, error.procedure], ["local", "echo"]);
    peer.answerAll(echoed);
    assertEquals(await session.call(echo, "after"), "after");
  }));

test("session: an error with a serial that no call has ends the connection", () =>
  withPeer(async ({ session, peer }) => {
    const failing = assertRejects(() => session.call(echo, "x"), ProtocolError, "nobody made");
    const { serial } = await peer.next();
    peer.send(errorReply(14, serial + 1, errorBody()));
    await failing;
    assertInstanceOf(session.closeError, ProtocolError);
  }));

test("session: onReply runs before what follows in the same bytes", () =>
  withPeer(async ({ session, peer }) => {
    const order: string[] = [];
    const first = session.call(echo, "1", { onReply: (value) => order.push(value) });
    const second = session.call(echo, "2", { onReply: (value) => order.push(value) });
    peer.send(...(await peer.take(2)).map(echoed));
    await Promise.all([
      first.then(() => order.push("then 1")),
      second.then(() => order.push("then 2")),
    ]);
    assertEquals(order, ["1", "2", "then 1", "then 2"]);
  }));
