import { assertEquals } from "@std/assert";
import { test } from "../harness.ts";
import { type Hypervised, hypervised } from "./connections.ts";

async function volumeOf({ conn }: Hypervised) {
  const pool = await conn.lookupStoragePoolByName("default-pool");
  const xml = "<volume><name>v</name><capacity>4194304</capacity></volume>";
  return await pool.createVolumeXml(xml);
}

test("streams of the server: it answers a client that gives an upload up", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client);
  const writer = (await volume.upload()).getWriter();
  writer.closed.catch(() => {});
  await writer.write(new Uint8Array(1000));
  await writer.abort(new Error("enough")); // resolves when the server knows
  assertEquals(await client.conn.getType(), "TEST");
});

test("streams of the server: it answers a client that gives a download up", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client);
  const reader = (await volume.download()).getReader();
  await reader.read();
  await reader.cancel(new Error("enough"));
  assertEquals(await client.conn.getType(), "TEST");
});

test("streams of the server: it answers a signal that gives an upload up", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client);
  const controller = new AbortController();
  const writer = (await volume.upload({ signal: controller.signal })).getWriter();
  controller.abort(new Error("enough"));
  const ended = await writer.closed.catch((reason) => reason);
  assertEquals(ended, controller.signal.reason);
  assertEquals(await client.conn.getType(), "TEST");
});
