/**
 * The capabilities document.
 *
 * @module
 */

import { element, type XmlElement } from "../../xml/element.ts";
import { printXml } from "../../xml/print.ts";
import { isArchitecture } from "./cpu_models.ts";
import { isDomainType } from "./domain_definition.ts";
import { invalidArgument } from "./refusals.ts";
import type { TestState } from "./state.ts";

const EMULATOR = "/usr/bin/test-hv";
const PAGE_SIZES = [4, 8, 2048, 1048576] as const;

/** What the hypervisor and its host can do, as libvirt prints it. */
export function capabilitiesXml(state: TestState): string {
  const guests = ["hvm", "xen"].map((type) => printXml(guest(type), "  "));
  return `<capabilities>\n\n${
    [printXml(host(state), "  "), ...guests].join("\n")
  }\n</capabilities>\n`;
}

/** What somebody asks domain capabilities for. */
export interface CapabilitiesQuery {
  readonly emulatorbin: string | null;
  readonly arch: string | null;
  readonly machine: string | null;
  readonly virttype: string | null;
}

const MODES = ["host-passthrough", "maximum", "host-model", "custom"] as const;

/** What a domain of some kind could have: nothing but what was asked for. */
export function domainCapabilitiesXml(query: CapabilitiesQuery): string {
  const { emulatorbin, arch, machine, virttype } = query;
  if (virttype !== null && !isDomainType(virttype)) {
    throw invalidArgument(`unknown virttype: ${virttype}`);
  }
  if (arch !== null && !isArchitecture(arch)) {
    throw invalidArgument(`unknown architecture: ${arch}`);
  }
  const devices = element("devices");
  devices.open = true;
  const no = { supported: "no" };
  return printXml(element(
    "domainCapabilities",
    {},
    emulatorbin === null ? undefined : element("path", {}, emulatorbin),
    element("domain", {}, virttype ?? "test"),
    machine === null ? undefined : element("machine", {}, machine),
    element("arch", {}, arch ?? "i686"),
    element("cpu", {}, ...MODES.map((name) => element("mode", { name, ...no }))),
    devices,
    element("features", {}, element("sev", no), element("sgx", no)),
  ));
}

function host({ cells }: TestState): XmlElement {
  const pages = PAGE_SIZES.map((size) => element("page", { unit: "KiB", size: String(size) }));
  for (const page of pages) page.name = "pages";
  return element(
    "host",
    {},
    element(
      "cpu",
      {},
      element("arch", {}, "i686"),
      element("features", {}, element("pae"), element("nonpae")),
      ...pages,
    ),
    element("power_management"),
    element("iommu", { support: "no" }),
    element("topology", {}, cellsOf(cells)),
    element("secmodel", {}, element("model", {}, "testSecurity"), element("doi", {}, "")),
  );
}

function cellsOf(cells: TestState["cells"]): XmlElement {
  const made = element(
    "cells",
    { num: String(cells.length) },
    ...cells.map((_, id) => cell(cells, id)),
  );
  made.open = true;
  return made;
}

function cell(cells: TestState["cells"], id: number): XmlElement {
  const { memory, cpus } = cells[id]!;
  // the second cell has pages of another size, so that users meet a host where cells differ
  const small = id === 1 ? 8 : 4;
  const sizes = [small, 2048, 1048576];
  return element(
    "cell",
    { id: String(id) },
    element("memory", { unit: "KiB" }, memory.toString()),
    ...sizes.map((size, at) =>
      element(
        "pages",
        { unit: "KiB", size: String(size) },
        at === 0 ? (memory / BigInt(size)).toString() : "0",
      )
    ),
    element(
      "cpus",
      { num: String(cpus.length) },
      ...cpus.map((cpu, at) =>
        element("cpu", {
          id: String(cpu),
          socket_id: String(id),
          die_id: "0",
          cluster_id: "0",
          core_id: String(at),
          siblings: String(cpu),
        })
      ),
    ),
  );
}

function guest(type: string): XmlElement {
  return element(
    "guest",
    {},
    element("os_type", {}, type),
    element(
      "arch",
      { name: "i686" },
      element("wordsize", {}, "32"),
      element("emulator", {}, EMULATOR),
      element("domain", { type: "test" }),
    ),
    element("features", {}, element("pae"), element("nonpae")),
  );
}
