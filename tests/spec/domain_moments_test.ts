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
    const parent = await domain.createSnapshotXml(snapshotXml("a"));
    const child = await domain.createSnapshotXml(snapshotXml("b"));
    const last = await domain.createSnapshotXml(snapshotXml("c"));
    assertEquals(await domain.hasCurrentSnapshot(), true);
    assertEquals((await domain.currentSnapshot()).name, "c");
    assertEquals([await parent.isCurrent(), await last.isCurrent()], [false, true]);
    assertEquals(await parent.hasMetadata(), true);
    assertEquals((await child.getParent()).name, "a");
    assertEquals((await refusal(parent.getParent()))[0], "NO_DOMAIN_SNAPSHOT");
    assertEquals(await domain.numSnapshots(), 3);
    assertEquals((await domain.listSnapshotNames()).sort(), ["a", "b", "c"]);
    assertEquals((await domain.listAllSnapshots()).length, 3);
    assertEquals(await parent.numChildren(), 1);
    assertEquals(await parent.numChildren({ flags: DESCENDANTS }), 2);
    const below = await parent.listChildrenNames({ flags: DESCENDANTS });
    assertEquals(below.sort(), ["b", "c"]);
    assertEquals((await parent.listAllChildren()).map(({ name }) => name), ["b"]);
    const snapshot = await domain.lookupSnapshotByName("b");
    assertStringIncludes(await snapshot.getXmlDesc(), "<state>running</state>");
    assertEquals(snapshot.domain.name, "test");
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
    const parent = await domain.createCheckpointXml(
      "<domaincheckpoint><name>a</name></domaincheckpoint>",
    );
    const child = await domain.createCheckpointXml(
      "<domaincheckpoint><name>b</name></domaincheckpoint>",
    );
    const names = (await domain.listAllCheckpoints()).map(({ name }) => name);
    assertEquals(names.sort(), ["a", "b"]);
    assertEquals((await child.getParent()).name, "a");
    assertEquals((await refusal(parent.getParent()))[0], "NO_DOMAIN_CHECKPOINT");
    assertEquals((await parent.listAllChildren()).map(({ name }) => name), ["b"]);
    const checkpoint = await domain.lookupCheckpointByName("a");
    assertEquals([checkpoint.name, checkpoint.domain.name], ["a", "disky"]);
    const disk = "<disk name='vda' checkpoint='bitmap' bitmap='a'/>";
    assertStringIncludes(await checkpoint.getXmlDesc(), disk);
    assertEquals((await refusal(domain.lookupCheckpointByName("z")))[0], "NO_DOMAIN_CHECKPOINT");
    await parent.delete();
    await child.delete();
    assertEquals(await domain.listAllCheckpoints(), []);
  },
});
