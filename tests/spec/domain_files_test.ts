import { assertEquals, assertStringIncludes } from "@std/assert";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DomainCoreDumpFlags, DomainCoreDumpFormat, DomainState } from "../../mod.ts";
import { startGuest } from "./guest_domain.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { spec } from "./targets.ts";

/** A path that daemons and this process have in common; what is there is gone afterwards. */
async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const path = join(tmpdir(), `virtwire-domain-${crypto.randomUUID()}`);
  try {
    await use(path);
  } finally {
    rmSync(path, { force: true });
  }
}

spec("domain files", {
  "dumps the memory, and may let the domain crash": (conn) =>
    withFile(async (path) => {
      const domain = await startGuest(conn);
      await domain.coreDump(path);
      assertEquals((await domain.getState()).state, DomainState.RUNNING);
      const dumpformat = DomainCoreDumpFormat.KDUMP_ZLIB;
      const compressed = await refusal(domain.coreDump(path, { dumpformat }));
      assertEquals(compressed[0], "OPERATION_UNSUPPORTED");
      assertStringIncludes(compressed[2], "kdump-compressed format is not supported here");
      await domain.coreDump(path, { flags: DomainCoreDumpFlags.CRASH });
      assertEquals((await domain.getState()).state, DomainState.SHUTOFF);
      assertEquals((await refusal(domain.coreDump(path)))[0], "OPERATION_INVALID");
    }),
  "saves to a file, tells and changes its definition, and restores": (conn) =>
    withFile(async (path) => {
      const domain = await startGuest(conn);
      await domain.save(path);
      assertEquals((await domain.getState()).state, DomainState.SHUTOFF);
      const xml = await conn.domainSaveImageGetXmlDesc(path);
      assertStringIncludes(xml, "<name>guest</name>");
      const changed = xml.replace("</name>", "</name>\n  <title>changed</title>");
      await conn.domainSaveImageDefineXml(path, changed);
      assertStringIncludes(await conn.domainSaveImageGetXmlDesc(path), "<title>changed</title>");
      assertEquals((await refusal(conn.domainSaveImageDefineXml(path, "<x/>")))[0], "XML_ERROR");
      await conn.restoreDomain(path);
      assertEquals((await domain.getState()).state, DomainState.RUNNING);
    }),
  "refuses to restore under another definition": (conn) =>
    withFile(async (path) => {
      const domain = await startGuest(conn);
      await domain.save(path);
      const dxml = await conn.domainSaveImageGetXmlDesc(path);
      assertEquals(await refusal(conn.restoreDomain(path, { dxml })), [
        "ARGUMENT_UNSUPPORTED",
        "TEST",
        "argument unsupported: xml modification unsupported",
      ]);
    }),
  "lacks what takes parameters, and changing a managed save": async (conn) => {
    const domain = await startGuest(conn);
    const calls = [
      conn.restoreDomainParams({ file: "/nowhere" }),
      domain.managedSaveDefineXml("<domain/>"),
    ];
    assertEquals(await refusalCodes(calls), ["NO_SUPPORT"]);
  },
});
