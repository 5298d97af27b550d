/**
 * Commands about snapshots.
 *
 * @module
 */

import type { CommandGroup, Described } from "../command.ts";
import { DOMAIN, VALIDATE, WRAP, XPATH } from "./words.ts";

const SNAPSHOT: Described = ["<snapshot>", "name of the snapshot"];
const MAYBE: Described = ["[snapshot]", "name of the snapshot; the current one when left out"];
const DISK_ONLY: Described = ["--disk-only", "of the disks, without the memory"];
const ATOMIC: Described = ["--atomic", "of all or of nothing"];
const QUIESCE: Described = ["--quiesce", "while the guest's file systems stand still"];
const HALT: Described = ["--halt", "stop the domain then"];
const NO_METADATA: Described = ["--no-metadata", "so that libvirt forgets about it"];
const CURRENT: Described = ["--current", "the current one, which is so where none is named"];
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
        ["--from <snapshot>", "only the children of this one"],
        ["--current", "only the children of the current one"],
        ["--descendants", "with --from or --current, and their children, and so on"],
        ["--no-leaves", "only those with children"],
        ["--metadata", "only those that libvirt keeps metadata of"],
        ["--no-metadata", "only those that it keeps none of"],
        ["--inactive", "only those of a domain that was shut off"],
        ["--active", "only those of a running domain, with its memory"],
        ["--disk-only", "only those of disks, without memory"],
        ["--internal", "only those within the disks' files"],
        ["--external", "only those in files of their own"],
        ["--topological", "each behind its parent"],
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
        VALIDATE,
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
        VALIDATE,
        ["--memspec <spec>", "where its memory goes: [file=]NAME[,snapshot=TYPE]"],
        [
          "--diskspec <spec>...",
          "a disk: NAME[,snapshot=TYPE][,driver=TYPE][,stype=TYPE][,file=NAME]; once for each",
        ],
      ],
    },
    {
      name: "snapshot-edit",
      summary: "change a snapshot's description with $VISUAL or $EDITOR",
      arguments: [DOMAIN, MAYBE],
      options: [
        CURRENT,
        ["--rename", "a new name is the snapshot's new name"],
        ["--clone", "a new name is another snapshot"],
      ],
    },
    {
      name: "snapshot-revert",
      summary: "bring a domain back to a snapshot",
      arguments: [DOMAIN, MAYBE],
      options: [
        CURRENT,
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
        CURRENT,
        ["--children", "and all that are based on it"],
        ["--children-only", "only all that are based on it"],
        ["--metadata", "only what libvirt knows of it"],
      ],
    },
    {
      name: "snapshot-dumpxml",
      summary: "print a snapshot's description",
      arguments: [DOMAIN, SNAPSHOT],
      options: [["--security-info", "passwords and the like too"], XPATH, WRAP],
    },
    {
      name: "snapshot-current",
      summary: "print the current snapshot's description, or make another one current",
      arguments: [DOMAIN, ["[snapshot]", "the one to make current"]],
      options: [["--name", "its name alone"], ["--security-info", "passwords and the like too"]],
    },
    {
      name: "snapshot-info",
      summary: "show what a snapshot is",
      arguments: [DOMAIN, MAYBE],
      options: [CURRENT],
    },
    {
      name: "snapshot-parent",
      summary: "print the name of a snapshot's parent",
      arguments: [DOMAIN, MAYBE],
      options: [CURRENT],
    },
  ],
};
