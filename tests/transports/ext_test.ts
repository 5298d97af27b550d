import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import type { ByteDuplex } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { dialExt } from "../../transports/ext.ts";
import { test } from "../harness.ts";
import { readBytes, readOnce, readToEnd, writeBytes, writeOnce } from "./bytes.ts";
import { fs, withTempDir } from "./host.ts";
import { release } from "./pairs.ts";

function shell(script: string, ...args: readonly string[]): Promise<ByteDuplex> {
  return dialExt({ kind: "ext", command: "/bin/sh", args: ["-c", script, "sh", ...args] });
}

/** The process id that a script writes as its first line. */
async function idOf(duplex: ByteDuplex): Promise<number> {
  return Number(new TextDecoder().decode(await readOnce(duplex.readable)));
}

function runs(id: number): boolean {
  return fs.existsSync(`/proc/${id}`);
}

test("transports: ext: bytes pass both ways through a program", async () => {
  const duplex = await dialDefault({ kind: "ext", command: "cat", args: [] });
  assertEquals([duplex.secure, duplex.encrypted, duplex.label], [false, false, "ext:cat"]);
  const total = 8 * 1024 * 1024;
  await Promise.all([writeBytes(duplex.writable, total), readBytes(duplex.readable, total)]);
  await duplex.writable.close();
});

test("transports: ext: a closed connection lets the program end in order", () =>
  withTempDir(async (dir) => {
    const duplex = await shell('cat >"$1/got"; echo $? >"$1/status"', dir);
    await writeOnce(duplex.writable, new Uint8Array([65, 66]));
    await duplex.writable.close();
    assertEquals(fs.readdirSync(dir).sort(), ["got", "status"]);
  }));

for (const how of ["cancel", "abort"] as const) {
  test(`transports: ext: ${how} ends the program`, async () => {
    const duplex = await shell("echo $$; exec sleep 1000");
    const id = await idOf(duplex);
    if (how === "abort") await duplex.writable.abort();
    await duplex.readable.cancel();
    if (how === "cancel") assert(!runs(id));
    else await release(duplex);
    assert(!runs(id));
  });
}

test("transports: ext: a program that ignores SIGTERM is ended too", async () => {
  const duplex = await shell("trap '' TERM; echo $$; while :; do read x <&0 || sleep 0.05; done");
  const id = await idOf(duplex);
  await duplex.readable.cancel();
  assert(!runs(id));
});

test("transports: ext: the program's last words are the error", async () => {
  const duplex = await shell("echo hello; echo it broke >&2; exit 3");
  assertEquals(new TextDecoder().decode(await readOnce(duplex.readable)), "hello\n");
  const error = await assertRejects(() => readOnce(duplex.readable), ConnectionError);
  assertEquals(
    error.message,
    "The connection to ext:/bin/sh failed: it broke (/bin/sh ended with status 3)",
  );
  await assertRejects(() => writeOnce(duplex.writable, new Uint8Array(1)), ConnectionError);
});

test("transports: ext: a write to a program that has died fails for the same reason", async () => {
  const duplex = await shell("exec <&-; read x; echo it broke >&2; kill -9 $$");
  const writing = writeBytes(duplex.writable, 4 * 1024 * 1024);
  const error = await assertRejects(() => writing, ConnectionError, "it broke");
  assertMatch(error.message, /ended by SIGKILL/);
  await release(duplex);
});

test("transports: ext: what stays behind with the standard error holds nothing up", () =>
  withTempDir(async (dir) => {
    // as ssh does for ControlPersist
    const duplex = await shell('sleep 1000 >/dev/null <&- & echo $! >"$1/id"; exit 4', dir);
    try {
      await assertRejects(() => readOnce(duplex.readable), ConnectionError, "status 4");
    } finally {
      const { process } = globalThis as unknown as { process: typeof import("node:process") };
      process.kill(Number(process.getBuiltinModule("node:fs").readFileSync(`${dir}/id`, "utf8")));
    }
  }));

test("transports: ext: an end in order is an end", async () => {
  const duplex = await shell("echo hello; echo a notice >&2");
  assertEquals(await readToEnd(duplex.readable), 6);
});

test("transports: ext: a program that does not read holds its writer up", async () => {
  const duplex = await shell("exec sleep 1000");
  const writer = duplex.writable.getWriter();
  let taken = 0;
  const writing = (async () => {
    for (;;) {
      await writer.write(new Uint8Array(65_536));
      taken += 65_536;
    }
  })();
  const ended = assertRejects(() => writing, ConnectionError);
  for (let last = -1; last !== taken;) {
    last = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(taken <= 1024 * 1024, `${taken}`);
  await duplex.readable.cancel();
  await ended;
  writer.releaseLock();
});

test("transports: ext: programs that cannot be run", async () => {
  const missing = () => dialExt({ kind: "ext", command: "/nonexistent/x", args: [] });
  const error = await assertRejects(missing, ConnectionError);
  assertEquals(
    error.message,
    "Cannot connect to ext:/nonexistent/x: running /nonexistent/x failed: " +
      "there is no such program; check command= in the URI",
  );
  const denied = () => dialExt({ kind: "ext", command: "/etc/passwd", args: [] });
  await assertRejects(denied, ConnectionError, "permission denied");
});

test("transports: ext: an abort before or while the program starts", async () => {
  const reason = new Error("enough");
  await assertRejects(
    () => dialExt({ kind: "ext", command: "cat", args: [] }, { signal: AbortSignal.abort(reason) }),
    Error,
    "enough",
  );
  const controller = new AbortController();
  const dialing = dialExt({ kind: "ext", command: "cat", args: [] }, controller);
  controller.abort(reason);
  await assertRejects(() => dialing, Error, "enough");
});
