import { assertEquals, assertStringIncludes } from "@std/assert";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

const NAMES = ["computer", "scsi_host1", "scsi_host11", "scsi_host2"];
const VPORT = "<device><parent>scsi_host1</parent><capability type='scsi_host'>" +
  "<capability type='fc_host'><wwnn>1000000023452345</wwnn><wwpn>2000000023452345</wwpn>" +
  "</capability></capability></device>";

spec("node devices", {
  "counts and lists them, by capability too": async (conn) => {
    assertEquals(await conn.numOfNodeDevices(), 4);
    assertEquals((await conn.listNodeDevices()).sort(), NAMES);
    assertEquals((await conn.listAllNodeDevices()).map(({ name }) => name).sort(), NAMES);
    assertEquals(await conn.numOfNodeDevices({ cap: "system" }), 1);
    assertEquals((await conn.listNodeDevices({ cap: "scsi_host" })).sort(), NAMES.slice(1));
  },
  "describes one": async (conn) => {
    const device = await conn.lookupNodeDeviceByName("scsi_host11");
    assertEquals(await device.getParent(), "scsi_host1");
    assertEquals(await device.numOfCaps(), 1);
    assertEquals(await device.listCaps(), ["scsi_host"]);
    assertStringIncludes(await device.getXmlDesc(), "<parent>scsi_host1</parent>");
    const computer = await conn.lookupNodeDeviceByName("computer");
    assertEquals(await computer.getParent(), null);
    assertStringIncludes(await computer.getXmlDesc(), "<version>Test driver</version>");
    assertEquals((await refusal(conn.lookupNodeDeviceByName("no")))[0], "NO_NODE_DEVICE");
  },
  "creates a virtual port, and destroys it": async (conn) => {
    const device = await conn.createNodeDeviceXml(VPORT);
    assertEquals([device.name, await device.getParent()], ["scsi_host12", "scsi_host1"]);
    await device.destroy();
    assertEquals(await conn.numOfNodeDevices(), 4);
  },
  "tells whether one is active and persistent": async (conn) => {
    const device = await conn.lookupNodeDeviceByName("computer");
    assertEquals([await device.isActive(), await device.isPersistent()], [true, true]);
  },
  "lacks mediated devices and passing through": async (conn) => {
    const device = await conn.lookupNodeDeviceByName("computer");
    const calls = [
      conn.defineNodeDeviceXml("<device><name>m</name></device>"),
      conn.lookupNodeDeviceScsiHostByWwn("2000000012341234", "1000000012341234"),
      device.getAutostart(),
      device.setAutostart(true),
      device.create(),
      device.undefine(),
      device.reset(),
      device.reAttach(),
      device.detach(),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
  "lacks updates": async (conn) => {
    const device = await conn.lookupNodeDeviceByName("computer");
    assertEquals((await refusal(device.update("<device/>")))[0], "NO_SUPPORT");
  },
});
