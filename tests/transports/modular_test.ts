/**
 * The sockets of modular daemons. No Debian package has these daemons, so libvirtd, which has all
 * their drivers, answers under their sockets' names.
 */

import { symlinkSync, unlinkSync } from "node:fs";
import { assertEquals, assertRejects } from "@std/assert";
import { type Connection, ConnectionError } from "../../mod.ts";
import { connectWith } from "../../src/connect.ts";
import type { HostFacts } from "../../src/endpoint.ts";
import type { Endpoint } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { fs } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { withTempDir } from "./host.ts";

const DRIVERS = ["qemu", "network", "storage", "interface", "nodedev", "secret", "nwfilter"];

/** One call that the driver of that name answers. */
const CALLS: Readonly<Record<string, (conn: Connection) => Promise<unknown>>> = {
  qemu: (conn) => conn.listAllDomains(),
  network: (conn) => conn.listAllNetworks(),
  storage: (conn) => conn.listAllStoragePools(),
  interface: (conn) => conn.listAllInterfaces(),
  nodedev: (conn) => conn.listAllNodeDevices(),
  secret: (conn) => conn.listAllSecrets(),
  nwfilter: (conn) => conn.listAllNwFilters(),
};

for (const version of ["9", "12"] satisfies DaemonVersion[]) {
  test(
    `transports: libvirtd ${version} under the sockets of modular daemons`,
    () =>
      withTempDir(async (directory) => {
        await using daemon = await startDaemon(version);
        const facts: HostFacts = {
          isRoot: () => true,
          env: () => undefined,
          home: () => undefined,
          exists: (path) => fs.existsSync(path),
          systemSocketDirectory: directory,
        };
        const dialed: string[] = [];
        const dial = (endpoint: Endpoint) => {
          if (endpoint.kind === "unix") dialed.push(endpoint.path.slice(directory.length + 1));
          return dialDefault(endpoint);
        };
        const open = (uri: string, readOnly = false) =>
          connectWith({ dial, facts }, uri, { readOnly, strict: true });

        for (const driver of DRIVERS) {
          symlinkSync(daemon.socket, `${directory}/virt${driver}d-sock`);
          symlinkSync(daemon.readOnlySocket, `${directory}/virt${driver}d-sock-ro`);
          for (const [mode, readOnly] of [["direct", false], ["auto", true]] as const) {
            await using conn = await open(`${driver}:///system?mode=${mode}`, readOnly);
            await CALLS[driver]!(conn);
          }
          const name = `virt${driver}d-sock`;
          assertEquals(dialed.splice(0), [name, `${name}-ro`]);
        }

        await assertRejects(
          () => open("qemu:///system?mode=legacy"),
          ConnectionError,
          "no such socket",
        );
        symlinkSync(daemon.socket, `${directory}/libvirt-sock`);
        for (const uri of ["qemu:///system?mode=legacy", "qemu:///system", "lxc:///system"]) {
          await open(uri).then((conn) => conn.close(), () => {}); // not every build has lxc
        }
        unlinkSync(`${directory}/virtqemud-sock`);
        await (await open("qemu:///system")).close();
        assertEquals(dialed.splice(0), [
          "libvirt-sock", // not there yet
          "libvirt-sock",
          "virtqemud-sock",
          "libvirt-sock",
          "libvirt-sock",
        ]);
        await assertRejects(
          () => open("qemu:///system?mode=direct"),
          ConnectionError,
          "virtqemud-sock",
        );
      }),
    { skip: skipWithoutDaemon(version) },
  );
}
