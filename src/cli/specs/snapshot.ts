/**
 * Commands about snapshots.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import { DOMAIN } from "./words.ts";

const SNAPSHOT: Described = ["<snapshot>", "name of the snapshot"];
const MAYBE: Described = ["[snapshot]", "name of the snapshot; the current one when left out"];
const DISK_ONLY: Described = ["--disk-only", "of the disks, without the memory"];
const ATOMIC: Described = ["--atomic", "of all or of nothing"];
const QUIESCE: Described = ["--quiesce", "while the guest's file systems stand still"];
const HALT: Described = ["--halt", "stop the domain then"];
const NO_METADATA: Described = ["--no-metadata", "so that libvirt forgets about it"];
const REUSE: Described = ["--reuse-external", "into files that are there"];

/** Snapshots of domains. */
export const SNAPSHOTS: CommandGroup = {
  title: "Snapshots",
  load: () => import("../commands/snapshot.ts"),
  commands: [
    {
      name: "snapshot-list",
      summary: "list a domain's snapshots",
      arguments: [DOMAIN],
      options: [
        ["--parent", "show parents too"],
        ["--roots", "only those without parents"],
        ["--leaves", "only those without children"],
        ["--tree", "as a tree"],
        ["--name", "names alone, one a line"],
      ],
    },
    {
      name: "snapshot-create",
      summary: "take a snapshot as XML describes it",
      arguments: [DOMAIN, ["[file]", "file with the XML description; - for standard input"]],
      options: [
        ["--redefine", "make known a snapshot that is there"],
        ["--current", "make that the current one"],
        DISK_ONLY,
        ATOMIC,
        QUIESCE,
        HALT,
        NO_METADATA,
        REUSE,
        ["--live", "while the domain runs on"],
        ["--validate", "check it against libvirt's schema"],
      ],
    },
    {
      name: "snapshot-create-as",
      summary: "take a snapshot",
      arguments: [DOMAIN, ["[name]", "its name"], ["[description]", "what it is for"]],
      options: [
        ["--print-xml", "only print its description"],
        DISK_ONLY,
        ATOMIC,
        QUIESCE,
        HALT,
        NO_METADATA,
        REUSE,
        ["--live", "while the domain runs on"],
      ],
    },
    {
      name: "snapshot-revert",
      summary: "bring a domain back to a snapshot",
      arguments: [DOMAIN, MAYBE],
      options: [
        ["--running", "and let it run"],
        ["--paused", "and pause it"],
        ["--force", "where that may lose something, too"],
        ["--reset-nvram", "with its NVRAM as it comes"],
      ],
    },
    {
      name: "snapshot-delete",
      summary: "delete a snapshot",
      arguments: [DOMAIN, MAYBE],
      options: [
        ["--children", "and all that are based on it"],
        ["--children-only", "only all that are based on it"],
        ["--metadata", "only what libvirt knows of it"],
      ],
    },
    {
      name: "snapshot-dumpxml",
      summary: "print a snapshot's description",
      arguments: [DOMAIN, SNAPSHOT],
      options: [["--security-info", "passwords and the like too"]],
    },
    {
      name: "snapshot-current",
      summary: "print the current snapshot's description, or make another one current",
      arguments: [DOMAIN, ["[snapshot]", "the one to make current"]],
      options: [["--name", "its name alone"]],
    },
    { name: "snapshot-info", summary: "show what a snapshot is", arguments: [DOMAIN, MAYBE] },
    {
      name: "snapshot-parent",
      summary: "print the name of a snapshot's parent",
      arguments: [DOMAIN, MAYBE],
    },
  ],
};
