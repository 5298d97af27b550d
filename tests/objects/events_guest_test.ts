/**
 * Events of a guest on real daemons: what its system does.
 */

import { assertEquals } from "@std/assert";
import { DomainEvent, type DomainEventKind } from "../../src/objects/domain_event.ts";
import { type DaemonVersion, skipWithoutDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { EventGuest } from "./event_guest.ts";
import { EventWatch, provoked, withoutCallbacks } from "./event_watch.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

/** What an event holds beside its domain, which must be the guest's. */
function fieldsOf(guest: EventGuest, event: object): object {
  const { domain, ...rest } = event as { domain: EventGuest["domain"] };
  assertEquals([domain.name, domain.uuid], ["tiny", guest.domain.uuid]);
  return rest;
}

async function checkStart(guest: EventGuest, version: DaemonVersion): Promise<void> {
  const { conn } = guest;
  await using states = await EventWatch.open(conn, DomainEvent.LIFECYCLE);
  await using disks = await EventWatch.open(conn, DomainEvent.DISK_CHANGE);
  await using agents = await EventWatch.open(conn, DomainEvent.AGENT_LIFECYCLE);
  await using channels = version === "9"
    ? undefined
    : await EventWatch.open(conn, DomainEvent.CHANNEL_LIFECYCLE);
  await guest.domain.create();
  assertEquals(fieldsOf(guest, await disks.next()), {
    oldSrcPath: `${guest.directory}/missing.raw`,
    newSrcPath: null,
    devAlias: "ide0-1-1",
    reason: 0,
    reasonName: "CHANGE_MISSING_ON_START",
  });
  const gone = { state: 2, stateName: "DISCONNECTED", reason: 1, reasonName: "DOMAIN_STARTED" };
  assertEquals(fieldsOf(guest, await agents.next()), gone);
  for (const channelName of ["org.qemu.guest_agent.0", "org.example.0"]) {
    if (channels === undefined) continue;
    assertEquals(fieldsOf(guest, await channels.next()), { channelName, ...gone });
  }
  assertEquals(await states.take(2, ({ eventName, detailName }) => `${eventName} ${detailName}`), [
    "RESUMED UNPAUSED",
    "STARTED BOOTED",
  ]);
}

/** What is said in qemu's stead, and the event that libvirtd makes of it. */
const SAID: readonly [
  kind: DomainEventKind<object>,
  event: string,
  data: object,
  fields: object,
][] = [
  [DomainEvent.RTC_CHANGE, "RTC_CHANGE", { offset: -78, "qom-path": "/rtc" }, {
    utcoffset: -78n,
  }],
  [DomainEvent.WATCHDOG, "WATCHDOG", { action: "none" }, { action: 0, actionName: "NONE" }],
  [DomainEvent.PMSUSPEND, "SUSPEND", {}, { reason: 0 }],
  [DomainEvent.PMWAKEUP, "WAKEUP", {}, { reason: 0 }],
  [DomainEvent.PMSUSPEND_DISK, "SUSPEND_DISK", {}, { reason: 0 }],
  [DomainEvent.BALLOON_CHANGE, "BALLOON_CHANGE", { actual: 33554432 }, { actual: 32768n }],
  [DomainEvent.MEMORY_FAILURE, "MEMORY_FAILURE", {
    recipient: "guest",
    action: "inject",
    flags: { "action-required": true, recursive: true },
  }, { recipient: 1, recipientName: "GUEST", action: 1, actionName: "INJECT", flags: 3 }],
  [DomainEvent.MEMORY_DEVICE_SIZE_CHANGE, "MEMORY_DEVICE_SIZE_CHANGE", {
    id: "virtiomem0",
    size: 4194304,
    "qom-path": "/machine/peripheral/virtiomem0",
  }, { alias: "virtiomem0", size: 4096n }],
  [DomainEvent.DEVICE_REMOVAL_FAILED, "DEVICE_UNPLUG_GUEST_ERROR", {
    device: "net0",
    path: "/machine/peripheral/net0",
  }, { devAlias: "net0" }],
  [DomainEvent.AGENT_LIFECYCLE, "VSERPORT_CHANGE", { id: "channel0", open: true }, {
    state: 1,
    stateName: "CONNECTED",
    reason: 2,
    reasonName: "CHANNEL",
  }],
  [DomainEvent.AGENT_LIFECYCLE, "VSERPORT_CHANGE", { id: "channel0", open: false }, {
    state: 2,
    stateName: "DISCONNECTED",
    reason: 2,
    reasonName: "CHANNEL",
  }],
];

async function checkIoErrors(guest: EventGuest): Promise<void> {
  await using errors = await EventWatch.open(guest.conn, DomainEvent.IO_ERROR);
  await using reasons = await EventWatch.open(guest.conn, DomainEvent.IO_ERROR_REASON);
  const said = { device: "", operation: "write", action: "report" };
  const disk = {
    "qom-path": "/machine/peripheral/virtio-disk0/virtio-backend",
    "node-name": "libvirt-3-format",
  };
  await guest.says("BLOCK_IO_ERROR", { ...said, ...disk, nospace: true, reason: "No space left" });
  const known = {
    srcPath: `${guest.directory}/disk.qcow2`,
    devAlias: "virtio-disk0",
    action: 2,
    actionName: "REPORT",
  };
  assertEquals(fieldsOf(guest, await errors.next()), known);
  assertEquals(fieldsOf(guest, await reasons.next()), { ...known, reason: "enospc" });
  await guest.says("BLOCK_IO_ERROR", { ...said, "qom-path": "/gone", nospace: false });
  const unknown = { srcPath: null, devAlias: null, action: 2, actionName: "REPORT" };
  assertEquals(fieldsOf(guest, await errors.next()), unknown);
  assertEquals((await reasons.next()).srcPath, null);
}

async function checkChannel(guest: EventGuest): Promise<void> {
  const open = () => guest.says("VSERPORT_CHANGE", { id: "channel1", open: true });
  const event = await provoked(guest.conn, DomainEvent.CHANNEL_LIFECYCLE, open);
  assertEquals(fieldsOf(guest, event), {
    channelName: "org.example.0",
    state: 1,
    stateName: "CONNECTED",
    reason: 2,
    reasonName: "CHANNEL",
  });
}

/** The guest gives its network interface another address. */
async function checkMacChange(guest: EventGuest): Promise<void> {
  type Device = { qdev_id: string; regions: { type: string; address: number }[] };
  let address = -1;
  while (address < 0) { // until the guest's firmware has set the devices up
    const buses = await guest.query<{ devices: Device[] }[]>("query-pci");
    const device = buses[0]!.devices.find(({ qdev_id }) => qdev_id === "net0")!;
    address = device.regions.find(({ type }) => type === "io")!.address;
  }
  const mac = [0x52, 0x54, 0, 1, 2, 3];
  // after the 20 bytes that all legacy virtio devices have
  for (const [i, byte] of mac.entries()) await guest.command(`o /b ${address + 20 + i} ${byte}`);
  const event = await provoked(
    guest.conn,
    DomainEvent.NIC_MAC_CHANGE,
    () => guest.says("NIC_RX_FILTER_CHANGED", { name: "net0", path: "/machine/peripheral/net0" }),
  );
  assertEquals(fieldsOf(guest, event), {
    alias: "net0",
    oldMac: "52:54:00:11:22:33",
    newMac: "52:54:00:01:02:03",
  });
}

/** A CPU that was plugged in is unplugged, and the guest lets go of it. */
async function checkVcpuRemoval(guest: EventGuest): Promise<void> {
  const { LIVE, ASYNC_UNPLUG } = { LIVE: 1, ASYNC_UNPLUG: 32 };
  await guest.domain.setVcpus(2, { flags: LIVE });
  const event = await provoked(guest.conn, DomainEvent.VCPU_REMOVED, async () => {
    await guest.domain.setVcpus(1, { flags: LIVE | ASYNC_UNPLUG });
    // qemu's docs/specs/acpi_cpu_hotplug: the newer interface, CPU 1, eject
    for (const write of ["/w 0xaf00 0", "/b 0xaf00 1", "/b 0xaf04 8"]) {
      await guest.command(`o ${write}`);
    }
    await guest.domain.reset(); // qemu lets go of the CPU when the guest's memory is mapped anew
  });
  assertEquals(fieldsOf(guest, event), { vcpuid: 1 });
}

async function checkEnd(guest: EventGuest): Promise<void> {
  await using states = await EventWatch.open(guest.conn, DomainEvent.LIFECYCLE);
  await guest.says("GUEST_PANICKED", { action: "pause" });
  assertEquals(
    (await states.next(({ eventName }) => eventName === "CRASHED")).detailName,
    "PANICKED",
  );
  assertEquals(
    (await states.next(({ eventName }) => eventName === "STOPPED")).detailName,
    "CRASHED",
  );
  await guest.domain.create();
  const garble = () => guest.saysLine("this is no JSON");
  const event = await provoked(guest.conn, DomainEvent.CONTROL_ERROR, garble);
  assertEquals(fieldsOf(guest, event), {});
}

for (const version of VERSIONS) {
  const skip = skipWithoutDaemon(version);

  test(`events: what a guest does under libvirtd ${version}`, async () => {
    await using guest = await EventGuest.open(version);
    await checkStart(guest, version);
    // a connection of its own: the daemon takes one registration of an event, of whichever kind
    await using again = await guest.connectAgain();
    const older = withoutCallbacks(again);
    for (const [kind, event, data, fields] of SAID) {
      await using old = kind.legacy && await EventWatch.open(older, kind);
      const found = await provoked(guest.conn, kind, () => guest.says(event, data));
      assertEquals(fieldsOf(guest, found), fields, event);
      if (old) {
        assertEquals(fieldsOf(guest, await old.next()), fields, `${event} without callbacks`);
      }
    }
    await checkIoErrors(guest);
    if (version === "12") {
      await checkChannel(guest);
      await checkMacChange(guest);
      await checkVcpuRemoval(guest);
    }
    const reset = () => guest.domain.reset();
    const reboot = await provoked(guest.conn, DomainEvent.REBOOT, reset);
    assertEquals(fieldsOf(guest, reboot), {});
    await checkEnd(guest);
  }, { skip, timeout: 120_000 });
}
