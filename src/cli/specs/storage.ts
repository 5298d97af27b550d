/**
 * Commands about pools and volumes.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import {
  ALL,
  AUTOSTART,
  DISABLE,
  IN_POOL,
  INACTIVE,
  INACTIVE_XML,
  NAMES,
  NO_AUTOSTART,
  NO_OVERWRITE,
  OVERWRITE,
  PERSISTENT,
  POOL,
  TRANSIENT,
  UUIDS,
  VALIDATE,
  VOLUME,
  WRAP,
  XML_FILE,
  XPATH,
} from "./words.ts";

const NEW_POOL: readonly Described[] = [
  ["<name>", "its name"],
  ["<type>", "its type: dir, fs, netfs, logical, disk, iscsi, ..."],
];
const NEW_POOL_OPTIONS: readonly Described[] = [
  ["--target <path>", "where its volumes appear"],
  ["--source-host <host>", "host that it comes from"],
  ["--source-path <path>", "path on that host"],
  ["--source-dev <path>", "device that it is on"],
  ["--source-name <name>", "name of its source"],
  ["--source-format <format>", "format of its source"],
  ["--source-initiator <iqn>", "name of the initiator, for iSCSI"],
  ["--source-protocol-ver <version>", "version of NFS"],
  ["--auth-type <type>", "how the source asks who it is: chap or ceph"],
  ["--auth-username <name>", "who it is"],
  ["--secret-usage <usage>", "secret with the password, by its use"],
  ["--secret-uuid <uuid>", "secret with the password, by its UUID"],
  ["--adapter-name <name>", "host adapter, such as scsi_host1"],
  ["--adapter-wwnn <wwnn>", "node name of a virtual host adapter"],
  ["--adapter-wwpn <wwpn>", "port name of a virtual host adapter"],
  ["--adapter-parent <name>", "host adapter that it is of"],
  ["--print-xml", "only print its description"],
];
const BUILD: readonly Described[] = [
  ["--build", "make what it needs first, such as its directory"],
  OVERWRITE,
  NO_OVERWRITE,
];

/** Storage pools. */
export const POOLS: CommandGroup = {
  title: "Storage pools",
  load: () => import("../commands/pool.ts"),
  commands: [
    {
      name: "pool-list",
      summary: "list pools: the active ones, or those that the options select",
      options: [
        ALL,
        INACTIVE,
        NAMES,
        UUIDS,
        PERSISTENT,
        TRANSIENT,
        AUTOSTART,
        NO_AUTOSTART,
        [
          "--type <types>",
          "only of these types, separated by commas: dir, fs, netfs, logical, ...",
        ],
        ["--details", "show sizes too"],
      ],
    },
    {
      name: "pool-info",
      summary: "show what a pool is and has",
      arguments: [POOL],
      options: [["--bytes", "sizes in bytes"]],
    },
    {
      name: "pool-dumpxml",
      summary: "print a pool's description",
      arguments: [POOL],
      options: [INACTIVE_XML, XPATH, WRAP],
    },
    {
      name: "pool-define",
      summary: "define a pool",
      arguments: [XML_FILE],
      options: [VALIDATE],
    },
    {
      name: "pool-define-as",
      summary: "define a pool without writing XML",
      arguments: NEW_POOL,
      options: NEW_POOL_OPTIONS,
    },
    {
      name: "pool-create",
      summary: "start a pool that vanishes when it stops",
      arguments: [XML_FILE],
      options: BUILD,
    },
    {
      name: "pool-create-as",
      summary: "start a pool that vanishes when it stops, without writing XML",
      arguments: NEW_POOL,
      options: [...NEW_POOL_OPTIONS, ...BUILD],
    },
    {
      name: "pool-build",
      summary: "make what a pool needs, such as its directory",
      arguments: [POOL],
      options: [OVERWRITE, NO_OVERWRITE],
    },
    {
      name: "pool-start",
      summary: "start a pool that is defined",
      arguments: [POOL],
      options: BUILD,
    },
    { name: "pool-destroy", summary: "stop a pool; its volumes stay", arguments: [POOL] },
    { name: "pool-refresh", summary: "look for volumes that came or went", arguments: [POOL] },
    { name: "pool-undefine", summary: "remove a pool's definition", arguments: [POOL] },
    { name: "pool-delete", summary: "delete what a pool is made of", arguments: [POOL] },
    {
      name: "pool-autostart",
      summary: "start a pool with the host",
      arguments: [POOL],
      options: [DISABLE],
    },
    {
      name: "pool-edit",
      summary: "change a pool's definition with $VISUAL or $EDITOR",
      arguments: [POOL],
    },
    { name: "pool-name", summary: "print a pool's name", arguments: [POOL] },
    { name: "pool-uuid", summary: "print a pool's UUID", arguments: [POOL] },
    { name: "pool-capabilities", summary: "print which types of pools there are" },
  ],
};

const PREALLOCATE: Described = ["--prealloc-metadata", "with room for what describes it"];
const REFLINK: Described = ["--reflink", "sharing what both have, where the file system can"];

/** Volumes. */
export const VOLUMES: CommandGroup = {
  title: "Volumes",
  load: () => import("../commands/volume.ts"),
  commands: [
    {
      name: "vol-list",
      summary: "list a pool's volumes",
      arguments: [POOL],
      options: [["--details", "show types and sizes too"]],
    },
    {
      name: "vol-info",
      summary: "show what a volume is and has",
      arguments: [VOLUME],
      options: [
        IN_POOL,
        ["--bytes", "sizes in bytes"],
        ["--physical", "show what it takes on the host's disk too"],
      ],
    },
    {
      name: "vol-dumpxml",
      summary: "print a volume's description",
      arguments: [VOLUME],
      options: [IN_POOL, XPATH, WRAP],
    },
    {
      name: "vol-create",
      summary: "make a volume",
      arguments: [POOL, XML_FILE],
      options: [PREALLOCATE, VALIDATE],
    },
    {
      name: "vol-create-from",
      summary: "make a volume with the contents of another",
      arguments: [POOL, XML_FILE, ["<volume>", "name, path or key of the other"]],
      options: [
        ["--inputpool <pool>", "pool of the other; a name needs it"],
        PREALLOCATE,
        REFLINK,
        VALIDATE,
      ],
    },
    {
      name: "vol-clone",
      summary: "make a volume that is like another, in the same pool",
      arguments: [VOLUME, ["<newname>", "its name"]],
      options: [
        IN_POOL,
        PREALLOCATE,
        REFLINK,
        ["--print-xml", "only print its description"],
      ],
    },
    {
      name: "vol-create-as",
      summary: "make a volume without writing XML",
      arguments: [POOL, ["<name>", "its name"], [
        "<capacity>",
        "its size, such as 10G; bytes where there is no unit",
      ]],
      options: [
        ["--allocation <size>", "how much of it to take at once"],
        ["--format <format>", "its format: raw, qcow2, ..."],
        ["--backing-vol <path>", "volume that it is based on"],
        ["--backing-vol-format <format>", "that volume's format"],
        PREALLOCATE,
        VALIDATE,
        ["--print-xml", "only print its description"],
      ],
    },
    {
      name: "vol-delete",
      summary: "delete a volume",
      arguments: [VOLUME],
      options: [IN_POOL, ["--delete-snapshots", "with the snapshots that it has"]],
    },
    {
      name: "vol-resize",
      summary: "change a volume's size",
      arguments: [VOLUME, ["<capacity>", "its new size, such as 10G"]],
      options: [
        IN_POOL,
        ["--allocate", "take what is added at once"],
        ["--delta", "the size is what is added"],
        ["--shrink", "it may become smaller"],
      ],
    },
    {
      name: "vol-wipe",
      summary: "overwrite a volume, with zeros unless told otherwise",
      arguments: [VOLUME],
      options: [
        IN_POOL,
        ["--algorithm <name>", "zero, nnsa, dod, bsi, gutmann, schneier, random, trim, ..."],
      ],
    },
    { name: "vol-path", summary: "print a volume's path", arguments: [VOLUME], options: [IN_POOL] },
    { name: "vol-key", summary: "print a volume's key", arguments: [VOLUME], options: [IN_POOL] },
    { name: "vol-name", summary: "print a volume's name", arguments: [VOLUME], options: [IN_POOL] },
    {
      name: "vol-pool",
      summary: "print the name of a volume's pool",
      arguments: [VOLUME],
      options: [["--uuid", "its UUID instead"]],
    },
  ],
};

const TRANSFER: readonly Described[] = [
  IN_POOL,
  ["--offset <size>", "leave out so much at the volume's start"],
  ["--length <size>", "move so much; up to the end when left out"],
  ["--sparse", "send holes as holes"],
];

/** Moving the contents of volumes. */
export const VOLUME_TRANSFER: CommandGroup = {
  title: "Volumes, their contents",
  load: () => import("../commands/volume_transfer.ts"),
  commands: [
    {
      name: "vol-upload",
      summary: "write a file to a volume",
      arguments: [VOLUME, ["<file>", "the file; - for standard input"]],
      options: TRANSFER,
    },
    {
      name: "vol-download",
      summary: "write a volume to a file",
      arguments: [VOLUME, ["<file>", "the file; - for standard output"]],
      options: TRANSFER,
    },
  ],
};
