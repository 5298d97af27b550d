/**
 * Arguments and options that many commands have.
 *
 * @module
 */

import type { Described } from "../command.ts";

/** A domain. */
export const DOMAIN: Described = ["<domain>", "name, UUID or id of the domain"];
/** A network. */
export const NETWORK: Described = ["<network>", "name or UUID of the network"];
/** A pool. */
export const POOL: Described = ["<pool>", "name or UUID of the pool"];
/** A volume. */
export const VOLUME: Described = ["<volume>", "name, path or key of the volume"];
/** A file with a description. */
export const XML_FILE: Described = [
  "<file>",
  "file with the XML description; - for standard input",
];
/** The pool of a volume. */
export const IN_POOL: Described = ["--pool <pool>", "pool of the volume; a name needs it"];
/** All of a list. */
export const ALL: Described = ["--all", "inactive ones too"];
/** Inactive ones of a list. */
export const INACTIVE: Described = ["--inactive", "only inactive ones"];
/** Names of a list. */
export const NAMES: Described = ["--name", "names alone, one a line"];
/** UUIDs of a list. */
export const UUIDS: Described = ["--uuid", "UUIDs alone, one a line"];
/** Of those that start with the host. */
export const AUTOSTART: Described = ["--autostart", "only those that start with the host"];
/** Of those that do not. */
export const NO_AUTOSTART: Described = [
  "--no-autostart",
  "only those that do not start with the host",
];
/** Of those that are defined. */
export const PERSISTENT: Described = ["--persistent", "only those that are defined"];
/** Of those that are not. */
export const TRANSIENT: Described = ["--transient", "only those that vanish when they stop"];
/** A change of the definition. */
export const CONFIG: Described = ["--config", "in the definition, for the next start"];
/** A change of what runs. */
export const LIVE: Described = ["--live", "in the running domain"];
/** A change of whichever there is. */
export const CURRENT: Described = ["--current", "in whichever of the two there is"];
/** Switches something off. */
export const DISABLE: Described = ["--disable", "switch it off again"];
/** Follows events. */
export const LOOP: Described = ["--loop", "go on after the first event, until ctrl-C or --timeout"];
/** When an event came. */
export const TIMESTAMP: Described = ["--timestamp", "print when each event came"];
/** The description of what is not running. */
export const INACTIVE_XML: Described = [
  "--inactive",
  "the definition, not what is in force at the moment",
];
/** Checks a description. */
export const VALIDATE: Described = ["--validate", "check it against libvirt's schema"];
/** A part of a description. */
export const XPATH: Described = ["--xpath <expression>", "only what an XPath expression selects"];
/** Parts of a description as one document. */
export const WRAP: Described = ["--wrap", "with --xpath, within <nodes>"];
/** A list as a table. */
export const TABLE: Described = [
  "--table",
  "as a table, which is so unless something else is asked",
];
/** What was there is kept. */
export const NO_OVERWRITE: Described = ["--no-overwrite", "but not over what is there"];
/** What was there is lost. */
export const OVERWRITE: Described = ["--overwrite", "over what is there, which is lost"];
/** A change of both, where there are both. */
export const BOTH: Described = [
  "--persistent",
  "in the definition and, where it runs, in the running domain",
];
