import { assertEquals, assertStringIncludes } from "@std/assert";
import { refusal } from "./refusal.ts";
import { spec } from "./targets.ts";

const DESCENDANTS = 1;
const CHILDREN = 1;
const DISK = "<domain type='test'><name>disky</name><memory>65536</memory>" +
  "<os><type>hvm</type></os><devices><disk type='file' device='disk'>" +
  "<driver name='qemu' type='qcow2'/><source file='/x.img'/><target dev='vda' bus='virtio'/>" +
  "</disk></devices></domain>";

function snapshotXml(name: string): string {
  return `<domainsnapshot><name>${name}</name></domainsnapshot>`;
}

spec("snapshots", {
  "form a chain, the last of which is current": async (conn) => {
    const domain = await conn.lookupDomainByName("test");
    assertEquals(await domain.hasCurrentSnapshot(), false);
    const a = await domain.createSnapshotXml(snapshotXml("a"));
    const b = await domain.createSnapshotXml(snapshotXml("b"));
    const c = await domain.createSnapshotXml(snapshotXml("c"));
    assertEquals(await domain.hasCurrentSnapshot(), true);
    assertEquals((await domain.currentSnapshot()).name, "c");
    assertEquals([await a.isCurrent(), await c.isCurrent()], [false, true]);
    assertEquals(await a.hasMetadata(), true);
    assertEquals((await b.getParent()).name, "a");
    assertEquals((await refusal(a.getParent()))[0], "NO_DOMAIN_SNAPSHOT");
    assertEquals(await domain.numSnapshots(), 3);
    assertEquals((await domain.listSnapshotNames()).sort(), ["a", "b", "c"]);
    assertEquals((await domain.listAllSnapshots()).length, 3);
    assertEquals(await a.numChildren(), 1);
    assertEquals(await a.numChildren({ flags: DESCENDANTS }), 2);
    const below = await a.listChildrenNames({ flags: DESCENDANTS });
    assertEquals(below.sort(), ["b", "c"]);
    assertEquals((await a.listAllChildren()).map(({ name }) => name), ["b"]);
    const found = await domain.lookupSnapshotByName("b");
    assertStringIncludes(await found.getXmlDesc(), "<state>running</state>");
    assertEquals(found.domain.name, "test");
  },
  "can be reverted to and deleted": async (conn) => {
    const domain = await conn.lookupDomainByName("test");
    const a = await domain.createSnapshotXml(snapshotXml("a"));
    const b = await domain.createSnapshotXml(snapshotXml("b"));
    const c = await domain.createSnapshotXml(snapshotXml("c"));
    await a.revertTo();
    assertEquals((await domain.currentSnapshot()).name, "a");
    await b.delete();
    assertEquals((await c.getParent()).name, "a");
    await a.delete({ flags: CHILDREN });
    assertEquals(await domain.numSnapshots(), 0);
    assertEquals((await refusal(domain.currentSnapshot()))[0], "NO_DOMAIN_SNAPSHOT");
  },
});

spec("checkpoints", {
  "form a chain, and are deleted": async (conn) => {
    const domain = await conn.defineDomainXml(DISK);
    await domain.create();
    const a = await domain.createCheckpointXml(
      "<domaincheckpoint><name>a</name></domaincheckpoint>",
    );
    const b = await domain.createCheckpointXml(
      "<domaincheckpoint><name>b</name></domaincheckpoint>",
    );
    const names = (await domain.listAllCheckpoints()).map(({ name }) => name);
    assertEquals(names.sort(), ["a", "b"]);
    assertEquals((await b.getParent()).name, "a");
    assertEquals((await refusal(a.getParent()))[0], "NO_DOMAIN_CHECKPOINT");
    assertEquals((await a.listAllChildren()).map(({ name }) => name), ["b"]);
    const found = await domain.lookupCheckpointByName("a");
    assertEquals([found.name, found.domain.name], ["a", "disky"]);
    const disk = "<disk name='vda' checkpoint='bitmap' bitmap='a'/>";
    assertStringIncludes(await found.getXmlDesc(), disk);
    assertEquals((await refusal(domain.lookupCheckpointByName("z")))[0], "NO_DOMAIN_CHECKPOINT");
    await a.delete();
    await b.delete();
    assertEquals(await domain.listAllCheckpoints(), []);
  },
});
