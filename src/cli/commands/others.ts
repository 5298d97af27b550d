/**
 * The host's interfaces, filters and secrets.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  InterfaceDefineFlags,
  InterfaceListFlags,
  InterfaceXmlFlags,
} from "../../../gen/enums/interface.ts";
import { NwFilterDefineFlags } from "../../../gen/enums/nwfilter.ts";
import { SecretDefineFlags, SecretListFlags, SecretUsageType } from "../../../gen/enums/secret.ts";
import { isNotFound } from "../../errors.ts";
import type { Interface } from "../../objects/mod.ts";
import { actsOn } from "../acts.ts";
import type { Handlers } from "../command.ts";
import { editXml } from "../edit.ts";
import { UsageError } from "../failures.ts";
import { readBytes, readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, printList, STATE_COLUMN, unlessGone } from "../lists.ts";
import { findNwFilter, findSecret } from "../lookup.ts";
import { printDescription } from "../xml_output.ts";
import { writeOut } from "../terminal.ts";
import { words } from "../values.ts";

async function interfaces(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const { ACTIVE, INACTIVE } = InterfaceListFlags;
  const flags = run.flag("all") ? ACTIVE | INACTIVE : run.flag("inactive") ? INACTIVE : ACTIVE;
  const list = await conn.listAllInterfaces(run.flags(flags));
  const columns = [NAME_COLUMN, STATE_COLUMN, { key: "mac", title: "MAC address" }];
  await printList(run, list, columns, async (each) => {
    const active = await unlessGone(() => each.isActive(run.call));
    return { name: each.name, state: active ? "active" : "inactive", mac: each.mac };
  });
}

async function findInterface(run: Invocation): Promise<Interface> {
  const conn = await run.connect();
  const name = run.argument("interface");
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(name)) {
    return await conn.lookupInterfaceByName(name, run.call);
  }
  try {
    return await conn.lookupInterfaceByMacString(name, run.call);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return await conn.lookupInterfaceByName(name, run.call);
  }
}

async function setSecretValue(run: Invocation): Promise<void> {
  const [base64, file, plain] = [run.maybe("base64"), run.text("file"), run.flag("plain")];
  if ((base64 === undefined) === (file === undefined)) {
    throw new UsageError("Expected the value either as an argument or by --file");
  }
  const bytes = file === undefined ? undefined : await readBytes(file);
  const value = plain && bytes !== undefined
    ? bytes
    : fromBase64(base64 ?? new TextDecoder().decode(bytes));
  const secret = await findSecret(run);
  await secret.setValue(value, run.call);
  run.out.message(`Secret "${secret.uuid}" has its value`);
}

function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/\s/g, "");
  if (/^(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?$/.test(digits)) {
    return Buffer.from(digits, "base64");
  }
  throw new UsageError("The value is not base64; --file FILE --plain takes it as it is");
}

async function getSecretValue(run: Invocation): Promise<void> {
  const value = await (await findSecret(run)).getValue(run.call);
  if (!run.flag("plain")) return run.out.value(Buffer.from(value).toString("base64"));
  await writeOut(value, run.signal);
}

const actOnInterface = actsOn("Interface", findInterface);

const actOnFilter = actsOn("Network filter", (run) => findNwFilter(run));

/** The commands of this file. */
export const handlers: Handlers = {
  "iface-name": async (run) => run.out.value((await findInterface(run)).name),
  "iface-mac": async (run) => run.out.value((await findInterface(run)).mac),
  "iface-define": async (run) => {
    const xml = await readText(run.argument("file"));
    const flags = run.flags(run.flag("validate") && InterfaceDefineFlags.VALIDATE);
    const { name } = await (await run.connect()).defineInterfaceXml(xml, flags);
    run.out.message(`Interface "${name}" defined`);
  },
  "iface-edit": async (run) => {
    const found = await findInterface(run);
    const conn = await run.connect();
    await editXml(run, {
      what: `Interface "${found.name}"`,
      read: () => found.getXmlDesc(run.flags(InterfaceXmlFlags.INACTIVE)),
      write: async (xml) => {
        await conn.defineInterfaceXml(xml, run.call);
      },
    });
  },
  "iface-start": actOnInterface("started", (each, run) => each.create(run.call)),
  "iface-destroy": actOnInterface("destroyed", (each, run) => each.destroy(run.call)),
  "iface-undefine": actOnInterface("undefined", (each, run) => each.undefine(run.call)),
  "iface-begin": async (run) => {
    await (await run.connect()).interfaceChangeBegin(run.call);
    run.out.message("The interfaces are remembered as they are");
  },
  "iface-commit": async (run) => {
    await (await run.connect()).interfaceChangeCommit(run.call);
    run.out.message("The changes of interfaces are kept");
  },
  "iface-rollback": async (run) => {
    await (await run.connect()).interfaceChangeRollback(run.call);
    run.out.message("The changes of interfaces are taken back");
  },
  "secret-define": async (run) => {
    const xml = await readText(run.argument("file"));
    const flags = run.flags(run.flag("validate") && SecretDefineFlags.VALIDATE);
    const { uuid } = await (await run.connect()).defineSecretXml(xml, flags);
    run.out.message(`Secret "${uuid}" defined`);
  },
  "secret-undefine": async (run) => {
    const secret = await findSecret(run);
    await secret.undefine(run.call);
    run.out.message(`Secret "${secret.uuid}" undefined`);
  },
  "secret-set-value": setSecretValue,
  "secret-get-value": getSecretValue,
  "nwfilter-define": async (run) => {
    const xml = await readText(run.argument("file"));
    const flags = run.flags(run.flag("validate") && NwFilterDefineFlags.VALIDATE);
    const { name } = await (await run.connect()).defineNwFilterXml(xml, flags);
    run.out.message(`Network filter "${name}" defined`);
  },
  "nwfilter-undefine": actOnFilter("undefined", (filter, run) => filter.undefine(run.call)),
  "nwfilter-edit": async (run) => {
    const filter = await findNwFilter(run);
    const conn = await run.connect();
    await editXml(run, {
      what: `Network filter "${filter.name}"`,
      read: () => filter.getXmlDesc(run.call),
      write: async (xml) => {
        await conn.defineNwFilterXml(xml, run.call);
      },
    });
  },
  "iface-list": interfaces,
  "iface-dumpxml": async (run) => {
    const flags = run.flags(run.flag("inactive") && InterfaceXmlFlags.INACTIVE);
    await printDescription(run, await (await findInterface(run)).getXmlDesc(flags));
  },
  "nwfilter-list": async (run) => {
    const filters = await (await run.connect()).listAllNwFilters(run.call);
    const columns = [{ key: "uuid", title: "UUID" }, NAME_COLUMN];
    await printList(run, filters, columns, ({ name, uuid }) => Promise.resolve({ uuid, name }));
  },
  "nwfilter-dumpxml": async (run) =>
    await printDescription(run, await (await findNwFilter(run)).getXmlDesc(run.call)),
  "secret-list": async (run) => {
    const secrets = await (await run.connect()).listAllSecrets(run.flags(
      run.choice("ephemeral") === true && SecretListFlags.EPHEMERAL,
      run.choice("ephemeral") === false && SecretListFlags.NO_EPHEMERAL,
      run.choice("private") === true && SecretListFlags.PRIVATE,
      run.choice("private") === false && SecretListFlags.NO_PRIVATE,
    ));
    const rows = secrets.map(({ uuid, usageType, usageId }) => (
      { uuid, usageType: words(SecretUsageType[usageType], usageType), usageId }
    ));
    run.out.table(rows, [
      { key: "uuid", title: "UUID" },
      { key: "usageType", title: "Usage" },
      { key: "usageId", title: "Of" },
    ]);
  },
  "secret-dumpxml": async (run) =>
    await printDescription(run, await (await findSecret(run)).getXmlDesc(run.call)),
};
