import { assertEquals, assertStringIncludes } from "@std/assert";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

const POOL = "<pool type='dir'><name>other</name><target><path>/other</path></target></pool>";
const POOL_UUID = "dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566";

function volumeXml(name: string): string {
  return `<volume><name>${name}</name><capacity>1048576</capacity><allocation>0</allocation>` +
    `<target><path>/default-pool/${name}</path></target></volume>`;
}

spec("storage pools", {
  "finds and lists the default one": async (conn) => {
    for (
      const pool of [
        await conn.lookupStoragePoolByName("default-pool"),
        await conn.lookupStoragePoolByUuid(POOL_UUID),
        ...await conn.listAllStoragePools(),
      ]
    ) {
      assertEquals([pool.name, pool.uuid], ["default-pool", POOL_UUID]);
      assertEquals(await pool.getInfo(), {
        state: 2,
        capacity: 107374182400n,
        allocation: 0n,
        available: 107374182400n,
      });
      assertStringIncludes(await pool.getXmlDesc(), "<path>/default-pool</path>");
    }
    assertEquals(await conn.numOfStoragePools(), 1);
    assertEquals(await conn.listStoragePools(), ["default-pool"]);
    assertEquals(await conn.numOfDefinedStoragePools(), 0);
    assertEquals(await conn.listDefinedStoragePools(), []);
    const path = "/default-pool";
    assertEquals((await refusal(conn.lookupStoragePoolByTargetPath(path)))[0], "NO_SUPPORT");
    assertEquals((await refusal(conn.getStoragePoolCapabilities()))[0], "NO_SUPPORT");
  },
  "defines, builds, starts, deletes and undefines": async (conn) => {
    const pool = await conn.defineStoragePoolXml(POOL);
    assertEquals([await pool.isActive(), await pool.isPersistent()], [false, true]);
    assertEquals(await conn.listDefinedStoragePools(), ["other"]);
    assertEquals(await pool.getAutostart(), false);
    await pool.setAutostart(true);
    assertEquals(await pool.getAutostart(), true);
    await pool.build();
    await pool.create();
    assertEquals(await pool.isActive(), true);
    assertEquals((await conn.listStoragePools()).sort(), ["default-pool", "other"]);
    await pool.refresh();
    await pool.destroy();
    await pool.delete();
    await pool.undefine();
    assertEquals(await conn.numOfDefinedStoragePools(), 0);
  },
  "creates a transient one, which cannot start by itself": async (conn) => {
    const pool = await conn.createStoragePoolXml(POOL);
    assertEquals([await pool.isActive(), await pool.isPersistent()], [true, false]);
    assertStringIncludes((await refusal(pool.setAutostart(true)))[2], "pool has no config file");
    await pool.destroy();
    assertEquals((await refusal(conn.lookupStoragePoolByName("other")))[0], "NO_STORAGE_POOL");
  },
  "discovers sources": async (conn) => {
    assertStringIncludes(await conn.findStoragePoolSources("logical"), "<name>testvg1</name>");
    const srcSpec = "<source><host name='localhost'/></source>";
    const found = await conn.findStoragePoolSources("netfs", { srcSpec });
    assertStringIncludes(found, "<dir path='/testshare'/>");
    assertEquals((await refusal(conn.findStoragePoolSources("zz")))[0], "NO_SUPPORT");
  },
});

spec("storage volumes", {
  "creates, finds, clones and deletes": async (conn) => {
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const volume = await pool.createVolumeXml(volumeXml("a"));
    for (
      const found of [
        volume,
        await conn.lookupStorageVolByKey(volume.key),
        await conn.lookupStorageVolByPath(await volume.getPath()),
        await pool.lookupVolumeByName("a"),
        ...await pool.listAllVolumes(),
      ]
    ) {
      assertEquals([found.poolName, found.name, found.key], [
        "default-pool",
        "a",
        "/default-pool/a",
      ]);
    }
    assertEquals((await volume.lookupPool()).uuid, POOL_UUID);
    assertEquals(await volume.getInfo(), { type: 0, capacity: 1048576n, allocation: 0n });
    assertStringIncludes(await volume.getXmlDesc(), "<capacity unit='bytes'>1048576</capacity>");
    const clone = await pool.createVolumeXmlFrom(volumeXml("b"), volume);
    assertEquals(clone.key, "/default-pool/b");
    assertEquals(await pool.numOfVolumes(), 2);
    assertEquals((await pool.listVolumes()).sort(), ["a", "b"]);
    await volume.delete();
    assertEquals(await pool.listVolumes(), ["b"]);
    assertEquals((await refusal(volume.getInfo()))[0], "NO_STORAGE_VOL");
  },
  "says that a volume is not there": async (conn) => {
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const calls = [
      conn.lookupStorageVolByKey("/no"),
      conn.lookupStorageVolByPath("/no"),
      pool.lookupVolumeByName("no"),
    ];
    assertEquals(await refusalCodes(calls), ["NO_STORAGE_VOL"]);
  },
  "can be neither resized nor wiped": async (conn) => {
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const volume = await pool.createVolumeXml(volumeXml("a"));
    const calls = [volume.resize(2097152n), volume.wipe(), volume.wipePattern(0)];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
});
