/**
 * Domains' devices.
 *
 * @module
 */

import {
  DomainBlockResizeFlags,
  DomainDeviceModifyFlags,
  DomainVcpuFlags,
  DomainXmlFlags,
} from "../../../gen/enums/domain.ts";
import type { Domain } from "../../objects/mod.ts";
import { element, type XmlElement } from "../../xml/element.ts";
import { parseXml } from "../../xml/parse.ts";
import { printXml } from "../../xml/print.ts";
import type { Handlers } from "../command.ts";
import { CommandError, UsageError } from "../failures.ts";
import { readText } from "../files.ts";
import { deviceImpact, impact } from "../impact.ts";
import type { Invocation } from "../invocation.ts";
import { findDomain } from "../lookup.ts";
import { bytes, parseSize } from "../values.ts";
import { lookupTable } from "../../lookup_table.ts";

type Change = "attach" | "detach" | "update";

const DONE: Readonly<Record<Change, string>> = {
  attach: "has the device",
  detach: "is rid of the device, or soon will be",
  update: "has the device changed",
};

async function change(
  run: Invocation,
  domain: Domain,
  what: Change,
  xml: string,
): Promise<void> {
  const options = run.flags(
    await deviceImpact(run, domain),
    what === "update" && run.flag("force") && DomainDeviceModifyFlags.FORCE,
  );
  if (what === "attach") await domain.attachDevice(xml, options);
  else if (what === "detach") await domain.detachDevice(xml, options);
  else await domain.updateDevice(xml, options);
  run.out.message(`Domain "${domain.name}" ${DONE[what]}`);
}

function fromFile(what: Change): (run: Invocation) => Promise<void> {
  return async (run) => {
    const xml = await readText(run.argument("file"));
    await change(run, await findDomain(run), what, xml);
  };
}

/** Attaches or detaches a device, or prints what it is with `--print-xml`. */
async function plug(
  run: Invocation,
  domain: Domain | undefined,
  what: Change,
  device: XmlElement,
): Promise<void> {
  const xml = printXml(device);
  if (run.flag("printXml")) return run.out.value(xml.trimEnd());
  await change(run, domain ?? await findDomain(run), what, xml);
}

async function attachDisk(run: Invocation): Promise<void> {
  const [source, mode] = [run.argument("source"), run.text("mode")];
  if (mode !== undefined && mode !== "readonly" && mode !== "shareable") {
    throw new UsageError(`Cannot use the mode "${mode}": expected readonly or shareable`);
  }
  const type = run.text("sourcetype") ?? (source.startsWith("/dev/") ? "block" : "file");
  if (type !== "file" && type !== "block") {
    throw new UsageError(
      `Cannot attach a source of the type "${type}": expected file or block; ` +
        "attach-device takes XML for the others",
    );
  }
  const driver = {
    name: run.text("driver"),
    type: run.text("subdriver"),
    cache: run.text("cache"),
    io: run.text("io"),
    iothread: run.text("iothread"),
  };
  const text = (name: string) => {
    const value = run.text(name);
    return value === undefined ? undefined : element(name, {}, value);
  };
  const disk = element(
    "disk",
    { type, device: run.text("type") ?? "disk" },
    Object.values(driver).every((value) => value === undefined)
      ? undefined
      : element("driver", driver),
    source === "" ? undefined : element("source", { [type === "file" ? "file" : "dev"]: source }),
    element("target", { dev: run.argument("target"), bus: run.text("targetbus") }),
    mode === undefined ? undefined : element(mode),
    text("serial"),
    text("wwn"),
    aliasOf(run),
  );
  await plug(run, undefined, "attach", disk);
}

function aliasOf(run: Invocation): XmlElement | undefined {
  const name = run.text("alias");
  return name === undefined ? undefined : element("alias", { name });
}

const SOURCES: Readonly<Record<string, string | undefined>> = lookupTable({
  network: "network",
  bridge: "bridge",
  direct: "dev",
});

async function attachInterface(run: Invocation): Promise<void> {
  const [type, source] = [run.argument("type"), run.maybe("source")];
  const attribute = SOURCES[type];
  if (attribute === undefined && type !== "user") {
    throw new UsageError(
      `Cannot attach an interface of the type "${type}": expected network, bridge, direct or ` +
        "user; attach-device takes XML for the others",
    );
  }
  if ((attribute === undefined) !== (source === undefined)) {
    throw new UsageError(
      attribute === undefined
        ? `An interface of the type ${type} has no source`
        : `What is the interface of the type ${type} to be plugged into?`,
    );
  }
  const [mac, model, target] = [run.text("mac"), run.text("model"), run.text("target")];
  const nic = element(
    "interface",
    { type },
    attribute === undefined
      ? undefined
      : element("source", { [attribute]: source, mode: run.text("sourceMode") }),
    target === undefined ? undefined : element("target", { dev: target }),
    mac === undefined ? undefined : element("mac", { address: mac }),
    model === undefined ? undefined : element("model", { type: model }),
    aliasOf(run),
  );
  await plug(run, undefined, "attach", nic);
}

/** The devices of a kind that a domain has, in its definition where only that is changed. */
async function devicesOf(run: Invocation, domain: Domain, kind: string): Promise<XmlElement[]> {
  const defined = run.flag("config") && !run.flag("live") && !run.flag("persistent");
  const xml = await domain.getXmlDesc(run.flags(defined && DomainXmlFlags.INACTIVE));
  return parseXml(xml).child("devices")?.all(kind) ?? [];
}

async function detachDisk(run: Invocation): Promise<void> {
  const target = run.argument("target");
  const domain = await findDomain(run);
  const disk = (await devicesOf(run, domain, "disk")).find((each) => {
    const source = each.child("source");
    return [each.child("target")?.get("dev"), source?.get("file"), source?.get("dev")]
      .includes(target);
  });
  if (disk === undefined) {
    throw new CommandError(
      `Domain "${domain.name}" has no disk "${target}"; "domblklist" shows what it has`,
    );
  }
  await plug(run, domain, "detach", disk);
}

async function detachInterface(run: Invocation): Promise<void> {
  const [type, mac] = [run.argument("type"), run.text("mac")?.toLowerCase()];
  const domain = await findDomain(run);
  const found = (await devicesOf(run, domain, "interface")).filter((each) =>
    each.get("type") === type &&
    (mac === undefined || each.child("mac")?.get("address")?.toLowerCase() === mac)
  );
  if (found.length !== 1) {
    throw new CommandError(
      found.length === 0
        ? `Domain "${domain.name}" has no such interface; "domiflist" shows what it has`
        : `Domain "${domain.name}" has ${found.length} such interfaces; say which with --mac`,
    );
  }
  await plug(run, domain, "detach", found[0]!);
}

async function blockResize(run: Invocation): Promise<void> {
  const text = run.maybe("size");
  const whole = run.flag("capacity");
  if ((text === undefined) !== whole) {
    throw new UsageError("Expected either a size, such as 20G, or --capacity");
  }
  const size = text === undefined ? 0n : parseSize(text, "the size", "k");
  const domain = await findDomain(run);
  const path = run.argument("path");
  const { BYTES, CAPACITY } = DomainBlockResizeFlags;
  await domain.blockResize(path, size, run.flags(BYTES, whole && CAPACITY));
  const to = whole ? "that of its device" : bytes(size);
  run.out.message(`The size of the disk "${path}" of domain "${domain.name}" is ${to}`);
}

async function vcpuCount(run: Invocation): Promise<void> {
  const domain = await findDomain(run);
  const { CONFIG, LIVE, MAXIMUM, GUEST } = DomainVcpuFlags;
  const [maximum, active, wanted] = [run.flag("maximum"), run.flag("active"), impact(run)];
  const count = (...flags: (number | false)[]) => domain.getVcpusFlags(run.flags(...flags));
  if (run.flag("guest")) return run.out.value(await count(GUEST));
  if (maximum && active) throw new UsageError("Cannot combine --maximum with --active");
  if (maximum || active) return run.out.value(await count(wanted, maximum && MAXIMUM));
  const [isActive, isPersistent] = await Promise.all([
    domain.isActive(run.call),
    domain.isPersistent(run.call),
  ]);
  const places = [
    ...(isPersistent && (wanted === 0 || wanted & CONFIG) ? [["config", CONFIG] as const] : []),
    ...(isActive && (wanted === 0 || wanted & LIVE) ? [["live", LIVE] as const] : []),
  ];
  const rows = await Promise.all(places.map(async ([where, flag]) => ({
    where,
    maximum: await count(flag, MAXIMUM),
    current: await count(flag),
  })));
  run.out.table(rows, [
    { key: "where", title: "Where" },
    { key: "maximum", title: "Maximum", align: "right" },
    { key: "current", title: "Current", align: "right" },
  ]);
}

/** The commands of this file. */
export const handlers: Handlers = {
  "attach-device": fromFile("attach"),
  "detach-device": fromFile("detach"),
  "update-device": fromFile("update"),
  "attach-disk": attachDisk,
  "detach-disk": detachDisk,
  "attach-interface": attachInterface,
  "detach-interface": detachInterface,
  "blockresize": blockResize,
  "vcpucount": vcpuCount,
};
