// The built package, by its name and on every runtime. It runs in a project that has it installed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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
