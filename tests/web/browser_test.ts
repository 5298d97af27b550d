import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as main from "../../mod.ts";
import * as browser from "../../src/browser.ts";
import { test } from "../harness.ts";
import { startBridge } from "./bridge.ts";

const { connect, DomainEvent, Resync, supervise, UnsupportedError } = main;

// the declarations are the main entry point's everywhere
type Own = Pick<typeof main, "connect" | "downloadFile" | "supervise" | "uploadFile">;
const { downloadFile, uploadFile }: Own = browser;

test("browser: what the main entry point has elsewhere, by the same names", () => {
  const [here, there] = [browser, main] as unknown as Record<string, unknown>[];
  assertEquals(Object.keys(here!).sort(), Object.keys(there!).sort());
  const own = Object.keys(here!).filter((name) => here![name] !== there![name]);
  assertEquals(own.sort(), ["connect", "downloadFile", "supervise", "uploadFile"]);
});

test("browser: both reach a daemon behind a WebSocket by the same URI", async () => {
  await using bridge = await startBridge();
  const { host } = new URL(bridge.url);
  for (const open of [connect, browser.connect]) {
    for (const uri of [bridge.url, `test+ws://${host}/default?target=target&token=x`]) {
      await using conn = await open(uri, { readOnly: true });
      assertEquals(await conn.getUri(), "test:///default");
    }
  }
});

test("browser: a connection that is made again", async () => {
  await using bridge = await startBridge();
  for (const open of [supervise, browser.supervise]) {
    await using conn = await open(bridge.url, { reconnect: { delay: 1 } });
    await using events = conn.watch(DomainEvent.LIFECYCLE);
    bridge.accepted.at(-1)!.socket.close(1001);
    assert((await events[Symbol.asyncIterator]().next()).value instanceof Resync);
    assertEquals((await conn.listAllDomains()).map(({ name }) => name), ["test"]);
  }
});

test("browser: what no WebSocket leads to", async () => {
  const uris = [undefined, "", "test:///default", "qemu:///system", "qemu+ssh://host/system"];
  for (const open of [browser.connect, browser.supervise]) {
    for (const uri of uris) {
      const { message } = await assertRejects(() => open(uri), UnsupportedError) as Error;
      assertStringIncludes(message, "over a WebSocket");
      assertStringIncludes(message, `; name a proxy, as in "wss://host/target"`);
    }
  }
});

test("browser: there are no files", async () => {
  await using bridge = await startBridge();
  await using conn = await browser.connect(bridge.url);
  const pool = await conn.lookupStoragePoolByName("default-pool");
  const xml = "<volume><name>disk</name><capacity>1024</capacity></volume>";
  const volume = await pool.createVolumeXml(xml);
  for (const transfer of [uploadFile, downloadFile]) {
    const error = await assertRejects(() => transfer(volume, "disk.img"), UnsupportedError);
    assertStringIncludes((error as Error).message, "use a Blob or a stream");
  }
});
