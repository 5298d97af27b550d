/**
 * Commands about a domain's description.
 *
 * @module
 */

import { DomainDefineFlags, DomainXmlFlags } from "../../../gen/enums/domain.ts";
import type { Handlers } from "../command.ts";
import { editXml } from "../edit.ts";
import type { Invocation } from "../invocation.ts";
import { findDomain } from "../lookup.ts";
import { printDescription } from "../xml_output.ts";

async function dumpxml(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const xml = await domain.getXmlDesc(run.flags(
    run.flag("inactive") && DomainXmlFlags.INACTIVE,
    run.flag("securityInfo") && DomainXmlFlags.SECURE,
    run.flag("updateCpu") && DomainXmlFlags.UPDATE_CPU,
    run.flag("migratable") && DomainXmlFlags.MIGRATABLE,
  ));
  await printDescription(run, xml);
}

async function edit(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const conn = await run.connect();
  const validate = !run.flag("skipValidate");
  await editXml(run, {
    what: `Domain "${domain.name}"`,
    // what is written back has to have the secrets too, and has to be what the next start takes
    read: () =>
      domain.getXmlDesc(run.flags(
        DomainXmlFlags.INACTIVE,
        !run.settings.readOnly && DomainXmlFlags.SECURE,
      )),
    write: async (xml) => {
      await conn.defineDomainXml(xml, run.flags(validate && DomainDefineFlags.VALIDATE));
    },
  });
}

/** The commands of this file. */
export const handlers: Handlers = { dumpxml, edit };
