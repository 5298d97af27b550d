/**
 * Definitions to feed to the hypervisor: each is refused with an error of libvirt's, or has a form
 * that is its own canonical form.
 *
 * @module
 */

import { LibvirtError } from "../../src/errors.ts";
import { parseDomain } from "../../src/server/test_driver/domain_definition.ts";
import { formatDefinition, formatDomain } from "../../src/server/test_driver/domain_format.ts";
import { parseNetwork } from "../../src/server/test_driver/network_definition.ts";
import { TestState } from "../../src/server/test_driver/state.ts";
import { parsePool, parseVolume } from "../../src/server/test_driver/storage_definition.ts";
import { element } from "../../src/xml/element.ts";
import { changeDocument, makeDocument } from "./documents.ts";
import { Flaw, type Target, templateOf } from "./targets.ts";

const { identities } = new TestState({ seed: 1 });
const POOL = element("pool", { type: "dir" }, element("target", {}, element("path", {}, "/p")));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function canonical(xml: string): string {
  switch (/^<(\w+)/.exec(xml)?.[1]) {
    case "network":
      return formatDefinition(parseNetwork(xml, identities));
    case "pool":
      return formatDefinition(parsePool(xml, identities));
    case "volume":
      return formatDefinition(parseVolume(xml, POOL));
  }
  return formatDomain(parseDomain(xml, identities), { id: -1, secure: true });
}

// What libvirtd prints and reads as something else: sizes below its unit, numbers above the signed
// ones, file systems that had a socket their type has not.
const LIBVIRTS_OWN =
  /<size unit='M'>0<|<(owner|group)>-|startport='-|<filesystem type='(?!mount|bind)\w+'(?! accessmode)/;

/** Definitions of domains, networks, pools and volumes. */
export const DOCUMENTS: Target = {
  name: "document",
  make: (random) => encoder.encode(makeDocument(random)),
  change: (bytes, random) => encoder.encode(changeDocument(decoder.decode(bytes), random)),
  feed(bytes) {
    let first: string;
    try {
      first = canonical(decoder.decode(bytes));
    } catch (error) {
      if (error instanceof LibvirtError) return templateOf(error);
      throw error;
    }
    if (LIBVIRTS_OWN.test(first)) return "printed and not read";
    const again = canonical(first);
    if (!isSame(again, first)) {
      throw new Flaw(`${difference(first, again)}\n${decoder.decode(bytes)}`);
    }
    return first.replace(/'[^']*'|>[^<]*</g, "");
  },
};

// Controllers get their place before their numbers: read again, one that told none may move.
function isSame(a: string, b: string): boolean {
  const sorted = (text: string): string => text.split("\n").sort().join("\n");
  return a === b || (a.includes("<controller") && sorted(a) === sorted(b));
}

function difference(a: string, b: string): string {
  const [before, after] = [a.split("\n"), b.split("\n")];
  const at = before.findIndex((line, n) => line !== after[n]);
  return `said again, "${before[at]?.trim()}" is "${after[at]?.trim()}"`;
}
