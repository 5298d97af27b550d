/**
 * Commands that change domains.
 *
 * @module
 */

import type { CommandGroup } from "../command.ts";
import {
  CONFIG,
  CURRENT,
  DISABLE,
  DOMAIN,
  INACTIVE_XML,
  LIVE,
  VALIDATE,
  WRAP,
  XML_FILE,
  XPATH,
} from "./words.ts";

/** Changing domains. */
export const DOMAIN_CHANGE: CommandGroup = {
  title: "Domains, to change them",
  load: () => import("../commands/domain_change.ts"),
  commands: [
    {
      name: "start",
      summary: "start a domain that is defined",
      arguments: [DOMAIN],
      options: [
        ["--paused", "leave it paused"],
        ["--autodestroy", "stop it when the connection closes"],
        ["--bypass-cache", "read a saved state past the host's cache"],
        ["--force-boot", "forget a saved state and boot"],
        ["--reset-nvram", "with its NVRAM as it comes"],
        ["--console", "open its console"],
      ],
    },
    {
      name: "shutdown",
      summary: "ask a domain to shut down",
      arguments: [DOMAIN],
      options: [[
        "--mode <modes>",
        "how, separated by commas: acpi, agent, initctl, signal, paravirt",
      ]],
    },
    {
      name: "reboot",
      summary: "ask a domain to reboot",
      arguments: [DOMAIN],
      options: [[
        "--mode <modes>",
        "how, separated by commas: acpi, agent, initctl, signal, paravirt",
      ]],
    },
    { name: "reset", summary: "reset a domain, as its power button would", arguments: [DOMAIN] },
    {
      name: "destroy",
      summary: "stop a domain at once; its definition stays",
      arguments: [DOMAIN],
      options: [
        ["--graceful", "fail where it does not end by itself in time"],
        ["--remove-logs", "remove its log file too"],
      ],
    },
    { name: "suspend", summary: "pause a domain", arguments: [DOMAIN] },
    { name: "resume", summary: "let a paused domain go on", arguments: [DOMAIN] },
    {
      name: "define",
      summary: "define a domain, or change its definition",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    {
      name: "create",
      summary: "start a domain that vanishes when it stops",
      arguments: [XML_FILE],
      options: [
        ["--paused", "leave it paused"],
        ["--autodestroy", "stop it when the connection closes"],
        VALIDATE,
        ["--reset-nvram", "with its NVRAM as it comes"],
        ["--console", "open its console"],
      ],
    },
    {
      name: "undefine",
      summary: "remove a domain's definition; a running one goes on",
      arguments: [DOMAIN],
      options: [
        ["--managed-save", "its saved state too"],
        ["--snapshots-metadata", "what libvirt knows of its snapshots too"],
        ["--checkpoints-metadata", "what libvirt knows of its checkpoints too"],
        ["--nvram", "its NVRAM file too"],
        ["--keep-nvram", "but not its NVRAM file"],
        ["--tpm", "its TPM state too"],
        ["--keep-tpm", "but not its TPM state"],
        ["--storage <volumes>", "these disks' volumes too: targets or paths, separated by commas"],
        ["--remove-all-storage", "all its disks' volumes too"],
        ["--delete-storage-volume-snapshots", "with the snapshots that the volumes have"],
        ["--wipe-storage", "overwrite the volumes before they are removed"],
      ],
    },
    {
      name: "autostart",
      summary: "start a domain with the host",
      arguments: [DOMAIN],
      options: [DISABLE],
    },
    {
      name: "domrename",
      summary: "give a domain another name",
      arguments: [DOMAIN, ["<new-name>", "the new name"]],
    },
    {
      name: "setmem",
      summary: "set a domain's memory",
      arguments: [DOMAIN, ["<size>", "such as 2G; KiB where there is no unit"]],
      options: [CONFIG, LIVE, CURRENT],
    },
    {
      name: "setmaxmem",
      summary: "set the most memory that a domain may have",
      arguments: [DOMAIN, ["<size>", "such as 2G; KiB where there is no unit"]],
      options: [CONFIG, LIVE, CURRENT],
    },
    {
      name: "setvcpus",
      summary: "set how many virtual CPUs a domain has",
      arguments: [DOMAIN, ["<count>", "how many"]],
      options: [
        CONFIG,
        LIVE,
        CURRENT,
        ["--maximum", "how many it may have, with --config"],
        ["--guest", "by the agent in the guest"],
        ["--hotpluggable", "so that they can be unplugged"],
      ],
    },
    {
      name: "managedsave",
      summary: "save a domain's state and stop it; its next start goes on there",
      arguments: [DOMAIN],
      options: [
        ["--paused", "start paused then"],
        ["--running", "start running then"],
        ["--bypass-cache", "write it past the host's cache"],
        ["--verbose", "show how far it is, where that is a terminal"],
      ],
    },
    { name: "managedsave-remove", summary: "forget a saved state", arguments: [DOMAIN] },
  ],
};

/** Descriptions. */
export const DOMAIN_XML: CommandGroup = {
  title: "Domains, their descriptions",
  load: () => import("../commands/domain_xml.ts"),
  commands: [
    {
      name: "dumpxml",
      summary: "print a domain's description",
      arguments: [DOMAIN],
      options: [
        INACTIVE_XML,
        ["--security-info", "passwords and the like too"],
        ["--update-cpu", "with the CPU's features on this host"],
        ["--migratable", "so that an older libvirt understands it"],
        XPATH,
        WRAP,
      ],
    },
    {
      name: "edit",
      summary: "change a domain's definition with $VISUAL or $EDITOR",
      arguments: [DOMAIN],
      options: [["--skip-validate", "do not check it against libvirt's schema"]],
    },
  ],
};
