import { assertEquals } from "@std/assert";
import { dialDefault } from "../../transports/default.ts";
import { detectRuntime } from "../../transports/detect.ts";
import { listenUnix } from "../../transports/listen.ts";
import { runtime as expected, test } from "../harness.ts";
import { fs, process, runChild, withTempDir } from "./host.ts";
import { release } from "./pairs.ts";

const runtime = await detectRuntime();

test("transports: runtime: is the one that runs", async () => {
  assertEquals(runtime.name, expected);
  assertEquals(await detectRuntime(), runtime);
});

test("transports: runtime: environment and user", () => {
  process.env["VIRTWIRE_TEST"] = "a value";
  assertEquals(runtime.env("VIRTWIRE_TEST"), "a value");
  delete process.env["VIRTWIRE_TEST"];
  assertEquals(runtime.env("VIRTWIRE_TEST"), undefined);
  assertEquals(runtime.uid(), process.getuid());
  assertEquals(runtime.home(), process.getBuiltinModule("node:os").homedir());
});

test("transports: runtime: files", () =>
  withTempDir(async (dir) => {
    fs.writeFileSync(`${dir}/file`, "contents é");
    const listener = await listenUnix(`${dir}/a.sock`);
    assertEquals(runtime.exists(`${dir}/file`), true);
    assertEquals(runtime.exists(`${dir}/none`), false);
    assertEquals(runtime.exists(`${dir}/file/none`), false);
    assertEquals(runtime.pathInfo(`${dir}/file`), { isSocket: false });
    assertEquals(runtime.pathInfo(`${dir}/a.sock`), { isSocket: true });
    assertEquals(runtime.pathInfo(`${dir}/none`), undefined);
    assertEquals(runtime.pathInfo(`${dir}/file/none`), undefined);
    assertEquals(await runtime.readTextFile(`${dir}/file`), "contents é");
    assertEquals(await runtime.readTextFile(`${dir}/none`), undefined);
    runtime.remove(`${dir}/file`);
    assertEquals(runtime.exists(`${dir}/file`), false);
    await listener.close();
  }));

test("transports: runtime: a connection that does not keep the process alive", () =>
  withTempDir(async (dir) => {
    const listener = await listenUnix(`${dir}/a.sock`);
    const { pathname } = new URL("./idle_child.ts", import.meta.url);
    const args = expected === "deno" ? ["run", "-A", pathname] : [pathname];
    const ending = runChild([...args, `${dir}/a.sock`]);
    const { value: server } = await listener[Symbol.asyncIterator]().next();
    const { code, stdout } = await ending;
    assertEquals({ code, stdout }, { code: 0, stdout: "connected\n" });
    await release(server!);
    await listener.close();
  }));

test("transports: runtime: both may be told to keep the process alive again", () =>
  withTempDir(async (dir) => {
    const listener = await listenUnix(`${dir}/a.sock`);
    listener.setKeepsAlive(false);
    listener.setKeepsAlive(true);
    const client = await dialDefault(listener.endpoint);
    client.setKeepsAlive!(false);
    client.setKeepsAlive!(true);
    const { value: server } = await listener[Symbol.asyncIterator]().next();
    await release(client);
    await release(server!);
    await listener.close();
  }));
