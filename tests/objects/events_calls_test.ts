/**
 * Events of a guest on real daemons: what calls do to it, and qemu's own.
 */

import { assert, assertEquals } from "@std/assert";
import net from "node:net";
import { DomainMetadataType, DomainModificationImpact } from "../../gen/enums/domain.ts";
import { ConnectDomainQemuMonitorEventRegisterFlags } from "../../gen/enums/qemu.ts";
import { DomainEvent, type DomainGraphicsEvent } from "../../src/objects/domain_event.ts";
import { QemuEvent } from "../../src/qemu/monitor_event.ts";
import { type DaemonVersion, skipWithoutDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { EventGuest } from "./event_guest.ts";
import { EventWatch, provoked } from "./event_watch.ts";

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

const LIVE = { flags: DomainModificationImpact.LIVE };

async function checkTuning({ conn, domain }: EventGuest): Promise<void> {
  const pinned = await provoked(conn, DomainEvent.TUNABLE, () => domain.pinVcpu(0, [true]));
  assertEquals(pinned.params, { "cputune.vcpupin0": "0" });
  const throttle = () => domain.setBlockIoTune("vda", { total_bytes_sec: 1_000_000n });
  const throttled = await provoked(conn, DomainEvent.TUNABLE, throttle);
  assertEquals(throttled.params, {
    "blkdeviotune.disk": "vda",
    "blkdeviotune.total_bytes_sec": 1_000_000n,
  });
  await domain.setBlockIoTune("vda", { total_bytes_sec: 0n });
  const entitle = () => domain.setMetadata(DomainMetadataType.TITLE, "a title");
  const { typeName, nsuri } = await provoked(conn, DomainEvent.METADATA_CHANGE, entitle);
  assertEquals([typeName, nsuri], ["TITLE", null]);
}

async function checkDevices({ conn, domain }: EventGuest): Promise<void> {
  const channel = "<channel type='unix'><target type='virtio' name='org.example.9'/></channel>";
  const attach = () => domain.attachDevice(channel, LIVE);
  assertEquals((await provoked(conn, DomainEvent.DEVICE_ADDED, attach)).devAlias, "channel2");
  const detach = () => domain.detachDeviceAlias("channel2", LIVE);
  assertEquals((await provoked(conn, DomainEvent.DEVICE_REMOVED, detach)).devAlias, "channel2");
}

async function checkDisks(guest: EventGuest): Promise<void> {
  const { conn, domain, directory } = guest;
  await using byPath = await EventWatch.open(conn, DomainEvent.BLOCK_JOB);
  const pull = () => domain.blockPull("vda");
  const { domain: _, ...job } = await provoked(conn, DomainEvent.BLOCK_JOB_2, pull);
  const what = { type: 1, typeName: "PULL", status: 0, statusName: "COMPLETED" };
  assertEquals(job, { dst: "vda", ...what });
  const { path, statusName } = await byPath.next();
  assertEquals([path, statusName], [`${directory}/disk.qcow2`, "COMPLETED"]);

  await domain.setBlockThreshold("vda", 65536n);
  const disk = "/machine/peripheral/virtio-disk0/virtio-backend";
  const write = () => guest.command(`qemu-io -d ${disk} "write -q 0 1M"`);
  const crossed = await provoked(conn, DomainEvent.BLOCK_THRESHOLD, write);
  assertEquals([crossed.path, crossed.threshold], [`${directory}/disk.qcow2`, 65536n]);
  assert(/^vda(\[\d+\])?$/.test(crossed.dev), crossed.dev);
  assert(crossed.excess > 0n);
}

/** Looks at the guest's screen as a VNC viewer does, and leaves. */
function view(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path);
    // the server's version, its ways to authenticate, its consent, and what it shows
    const answers = ["RFB 003.008\n", "\x01", "\x01"];
    socket.on("data", () => {
      const answer = answers.shift();
      if (answer === undefined) socket.end();
      else socket.write(answer, "latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}

async function checkScreen({ conn, directory }: EventGuest): Promise<void> {
  await using watch = await EventWatch.open(conn, DomainEvent.GRAPHICS);
  const path = `${directory}/vnc.sock`;
  await view(path);
  const unix = { family: 2, familyName: "UNIX", node: null };
  for (const [phase, phaseName] of ["CONNECT", "INITIALIZE", "DISCONNECT"].entries()) {
    const { domain, ...rest } = await watch.next();
    assertEquals(domain.name, "tiny");
    assertEquals<Omit<DomainGraphicsEvent, "domain">>(rest, {
      phase,
      phaseName,
      local: { ...unix, service: path },
      remote: { ...unix, service: null },
      authScheme: "none",
      subject: [],
    });
  }
}

async function checkMonitor({ conn, domain }: EventGuest): Promise<void> {
  const { REGEX, NOCASE } = ConnectDomainQemuMonitorEventRegisterFlags;
  await using stops = await EventWatch.open(conn, QemuEvent.MONITOR, { event: "STOP", domain });
  await using some = await EventWatch.open(conn, QemuEvent.MONITOR, {
    event: "^res(et|ume)$",
    flags: REGEX | NOCASE,
  });
  await using none = await EventWatch.open(conn, QemuEvent.MONITOR, { event: "stop" });
  await using all = await EventWatch.open(conn, QemuEvent.MONITOR);
  await domain.suspend();
  await domain.resume();
  await domain.reset();
  const stop = await all.next(({ event }) => event === "STOP");
  assertEquals([stop.domain.name, stop.details], ["tiny", null]);
  assert(stop.seconds > 1_700_000_000n && stop.micros < 1_000_000);
  assertEquals((await stops.next()).event, "STOP");
  assertEquals((await some.next()).event, "RESUME");
  const reset = await some.next();
  assertEquals([reset.event, JSON.parse(reset.details!).guest], ["RESET", false]);
  assertEquals([stops.queued, none.queued], [0, 0]);
}

async function checkSave({ conn, domain, directory }: EventGuest): Promise<void> {
  await using iterations = await EventWatch.open(conn, DomainEvent.MIGRATION_ITERATION);
  await using states = await EventWatch.open(conn, DomainEvent.LIFECYCLE);
  const save = () => domain.save(`${directory}/saved`);
  const { params } = await provoked(conn, DomainEvent.JOB_COMPLETED, save);
  assertEquals(params["operation"], 2, "DomainJobOperation.SAVE");
  assert((params["data_total"] as bigint) > 0n);
  assert((await iterations.next()).iteration >= 1);
  const stopped = await states.next(({ eventName }) => eventName === "STOPPED");
  assertEquals([stopped.detailName, stopped.domain.id], ["SAVED", -1]);
}

for (const version of VERSIONS) {
  const skip = skipWithoutDaemon(version);

  test(`events: what calls do to a guest under libvirtd ${version}`, async () => {
    await using guest = await EventGuest.open(version);
    await guest.domain.create();
    await checkTuning(guest);
    await checkDevices(guest);
    await checkDisks(guest);
    await checkScreen(guest);
    await checkMonitor(guest);
    await checkSave(guest);
  }, { skip, timeout: 120_000 });
}
