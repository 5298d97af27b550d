/**
 * Commands about networks, interfaces and filters.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import {
  ALL,
  AUTOSTART,
  CONFIG,
  CURRENT,
  DISABLE,
  INACTIVE,
  INACTIVE_XML,
  LIVE,
  NAMES,
  NETWORK,
  NO_AUTOSTART,
  PERSISTENT,
  TABLE,
  TRANSIENT,
  UUIDS,
  VALIDATE,
  WRAP,
  XML_FILE,
  XPATH,
} from "./words.ts";

const PORT: Described = ["<port>", "UUID of the port"];

/** Virtual networks. */
export const NETWORKS: CommandGroup = {
  title: "Networks",
  load: () => import("../commands/network.ts"),
  commands: [
    {
      name: "net-list",
      summary: "list networks: the active ones, or those that the options select",
      options: [ALL, INACTIVE, NAMES, UUIDS, PERSISTENT, TRANSIENT, AUTOSTART, NO_AUTOSTART, TABLE],
    },
    { name: "net-info", summary: "show what a network is", arguments: [NETWORK] },
    {
      name: "net-dumpxml",
      summary: "print a network's description",
      arguments: [NETWORK],
      options: [INACTIVE_XML, XPATH, WRAP],
    },
    {
      name: "net-dhcp-leases",
      summary: "list the addresses that a network has given away",
      arguments: [NETWORK, ["[mac]", "only to this MAC address"]],
    },
    {
      name: "net-define",
      summary: "define a network",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    {
      name: "net-create",
      summary: "start a network that vanishes when it stops",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    {
      name: "net-edit",
      summary: "change a network's definition with $VISUAL or $EDITOR",
      arguments: [NETWORK],
    },
    {
      name: "net-update",
      summary: "change a part of a network: an address that is given away, a record of its DNS",
      arguments: [
        NETWORK,
        ["<command>", "add-first, add-last (or add), delete or modify"],
        ["<section>", "ip-dhcp-host, ip-dhcp-range, forward-interface, portgroup, dns-host, ..."],
        ["<xml>", "the element, or a file that has it"],
      ],
      options: [
        ["--parent-index <number>", "of which <ip>, counted from 0"],
        CONFIG,
        LIVE,
        CURRENT,
      ],
    },
    {
      name: "net-port-list",
      summary: "list a network's ports",
      arguments: [NETWORK],
      options: [
        UUIDS,
        TABLE,
      ],
    },
    {
      name: "net-port-dumpxml",
      summary: "print a port's description",
      arguments: [NETWORK, PORT],
      options: [XPATH, WRAP],
    },
    {
      name: "net-port-create",
      summary: "make a port as XML describes it",
      arguments: [NETWORK, XML_FILE],
      options: [VALIDATE],
    },
    { name: "net-port-delete", summary: "delete a port", arguments: [NETWORK, PORT] },
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

const NWFILTER: Described = ["<nwfilter>", "name or UUID of the filter"];
const SECRET: Described = ["<secret>", "UUID of the secret"];

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
    { name: "iface-name", summary: "print an interface's name", arguments: [INTERFACE] },
    { name: "iface-mac", summary: "print an interface's MAC address", arguments: [INTERFACE] },
    {
      name: "iface-define",
      summary: "define an interface, or change its definition",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    {
      name: "iface-edit",
      summary: "change an interface's definition with $VISUAL or $EDITOR",
      arguments: [INTERFACE],
    },
    { name: "iface-start", summary: "start an interface", arguments: [INTERFACE] },
    { name: "iface-destroy", summary: "stop an interface", arguments: [INTERFACE] },
    { name: "iface-undefine", summary: "remove an interface's definition", arguments: [INTERFACE] },
    { name: "iface-begin", summary: "remember the interfaces as they are, to come back to" },
    { name: "iface-commit", summary: "keep the changes since iface-begin" },
    { name: "iface-rollback", summary: "take the changes since iface-begin back" },
    {
      name: "iface-dumpxml",
      summary: "print an interface's description",
      arguments: [INTERFACE],
      options: [INACTIVE_XML, XPATH, WRAP],
    },
    { name: "nwfilter-list", summary: "list network filters", options: [NAMES, UUIDS] },
    {
      name: "nwfilter-define",
      summary: "define a network filter, or change its definition",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    { name: "nwfilter-undefine", summary: "remove a network filter", arguments: [NWFILTER] },
    {
      name: "nwfilter-edit",
      summary: "change a network filter with $VISUAL or $EDITOR",
      arguments: [NWFILTER],
    },
    {
      name: "nwfilter-dumpxml",
      summary: "print a network filter's description",
      arguments: [NWFILTER],
      options: [XPATH, WRAP],
    },
    {
      name: "secret-list",
      summary: "list secrets, without their values",
      options: [
        ["--ephemeral", "only those that are kept in memory alone"],
        ["--no-ephemeral", "only those that are kept on disk"],
        ["--private", "only those whose values are never told"],
        ["--no-private", "only those whose values may be told"],
      ],
    },
    {
      name: "secret-define",
      summary: "define a secret",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    { name: "secret-undefine", summary: "remove a secret", arguments: [SECRET] },
    {
      name: "secret-set-value",
      summary: "give a secret its value",
      arguments: [SECRET, ["[base64]", "the value in base64, which others on the host may see"]],
      options: [
        ["--file <file>", "file that has it in base64; - for standard input"],
        ["--plain", "the file has it as it is"],
      ],
    },
    {
      name: "secret-get-value",
      summary: "print a secret's value in base64",
      arguments: [SECRET],
      options: [["--plain", "as it is"]],
    },
    {
      name: "secret-dumpxml",
      summary: "print a secret's description, without its value",
      arguments: [SECRET],
      options: [XPATH, WRAP],
    },
  ],
};
