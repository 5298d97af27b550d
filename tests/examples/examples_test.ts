/** Each example does what it says, against the hypervisor in memory. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type Connection } from "../../mod.ts";
import { createProxy } from "../../src/proxy/proxy.ts";
import { runtime, test } from "../harness.ts";
import { withServedHypervisor } from "../served_hypervisor.ts";
import worker from "./edge_worker.ts";
import { run, start } from "./running.ts";

interface Place {
  readonly uri: string;
  readonly dir: string;
  readonly conn: Connection;
}

/** Declares a test of an example on a hypervisor of its own, with a connection to watch it by. */
function example(
  name: string,
  use: (place: Place) => Promise<void>,
  options: { readonly skip?: string | false } = {},
): void {
  test(`example: ${name}`, () =>
    withServedHypervisor(async ({ uri, directory: dir }) => {
      await using conn = await connect(uri);
      await use({ uri, dir, conn });
    }), options);
}

example("list and watch", async ({ uri, conn }) => {
  const program = start("list_and_watch", [uri]);
  await program.line(/^test: RUNNING, 2 CPUs, 2048 MiB$/m);
  await (await conn.lookupDomainByName("test")).suspend();
  await program.line(/^test: SUSPENDED \(PAUSED\)$/m);
  await program.stop();
});

example("wait for a state", async ({ uri, conn }) => {
  await (await conn.lookupDomainByName("test")).destroy();
  assertEquals(await run("wait_for_state", [uri, "test"]), ["test is running"]);
});

example("CPU map", async ({ uri }) => {
  const lines = await run("cpu_map", [uri]);
  assertEquals(lines.length, 3);
  assertMatch(lines[0]!, /^localhost {2}[#.]+ {2}\d+ of \d+ CPUs online$/);
  assertMatch(lines[2]!, /^test vCPU 1 {2}#+$/);
});

example("DHCP leases", async ({ uri }) => {
  const lines = await run("dhcp_leases", [uri]);
  assertMatch(lines.join("\n"), /^test testnet0 aa:bb:cc:dd:ee:ff 192\.168\.122\.\d+\/24$/);
});

example("upload an image and boot it", async ({ uri, dir, conn }) => {
  const image = join(dir, "tiny.img");
  const bytes = crypto.getRandomValues(new Uint8Array(65536));
  await writeFile(image, bytes);
  const lines = await run("upload_and_boot", [uri, image, "default-pool"]);
  assertMatch(lines.join("\n"), /Uploaded 65536 bytes at [\d.]+ MB\/s/);
  assertMatch(lines.at(-1)!, /^tiny has started, id \d+$/);
  const pool = await conn.lookupStoragePoolByName("default-pool");
  const volume = await pool.lookupVolumeByName("tiny.img");
  const stored = await new Response(await volume.download()).bytes();
  assertEquals(stored.slice(0, 64), bytes.slice(0, 64));
  assert(await (await conn.lookupDomainByName("tiny")).isActive());
});

example("snapshot a fleet concurrently", async ({ uri, conn }) => {
  for (let i = 0; i < 20; i++) {
    await conn.createDomainXml(
      `<domain type='test'><name>vm${i}</name><memory>1024</memory><os><type>hvm</type></os></domain>`,
    );
  }
  const lines = await run("snapshot_fleet", [uri, "weekly"]);
  assertEquals(lines.at(-1), "21 of 21 snapshots taken");
  const domain = await conn.lookupDomainByName("vm7");
  const [snapshot] = await domain.listAllSnapshots();
  assertMatch(snapshot!.name, /^weekly-\d+$/);
});

example("export Prometheus metrics", async ({ uri }) => {
  const program = start("prometheus", [uri, "0"]);
  const [, address] = await program.line(/Serving (\S+)/);
  const response = await fetch(address!);
  const text = await response.text();
  await program.stop();
  assertEquals(response.status, 200, text);
  assertStringIncludes(text, 'libvirt_domain_state{domain="test",state="RUNNING"} 1\n');
});

example("a Bun HTTP service", async ({ uri, conn }) => {
  const program = start("bun_service", [], { LIBVIRT_DEFAULT_URI: uri, PORT: "0" });
  const [, address] = await program.line(/(http:\/\/127\.0\.0\.1:\d+)/);
  const { uuid } = await conn.lookupDomainByName("test");
  const listed = await fetch(`${address}/domains`);
  assertEquals(await listed.json(), [{ name: "test", uuid, state: "RUNNING" }]);
  const events = await fetch(`${address}/events`);
  assertEquals((await fetch(`${address}/domains/test/shutdown`, { method: "POST" })).status, 204);
  let text = "";
  for await (const chunk of events.body!) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("data:")) break;
  }
  assertMatch(text, /data: \{"domain":"test","event":"\w+"\}\n\n$/);
  assertEquals((await fetch(`${address}/domains/none/start`, { method: "POST" })).status, 404);
  await program.stop();
}, { skip: runtime !== "bun" && "it is for Bun" });

example("an edge worker", async ({ uri, conn }) => {
  await using proxy = await createProxy({
    targets: { lab: uri },
    tokens: [{ name: "worker", token: "not-a-secret-in-a-test" }],
    port: 0,
  });
  const answer = await worker.fetch(new Request("https://worker.example/domains"), {
    PROXY_URL: `ws://127.0.0.1:${proxy.port}/lab`,
    PROXY_TOKEN: "not-a-secret-in-a-test",
  });
  const { uuid } = await conn.lookupDomainByName("test");
  assertEquals(await answer.json(), { host: "localhost", running: [{ name: "test", uuid }] });
});
