import { assert, assertEquals } from "@std/assert";
import {
  isHole,
  SecretEvent,
  SecretUsageType,
  type SparseChunk,
  type StorageVol,
} from "../../mod.ts";
import { StorageVolResizeFlags } from "../../gen/enums/storage.ts";
import { qemuAgentCommand, qemuMonitorCommand } from "../../src/qemu.ts";
import { test } from "../harness.ts";
import { refused } from "./connected.ts";
import { connectTo, hypervised } from "./connections.ts";

const SECRET = `<secret ephemeral='no' private='no'>
  <uuid>0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f</uuid>
  <description>key</description>
  <usage type='ceph'><name>client.libvirt</name></usage>
</secret>`;

const FILTER = `<filter name='quiet'>
  <uuid>fce8ae33-e69e-83bf-262e-30786c1f8072</uuid>
  <rule action='drop' direction='inout'><all/></rule>
</filter>`;

const BINDING = `<filterbinding>
  <owner><name>test</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid></owner>
  <portdev name='vnet0'/>
  <mac address='52:54:00:00:00:01'/>
  <filterref filter='quiet'/>
</filterbinding>`;

test("extras: without them all is refused as libvirt's test driver does", async () => {
  await using client = await hypervised();
  const { conn } = client;
  const domain = await conn.lookupDomainByName("test");
  const refusals = [
    conn.listAllSecrets(),
    conn.defineSecretXml(SECRET),
    conn.listAllNwFilters(),
    conn.listAllNwFilterBindings(),
    domain.openConsole(),
    qemuAgentCommand(domain, "{}"),
    qemuMonitorCommand(domain, "{}"),
  ];
  for (const call of refusals) {
    const { message } = await refused<unknown>(call);
    assert(message.startsWith("this function is not supported"), message);
  }
});

test("extras: a secret from its definition to its end, with events", async () => {
  await using client = await hypervised({ extras: true });
  const { conn } = client;
  const events = conn.events(SecretEvent.LIFECYCLE)[Symbol.asyncIterator]();
  const values = conn.events(SecretEvent.VALUE_CHANGED)[Symbol.asyncIterator]();
  const defined = events.next();
  const changed = values.next();
  const secret = await conn.defineSecretXml(SECRET);
  assertEquals((await defined).value!.eventName, "DEFINED");
  assertEquals(await conn.listSecrets(), ["0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f"]);
  assertEquals(
    (await refused(secret.getValue())).message,
    `Secret not found: secret '${secret.uuid}' does not have a value`,
  );
  await secret.setValue(new Uint8Array([1, 2, 3]));
  assertEquals((await changed).value!.secret.uuid, secret.uuid);
  assertEquals(await secret.getValue(), new Uint8Array([1, 2, 3]));
  const found = await conn.lookupSecretByUsage(SecretUsageType.CEPH, "client.libvirt");
  assertEquals(found.uuid, secret.uuid);
  assertEquals(
    await found.getXmlDesc(),
    `<secret ephemeral='no' private='no'>
  <uuid>0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f</uuid>
  <description>key</description>
  <usage type='ceph'>
    <name>client.libvirt</name>
  </usage>
</secret>
`,
  );
  const clash = await refused(
    conn.defineSecretXml(SECRET.replace(/<uuid>.*<\/uuid>/, "")),
  );
  assert(clash.message.endsWith("already defined for use with client.libvirt"), clash.message);
  const gone = events.next();
  await secret.undefine();
  assertEquals((await gone).value!.eventName, "UNDEFINED");
  assertEquals(await conn.numOfSecrets(), 0);
  assertEquals(
    (await refused(secret.getXmlDesc())).message,
    `Secret not found: no secret with matching uuid '${secret.uuid}'`,
  );
  await events.return?.();
  await values.return?.();
});

test("extras: a private secret keeps its value, and is listed as such", async () => {
  await using client = await hypervised({ extras: true });
  const { conn } = client;
  const secret = await conn.defineSecretXml(SECRET.replace("private='no'", "private='yes'"));
  await secret.setValue(new Uint8Array([7]));
  assertEquals((await refused(secret.getValue())).message, "Invalid secret: secret is private");
  assertEquals((await conn.listAllSecrets({ flags: 4 })).length, 1);
  assertEquals((await conn.listAllSecrets({ flags: 8 })).length, 0);
  const open = await refused(conn.defineSecretXml(SECRET));
  assertEquals(open.message, "internal error: cannot change private flag on existing secret");
});

test("extras: a filter, bound to an interface, stays until it is unbound", async () => {
  await using client = await hypervised({ extras: true });
  const { conn } = client;
  const early = await refused(conn.createNwFilterBindingXml(BINDING));
  assertEquals(early.message, "internal error: referenced filter 'quiet' is missing");
  const filter = await conn.defineNwFilterXml(FILTER);
  assertEquals(
    await filter.getXmlDesc(),
    `<filter name='quiet' chain='root'>
  <uuid>fce8ae33-e69e-83bf-262e-30786c1f8072</uuid>
  <rule action='drop' direction='inout' priority='500'>
    <all/>
  </rule>
</filter>
`,
  );
  const binding = await conn.createNwFilterBindingXml(BINDING);
  assertEquals([binding.portDev, binding.filterName], ["vnet0", "quiet"]);
  assertEquals((await binding.lookupFilter()).uuid, filter.uuid);
  assertEquals(
    (await refused(filter.undefine())).message,
    "Requested operation is not valid: nwfilter is in use",
  );
  assertEquals((await conn.listAllNwFilterBindings()).length, 1);
  await binding.delete();
  await filter.undefine();
  assertEquals(await conn.listNwFilters(), []);
  const gone = await refused(conn.lookupNwFilterByName("quiet"));
  assertEquals(gone.message, "Network filter not found: no nwfilter with matching name 'quiet'");
});

async function volumeOf(conn: Awaited<ReturnType<typeof connectTo>>): Promise<StorageVol> {
  const pool = await conn.lookupStoragePoolByName("default-pool");
  return await pool.createVolumeXml(
    `<volume><name>v</name><capacity>4194304</capacity><allocation>0</allocation></volume>`,
  );
}

test("extras: what is uploaded is downloaded, at any place and with its holes", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client.conn);
  const bytes = Uint8Array.from({ length: 1_500_000 }, (_, n) => (n * 7) & 0xff);
  await volume.uploadFrom(bytes, { offset: 1_000_001n });
  const all = new Uint8Array(await new Response(await volume.download()).arrayBuffer());
  assertEquals(all.length, 4_194_304);
  assert(all.subarray(0, 1_000_001).every((byte) => byte === 0));
  assertEquals(all.subarray(1_000_001, 2_500_001), bytes);
  const part = await volume.download({ offset: 1_000_011n, length: 10n });
  assertEquals(new Uint8Array(await new Response(part).arrayBuffer()), bytes.slice(10, 20));
  const chunks: SparseChunk[] = [];
  for await (const chunk of await volume.download({ sparse: true })) chunks.push(chunk);
  assert(isHole(chunks[0]!));
  assert(isHole(chunks.at(-1)!));
  const data = chunks.reduce((sum, chunk) => sum + (isHole(chunk) ? 0 : chunk.length), 0);
  assert(data >= bytes.length && data < bytes.length + 2 * 65536, String(data));
  await volume.wipe();
  const [hole, ...rest] = await Array.fromAsync(await volume.download({ sparse: true }));
  assertEquals([hole, rest], [{ hole: 4_194_304n }, []]);
});

test("extras: a volume gets another size, and keeps the bytes that still fit", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client.conn);
  await volume.uploadFrom(new Uint8Array([1, 2, 3, 4]));
  const small = await refused(volume.resize(2n));
  assertEquals(
    small.message,
    "invalid argument: Can't shrink capacity below current capacity unless shrink flag explicitly " +
      "specified",
  );
  await volume.resize(2n, { flags: StorageVolResizeFlags.SHRINK });
  await volume.resize(3n, { flags: StorageVolResizeFlags.DELTA });
  assertEquals((await volume.getInfo()).capacity, 5n);
  const all = await new Response(await volume.download()).arrayBuffer();
  assertEquals(new Uint8Array(all), new Uint8Array([1, 2, 0, 0, 0]));
});

test("extras: a clone has the bytes of its original, and then its own", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client.conn);
  await volume.uploadFrom(new Uint8Array([1, 2, 3]));
  const pool = await client.conn.lookupStoragePoolByName("default-pool");
  const xml = "<volume><name>w</name><capacity>100</capacity></volume>";
  const clone = await pool.createVolumeXmlFrom(xml, volume);
  await volume.wipe();
  const bytes = new Uint8Array(await new Response(await clone.download()).arrayBuffer());
  assertEquals([bytes.length, ...bytes.subarray(0, 4)], [100, 1, 2, 3, 0]);
});

test("extras: an upload beyond the volume's end fails", async () => {
  await using client = await hypervised({ extras: true });
  const volume = await volumeOf(client.conn);
  const error = await refused(volume.uploadFrom(new Uint8Array(20), { offset: 4_194_300n }));
  assertEquals(error.message, "operation failed: Unable to write beyond the end of the volume");
});

test("extras: a console echoes until the domain stops, and force takes it over", async () => {
  await using client = await hypervised({ extras: true });
  const { conn } = client;
  const domain = await conn.lookupDomainByName("test");
  const first = await domain.openConsole();
  const writer = first.writable.getWriter();
  const reader = first.readable.getReader();
  await writer.write(new TextEncoder().encode("hello"));
  assertEquals(new TextDecoder().decode((await reader.read()).value), "hello");
  const busy = await refused(domain.openConsole());
  assertEquals(busy.message, "operation failed: Active console session exists for this domain");
  const second = await domain.openConsole({ force: true });
  assertEquals((await refused(reader.read())).message, "stream had I/O failure");
  await writer.abort().catch(() => {});
  const missing = await refused(domain.openConsole({ device: "serial0" }));
  assertEquals(missing.message, "internal error: cannot find console device 'serial0'");
  const rest = second.readable.getReader();
  await domain.destroy();
  assertEquals((await rest.read()).done, true);
  await domain.create();
  const third = await domain.openConsole();
  await third.close();
});

test("extras: the guest agent and the monitor answer", async () => {
  await using client = await hypervised({ extras: true });
  const domain = await client.conn.lookupDomainByName("test");
  assertEquals(await qemuAgentCommand(domain, '{"execute":"guest-ping"}'), '{"return":{}}');
  const unknown = await refused(qemuAgentCommand(domain, '{"execute":"toString"}'));
  assert(unknown.message.endsWith("The command toString has not been found"), unknown.message);
  const status = JSON.parse(await qemuMonitorCommand(domain, '{"execute":"query-status"}'));
  assertEquals(status, { return: { running: true, status: "running" }, id: "libvirt-1" });
  await domain.suspend();
  assertEquals(
    await qemuMonitorCommand(domain, "info status", { flags: 1 }),
    "VM status: paused\r\n",
  );
  const odd = JSON.parse(await qemuMonitorCommand(domain, '{"execute":"odd"}'));
  assertEquals(odd.error.class, "CommandNotFound");
  await domain.destroy();
  const off = await refused(qemuAgentCommand(domain, '{"execute":"guest-ping"}'));
  assertEquals(off.message, "Requested operation is not valid: domain is not running");
});

test("extras: other connections share them", async () => {
  await using client = await hypervised({ extras: true });
  const other = await connectTo(client.hypervisor);
  const events = other.events(SecretEvent.LIFECYCLE)[Symbol.asyncIterator]();
  const next = events.next();
  await other.getType();
  const secret = await client.conn.defineSecretXml(SECRET);
  assertEquals((await next).value!.secret.uuid, secret.uuid);
  assertEquals((await other.listAllSecrets()).length, 1);
  await events.return?.();
  await other.close();
});
