/**
 * What a configuration file of libvirt's test driver holds.
 *
 * @module
 */

import { DomainShutoffReason, DomainState } from "../../../gen/enums/domain.ts";
import { ErrorDomain, ErrorNumber } from "../../../gen/enums/errors.ts";
import type { LibvirtError } from "../../errors.ts";
import type { XmlElement } from "../../xml/element.ts";
import { parseXml } from "../../xml/parse.ts";
import { dumpXml } from "../../xml/print.ts";
import { XmlSyntaxError } from "../../xml/well_formed.ts";
import { failure, systemFailure } from "../failure.ts";
import { canonicalDomain } from "./domain_definition.ts";
import { idsOf, newPolling } from "./domain_iothreads.ts";
import type { TestDomain } from "./domain_object.ts";
import { prepareDomain } from "./domain_prepare.ts";
import { canonicalInterface } from "./interface_handlers.ts";
import { canonicalNetwork } from "./network_definition.ts";
import { canonicalDevice } from "./node_device.ts";
import { internalError, invalidArgument } from "./refusals.ts";
import { parseSnapshot } from "./snapshot_definition.ts";
import type { TestState } from "./state.ts";
import { canonicalPool, canonicalVolume } from "./storage_definition.ts";
import { addVolume } from "./storage_vol.ts";
import { taintDomain } from "./taints.ts";
import { parseDecimal, xmlFailure } from "./values.ts";

/** Reads a text file; answers `undefined` for one that is not there, rejects for other reasons. */
export type ReadTextFile = (path: string) => Promise<string | undefined>;

const NAMESPACE = "http://libvirt.org/schemas/domain/test/1.0";
const MODEL_SIZE = 32;
const EACCES = 13;
const ENOENT = 2;

/** Fills a hypervisor with what a configuration file, and the files that it names, hold. */
export async function fillFromConfig(
  state: TestState,
  path: string,
  readTextFile: ReadTextFile,
): Promise<void> {
  const file = await readXml(path, "node", readTextFile);

  // An element that names a file stands for that file's root.
  async function resolve(node: XmlElement, root: string): Promise<XmlElement> {
    const named = node.get("file");
    return named === undefined ? node : await readXml(beside(path, named), root, readTextFile);
  }

  fillNode(state, file);
  for (const node of file.all("domain")) {
    const source = await resolve(node, "domain");
    const domain = addDomain(state, source);
    const snapshots = own(source, "domainsnapshot");
    for (const snapshot of snapshots) {
      addSnapshot(state, domain, await resolve(snapshot, "domainsnapshot"));
    }
  }
  for (const node of file.all("network")) {
    const definition = canonicalNetwork(await resolve(node, "network"), state.identities);
    state.networks.add(definition, { start: true }).object.active = true;
  }
  for (const node of file.all("interface")) {
    const definition = canonicalInterface(await resolve(node, "interface"));
    state.interfaces.set(definition.get("name")!, { definition, active: true });
  }
  for (const node of file.all("pool")) {
    const source = await resolve(node, "pool");
    const { object } = state.pools.add(canonicalPool(source, state.identities), { start: true });
    object.active = true;
    for (const one of node.all("volume")) {
      const volume = canonicalVolume(await resolve(one, "volume"), object.definition);
      addVolume(object, volume, volume.textOf("target/path"));
    }
  }
  for (const node of file.all("device")) {
    const device = canonicalDevice(await resolve(node, "device"));
    state.devices.set(device.textOf("name")!, device);
  }
  // credentials have no way over a connection, so nobody passes
  if ((file.child("auth")?.all("user") ?? []).length > 0) {
    throw invalidArgument("Missing authentication credentials");
  }
}

async function readXml(
  path: string,
  root: string,
  readTextFile: ReadTextFile,
): Promise<XmlElement> {
  let text: string | undefined;
  try {
    text = await readTextFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (text === undefined) throw unreadable(path, undefined);
  let found: XmlElement;
  try {
    found = parseXml(text);
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    const detail = error.message.replace(/^at line (\d+): /, `${path}:$1: `);
    throw failure(ErrorDomain.TEST, ErrorNumber.XML_DETAIL, detail);
  }
  if (found.name !== root) {
    xmlFailure(`expecting root element of '${root}', not '${found.name}'`);
  }
  return found;
}

function unreadable(path: string, error: unknown): LibvirtError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const denied = code === "EACCES" || code === "EPERM";
  return systemFailure(
    ErrorDomain.NONE,
    denied ? EACCES : ENOENT,
    denied ? "Permission denied" : "No such file or directory",
    `Failed to open file '${path}'`,
  );
}

function beside(path: string, name: string): string {
  if (name.startsWith("/")) return name;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? name : `${path.slice(0, slash)}/${name}`;
}

function fillNode(state: TestState, file: XmlElement): void {
  const { node } = state;
  const number = (where: string, words: string): number | undefined => {
    const text = file.textOf(where);
    if (text === undefined) return undefined;
    const value = parseDecimal(text);
    if (value !== undefined && value >= 0n) return Number(value);
    return xmlFailure(`invalid node ${words} value`, ErrorDomain.TEST);
  };
  node.nodes = number("cpu/nodes", "cpu nodes") ?? node.nodes;
  node.sockets = number("cpu/sockets", "cpu sockets") ?? node.sockets;
  node.cores = number("cpu/cores", "cpu cores") ?? node.cores;
  node.threads = number("cpu/threads", "cpu threads") ?? node.threads;
  node.cpus = node.nodes * node.sockets * node.cores * node.threads;
  node.cpus = Math.min(node.cpus, number("cpu/active", "cpu active") ?? node.cpus);
  node.mhz = number("cpu/mhz", "cpu mhz") ?? node.mhz;
  const model = file.textOf("cpu/model");
  if (model !== undefined && new TextEncoder().encode(model).length >= MODEL_SIZE) {
    throw internalError(`Model ${model} too big for destination`);
  }
  node.model = model ?? node.model;
  node.memory = BigInt(number("memory", "memory") ?? node.memory);
}

function own(source: XmlElement, name: string): XmlElement[] {
  return source.elements.filter((one) => one.namespace === NAMESPACE && one.localName === name);
}

function addDomain(state: TestState, source: XmlElement): TestDomain {
  const hints = readHints(source);
  const definition = canonicalDomain(source, state.identities);
  prepareDomain(definition);
  const { domain } = state.domains.add(definition);
  domain.persistent = !hints.transient;
  domain.hasManagedSave = hints.hasManagedSave;
  if (hints.runstate === DomainState.SHUTOFF) domain.reason = DomainShutoffReason.UNKNOWN;
  else {
    domain.start(state.takeDomainId(), 0);
    domain.state = hints.runstate;
  }
  taintDomain(domain);
  for (const id of idsOf(definition)) domain.ioThreads.push(newPolling(id));
  return domain;
}

// What libvirt's namespace of the test driver says of a domain.
function readHints(
  source: XmlElement,
): { transient: boolean; hasManagedSave: boolean; runstate: number } {
  const refuse = (detail: string): never => xmlFailure(detail, ErrorDomain.TEST);
  const transient = own(source, "transient").length > 0;
  const hasManagedSave = own(source, "hasmanagedsave").length > 0;
  const text = own(source, "runstate")[0]?.text;
  const value = text === undefined ? BigInt(DomainState.RUNNING) : parseDecimal(text);
  if (value === undefined || value < 0n) return refuse("invalid runstate");
  const runstate = Number(value);
  if (runstate > DomainState.PMSUSPENDED) refuse(`runstate '${runstate}' out of range'`);
  if (transient && runstate === DomainState.SHUTOFF) {
    refuse("transient domain cannot have runstate 'shutoff'");
  }
  if (hasManagedSave && runstate !== DomainState.SHUTOFF) {
    refuse("domain with managedsave data can only have runstate 'shutoff'");
  }
  return { transient, hasManagedSave, runstate };
}

function addSnapshot(state: TestState, domain: TestDomain, source: XmlElement): void {
  const root = source.clone();
  root.name = "domainsnapshot";
  root.attributes = [];
  const snapshot = parseSnapshot(dumpXml(root), domain, true, state);
  const active = parseDecimal(source.textOf("active") ?? "");
  if (active === undefined) {
    throw failure(
      ErrorDomain.DOMAIN_SNAPSHOT,
      ErrorNumber.INTERNAL_ERROR,
      "Could not find 'active' element",
    );
  }
  domain.snapshots.add(snapshot);
  if (active === 0n) return;
  if (domain.snapshots.current !== undefined) {
    throw internalError("more than one snapshot claims to be active");
  }
  domain.snapshots.current = snapshot;
}
