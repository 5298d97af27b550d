/**
 * A guest that is small enough for tests, made by `guest.sh`.
 *
 * @module
 */

import type { Connection, Domain } from "../../mod.ts";
import { type DaemonVersion, skipWithoutDaemon } from "../daemons/daemons.ts";
import { fs, process } from "./volumes.ts";

const DIRECTORY = `${process.env["VIRTWIRE_CACHE"] ?? "/var/cache/virtwire"}/guest`;

/** The `skip` of a test that needs a guest: the reason why there is none, if any. */
export function skipWithoutGuest(version: DaemonVersion): string | false {
  const skip = skipWithoutDaemon(version);
  if (skip !== false || fs.existsSync(`${DIRECTORY}/initramfs`)) return skip;
  return process.env["VIRTWIRE_REQUIRE_DAEMONS"] === "1"
    ? false
    : `there is no guest in ${DIRECTORY}; run tests/daemons/guest.sh as root`;
}

/**
 * Starts the guest, with a shell on its serial console, an echo on the channel `org.example.echo` and
 * an agent that answers a ping. Emulated: KVM need not be there.
 */
export async function startGuest(conn: Connection): Promise<Domain> {
  return await conn.createDomainXml(`<domain type='qemu'>
    <name>guest</name>
    <memory unit='MiB'>128</memory>
    <os>
      <type arch='x86_64'>hvm</type>
      <kernel>${DIRECTORY}/kernel</kernel>
      <initrd>${DIRECTORY}/initramfs</initrd>
      <cmdline>console=ttyS0 quiet loglevel=0</cmdline>
    </os>
    <devices>
      <emulator>/usr/bin/qemu-system-x86_64</emulator>
      <console type='pty'/>
      <channel type='unix'><target type='virtio' name='org.example.echo'/></channel>
      <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
      <graphics type='vnc' port='-1'/>
      <video><model type='vga'/></video>
    </devices>
  </domain>`);
}
