/**
 * Names: from libvirt's C identifiers to those of the generated code.
 *
 * @module
 */

import type { ProgramName } from "./model.ts";

/** Splits a C identifier into its words, lower-cased: `virDomainGetXMLDesc` → vir domain get xml desc. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .split("_")
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

/** `get_xml_desc` → `getXmlDesc`. */
export function camelCase(name: string): string {
  return wordsOf(name).map((word, i) => i === 0 ? word : capitalise(word)).join("");
}

/** `get_xml_desc` → `GetXmlDesc`. */
export function pascalCase(name: string): string {
  return wordsOf(name).map(capitalise).join("");
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The name of the generated type of a struct: `remote_domain_get_state_args` → `DomainGetStateArgs`. */
export function structName(program: ProgramName, name: string): string {
  if (program === "net") return pascalCase(name.replace(/^vir/, ""));
  return pascalCase(program === "remote" ? name.replace(/^remote_/, "") : name);
}

/** The name of a procedure: `REMOTE_PROC_DOMAIN_GET_STATE` → `domainGetState`. */
export function procedureName(program: ProgramName, name: string): string {
  const bare = name.replace(/^[A-Z]+_PROC_/, "").toLowerCase();
  return camelCase(program === "remote" ? bare : `${program}_${bare}`);
}

/**
 * The classes of the `remote` program, longest prefix first: a procedure belongs to the first whose
 * prefix starts its name.
 */
const CLASS_PREFIXES: readonly (readonly [prefix: string, file: string])[] = [
  ["domain_snapshot_", "domain_snapshot"],
  ["domain_checkpoint_", "domain_checkpoint"],
  ["domain_", "domain"],
  ["network_port_", "network_port"],
  ["network_", "network"],
  ["storage_pool_", "storage_pool"],
  ["storage_vol_", "storage_vol"],
  ["node_device_", "node_device"],
  ["interface_", "interface"],
  ["secret_", "secret"],
  ["nwfilter_binding_", "nwfilter_binding"],
  ["nwfilter_", "nwfilter"],
];

/** The file of a procedure or struct of the `remote` program; `connect` for what has no object. */
export function remoteFileOf(bareName: string): string {
  if (/_event_.*_msg$|^connect_event_|_event_(?!.*(register|deregister)).*$/.test(bareName)) {
    return "events";
  }
  return CLASS_PREFIXES.find(([prefix]) => bareName.startsWith(prefix))?.[1] ?? "connect";
}
