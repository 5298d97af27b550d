/**
 * Hosts to look at, where there are none: hypervisors in memory with a few domains each.
 *
 * @module
 */

import { promises } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Listener, listenUnix } from "../../transports/listen.ts";
import { createTestHypervisor, type TestHypervisor } from "../testing.ts";

/** Hosts that are served. */
export interface DemoHosts extends AsyncDisposable {
  /** Their URIs by name. */
  readonly targets: Readonly<Record<string, string>>;
}

interface Guest {
  readonly name: string;
  readonly cpus: number;
  /** GiB. */
  readonly memory: number;
  readonly state?: keyof typeof STATES;
}

const HOSTS: Readonly<Record<string, readonly Guest[]>> = {
  rack1: [
    { name: "web-1", cpus: 2, memory: 4 },
    { name: "web-2", cpus: 2, memory: 4 },
    { name: "database", cpus: 8, memory: 32 },
    { name: "staging", cpus: 4, memory: 8, state: "paused" },
    { name: "windows-test", cpus: 4, memory: 8, state: "shut off" },
  ],
  edge: [
    { name: "router", cpus: 1, memory: 1 },
    { name: "cache", cpus: 2, memory: 2 },
    { name: "backup", cpus: 1, memory: 2, state: "shut off" },
  ],
};

const GIB = 1024 * 1024;
/** `test:runstate` takes libvirt's numbers of the states. */
const STATES = { "running": 1, "paused": 3, "shut off": 5 } as const;

function domainXml({ name, cpus, memory, state = "running" }: Guest): string {
  return `
  <domain type='test'>
    <name>${name}</name>
    <memory>${memory * GIB}</memory>
    <currentMemory>${Math.round(memory * GIB * 0.75)}</currentMemory>
    <vcpu>${cpus}</vcpu>
    <os><type>hvm</type></os>
    <devices>
      <disk type='file' device='disk'>
        <source file='/var/lib/libvirt/images/${name}.img'/>
        <target dev='vda' bus='virtio'/>
      </disk>
      <interface type='network'><source network='default'/></interface>
      <console type='pty'/>
      <memballoon model='virtio'/>
    </devices>
    <test:runstate>${STATES[state]}</test:runstate>
  </domain>`;
}

function hostXml(guests: readonly Guest[]): string {
  return `<node xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
  <cpu><nodes>2</nodes><sockets>2</sockets><cores>8</cores><threads>2</threads><active>32</active></cpu>
  <memory>${128 * GIB}</memory>
  <network>
    <name>default</name>
    <bridge name='virbr0'/>
    <forward mode='nat'/>
    <ip address='192.168.122.1' netmask='255.255.255.0'>
      <dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp>
    </ip>
  </network>
  ${guests.map(domainXml).join("")}
</node>`.replaceAll(
    "<domain type",
    "<domain xmlns:test='http://libvirt.org/schemas/domain/test/1.0' type",
  );
}

/**
 * Time that goes by now faster, now slower, and never back: what the test driver calls load is the
 * time that has gone by.
 */
function breathing(phase: number): number {
  const now = Date.now();
  const wave = (period: number) =>
    period / (2 * Math.PI) * Math.sin(2 * Math.PI * now / period + phase);
  return now + 0.5 * wave(31_000) + 0.3 * wave(11_000) + 0.15 * wave(4700);
}

/** Serves the hosts on sockets of this user's, until they are disposed of. */
export async function serveDemo(): Promise<DemoHosts> {
  const directory = await promises.mkdtemp(join(tmpdir(), "virtwire-demo-"));
  const hypervisors: TestHypervisor[] = [];
  const listeners: Listener[] = [];
  const targets: Record<string, string> = {};
  for (const [i, [name, guests]] of Object.entries(HOSTS).entries()) {
    const hypervisor = createTestHypervisor({
      extras: true,
      hostname: `${name}.example`,
      seed: i + 1,
      clock: { now: () => breathing(2 * i) },
      config: `/${name}.xml`,
      readTextFile: () => Promise.resolve(hostXml(guests)),
    });
    const socket = join(directory, name);
    const listener = await listenUnix(socket, { mode: 0o700 });
    hypervisors.push(hypervisor);
    listeners.push(listener);
    targets[name] = `test+unix:///default?socket=${encodeURIComponent(socket)}`;
    void serve(listener, hypervisor);
  }
  return {
    targets,
    async [Symbol.asyncDispose]() {
      await Promise.all(listeners.map((listener) => listener.close()));
      await Promise.all(hypervisors.map((hypervisor) => hypervisor.close()));
      await promises.rm(directory, { recursive: true, force: true });
    },
  };
}

async function serve(listener: Listener, hypervisor: TestHypervisor): Promise<void> {
  for await (const duplex of listener) hypervisor.serve(duplex);
}
