import { assertEquals } from "@std/assert";
import type { TcpEndpoint } from "../../src/transport.ts";
import { type Listener, listenTcp, listenUnix } from "../../transports/listen.ts";
import { runtime, test } from "../harness.ts";
import { withTempDir } from "./host.ts";
import { release } from "./pairs.ts";

const skip = runtime !== "deno" && "only Deno has these permissions";

async function run(flags: readonly string[], what: string, target: string): Promise<string> {
  const { pathname } = new URL("./deno_permissions_child.ts", import.meta.url);
  // Node's child_process would hand our own permissions on.
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, pathname, what, target],
  });
  const { stdout, stderr } = await command.output();
  return new TextDecoder().decode(stdout.byteLength > 0 ? stdout : stderr);
}

function flagsOf(message: string): string[] {
  return message.slice(message.indexOf("--")).trim().split(" ");
}

async function assertOneMoreRun(
  what: string,
  target: string,
  expected: string,
): Promise<void> {
  const refused = await run([], what, target);
  assertEquals(refused, `${expected}\n`);
  assertEquals(await run(flagsOf(expected), what, target), "done\n");
}

async function releaseNext(listener: Listener): Promise<void> {
  const { value } = await listener[Symbol.asyncIterator]().next();
  await release(value!);
}

test(
  "transports: deno: one message tells all that a unix socket needs",
  () =>
    withTempDir(async (dir) => {
      const path = `${dir}/a.sock`;
      const listener = await listenUnix(path);
      await assertOneMoreRun(
        "dial",
        path,
        `Cannot connect to unix:${path}: Deno does not allow it; run again with ` +
          `--allow-read=${path} --allow-write=${path} --allow-net=unix:${path}`,
      );
      await releaseNext(listener);
      await listener.close();
    }),
  { skip },
);

test(
  "transports: deno: one message tells all that listening needs",
  () =>
    withTempDir(async (dir) => {
      const path = `${dir}/a.sock`;
      await assertOneMoreRun(
        "listen",
        path,
        `Cannot listen on unix:${path}: Deno does not allow it; run again with ` +
          `--allow-read=${path} --allow-write=${path} --allow-net=unix:${path}`,
      );
    }),
  { skip },
);

test("transports: deno: one message tells all that a TCP port needs", async () => {
  const listener = await listenTcp("127.0.0.1", 0);
  const { port } = listener.endpoint as TcpEndpoint;
  await assertOneMoreRun(
    "dial",
    `127.0.0.1:${port}`,
    `Cannot connect to tcp:127.0.0.1:${port}: Deno does not allow it; run again with ` +
      `--allow-net=127.0.0.1:${port}`,
  );
  await releaseNext(listener);
  await listener.close();
}, { skip });

test("transports: deno: a program needs no more than to be run", async () => {
  await assertOneMoreRun(
    "run",
    "cat",
    "Cannot connect to ext:cat: running cat failed: Deno does not allow it; run again with " +
      "--allow-run=cat",
  );
}, { skip });
