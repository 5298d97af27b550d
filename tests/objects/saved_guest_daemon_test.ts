/**
 * A guest's memory in files: saved and restored, dumped, kept by the daemon.
 */

import { readFileSync, statSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  connect,
  type Connection,
  type Domain,
  DomainCoreDumpFlags,
  DomainCoreDumpFormat,
  DomainSaveRestoreFlags,
  DomainState,
  LibvirtError,
} from "../../mod.ts";
import { type DaemonVersion, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { skipWithoutGuest, startGuest } from "../streams/guest.ts";

function titled(xml: string, title: string): string {
  return xml.replace(/(<\/uuid>)(\s*<title>.*<\/title>)?/, `$1<title>${title}</title>`);
}

async function stateOf(conn: Connection): Promise<number> {
  return (await (await conn.lookupDomainByName("guest")).getState()).state;
}

async function savesAndRestores(conn: Connection, file: string): Promise<Domain> {
  let domain = await conn.lookupDomainByName("guest");
  await domain.save(file);
  assertEquals(await conn.listAllDomains(), [], "it was transient");
  const xml = await conn.domainSaveImageGetXmlDesc(file);
  assertStringIncludes(xml, "<name>guest</name>");
  await conn.domainSaveImageDefineXml(file, titled(xml, "first"));
  await conn.restoreDomain(file);
  domain = await conn.lookupDomainByName("guest");
  assertStringIncludes(await domain.getXmlDesc(), "<title>first</title>");

  await domain.save(file, { flags: DomainSaveRestoreFlags.PAUSED });
  await conn.restoreDomain(file, { dxml: titled(xml, "second") });
  assertEquals(await stateOf(conn), DomainState.PAUSED);
  domain = await conn.lookupDomainByName("guest");
  assertStringIncludes(await domain.getXmlDesc(), "<title>second</title>");

  await domain.saveParams({ file });
  const flags = DomainSaveRestoreFlags.RUNNING;
  await conn.restoreDomainParams({ file, dxml: titled(xml, "third") }, { flags });
  assertEquals(await stateOf(conn), DomainState.RUNNING);
  domain = await conn.lookupDomainByName("guest");
  assertStringIncludes(await domain.getXmlDesc(), "<title>third</title>");
  return domain;
}

async function dumps(domain: Domain, file: string): Promise<void> {
  await domain.coreDump(`${file}.core`);
  assert(statSync(`${file}.core`).size > 100_000);
  const flags = DomainCoreDumpFlags.MEMORY_ONLY;
  const dumpformat = DomainCoreDumpFormat.KDUMP_ZLIB;
  await domain.coreDump(`${file}.kdump`, { flags, dumpformat });
  // qemu writes it flattened, as one writes to a pipe
  assertMatch(readFileSync(`${file}.kdump`, "latin1").slice(0, 16), /^(makedumpfile|KDUMP)/);
}

async function keeps(conn: Connection, xml: string): Promise<void> {
  const domain = await conn.defineDomainXml(xml);
  await domain.create();
  assertEquals(await domain.hasManagedSaveImage(), false);
  await domain.managedSave();
  assertEquals(await domain.hasManagedSaveImage(), true);
  await domain.managedSaveDefineXml(titled(await domain.managedSaveGetXmlDesc(), "kept"));
  assertStringIncludes(await domain.managedSaveGetXmlDesc(), "<title>kept</title>");
  await domain.create(); // from what was kept
  assertStringIncludes(await domain.getXmlDesc(), "<title>kept</title>");
  assertEquals(await domain.hasManagedSaveImage(), false);
  await domain.managedSave();
  await domain.managedSaveRemove();
  assertEquals(await domain.hasManagedSaveImage(), false);
  await domain.undefine();
}

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(`a guest of libvirtd ${version} is saved, dumped and kept`, async () => {
    await using daemon = await startDaemon(version);
    await using conn = await connect(`qemu+unix:///system?socket=${daemon.socket}`);
    const xml = await (await startGuest(conn)).getXmlDesc();
    const file = `${daemon.directory}/saved`;
    const domain = await savesAndRestores(conn, file);
    await dumps(domain, file);
    await domain.destroy();
    await keeps(conn, xml);
    const missing = () => conn.domainSaveImageGetXmlDesc(`${file}.none`);
    await assertRejects(missing, LibvirtError, "No such file or directory");
  }, { skip: skipWithoutGuest(version) });
}
