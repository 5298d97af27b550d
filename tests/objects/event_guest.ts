/**
 * A guest on a real daemon, for the events that only guests bring about.
 *
 * Nothing runs inside it: what a system there would do is done to its devices through qemu's
 * monitor, or said to the daemon in qemu's stead. Either way libvirtd makes the events.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { connectOpen } from "../../gen/remote/connect.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import { qemuProgram } from "../../gen/qemu/program.ts";
import { Connection } from "../../src/connection.ts";
import type { Domain } from "../../src/objects/domain.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { DomainQemuMonitorCommandFlags, qemuMonitorCommand } from "../../src/qemu.ts";
import { Session } from "../../src/session/session.ts";
import { dialUnix } from "../../transports/unix.ts";
import { type DaemonVersion, type RealDaemon, startDaemon } from "../daemons/daemons.ts";

const VOICE = `${import.meta.dirname}/voice.pl`;

function run(program: string, ...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${program} ${args.join(" ")}: ${stderr || error.message}`));
    });
  });
}

/** Connects to a daemon with the programs of both. */
export async function openConnection(daemon: RealDaemon, name: string): Promise<Connection> {
  const duplex = await dialUnix({ kind: "unix", path: daemon.socket }, {});
  const session = new Session(duplex, { programs: [remoteProgram, qemuProgram], strict: true });
  try {
    await session.call(connectOpen, { name, flags: 0 });
    return new Connection(session);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Tells the daemon of a device what udev would. */
export async function speakAsUdev(
  daemon: RealDaemon,
  device: Readonly<Record<string, string>>,
): Promise<void> {
  const all = { SUBSYSTEM: "net", INTERFACE: "lo", IFINDEX: "1", SEQNUM: "1", ...device };
  const properties = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  // without --user and --mount, so that the script is found
  await run("nsenter", "-t", `${daemon.pid}`, "-n", "perl", VOICE, "udev", ...properties);
}

/** The domain's XML; `directory` is where its files are. */
function guestXml(directory: string): string {
  return `<domain type='qemu'><name>tiny</name>
  <maxMemory slots='4' unit='MiB'>1024</maxMemory><memory unit='MiB'>64</memory>
  <vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <cpu><numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa></cpu>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='${directory}/disk.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/><source file='${directory}/cd.raw'/>
      <target dev='hdc' bus='ide'/><readonly/>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/>
      <source file='${directory}/missing.raw' startupPolicy='optional'/>
      <target dev='hdd' bus='ide'/><readonly/>
    </disk>
    <interface type='user' trustGuestRxFilters='yes'>
      <mac address='52:54:00:11:22:33'/><model type='virtio'/>
    </interface>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <channel type='unix'><target type='virtio' name='org.example.0'/></channel>
    <graphics type='vnc' socket='${directory}/vnc.sock'/>
    <watchdog model='i6300esb' action='none'/>
    <memory model='virtio-mem'>
      <target>
        <size unit='MiB'>128</size><node>0</node>
        <block unit='MiB'>2</block><requested unit='MiB'>0</requested>
      </target>
    </memory>
  </devices>
</domain>`;
}

/** A daemon, a connection to it and a defined domain. */
export class EventGuest implements AsyncDisposable {
  /** The connection. */
  readonly conn: Connection;
  /** The domain, not started. */
  readonly domain: Domain;
  /** Where the guest's files are. */
  readonly directory: string;
  readonly #daemon: RealDaemon;

  private constructor(daemon: RealDaemon, conn: Connection, domain: Domain) {
    this.#daemon = daemon;
    this.directory = daemon.directory;
    this.conn = conn;
    this.domain = domain;
  }

  /** Starts the daemon and defines the domain. */
  static async open(version: DaemonVersion): Promise<EventGuest> {
    const daemon = await startDaemon(version);
    try {
      const { directory } = daemon;
      await run("qemu-img", "create", "-q", "-f", "qcow2", `${directory}/disk.qcow2`, "8M");
      await run("qemu-img", "create", "-q", "-f", "raw", `${directory}/cd.raw`, "1M");
      const conn = await openConnection(daemon, "qemu:///system");
      try {
        // libvirtd may go deaf when its last registration ends while an event is being queued (the
        // unlocked look at `timer` in virObjectEventStateQueueRemote), so one stands all the time
        await conn.events(DomainEvent.CONTROL_ERROR).ready;
        return new EventGuest(daemon, conn, await conn.defineDomainXml(guestXml(directory)));
      } catch (error) {
        await conn.close();
        throw error;
      }
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  /** Another connection to the daemon. */
  connectAgain(): Promise<Connection> {
    return openConnection(this.#daemon, "qemu:///system");
  }

  /** What qemu would say on its monitor when this happens. */
  async says(event: string, data: object = {}): Promise<void> {
    const timestamp = { seconds: 1_700_000_000, microseconds: 5 };
    await this.saysLine(JSON.stringify({ timestamp, event, data }));
  }

  /** The same, with a line that may be anything. */
  async saysLine(line: string): Promise<void> {
    await run("perl", VOICE, "qemu", this.directory, line);
  }

  /** Sends a command in the language for humans, whose answer only says what failed. */
  async command(text: string): Promise<void> {
    const { HMP } = DomainQemuMonitorCommandFlags;
    const answer = (await qemuMonitorCommand(this.domain, text, { flags: HMP })).trim();
    if (answer !== "") throw new Error(`${text}: ${answer}`);
  }

  /** Asks qemu something. */
  async query<T>(execute: string): Promise<T> {
    return JSON.parse(await qemuMonitorCommand(this.domain, JSON.stringify({ execute }))).return;
  }

  /** Ends the guest, the connection and the daemon. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.conn.close();
    await this.#daemon.stop();
  }
}
