/**
 * Commands that follow domains and the like, and talk to guests.
 *
 * @module
 */

import type { CommandGroup } from "../command.ts";
import { DOMAIN, LOOP, TIMESTAMP } from "./words.ts";

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
      arguments: [[
        { net: "[network]", pool: "[pool]", nodedev: "[device]", secret: "[secret]" }[kind],
        "only of this one",
      ]] as const,
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
