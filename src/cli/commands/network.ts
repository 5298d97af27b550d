/**
 * Virtual networks.
 *
 * @module
 */

import {
  NetworkCreateFlags,
  NetworkDefineFlags,
  NetworkListFlags,
  NetworkPortCreateFlags,
  NetworkUpdateCommand,
  NetworkUpdateFlags,
  NetworkUpdateSection,
  NetworkXmlFlags,
} from "../../../gen/enums/network.ts";
import { DomainModificationImpact } from "../../../gen/enums/domain.ts";
import type { NetworkPort } from "../../objects/mod.ts";
import type { Handlers } from "../command.ts";
import { actsOn, autostart } from "../acts.ts";
import { editXml } from "../edit.ts";
import { UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import { impact } from "../impact.ts";
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
import { printDescription } from "../xml_output.ts";

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

const COMMANDS: Readonly<Record<string, number>> = {
  "add": NetworkUpdateCommand.ADD_LAST,
  "add-last": NetworkUpdateCommand.ADD_LAST,
  "add-first": NetworkUpdateCommand.ADD_FIRST,
  "delete": NetworkUpdateCommand.DELETE,
  "modify": NetworkUpdateCommand.MODIFY,
};

const SECTIONS: Readonly<Record<string, number | string | undefined>> = NetworkUpdateSection;

async function update(run: Invocation): Promise<void> {
  const [commandName, sectionName, given] = [
    run.argument("command"),
    run.argument("section"),
    run.argument("xml"),
  ];
  const command = COMMANDS[commandName];
  if (command === undefined) {
    const known = Object.keys(COMMANDS).join(", ");
    throw new UsageError(`Cannot "${commandName}" a part of a network: expected ${known}`);
  }
  const section = SECTIONS[sectionName.toUpperCase().replaceAll("-", "_")];
  if (typeof section !== "number" || section === NetworkUpdateSection.NONE) {
    const known = Object.keys(SECTIONS).filter((key) => /^[A-Z]/.test(key) && key !== "NONE")
      .map((key) => key.toLowerCase().replaceAll("_", "-"));
    throw new UsageError(
      `Cannot change the section "${sectionName}": expected one of ${known.join(", ")}`,
    );
  }
  const xml = given.trimStart().startsWith("<") ? given : await readText(given);
  const network = await findNetwork(run);
  const { LIVE, CONFIG } = NetworkUpdateFlags;
  const wanted = impact(run);
  await network.update(command, section, xml, {
    // the bits of the same names are others here
    ...run.flags(
      (wanted & DomainModificationImpact.LIVE) !== 0 && LIVE,
      (wanted & DomainModificationImpact.CONFIG) !== 0 && CONFIG,
    ),
    parentIndex: run.count("parentIndex"),
  });
  run.out.message(`Network "${network.name}" changed`);
}

async function ports(run: Invocation): Promise<void> {
  const list = await (await findNetwork(run)).listAllPorts(run.call);
  if (run.flag("uuid") && !run.out.json) return list.forEach(({ uuid }) => run.out.line(uuid));
  run.out.table(list.map(({ uuid }) => ({ uuid })), [{ key: "uuid", title: "UUID" }]);
}

async function port(run: Invocation): Promise<NetworkPort> {
  return await (await findNetwork(run)).lookupPortByUuid(run.argument("port"), run.call);
}

/** The commands of this file. */
export const handlers: Handlers = {
  "net-update": update,
  "net-port-list": ports,
  "net-port-dumpxml": async (run) =>
    await printDescription(run, await (await port(run)).getXmlDesc(run.call)),
  "net-port-create": async (run) => {
    const xml = await readText(run.argument("file"));
    const { VALIDATE } = NetworkPortCreateFlags;
    const flags = run.flags(run.flag("validate") && VALIDATE);
    const { uuid } = await (await findNetwork(run)).createPortXml(xml, flags);
    run.out.message(`Port "${uuid}" created`);
  },
  "net-port-delete": async (run) => {
    const found = await port(run);
    await found.delete(run.call);
    run.out.message(`Port "${found.uuid}" deleted`);
  },
  "net-list": list,
  "net-info": info,
  "net-dumpxml": async (run) => {
    const network = await findNetwork(run);
    const flags = run.flags(run.flag("inactive") && NetworkXmlFlags.INACTIVE);
    await printDescription(run, await network.getXmlDesc(flags));
  },
  "net-dhcp-leases": leases,
  "net-define": async (run) => {
    const xml = await readText(run.argument("file"));
    const { name } = await (await run.connect()).defineNetworkXml(
      xml,
      run.flags(run.flag("validate") && NetworkDefineFlags.VALIDATE),
    );
    run.out.message(`Network "${name}" defined`);
  },
  "net-create": async (run) => {
    const xml = await readText(run.argument("file"));
    const { name } = await (await run.connect()).createNetworkXml(
      xml,
      run.flags(run.flag("validate") && NetworkCreateFlags.VALIDATE),
    );
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
