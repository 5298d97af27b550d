import { assertEquals, assertStringIncludes } from "@std/assert";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

const XML = "<interface type='ethernet' name='eth9'><start mode='onboot'/>" +
  "<mac address='aa:bb:cc:dd:ee:09'/><mtu size='1492'/></interface>";

spec("interfaces", {
  "finds the default one by name and by MAC address": async (conn) => {
    for (
      const iface of [
        await conn.lookupInterfaceByName("eth1"),
        await conn.lookupInterfaceByMacString("aa:bb:cc:dd:ee:ff"),
        ...await conn.listAllInterfaces(),
      ]
    ) {
      assertEquals([iface.name, iface.mac], ["eth1", "aa:bb:cc:dd:ee:ff"]);
      assertEquals(await iface.isActive(), true);
    }
    const iface = await conn.lookupInterfaceByName("eth1");
    assertStringIncludes(await iface.getXmlDesc(), "<ip address='192.168.0.5' prefix='24'/>");
    assertEquals((await refusal(conn.lookupInterfaceByName("no")))[0], "NO_INTERFACE");
    const mac = "00:00:00:00:00:01";
    assertEquals((await refusal(conn.lookupInterfaceByMacString(mac)))[0], "NO_INTERFACE");
  },
  "counts and lists": async (conn) => {
    assertEquals(await conn.numOfInterfaces(), 1);
    assertEquals(await conn.listInterfaces(), ["eth1"]);
    assertEquals(await conn.numOfDefinedInterfaces(), 0);
    assertEquals(await conn.listDefinedInterfaces(), []);
  },
  "defines, creates, destroys and undefines": async (conn) => {
    const iface = await conn.defineInterfaceXml(XML);
    assertEquals([iface.name, iface.mac], ["eth9", "aa:bb:cc:dd:ee:09"]);
    assertEquals(await iface.isActive(), false);
    assertEquals(await conn.listDefinedInterfaces(), ["eth9"]);
    await iface.create();
    assertEquals(await iface.isActive(), true);
    assertEquals((await conn.listInterfaces()).sort(), ["eth1", "eth9"]);
    assertEquals((await refusal(iface.create()))[0], "OPERATION_INVALID");
    await iface.destroy();
    assertEquals(await iface.isActive(), false);
    assertEquals((await refusal(iface.destroy()))[0], "OPERATION_INVALID");
    await iface.undefine();
    assertEquals(await conn.numOfDefinedInterfaces(), 0);
  },
  "refuses to end a change that was not begun, and to begin a second": async (conn) => {
    const [code, , commit] = await refusal(conn.interfaceChangeCommit());
    assertEquals(code, "OPERATION_INVALID");
    assertStringIncludes(commit, "no transaction running, nothing to be committed.");
    const [, , rollback] = await refusal(conn.interfaceChangeRollback());
    assertStringIncludes(rollback, "no transaction running, nothing to rollback.");
    await conn.interfaceChangeBegin();
    const [, , begin] = await refusal(conn.interfaceChangeBegin());
    assertStringIncludes(begin, "there is another transaction running.");
  },
  "takes a change back, to interfaces that are not active": async (conn) => {
    await conn.interfaceChangeBegin();
    await (await conn.lookupInterfaceByName("eth1")).undefine();
    assertEquals(await conn.numOfInterfaces(), 0);
    await conn.interfaceChangeRollback();
    assertEquals(await conn.listDefinedInterfaces(), ["eth1"]);
  },
  "keeps a change that is committed": async (conn) => {
    await conn.interfaceChangeBegin();
    await conn.defineInterfaceXml(XML);
    await conn.interfaceChangeCommit();
    assertEquals(await conn.listDefinedInterfaces(), ["eth9"]);
    assertEquals((await refusal(conn.interfaceChangeRollback()))[0], "OPERATION_INVALID");
  },
});
