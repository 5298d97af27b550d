import { readFileSync } from "node:fs";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { DomainEventId } from "../../gen/enums/domain.ts";
import { NetworkEventId } from "../../gen/enums/network.ts";
import { NodeDeviceEventId } from "../../gen/enums/nodedev.ts";
import { SecretEventId } from "../../gen/enums/secret.ts";
import { StoragePoolEventId } from "../../gen/enums/storage.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { Domain } from "../../src/objects/domain.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import type { EventKind } from "../../src/objects/event_kind.ts";
import { Network } from "../../src/objects/network.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { NodeDevice } from "../../src/objects/node_device.ts";
import { NodeDeviceEvent } from "../../src/objects/node_device_event.ts";
import { Secret } from "../../src/objects/secret.ts";
import { SecretEvent } from "../../src/objects/secret_event.ts";
import { StoragePool } from "../../src/objects/storage_pool.ts";
import { StoragePoolEvent } from "../../src/objects/storage_pool_event.ts";
import { QemuEvent } from "../../src/qemu/monitor_event.ts";
import type { Caller } from "../../src/session/caller.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import type { Api } from "../../gen/tool/model.ts";
import { messagesOf } from "../codec/schema.ts";
import { test } from "../harness.ts";
import { DOM, DOMAIN_CASES, type EventCase } from "./event_cases.ts";
import { OTHER_CASES } from "./event_cases_others.ts";
import { type EventDaemon, next, withEventDaemon } from "./event_daemon.ts";

const API = JSON.parse(
  readFileSync(new URL("../../gen/schema/api.json", import.meta.url), "utf8"),
) as Api;

type AnyKind = EventKind<unknown, never>;

const CASES: readonly EventCase[] = [...DOMAIN_CASES, ...OTHER_CASES];

/** The groups of kinds, with the C enumeration whose names they have. */
const GROUPS: readonly [kinds: Readonly<Record<string, AnyKind>>, cEnum?: string][] = [
  [DomainEvent, "virDomainEventID"],
  [NetworkEvent, "virNetworkEventID"],
  [StoragePoolEvent, "virStoragePoolEventID"],
  [NodeDeviceEvent, "virNodeDeviceEventID"],
  [SecretEvent, "virSecretEventID"],
  [QemuEvent],
  [ConnectionEvent],
];

const KINDS: readonly AnyKind[] = GROUPS.flatMap(([kinds]) => Object.values(kinds));

const OTHER_UUID = Uuid.parse("00000000-0000-0000-0000-000000000001");

/** What the wire carries of each kind of object, and of another one of that kind. */
const HANDLES: Readonly<Record<string, readonly [mine: object, other: object]>> = {
  domain: [DOM, { ...DOM, uuid: OTHER_UUID }],
  network: [{ name: "net", uuid: DOM.uuid }, { name: "net", uuid: OTHER_UUID }],
  pool: [{ name: "pool", uuid: DOM.uuid }, { name: "pool", uuid: OTHER_UUID }],
  device: [{ name: "pci_0" }, { name: "pci_1" }],
  secret: [
    { uuid: DOM.uuid, usageType: 2, usageId: "client" },
    { uuid: OTHER_UUID, usageType: 2, usageId: "client" },
  ],
};

const CLASSES: Readonly<Record<string, new (caller: Caller, handle: never) => object>> = {
  domain: Domain,
  network: Network,
  pool: StoragePool,
  device: NodeDevice,
  secret: Secret,
};

function messageOf({ object, fields }: EventCase, which: 0 | 1 = 0): object {
  return object === undefined ? fields : { [object[0]]: HANDLES[object[1]]![which], ...fields };
}

function sendCase(daemon: EventDaemon, one: EventCase, which: 0 | 1 = 0): void {
  const { callbackId } = daemon;
  const message = messageOf(one, which);
  const value = one.legacy === undefined
    ? { callbackId, ...message }
    : { callbackId, ...one.envelope, msg: message };
  daemon.send(one.message, value as never);
}

function checkEvent(one: EventCase, event: unknown, caller: Caller): void {
  const { ...rest } = event as Record<string, unknown>;
  if (one.object !== undefined) {
    const object = rest[one.object[1]] as { caller: Caller; handle: unknown };
    assertInstanceOf(object, CLASSES[one.object[1]]!);
    assertEquals(object.handle, HANDLES[one.object[1]]![0]);
    assertStrictEquals(object.caller, caller, "the object calls on the session");
    delete rest[one.object[1]];
  }
  assertEquals(rest, one.event as Record<string, unknown>, one.kind.name);
}

for (const kind of KINDS) {
  test(`events: ${kind.name}`, () =>
    withEventDaemon(async ({ session, daemon, events }) => {
      await using stream = events(kind);
      await stream.ready;
      for (const one of CASES.filter((one) => one.kind === kind)) {
        sendCase(daemon, one);
        checkEvent(one, await next(stream), session);
      }
    }));
}

test("events: the same comes from a daemon without callbacks, where events are that old", () =>
  withEventDaemon(async ({ session, daemon, events }) => {
    let count = 0;
    for (const one of CASES) {
      if (one.legacy === undefined) continue;
      count++;
      await using stream = events(one.kind);
      await stream.ready;
      daemon.send(one.legacy, messageOf(one) as never);
      checkEvent(one, await next(stream), session);
    }
    assert(count >= 16);
    const { names } = daemon;
    assertEquals(names.filter((name) => name === "connectDomainEventRegisterAny").length, count);
    assertEquals(names.filter((name) => name === "connectDomainEventDeregisterAny").length, count);
    assertEquals(names.length, 2 * count);
  }, { features: [] }));

test("events: every kind can be filtered by its object", () =>
  withEventDaemon(async ({ session, daemon, events }) => {
    const tried = new Set<AnyKind>();
    for (const one of CASES) {
      if (one.object === undefined || tried.has(one.kind)) continue;
      tried.add(one.kind);
      const [, property] = one.object;
      const mine = new CLASSES[property]!(session, HANDLES[property]![0] as never);
      await using stream = events(one.kind as EventKind<unknown, object>, { [property]: mine });
      await stream.ready;
      const [, args] = daemon.got.at(-1)!;
      const sent = Object.values(args as object).find((value) => typeof value === "object");
      assertEquals(sent, HANDLES[property]![0], `${one.kind.name}: the daemon is told`);
      // a daemon that sends others all the same
      sendCase(daemon, one, 1);
      sendCase(daemon, one, 0);
      checkEvent(one, await next(stream), session);
      assertEquals(stream.queued, 0);
    }
    assertEquals(tried.size, KINDS.length - 1, "all but the connection's");
  }));

test("events: every message of the schema belongs to a kind, and every kind and message is tried", () => {
  const schema = [...messagesOf("remote"), ...messagesOf("qemu")].map(({ name }) => name);
  const program = { remote: "REMOTE", qemu: "QEMU" } as Record<string, string>;
  const named = (message: { program: { name: string }; name: string }): string => {
    const words = message.name.replace(/[A-Z]|\d+/g, "_$&").toUpperCase();
    const prefix = program[message.program.name];
    return `${prefix}_PROC_${words.replace(/^QEMU_/, "")}`;
  };
  const ours = KINDS.flatMap(({ message, legacy }) => legacy ? [message, legacy] : [message]);
  assertEquals(ours.map(named).sort(), schema.sort());
  for (const { name, message, legacy } of KINDS) {
    const cases = CASES.filter(({ kind }) => kind.name === name);
    assert(cases.length > 0, name);
    for (const one of cases) {
      assertEquals(one.message.number, message.number, name);
      assertEquals(one.legacy?.number, legacy?.number, name);
    }
  }
});

test("events: kinds have libvirt's names and numbers, and the release that brought them", () => {
  assertEquals(Object.keys(DomainEvent).length, 30);
  for (const [kinds, cEnum] of GROUPS) {
    if (cEnum === undefined) continue;
    const members = API.libraries.libvirt.enums[cEnum]!.filter(({ name }) => !/_LAST$/.test(name));
    assertEquals(
      Object.entries(kinds).map(([name, { id, since }]) => `${name} ${id} ${since}`).sort(),
      members.map(({ name, value, version }) =>
        `${name.replace(/^VIR_.*_EVENT_ID_/, "")} ${value} ${version}`
      ).sort(),
    );
  }
  const ids = [DomainEventId, NetworkEventId, StoragePoolEventId, NodeDeviceEventId, SecretEventId];
  for (const [i, table] of ids.entries()) {
    for (const [name, { id }] of Object.entries(GROUPS[i]![0])) assertEquals(table[id], name);
  }
  assertEquals(new Set(KINDS.map(({ name }) => name)).size, KINDS.length);
});
