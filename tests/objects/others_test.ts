/**
 * The other objects and the connection on a caller that only remembers.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { AdminConnection } from "../../src/admin.ts";
import { UnsupportedError } from "../../src/errors.ts";
import { lxcOpenNamespace } from "../../src/lxc.ts";
import { Domain } from "../../src/objects/domain.ts";
import { Network } from "../../src/objects/network.ts";
import { NodeDevice } from "../../src/objects/node_device.ts";
import { NwFilterBinding } from "../../src/objects/nwfilter_binding.ts";
import { Secret } from "../../src/objects/secret.ts";
import { StoragePool } from "../../src/objects/storage_pool.ts";
import { StorageVol } from "../../src/objects/storage_vol.ts";
import { qemuAgentCommand, qemuAttach, qemuMonitorCommand } from "../../src/qemu.ts";
import type { CallOptions } from "../../src/session/caller.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { FakeCaller } from "./fake_caller.ts";

const UUID = "dd8fe884-6c02-601e-7551-cca97df1c5df";
const uuid = Uuid.parse(UUID);
const net = { name: "default", uuid };
const pool = { name: "images", uuid };
const vol = { pool: "images", name: "a.img", key: "/i/a.img" };
const dom = { name: "web", uuid, id: 1 };

/** A caller that knows a feature without asking. */
class Knowing extends FakeCaller {
  readonly #answer: boolean;

  constructor(answer: boolean) {
    super();
    this.#answer = answer;
  }

  hasFeature(_feature: number, _options?: CallOptions): Promise<boolean> {
    return Promise.resolve(this.#answer);
  }
}

test("a network update has its arguments in the order that the daemon expects", async () => {
  for (const [ordered, expected] of [[true, [3, 4]], [false, [4, 3]]] as const) {
    const asked = new FakeCaller({ connectSupportsFeature: { supported: ordered ? 1 : 0 } });
    const known = new Knowing(ordered);
    for (const caller of [asked, known]) {
      await new Network(caller, net).update(3, 4, "<host/>");
      const [name, args] = caller.made.at(-1)!;
      const { command, section, parentIndex } = args as Record<string, number>;
      assertEquals([name, command, section, parentIndex], ["networkUpdate", ...expected, -1]);
    }
    assertEquals(asked.names, ["connectSupportsFeature", "networkUpdate"]);
    assertEquals(known.names, ["networkUpdate"]);
  }
});

test("a port knows its network, a volume its pool's name", async () => {
  const caller = new FakeCaller({
    networkListAllPorts: { ports: [{ net, uuid }], ret: 1 },
    storagePoolLookupByVolume: { pool },
  });
  const [port] = await new Network(caller, net).listAllPorts();
  assertEquals([port!.uuid, port!.network.name], [UUID, "default"]);
  const volume = new StorageVol(caller, vol);
  assertEquals([volume.name, volume.key, volume.poolName], ["a.img", "/i/a.img", "images"]);
  assertEquals((await volume.lookupPool()).name, "images");
});

test("a pool makes volumes, also of others", async () => {
  const caller = new FakeCaller({
    storageVolCreateXml: { vol },
    storageVolCreateXmlFrom: { vol },
    storageVolLookupByName: { vol },
  });
  const images = new StoragePool(caller, pool);
  const first = await images.createVolumeXml("<volume/>");
  await images.createVolumeXmlFrom("<volume/>", first, { flags: 1 });
  await images.lookupVolumeByName("a.img");
  assertEquals(caller.made, [
    ["storageVolCreateXml", { pool, xml: "<volume/>", flags: 0 }],
    ["storageVolCreateXmlFrom", { pool, xml: "<volume/>", clonevol: vol, flags: 1 }],
    ["storageVolLookupByName", { pool, name: "a.img" }],
  ]);
});

test("a device is named in its calls, and detached by the older one if it can be", async () => {
  const caller = new FakeCaller({ nodeDeviceGetParent: { parentName: null } });
  const device = new NodeDevice(caller, { name: "pci_0" });
  assertEquals(await device.getParent(), null);
  await device.detach();
  await device.detach({ driverName: "vfio" });
  assertEquals(caller.made, [
    ["nodeDeviceGetParent", { name: "pci_0" }],
    ["nodeDeviceDettach", { name: "pci_0" }],
    ["nodeDeviceDetachFlags", { name: "pci_0", driverName: "vfio", flags: 0 }],
  ]);
});

test("a list of names may be as long as the wire lets it be", async () => {
  const caller = new FakeCaller({ nodeDeviceListCaps: { names: ["pci"] } });
  const device = new NodeDevice(caller, { name: "pci_0" });
  assertEquals(await device.listCaps(), ["pci"]);
  await device.listCaps({ maxnames: 3 });
  const asked = caller.made.map(([, args]) => (args as { maxnames: number }).maxnames);
  assertEquals(asked, [65536, 3]);
});

test("a secret and a binding have their properties", async () => {
  const caller = new FakeCaller({ nwfilterLookupByName: { nwfilter: { name: "clean", uuid } } });
  const secret = new Secret(caller, { uuid, usageType: 2, usageId: "client.x" });
  assertEquals([secret.uuid, secret.usageType, secret.usageId], [UUID, 2, "client.x"]);
  const binding = new NwFilterBinding(caller, { portdev: "vnet0", filtername: "clean" });
  assertEquals([binding.portDev, binding.filterName], ["vnet0", "clean"]);
  assertEquals((await binding.lookupFilter()).uuid, UUID);
});

test("the qemu program's calls take a domain or a connection", async () => {
  const caller = new FakeCaller({
    qemuDomainMonitorCommand: { result: "{}" },
    qemuDomainAgentCommand: { result: null },
    qemuDomainAttach: { dom },
  });
  const domain = new Domain(caller, dom);
  assertEquals(await qemuMonitorCommand(domain, "info", { flags: 1 }), "{}");
  assertEquals(await qemuAgentCommand(domain, "{}"), null);
  await qemuAgentCommand(domain, "{}", { agentTimeout: 7 });
  assertEquals((await qemuAttach({ caller }, 123)).name, "web");
  assertEquals(caller.made, [
    ["qemuDomainMonitorCommand", { dom, cmd: "info", flags: 1 }],
    ["qemuDomainAgentCommand", { dom, cmd: "{}", timeout: -1, flags: 0 }],
    ["qemuDomainAgentCommand", { dom, cmd: "{}", timeout: 7, flags: 0 }],
    ["qemuDomainAttach", { pidValue: 123, flags: 0 }],
  ]);
});

test("what needs descriptors is refused before anything is sent", async () => {
  const caller = new FakeCaller();
  await assertRejects(() => lxcOpenNamespace(new Domain(caller, dom)), UnsupportedError, '"web"');
  assertEquals(caller.made, []);
});

test("a daemon's administration lists servers and their clients", async () => {
  const srv = { name: "libvirtd" };
  const caller = new FakeCaller({
    adminConnectListServers: { servers: [srv], ret: 1 },
    adminServerListClients: { clients: [{ srv, id: 5n, timestamp: 7n, transport: 0 }], ret: 1 },
    adminConnectGetLoggingOutputs: { outputs: "1:stderr", noutputs: 1 },
  });
  const conn = new AdminConnection(caller);
  const [server] = await conn.listServers();
  const [client] = await server!.listClients();
  assertEquals([client!.id, client!.timestamp, client!.server.name], [5n, 7n, "libvirtd"]);
  assertEquals(await conn.getLoggingOutputs(), "1:stderr");
  await server!.setThreadPoolParameters({ minWorkers: 3 });
  assertEquals(caller.made.at(-1)![1], {
    srv,
    params: [{ field: "minWorkers", type: 2, value: 3 }],
    flags: 0,
  });
});
