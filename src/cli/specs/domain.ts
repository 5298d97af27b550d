/**
 * Commands that look at domains.
 *
 * @module
 */

import type { CommandGroup } from "../command.ts";
import {
  ALL,
  AUTOSTART,
  CONFIG,
  CURRENT,
  DOMAIN,
  INACTIVE,
  INACTIVE_XML,
  LIVE,
  NAMES,
  NO_AUTOSTART,
  PERSISTENT,
  TABLE,
  TRANSIENT,
  UUIDS,
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
        ["--with-checkpoint", "only those with checkpoints"],
        ["--without-checkpoint", "only those without checkpoints"],
        ["--managed-save", "call those with a saved state saved, not shut off"],
        TABLE,
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
  ],
};

/** What domains use, have and do. */
export const DOMAIN_STATS: CommandGroup = {
  title: "Domains",
  load: () => import("../commands/domain_stats.ts"),
  commands: [
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
        ["--backing", "of the files behind disks' files too"],
        ["--list-active", "of active domains"],
        ["--list-inactive", "of inactive domains"],
        ["--list-persistent", "of domains that are defined"],
        ["--list-transient", "of domains that vanish when they stop"],
        ["--list-running", "of running domains"],
        ["--list-paused", "of paused domains"],
        ["--list-shutoff", "of domains that are shut off"],
        ["--list-other", "of domains in another state"],
      ],
    },
    {
      name: "vcpuinfo",
      summary: "show what a domain's virtual CPUs do",
      arguments: [DOMAIN],
      options: [["--pretty", "the host's CPUs as ranges, such as 0-3,6"]],
    },
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
        ["--interface <name>", "only of this interface"],
        ["--full", "show the interface on each line"],
      ],
    },
    {
      name: "domblkinfo",
      summary: "show the sizes of a domain's disks",
      arguments: [DOMAIN, ["[device]", "target or path of a disk; all when left out"]],
      options: [
        ["--all", "of all disks, which is so where none is named"],
        ["--human", "sizes with units, which is always so on a terminal and in a pipe"],
      ],
    },
    {
      name: "domblkstat",
      summary: "show how much was read from and written to a disk",
      arguments: [DOMAIN, ["[device]", "target of a disk; the sum of all when left out"]],
      options: [["--human", "say in words what is counted"]],
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
      options: [
        ["--period <seconds>", "let the guest tell so often what it uses; 0 for never"],
        CONFIG,
        LIVE,
        CURRENT,
      ],
    },
    {
      name: "domjobinfo",
      summary: "show the job that runs on a domain",
      arguments: [DOMAIN],
      options: [
        ["--completed", "the last one that has ended"],
        ["--keep-completed", "and let it be shown again"],
        ["--anystats", "all that the daemon tells"],
        ["--rawstats", "all that the daemon tells, by its own names"],
      ],
    },
  ],
};
