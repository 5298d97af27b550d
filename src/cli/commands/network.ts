/**
 * Virtual networks.
 *
 * @module
 */

import { NetworkListFlags, NetworkXmlFlags } from "../../../gen/enums/network.ts";
import type { Handlers } from "../command.ts";
import { actsOn, autostart } from "../acts.ts";
import { editXml } from "../edit.ts";
import { readText } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import {
  AUTOSTART_COLUMN,
  listFlags,
  NAME_COLUMN,
  PERSISTENT_COLUMN,
  printList,
  STATE_COLUMN,
  unlessGone,
} from "../lists.ts";
import { findNetwork } from "../lookup.ts";

const act = actsOn("Network", (run) => findNetwork(run));

async function list(run: Invocation): Promise<void> {
  const conn = await run.connect();
  const networks = await conn.listAllNetworks(run.flags(listFlags(run, NetworkListFlags)));
  const columns = [NAME_COLUMN, STATE_COLUMN, AUTOSTART_COLUMN, PERSISTENT_COLUMN];
  await printList(run, networks, columns, async (network) => {
    const [active, autostart, persistent] = await Promise.all([
      unlessGone(() => network.isActive(run.call)),
      unlessGone(() => network.getAutostart(run.call)),
      unlessGone(() => network.isPersistent(run.call)),
    ]);
    const state = active ? "active" : "inactive";
    return { name: network.name, uuid: network.uuid, state, autostart, persistent };
  });
}

async function info(run: Invocation): Promise<void> {
  const network = await findNetwork(run);
  const [active, persistent, autostart, bridge] = await Promise.all([
    network.isActive(run.call),
    network.isPersistent(run.call),
    network.getAutostart(run.call),
    // networks that are plugged into something else have none
    network.getBridgeName(run.call).catch(() => null),
  ]);
  run.out.record(
    { name: network.name, uuid: network.uuid, active, persistent, autostart, bridge },
    {
      name: "Name",
      uuid: "UUID",
      active: "Active",
      persistent: "Persistent",
      autostart: "Autostart",
      bridge: "Bridge",
    },
  );
}

async function leases(run: Invocation): Promise<void> {
  const network = await findNetwork(run);
  const all = await network.getDhcpLeases({ ...run.call, mac: run.maybe("mac") });
  run.out.table(
    all.map(({ expirytime, type, prefix, ipaddr, ...rest }) => ({
      expires: expirytime === 0n ? null : new Date(Number(expirytime) * 1000).toISOString(),
      protocol: type === 0 ? "ipv4" : "ipv6",
      address: `${ipaddr}/${prefix}`,
      ...rest,
    })),
    [
      { key: "expires", title: "Expires" },
      { key: "mac", title: "MAC address" },
      { key: "protocol", title: "Protocol" },
      { key: "address", title: "Address" },
      { key: "hostname", title: "Hostname" },
      { key: "clientid", title: "Client" },
    ],
  );
}

/** The commands of this file. */
export const handlers: Handlers = {
  "net-list": list,
  "net-info": info,
  "net-dumpxml": async (run) => {
    const network = await findNetwork(run);
    const flags = run.flags(run.flag("inactive") && NetworkXmlFlags.INACTIVE);
    run.out.value((await network.getXmlDesc(flags)).trimEnd());
  },
  "net-dhcp-leases": leases,
  "net-define": async (run) => {
    const xml = await readText(run.argument("file"));
    const { name } = await (await run.connect()).defineNetworkXml(xml, run.call);
    run.out.message(`Network "${name}" defined`);
  },
  "net-create": async (run) => {
    const xml = await readText(run.argument("file"));
    const { name } = await (await run.connect()).createNetworkXml(xml, run.call);
    run.out.message(`Network "${name}" created`);
  },
  "net-edit": async (run) => {
    const network = await findNetwork(run);
    const conn = await run.connect();
    await editXml(run, {
      what: `Network "${network.name}"`,
      read: () => network.getXmlDesc(run.flags(NetworkXmlFlags.INACTIVE)),
      write: async (xml) => {
        await conn.defineNetworkXml(xml, run.call);
      },
    });
  },
  "net-start": act("started", (network, run) => network.create(run.call)),
  "net-destroy": act("destroyed", (network, run) => network.destroy(run.call)),
  "net-undefine": act("undefined", (network, run) => network.undefine(run.call)),
  "net-autostart": autostart("Network", (run) => findNetwork(run)),
  "net-name": async (run) => run.out.value((await findNetwork(run)).name),
  "net-uuid": async (run) => run.out.value((await findNetwork(run)).uuid),
};
