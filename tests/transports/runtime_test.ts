import { assertEquals } from "@std/assert";
import { dialDefault } from "../../transports/default.ts";
import { detectRuntime } from "../../transports/detect.ts";
import { failure } from "../../transports/failure.ts";
import { listenUnix } from "../../transports/listen.ts";
import { dialUnix } from "../../transports/unix.ts";
import { runtime as expected, test } from "../harness.ts";
import { readOnce, writeOnce } from "./bytes.ts";
import { fs, process, runChild, withTempDir } from "./host.ts";
import { release } from "./pairs.ts";

const runtime = detectRuntime();

test("transports: runtime: is the one that runs", () => {
  assertEquals(runtime.name, expected);
  assertEquals(detectRuntime(), runtime);
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
    const file = new URL("./idle_child.ts", import.meta.url);
    const ending = runChild(file, [`${dir}/a.sock`]);
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

test("transports: runtime: a server survives that it has too many clients", () =>
  withTempDir(async (dir) => {
    const path = `${dir}/a.sock`;
    const file = new URL("./greeter_child.ts", import.meta.url);
    const ending = runChild(file, [path], "ulimit -n 64");
    while (!fs.existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));

    const clients = [];
    for (let i = 0; i < 100; i++) clients.push(await dialUnix({ kind: "unix", path }));
    for (const client of clients) await release(client);

    for (let greeted = false; !greeted;) {
      const client = await dialUnix({ kind: "unix", path });
      greeted = (await readOnce(client.readable).catch(() => undefined)) !== undefined;
      if (greeted) await writeOnce(client.writable, new Uint8Array([1]));
      await release(client);
    }
    assertEquals(await ending, { code: 0, stdout: "", stderr: "" });
  }));

test("transports: runtime: what may happen to any attempt has a clear word", () => {
  const cause = Object.assign(new Error("x"), { code: "EMFILE" });
  const attempt = { what: "Cannot connect to unix:/x", needs: [], advice: {} };
  assertEquals(
    failure(runtime, attempt, cause).message,
    "Cannot connect to unix:/x: this process has too many open files; " +
      "close connections or raise the limit (ulimit -n)",
  );
  assertEquals(
    failure(runtime, attempt, new Error("odd")).message,
    "Cannot connect to unix:/x: odd",
  );
});
