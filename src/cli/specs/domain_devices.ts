/**
 * Commands about domains' devices, and about what is kept of domains in files.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import { BOTH, CONFIG, CURRENT, DOMAIN, LIVE, XML_FILE } from "./words.ts";

const IMPACT = [CONFIG, LIVE, CURRENT, BOTH];
const PRINT_XML: Described = ["--print-xml", "only print the device's description"];

/** Disks, interfaces and the like. */
export const DOMAIN_DEVICES: CommandGroup = {
  title: "Domains, their devices",
  load: () => import("../commands/domain_devices.ts"),
  commands: [
    {
      name: "attach-device",
      summary: "plug a device in",
      arguments: [DOMAIN, XML_FILE],
      options: IMPACT,
    },
    {
      name: "detach-device",
      summary: "unplug a device",
      arguments: [DOMAIN, XML_FILE],
      options: IMPACT,
    },
    {
      name: "update-device",
      summary: "change a device, such as the medium in a drive",
      arguments: [DOMAIN, XML_FILE],
      options: [...IMPACT, ["--force", "even where the guest does not let go of it"]],
    },
    {
      name: "attach-disk",
      summary: "plug a disk in",
      arguments: [
        DOMAIN,
        ["<source>", "file or device on the host"],
        ["<target>", "what the guest calls it, more or less: vdb"],
      ],
      options: [
        ["--targetbus <bus>", "virtio, scsi, sata, usb, ..."],
        ["--sourcetype <type>", "file or block; block where the source is in /dev when left out"],
        ["--type <type>", "disk, cdrom, floppy or lun"],
        ["--mode <mode>", "readonly or shareable"],
        ["--driver <driver>", "such as qemu"],
        ["--subdriver <format>", "format of the source: raw, qcow2, ..."],
        ["--cache <mode>", "none, writeback, writethrough, directsync, unsafe"],
        ["--io <policy>", "native, threads or io_uring"],
        ["--iothread <number>", "IO thread that serves it"],
        ["--serial <serial>", "its serial number"],
        ["--wwn <wwn>", "its world wide name"],
        ["--alias <alias>", "name of the device, beginning with ua-"],
        ...IMPACT,
        PRINT_XML,
      ],
    },
    {
      name: "detach-disk",
      summary: "unplug a disk",
      arguments: [DOMAIN, ["<target>", "what the guest calls it, or its source"]],
      options: [...IMPACT, PRINT_XML],
    },
    {
      name: "attach-interface",
      summary: "plug a network interface in",
      arguments: [
        DOMAIN,
        ["<type>", "network, bridge, direct or user"],
        ["[source]", "the network, bridge or device that it is plugged into"],
      ],
      options: [
        ["--mac <mac>", "its MAC address"],
        ["--model <model>", "virtio, e1000, ..."],
        ["--target <name>", "its name on the host"],
        ["--source-mode <mode>", "of direct: bridge, vepa, private or passthrough"],
        ["--alias <alias>", "name of the device, beginning with ua-"],
        ...IMPACT,
        PRINT_XML,
      ],
    },
    {
      name: "detach-interface",
      summary: "unplug a network interface",
      arguments: [DOMAIN, ["<type>", "network, bridge, direct or user"]],
      options: [["--mac <mac>", "its MAC address, where there are several"], ...IMPACT, PRINT_XML],
    },
    {
      name: "blockresize",
      summary: "change the size of a running domain's disk",
      arguments: [DOMAIN, ["<path>", "target or source of the disk"], [
        "[size]",
        "such as 20G; KiB where there is no unit",
      ]],
      options: [["--capacity", "to the size of the block device that it is"]],
    },
    {
      name: "vcpucount",
      summary: "show how many virtual CPUs a domain has, and may have",
      arguments: [DOMAIN],
      options: [
        ["--maximum", "only how many it may have"],
        ["--active", "only how many it has"],
        CONFIG,
        LIVE,
        CURRENT,
        ["--guest", "as the agent in the guest counts them"],
      ],
    },
  ],
};

const FILE: Described = ["<file>", "path on the host"];
const VERBOSE: Described = ["--verbose", "show how far it is, where that is a terminal"];

/** What is kept of a domain in a file of the host. */
export const DOMAIN_FILES: CommandGroup = {
  title: "Domains, in files",
  load: () => import("../commands/domain_files.ts"),
  commands: [
    {
      name: "save",
      summary: "save a domain's state to a file on the host, and stop it",
      arguments: [DOMAIN, FILE],
      options: [
        ["--bypass-cache", "write it past the host's cache"],
        ["--xml <file>", "file with the description that it has afterwards"],
        ["--running", "it runs when it is restored"],
        ["--paused", "it is paused when it is restored"],
        VERBOSE,
      ],
    },
    {
      name: "restore",
      summary: "let a domain go on from a file on the host",
      arguments: [FILE],
      options: [
        ["--bypass-cache", "read it past the host's cache"],
        ["--xml <file>", "file with the description that it has from now on"],
        ["--running", "and let it run"],
        ["--paused", "and pause it"],
        ["--reset-nvram", "with its NVRAM as it comes"],
      ],
    },
    {
      name: "dump",
      summary: "write a domain's memory to a file on the host",
      arguments: [DOMAIN, FILE],
      options: [
        ["--live", "while it runs on"],
        ["--crash", "stop it then"],
        ["--reset", "reset it then"],
        ["--bypass-cache", "write it past the host's cache"],
        ["--memory-only", "memory and registers alone, for a debugger"],
        ["--format <format>", "of that: elf, kdump-zlib, kdump-lzo, kdump-snappy, win-dmp"],
        VERBOSE,
      ],
    },
    {
      name: "domjobabort",
      summary: "stop the job that runs on a domain",
      arguments: [DOMAIN],
      options: [["--postcopy", "a migration, even where its guest runs on the other side already"]],
    },
  ],
};
