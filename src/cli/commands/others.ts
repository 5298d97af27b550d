/**
 * The host's interfaces, filters and secrets.
 *
 * @module
 */

import { InterfaceListFlags, InterfaceXmlFlags } from "../../../gen/enums/interface.ts";
import { SecretListFlags, SecretUsageType } from "../../../gen/enums/secret.ts";
import { isNotFound } from "../../errors.ts";
import type { Interface } from "../../objects/mod.ts";
import type { Handlers } from "../command.ts";
import type { Invocation } from "../invocation.ts";
import { NAME_COLUMN, printList, STATE_COLUMN, unlessGone } from "../lists.ts";
import { findNwFilter, findSecret } from "../lookup.ts";
import { printDescription } from "../xml_output.ts";
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

/** The commands of this file. */
export const handlers: Handlers = {
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
