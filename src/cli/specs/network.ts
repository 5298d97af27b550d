/**
 * Commands about networks, interfaces and filters.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import {
  ALL,
  AUTOSTART,
  DISABLE,
  INACTIVE,
  INACTIVE_XML,
  NAMES,
  NETWORK,
  NO_AUTOSTART,
  PERSISTENT,
  TRANSIENT,
  UUIDS,
  XML_FILE,
} from "./words.ts";

/** Virtual networks. */
export const NETWORKS: CommandGroup = {
  title: "Networks",
  load: () => import("../commands/network.ts"),
  commands: [
    {
      name: "net-list",
      summary: "list networks: the active ones, or those that the options select",
      options: [ALL, INACTIVE, NAMES, UUIDS, PERSISTENT, TRANSIENT, AUTOSTART, NO_AUTOSTART],
    },
    { name: "net-info", summary: "show what a network is", arguments: [NETWORK] },
    {
      name: "net-dumpxml",
      summary: "print a network's description",
      arguments: [NETWORK],
      options: [INACTIVE_XML],
    },
    {
      name: "net-dhcp-leases",
      summary: "list the addresses that a network has given away",
      arguments: [NETWORK, ["[mac]", "only to this MAC address"]],
    },
    { name: "net-define", summary: "define a network", arguments: [XML_FILE] },
    {
      name: "net-create",
      summary: "start a network that vanishes when it stops",
      arguments: [XML_FILE],
    },
    {
      name: "net-edit",
      summary: "change a network's definition with $VISUAL or $EDITOR",
      arguments: [NETWORK],
    },
    { name: "net-start", summary: "start a network that is defined", arguments: [NETWORK] },
    { name: "net-destroy", summary: "stop a network", arguments: [NETWORK] },
    { name: "net-undefine", summary: "remove a network's definition", arguments: [NETWORK] },
    {
      name: "net-autostart",
      summary: "start a network with the host",
      arguments: [NETWORK],
      options: [DISABLE],
    },
    { name: "net-name", summary: "print a network's name", arguments: [NETWORK] },
    { name: "net-uuid", summary: "print a network's UUID", arguments: [NETWORK] },
  ],
};

const INTERFACE: Described = ["<interface>", "name or MAC address of the interface"];

/** The host's own interfaces, filters and secrets. */
export const OTHERS: CommandGroup = {
  title: "Interfaces, filters, secrets",
  load: () => import("../commands/others.ts"),
  commands: [
    {
      name: "iface-list",
      summary: "list the host's network interfaces",
      options: [ALL, INACTIVE, NAMES],
    },
    {
      name: "iface-dumpxml",
      summary: "print an interface's description",
      arguments: [INTERFACE],
      options: [INACTIVE_XML],
    },
    { name: "nwfilter-list", summary: "list network filters" },
    {
      name: "nwfilter-dumpxml",
      summary: "print a network filter's description",
      arguments: [["<nwfilter>", "name or UUID of the filter"]],
    },
    { name: "secret-list", summary: "list secrets, without their values" },
    {
      name: "secret-dumpxml",
      summary: "print a secret's description, without its value",
      arguments: [["<secret>", "UUID of the secret"]],
    },
  ],
};
