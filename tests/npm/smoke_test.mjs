// The built package, by its name and on every runtime. It runs in a project that has it installed.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as libvirt from "@virtwire/libvirt";
import { connectAdmin } from "@virtwire/libvirt/admin";
import * as protocol from "@virtwire/libvirt/protocol";
import { createProxy } from "@virtwire/libvirt/proxy";
import { createTestHypervisor } from "@virtwire/libvirt/testing";

const { connect, Connection, ConnectionError, LibvirtError, UnsupportedError } = libvirt;
/** What bundlers for browsers and workers take for the package's name. */
const browser = await import(new URL("node_modules/@virtwire/libvirt/browser.js", import.meta.url));

const exported = JSON.parse(readFileSync(new URL("exported.json", import.meta.url), "utf8"));

for (const [specifier, names] of Object.entries(exported)) {
  test(`npm: ${specifier} has what the source has`, async () => {
    const entry = await import(specifier);
    assert.deepEqual(Object.keys(entry).sort(), names);
  });
}

test("npm: in a browser the main entry point has what it has elsewhere", () => {
  assert.deepEqual(Object.keys(browser).sort(), exported["@virtwire/libvirt"]);
});

test("npm: in a browser it leads to WebSockets alone", async () => {
  const uris = [undefined, "test:///default", "qemu:///system", "qemu+tls://host/system"];
  for (const uri of uris) {
    for (const open of [browser.connect, browser.supervise]) {
      await assert.rejects(open(uri), (error) => {
        assert.ok(error instanceof UnsupportedError, String(error));
        assert.match(
          error.message,
          /over a WebSocket.*; name a proxy, as in "wss:\/\/host\/target"$/,
        );
        return true;
      });
    }
  }
  for (const transfer of [browser.uploadFile, browser.downloadFile]) {
    await assert.rejects(transfer({}, "disk.img"), UnsupportedError);
  }
});

test("npm: few packages come with it", () => {
  const found = readdirSync(new URL("node_modules", import.meta.url)).flatMap((name) =>
    name.startsWith(".")
      ? []
      : name.startsWith("@")
      ? readdirSync(new URL(`node_modules/${name}`, import.meta.url)).map((each) =>
        `${name}/${each}`
      )
      : [name]
  );
  assert.deepEqual(found.sort(), [
    "@mongodb-js/saslprep",
    "@virtwire/libvirt",
    "@xmldom/xmldom",
    "memory-pager", // saslprep's
    "sparse-bitfield", // saslprep's
    "ws",
  ]);
});

test("npm: a struct comes back as it went", () => {
  const { XdrReader, XdrWriter, decodeNetStreamHole, encodeNetStreamHole } = protocol;
  const writer = new XdrWriter();
  encodeNetStreamHole(writer, { length: 1n << 40n, flags: 0 });
  const bytes = writer.bytes();
  assert.equal(bytes.length, 12);
  assert.deepEqual(decodeNetStreamHole(new XdrReader(bytes)), { length: 1n << 40n, flags: 0 });
});

test("npm: entry points share their classes", async () => {
  const entryPoints = await Promise.all(Object.keys(exported).map((name) => import(name)));
  const own = ["connect", "supervise", "uploadFile", "downloadFile"]; // where there are no sockets
  const shared = { ...libvirt };
  for (const entry of [...entryPoints, browser]) {
    for (const [name, value] of Object.entries(entry)) {
      if (entry === browser && own.includes(name)) continue;
      assert.equal(value, shared[name] ??= value, name);
    }
  }
  assert.equal(protocol.LibvirtError, LibvirtError);
});

test("npm: what entry points make and throw is of those classes", async () => {
  const hypervisor = createTestHypervisor();
  const connection = await hypervisor.connect();
  assert.ok(connection instanceof Connection);
  await assert.rejects(connection.lookupDomainByName("nobody"), LibvirtError);
  await connection.close();
  await hypervisor.close();
  await assert.rejects(connectAdmin("libvirtd+unix:///system?socket=/nowhere"), ConnectionError);
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  const tokens = [{ name: "test", token: crypto.randomUUID() }];
  const taken = createProxy({ targets: { demo: "test:///default" }, tokens, port });
  await assert.rejects(taken, ConnectionError);
  await new Promise((resolve) => server.close(resolve));
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

test("npm: the command line says what is wrong, and ends so", () => {
  const bin = fileURLToPath(new URL("node_modules/.bin/virtwire", import.meta.url));
  const args = "Deno" in globalThis ? ["run", "-A", bin] : [bin];
  const { status, stderr } = spawnSync(
    process.execPath,
    [...args, "-c", "test:///default", "dominfo", "nobody"],
    { encoding: "utf8", timeout: 60_000 },
  );
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^error: Domain not found/i);
  assert.doesNotMatch(stderr, /^ {4}at /m);
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
  try {
    const token = url.hash.slice("#token=".length);
    const page = await fetch(url);
    assert.match(await page.text(), /<script type="module" src="console.js">/);
    assert.match(page.headers.get("content-security-policy"), /script-src 'self'/);
    const targets = await fetch(new URL("/targets", url), {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.deepEqual((await targets.json()).map(({ name }) => name).sort(), ["edge", "rack1"]);
    for (const open of [connect, browser.connect]) {
      const connection = await open(`ws://${url.host}/edge?token=${token}`);
      assert.equal(await connection.getHostname(), "edge.example");
      await connection.close();
    }
  } finally {
    child.kill("SIGTERM");
    await ended; // Deno tells no status of a child that was sent a signal
  }
  assert.match(log, /"event":"stopped"/);
});
