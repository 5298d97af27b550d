import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectListAllDomains, connectOpen } from "../../gen/remote/connect.ts";
import * as networks from "../../gen/remote/network.ts";
import { LibvirtError } from "../../src/errors.ts";
import { Session } from "../../src/session/session.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";
import { connected } from "./connected.ts";

const FILES: Readonly<Record<string, string>> = {
  "/etc/node.xml": "<node><domain file='one.xml'/></node>",
  "/etc/one.xml":
    "<domain type='test'><name>one</name><memory>1</memory><os><type>hvm</type></os></domain>",
};
const readTextFile = (path: string): Promise<string | undefined> => Promise.resolve(FILES[path]);

async function namesOf(session: Session): Promise<string[]> {
  const { domains } = await session.call(connectListAllDomains, { needResults: 1, flags: 0 });
  return domains.map((one) => one.name);
}

test("configuration: a file stands in place of the default environment", async () => {
  await using client = await connected({ config: "/etc/node.xml", readTextFile });
  assertEquals(await namesOf(client.session), ["one"]);
  assertEquals(await namesOf(await client.another()), ["one"]);
});

test("configuration: a client opens a file by its path, or is told that it is not there", async () => {
  await using hypervisor = createTestHypervisor({ readTextFile });
  const [near, far] = memoryPair();
  hypervisor.serve(far);
  const session = new Session(near, { strict: true });
  await assertRejects(
    () => session.call(connectOpen, { name: "test:///nosuch.xml", flags: 0 }),
    LibvirtError,
    "Failed to open file '/nosuch.xml': No such file or directory",
  );
  await session.call(connectOpen, { name: "test:///etc/node.xml", flags: 0 });
  assertEquals(await namesOf(session), ["one"]);
  await session.close();
});

test("configuration: a file needs something to read it with", () => {
  assertThrows(() => createTestHypervisor({ config: "/etc/node.xml" }), TypeError, "readTextFile");
});

test("configuration: a network's metadata is set and read, as libvirt has it", async () => {
  await using client = await connected();
  const { net } = await client.session.call(networks.networkLookupByName, { name: "default" });
  const about = { network: net, type: 1, uri: null, flags: 0 };
  await client.session.call(networks.networkSetMetadata, { ...about, metadata: "t", key: null });
  const { metadata } = await client.session.call(networks.networkGetMetadata, about);
  assertEquals(metadata, "t");
  await assertRejects(
    () => client.session.call(networks.networkGetMetadata, { ...about, type: 0 }),
    LibvirtError,
    "metadata not found: Requested metadata element is not present",
  );
});
