import { assertEquals, assertStringIncludes } from "@std/assert";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

const XML = "<network><name>other</name><forward mode='nat'/><bridge name='vb2'/>" +
  "<ip address='10.1.2.1' netmask='255.255.255.0'/></network>";
const DEFAULT_UUID = "dd8fe884-6c02-601e-7551-cca97df1c5df";

spec("networks", {
  "finds and lists the default one": async (conn) => {
    for (
      const found of [
        await conn.lookupNetworkByName("default"),
        await conn.lookupNetworkByUuid(DEFAULT_UUID),
        ...await conn.listAllNetworks(),
      ]
    ) {
      assertEquals([found.name, found.uuid], ["default", DEFAULT_UUID]);
    }
    assertEquals((await refusal(conn.lookupNetworkByName("no")))[0], "NO_NETWORK");
    assertEquals(await conn.numOfNetworks(), 1);
    assertEquals(await conn.listNetworks(), ["default"]);
    assertEquals(await conn.numOfDefinedNetworks(), 0);
    assertEquals(await conn.listDefinedNetworks(), []);
  },
  "defines, starts, destroys and undefines": async (conn) => {
    const network = await conn.defineNetworkXml(XML);
    assertEquals(await network.isActive(), false);
    assertEquals(await network.isPersistent(), true);
    assertEquals(await network.getBridgeName(), "vb2");
    assertEquals(await conn.listDefinedNetworks(), ["other"]);
    await network.create();
    assertEquals(await network.isActive(), true);
    assertEquals((await conn.listNetworks()).sort(), ["default", "other"]);
    await network.destroy();
    await network.undefine();
    assertEquals((await refusal(network.isActive()))[0], "NO_NETWORK");
  },
  "keeps whether it starts by itself": async (conn) => {
    const network = await conn.defineNetworkXml(XML);
    assertEquals(await network.getAutostart(), false);
    await network.setAutostart(true);
    assertEquals(await network.getAutostart(), true);
  },
  "creates a transient one, which goes when it stops": async (conn) => {
    const network = await conn.createNetworkXml(XML);
    assertEquals(await network.isActive(), true);
    assertEquals(await network.isPersistent(), false);
    const xml = await network.getXmlDesc();
    assertStringIncludes(xml, "<bridge name='vb2' stp='on' delay='0'/>");
    await network.destroy();
    assertEquals((await refusal(network.isActive()))[0], "NO_NETWORK");
  },
  "updates one section": async (conn) => {
    const network = await conn.lookupNetworkByName("default");
    const host = "<host mac='52:54:00:00:00:09' ip='192.168.122.50'/>";
    await network.update(3, 4, host);
    assertStringIncludes(await network.getXmlDesc(), host);
  },
  "keeps metadata": async (conn) => {
    const network = await conn.lookupNetworkByName("default");
    await network.setMetadata(1, "title");
    assertEquals(await network.getMetadata(1), "title");
    await network.setMetadata(0, "description");
    assertEquals(await network.getMetadata(0), "description");
    const uri = "http://example.org/";
    await network.setMetadata(2, "<a x='1'/>", { key: "k", uri });
    assertEquals(await network.getMetadata(2, { uri }), '<a x="1"/>');
    await network.setMetadata(1, null);
    assertEquals((await refusal(network.getMetadata(1)))[0], "NO_NETWORK_METADATA");
  },
  "has neither leases nor ports": async (conn) => {
    const network = await conn.lookupNetworkByName("default");
    const calls = [
      network.getDhcpLeases(),
      network.listAllPorts(),
      network.createPortXml("<networkport/>"),
      network.lookupPortByUuid(DEFAULT_UUID),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
});
