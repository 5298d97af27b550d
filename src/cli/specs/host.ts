/**
 * Commands about the host, its devices, and this program.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import { ALL, DISABLE, INACTIVE, VALIDATE, WRAP, XML_FILE, XPATH } from "./words.ts";

const DEVICE: Described = ["<device>", "name of the device"];

/** The host. */
export const HOST: CommandGroup = {
  title: "The host",
  load: () => import("../commands/host.ts"),
  commands: [
    { name: "nodeinfo", summary: "show the host's CPUs and memory" },
    {
      name: "nodecpustats",
      summary: "show what the host's CPUs spend their time on",
      options: [
        ["--cpu <number>", "of this CPU alone"],
        ["--percent", "in the next second, in per cent"],
      ],
    },
    {
      name: "nodememstats",
      summary: "show the host's memory",
      options: [["--cell <number>", "of this NUMA cell alone"]],
    },
    {
      name: "nodecpumap",
      summary: "show which of the host's CPUs are online",
      options: [["--pretty", "as ranges, such as 0-3,6"]],
    },
    { name: "hostname", summary: "print the host's name" },
    { name: "uri", summary: "print the hypervisor's URI" },
    {
      name: "version",
      summary: "show the versions of this program, libvirt and the hypervisor",
      options: [["--daemon", "the daemon's too, which is always shown"]],
    },
    { name: "sysinfo", summary: "print what the host's firmware says of it" },
    { name: "capabilities", summary: "print what the host and its hypervisor can do" },
    {
      name: "domcapabilities",
      summary: "print what domains of a kind can have",
      options: [
        ["--virttype <type>", "kind of virtualization: kvm, qemu, ..."],
        ["--emulatorbin <path>", "emulator"],
        ["--arch <arch>", "architecture: x86_64, aarch64, ..."],
        ["--machine <machine>", "machine: q35, virt, ..."],
      ],
    },
  ],
};

/** The host's devices. */
export const NODE_DEVICES: CommandGroup = {
  title: "Devices of the host",
  load: () => import("../commands/node_device.ts"),
  commands: [
    {
      name: "nodedev-list",
      summary: "list the host's devices",
      options: [
        ["--cap <names>", "only those with these capabilities, separated by commas: pci, net, ..."],
        ["--tree", "as a tree"],
        ALL,
        INACTIVE,
      ],
    },
    { name: "nodedev-info", summary: "show what a device is", arguments: [DEVICE] },
    {
      name: "nodedev-dumpxml",
      summary: "print a device's description",
      arguments: [DEVICE],
      options: [XPATH, WRAP],
    },
    {
      name: "nodedev-create",
      summary: "make a device that vanishes with the host's next start",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    {
      name: "nodedev-define",
      summary: "define a device",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    { name: "nodedev-start", summary: "start a device that is defined", arguments: [DEVICE] },
    { name: "nodedev-destroy", summary: "stop a device, or remove it", arguments: [DEVICE] },
    { name: "nodedev-undefine", summary: "remove a device's definition", arguments: [DEVICE] },
    {
      name: "nodedev-autostart",
      summary: "start a device with the host",
      arguments: [DEVICE],
      options: [DISABLE],
    },
    {
      name: "nodedev-detach",
      summary: "take a device from the host, for a domain",
      arguments: [DEVICE],
      options: [["--driver <driver>", "driver that holds it meanwhile"]],
    },
    { name: "nodedev-reattach", summary: "give a device back to the host", arguments: [DEVICE] },
    { name: "nodedev-reset", summary: "reset a device", arguments: [DEVICE] },
  ],
};

/** Live views. */
export const TOP: CommandGroup = {
  title: "Live",
  load: () => import("../commands/top.ts"),
  commands: [
    {
      name: "top",
      summary: "watch what domains use of CPU, memory, disk and network",
      options: [
        ["--interval <seconds>", "between two looks; 2 when left out"],
        ["--once", "look for one interval, print a table and end"],
        ["--sort <column>", "by cpu (the default), memory, disk, network or name"],
        ["--count <number>", "end after so many looks"],
      ],
      details: "Keys: q quits; c m d n a sort by CPU, memory, disk, network, name; arrows scroll.",
    },
  ],
};

/** This program and its tools. */
export const TOOLS: CommandGroup = {
  title: "Tools",
  load: () => import("../commands/tools.ts"),
  commands: [
    {
      name: "decode",
      summary: "print a captured session: which calls, answers, events and streams went over",
      arguments: [["<file...>", "a pcap file, as --capture or tcpdump writes it; or raw bytes"]],
      options: [
        ["--from <side>", "a file has the raw bytes of one side: client or daemon"],
        [
          "--port <number>",
          "the daemon's TCP port, where the pcap file is of something else than 16509",
        ],
        ["--full", "print all of every packet"],
        ["--secrets", "print passwords and secrets too"],
      ],
      details: "With two files and --from client, the second has the daemon's bytes.",
    },
    {
      name: "completion",
      summary: "print a script that completes commands in a shell",
      arguments: [["<shell...>", "bash, zsh or fish"]],
      options: [
        ["--words", "print what the last of the words may be: what the scripts ask for"],
        ["--line <line>", "the same for a line as bash has it, in bash's quotes"],
        ["--replaced <word>", "what bash's line editor replaces of that line"],
      ],
    },
    {
      name: "serve",
      summary: "serve a hypervisor in memory to any libvirt client",
      options: [
        ["--listen <address...>", "unix:PATH or tcp:HOST:PORT, one or several"],
        ["--mode <mode>", "permissions of unix sockets, in octal; 0700 when left out"],
        ["--extras", "secrets, filters, volume contents, consoles and agent commands too"],
        ["--forget", "start anew when the last client leaves, as libvirt's test driver does"],
        ["--config <file>", "a configuration file of libvirt's test driver"],
      ],
      details: `A TCP port is served without any authentication: keep it on loopback. Connect with
  virtwire -c 'test+unix:///default?socket=PATH' list --all
  virsh -c 'test+unix:///default?socket=PATH' list --all`,
    },
  ],
};
