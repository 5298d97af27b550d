import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { test } from "../harness.ts";
import type { DaemonVersion } from "./daemons.ts";
import { skipWithoutDaemon, startDaemon } from "./daemons.ts";

const { process } = globalThis as unknown as {
  process: { getBuiltinModule(name: string): unknown };
};
const fs = process.getBuiltinModule("node:fs") as typeof import("node:fs");
const childProcess = process.getBuiltinModule(
  "node:child_process",
) as typeof import("node:child_process");
const net = process.getBuiltinModule("node:net") as typeof import("node:net");

const VERSIONS: readonly DaemonVersion[] = ["9", "12"];

function accepts(address: { path: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(address);
    let connected = false;
    socket.on("connect", () => {
      connected = true;
      socket.destroy();
    });
    socket.on("error", () => {}); // told by "close", which comes in either case
    socket.on("close", () => resolve(connected));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The processes that see the daemon's mounts: the daemon, its guests, what waits for them. */
function processesOf(directory: string): string[] {
  return fs.readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return fs.readFileSync(`/proc/${name}/mountinfo`, "utf8").includes(directory);
    } catch {
      return false; // it ended between the two reads
    }
  });
}

function programsOf(directory: string): string[] {
  return processesOf(directory).map((name) => fs.readFileSync(`/proc/${name}/comm`, "utf8"));
}

/** A guest without disk or kernel, emulated so that it starts on any host. */
const GUEST = `<domain type='qemu'><name>tiny</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os></domain>`;

for (const version of VERSIONS) {
  const skip = skipWithoutDaemon(version);

  test(`libvirtd ${version}: every socket accepts, and stop leaves nothing`, async () => {
    const daemon = await startDaemon(version);
    try {
      assert(processesOf(daemon.directory).includes(String(daemon.pid)), daemon.log());
      for (const socket of [daemon.socket, daemon.readOnlySocket, daemon.adminSocket]) {
        assert(await accepts({ path: socket }), `${socket}: ${daemon.log()}`);
      }
    } finally {
      await daemon.stop();
    }
    await daemon.stop();
    assert(!fs.existsSync(daemon.directory));
    assertEquals(processesOf(daemon.directory), []);
    assert(!fs.readFileSync("/proc/self/mountinfo", "utf8").includes(daemon.directory));
  }, { skip });

  test(`libvirtd ${version}: starts a guest, which does not outlive it`, async () => {
    const daemon = await startDaemon(version);
    try {
      fs.writeFileSync(`${daemon.directory}/guest.xml`, GUEST);
      const uri = `qemu+unix:///system?socket=${daemon.socket}`;
      const { status, stderr } = childProcess.spawnSync(
        "virsh",
        ["--connect", uri, "create", `${daemon.directory}/guest.xml`],
        { encoding: "utf8" },
      );
      assertEquals(status, 0, `${stderr}${daemon.log()}`);
      assert(programsOf(daemon.directory).some((program) => program.startsWith("qemu-system")));
    } finally {
      await daemon.stop();
    }
    assertEquals(processesOf(daemon.directory), []);
  }, { skip });

  test(`libvirtd ${version}: listens on TCP where a line says so`, async () => {
    const port = await freePort();
    const config = ["listen_tcp = 1", 'auth_tcp = "none"', `tcp_port = "${port}"`];
    const daemon = await startDaemon(version, { config });
    try {
      assert(await accepts({ host: "127.0.0.1", port }), daemon.log());
    } finally {
      await daemon.stop();
    }
    assert(!await accepts({ host: "127.0.0.1", port }));
  }, { skip });

  test(`libvirtd ${version}: a line it cannot read is an error with its log`, async () => {
    const error = await assertRejects(
      () => startDaemon(version, { config: ["max_clients = nonsense"] }),
      Error,
      "did not answer",
    );
    assertStringIncludes(error.message, "max_clients");
  }, { skip });
}

const skipBoth = VERSIONS.map(skipWithoutDaemon).find((reason) => reason) ?? false;

test("libvirtd 9 and 12 run side by side, twice each", async () => {
  const versions = [...VERSIONS, ...VERSIONS];
  const starts = await Promise.allSettled(versions.map((version) => startDaemon(version)));
  const daemons = starts.flatMap((start) => start.status === "fulfilled" ? [start.value] : []);
  try {
    for (const start of starts) if (start.status === "rejected") throw start.reason;
    assertEquals(new Set(daemons.map((daemon) => daemon.pid)).size, 4);
    for (const { socket } of daemons) assert(await accepts({ path: socket }));
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
  }
  for (const { directory } of daemons) assertEquals(processesOf(directory), []);
}, { skip: skipBoth });
