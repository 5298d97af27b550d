// The built package, by its name and on every runtime. It runs in a project that has it installed.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connect, ConnectionError, LibvirtError } from "@virtwire/libvirt";
import * as protocol from "@virtwire/libvirt/protocol";

const exported = JSON.parse(readFileSync(new URL("exported.json", import.meta.url), "utf8"));

for (const [specifier, names] of Object.entries(exported)) {
  test(`npm: ${specifier} has what the source has`, async () => {
    const entry = await import(specifier);
    assert.deepEqual(Object.keys(entry).sort(), names);
  });
}

test("npm: a struct comes back as it went", () => {
  const { XdrReader, XdrWriter, decodeNetStreamHole, encodeNetStreamHole } = protocol;
  const writer = new XdrWriter();
  encodeNetStreamHole(writer, { length: 1n << 40n, flags: 0 });
  const bytes = writer.bytes();
  assert.equal(bytes.length, 12);
  assert.deepEqual(decodeNetStreamHole(new XdrReader(bytes)), { length: 1n << 40n, flags: 0 });
});

test("npm: entry points share their classes", () => {
  assert.equal(protocol.LibvirtError, LibvirtError);
  assert.equal(protocol.ConnectionError, ConnectionError);
});

test("npm: a socket is dialled, and its absence explained", async () => {
  await assert.rejects(
    connect("qemu+unix:///system?socket=/nonexistent/libvirt-sock"),
    (error) => {
      assert.ok(error instanceof ConnectionError, String(error));
      assert.match(error.message, /\/nonexistent\/libvirt-sock/);
      return true;
    },
  );
});

test("npm: the hypervisor in memory answers", async () => {
  const connection = await connect("test:///default");
  try {
    assert.deepEqual((await connection.listAllDomains()).map(({ name }) => name), ["test"]);
  } finally {
    await connection.close();
  }
});

test("npm: a program that only imports the package ends", () => {
  const program = fileURLToPath(new URL("imports.mjs", import.meta.url));
  const args = "Deno" in globalThis ? ["run", program] : [program];
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
});

test("npm: the command line runs, by the name that npm gives it", () => {
  const bin = fileURLToPath(new URL("node_modules/.bin/virtwire", import.meta.url));
  const args = "Deno" in globalThis ? ["run", "-A", bin] : [bin];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, "-c", "test:///default", "list", "--all", "--name"],
    { encoding: "utf8", timeout: 60_000 },
  );
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "test\n", stderr: "" });
});

test("npm: the proxy serves its web console, and hosts to try", async () => {
  const bin = fileURLToPath(new URL("node_modules/.bin/virtwire-proxy", import.meta.url));
  const args = "Deno" in globalThis ? ["run", "-A", bin] : [bin];
  const options = ["--ui", "--demo", "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, [...args, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  let [output, log] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text) => log += text);
  child.stdout.setEncoding("utf8");
  const url = await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => {
      output += text;
      const found = /^Open (\S+)$/m.exec(output);
      if (found !== null) resolve(new URL(found[1]));
    });
    ended.then(() => reject(new Error(`The proxy has ended: ${output}`)));
  });
  const token = url.hash.slice("#token=".length);
  const page = await fetch(url);
  assert.match(await page.text(), /<script type="module" src="console.js">/);
  assert.match(page.headers.get("content-security-policy"), /script-src 'self'/);
  const targets = await fetch(new URL("/targets", url), {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.deepEqual((await targets.json()).map(({ name }) => name).sort(), ["edge", "rack1"]);
  child.kill("SIGTERM");
  await ended; // Deno tells no status of a child that was sent a signal
  assert.match(log, /"event":"stopped"/);
});
