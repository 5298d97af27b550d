/**
 * Commands about domains.
 *
 * @module
 */

import type { CommandGroup } from "../command.ts";
import {
  ALL,
  AUTOSTART,
  CONFIG,
  CURRENT,
  DISABLE,
  DOMAIN,
  INACTIVE,
  INACTIVE_XML,
  LIVE,
  LOOP,
  NAMES,
  NO_AUTOSTART,
  PERSISTENT,
  TIMESTAMP,
  TRANSIENT,
  UUIDS,
  XML_FILE,
} from "./words.ts";

/** Looking at domains. */
export const DOMAIN_LOOK: CommandGroup = {
  title: "Domains",
  load: () => import("../commands/domain_look.ts"),
  commands: [
    {
      name: "list",
      summary: "list domains: the running ones, or those that the options select",
      options: [
        ALL,
        INACTIVE,
        NAMES,
        UUIDS,
        ["--id", "ids alone, one a line"],
        ["--title", "show titles too"],
        PERSISTENT,
        TRANSIENT,
        AUTOSTART,
        NO_AUTOSTART,
        ["--state-running", "only running ones"],
        ["--state-paused", "only paused ones"],
        ["--state-shutoff", "only those that are shut off"],
        ["--state-other", "only those in another state"],
        ["--with-snapshot", "only those with snapshots"],
        ["--without-snapshot", "only those without snapshots"],
        ["--with-managed-save", "only those with a saved state"],
        ["--without-managed-save", "only those without a saved state"],
      ],
    },
    { name: "dominfo", summary: "show what a domain is and has", arguments: [DOMAIN] },
    {
      name: "domstate",
      summary: "show a domain's state",
      arguments: [DOMAIN],
      options: [["--reason", "show why it is in it, too"]],
    },
    { name: "domid", summary: "print a domain's id", arguments: [DOMAIN] },
    { name: "domuuid", summary: "print a domain's UUID", arguments: [DOMAIN] },
    { name: "domname", summary: "print a domain's name", arguments: [DOMAIN] },
    {
      name: "domstats",
      summary: "show statistics of domains; of all active ones when none is named",
      arguments: [["[domain...]", "names, UUIDs or ids of domains"]],
      options: [
        ["--state", "state and reason"],
        ["--cpu-total", "CPU time"],
        ["--balloon", "memory"],
        ["--vcpu", "virtual CPUs"],
        ["--interface", "network interfaces"],
        ["--block", "disks"],
        ["--perf", "performance events"],
        ["--iothread", "IO threads"],
        ["--memory", "memory bandwidth"],
        ["--dirtyrate", "rate at which memory is changed"],
        ["--vm", "what the hypervisor counts"],
        ["--raw", "names as the daemon sends them, in JSON too"],
        ["--enforce", "fail where a group is not to be had"],
        ["--nowait", "leave out what would have to be waited for"],
        ["--list-active", "of active domains"],
        ["--list-inactive", "of inactive domains"],
      ],
    },
    { name: "vcpuinfo", summary: "show what a domain's virtual CPUs do", arguments: [DOMAIN] },
    {
      name: "domblklist",
      summary: "list a domain's disks",
      arguments: [DOMAIN],
      options: [
        INACTIVE_XML,
        ["--details", "show types and devices too"],
      ],
    },
    {
      name: "domiflist",
      summary: "list a domain's network interfaces",
      arguments: [DOMAIN],
      options: [
        INACTIVE_XML,
      ],
    },
    {
      name: "domifaddr",
      summary: "list the addresses of a domain's network interfaces",
      arguments: [DOMAIN],
      options: [
        ["--source <source>", "who is asked: lease (the default), agent or arp"],
        ["--full", "show the interface on each line"],
      ],
    },
    {
      name: "domblkinfo",
      summary: "show the sizes of a domain's disks",
      arguments: [DOMAIN, ["[device]", "target or path of a disk; all when left out"]],
    },
    {
      name: "domblkstat",
      summary: "show how much was read from and written to a disk",
      arguments: [DOMAIN, ["[device]", "target of a disk; the sum of all when left out"]],
    },
    {
      name: "domifstat",
      summary: "show how much went over a network interface",
      arguments: [DOMAIN, ["<interface>", "its name on the host, or its MAC address"]],
    },
    {
      name: "dommemstat",
      summary: "show a domain's memory statistics",
      arguments: [DOMAIN],
    },
    { name: "domjobinfo", summary: "show the job that runs on a domain", arguments: [DOMAIN] },
  ],
};

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
      options: [["--graceful", "fail where it does not end by itself in time"]],
    },
    { name: "suspend", summary: "pause a domain", arguments: [DOMAIN] },
    { name: "resume", summary: "let a paused domain go on", arguments: [DOMAIN] },
    {
      name: "define",
      summary: "define a domain, or change its definition",
      arguments: [XML_FILE],
      options: [["--validate", "check it against libvirt's schema"]],
    },
    {
      name: "create",
      summary: "start a domain that vanishes when it stops",
      arguments: [XML_FILE],
      options: [
        ["--paused", "leave it paused"],
        ["--autodestroy", "stop it when the connection closes"],
        ["--validate", "check it against libvirt's schema"],
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
      name: "attach-device",
      summary: "plug a device in",
      arguments: [DOMAIN, XML_FILE],
      options: [CONFIG, LIVE, CURRENT],
    },
    {
      name: "detach-device",
      summary: "unplug a device",
      arguments: [DOMAIN, XML_FILE],
      options: [CONFIG, LIVE, CURRENT],
    },
    {
      name: "managedsave",
      summary: "save a domain's state and stop it; its next start goes on there",
      arguments: [DOMAIN],
      options: [["--paused", "start paused then"], ["--running", "start running then"]],
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

/** Events of all kinds of objects. */
export const EVENTS: CommandGroup = {
  title: "Events",
  load: () => import("../commands/event.ts"),
  commands: [
    {
      name: "event",
      summary: "wait for events of domains, or follow them",
      arguments: [["[domain]", "only of this domain"]],
      options: [
        ["--event <names>", "which, separated by commas; lifecycle when left out"],
        ["--all", "all kinds that the daemon knows"],
        ["--list", "list the kinds"],
        LOOP,
        TIMESTAMP,
      ],
      details: "With --timeout it stops after so long, with status 1 where no event came.",
    },
    ...(["net", "pool", "nodedev", "secret"] as const).map((kind) => ({
      name: `${kind}-event`,
      summary: `wait for events of ${
        { net: "networks", pool: "pools", nodedev: "node devices", secret: "secrets" }[kind]
      }, or follow them`,
      arguments: [["[name]", "only of this one"]] as const,
      options: [
        ["--event <names>", "which, separated by commas; lifecycle when left out"],
        ["--all", "all kinds"],
        ["--list", "list the kinds"],
        LOOP,
        TIMESTAMP,
      ] as const,
    })),
  ],
};

/** A guest's console. */
export const CONSOLE: CommandGroup = {
  title: "Domains, from inside",
  load: () => import("../commands/console.ts"),
  commands: [
    {
      name: "console",
      summary: "connect the terminal to a domain's console; ^] leaves it",
      arguments: [DOMAIN],
      options: [
        ["--devname <alias>", "alias of the console, such as serial0; the first when left out"],
        ["--force", "disconnect whoever has it open"],
        ["--safe", "refuse where the driver cannot keep others out"],
        ["--escape <key>", "leave with this key in place of ^], such as ^A"],
      ],
    },
    {
      name: "screenshot",
      summary: "save a picture of a domain's screen",
      arguments: [DOMAIN, [
        "[file]",
        "where to; - for standard output; named by domain and time when left out",
      ]],
      options: [["--screen <number>", "which screen; 0, the first, when left out"]],
    },
  ],
};

/** Moving domains. */
export const MIGRATE: CommandGroup = {
  title: "Domains, moving them",
  load: () => import("../commands/migrate.ts"),
  commands: [
    {
      name: "migrate",
      summary: "move a domain to another host",
      arguments: [DOMAIN, ["<desturi>", "URI of the destination"]],
      options: [
        ["--live", "while it runs"],
        ["--p2p", "the daemons do it among themselves"],
        ["--tunnelled", "over the daemons' own connection"],
        ["--persistent", "define it there"],
        ["--undefinesource", "remove its definition here"],
        ["--suspend", "leave it paused there"],
        ["--offline", "its definition alone"],
        ["--copy-storage-all", "its disks too"],
        ["--copy-storage-inc", "what its disks have beyond their backing files too"],
        ["--unsafe", "even where its disks may be damaged"],
        ["--auto-converge", "slow it down where it changes its memory too fast"],
        ["--dname <name>", "its name there"],
        ["--migrateuri <uri>", "where its memory is sent to"],
        ["--bandwidth <MiB/s>", "how much may be sent a second"],
      ],
    },
  ],
};
