import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fs, os, path, run } from "../daemons/builtin.ts";
import { skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { skipWithoutGuest, startGuest } from "../streams/guest.ts";
import { open } from "../streams/volumes.ts";
import { cli, onTerminal, skipWithoutTerminal, startCli } from "./cli.ts";

test("cli: libvirtd 9: a guest's console on a terminal, its screen, and top", async () => {
  await using daemon = await startDaemon("9");
  await using conn = await open(daemon);
  await startGuest(conn);
  const uri = `qemu+unix:///system?socket=${daemon.socket}`;
  const console = onTerminal(["-c", uri, "console", "guest"], '"$@"; echo "status $?"');
  await console.saw("Connected");
  console.type("\r");
  await console.saw("guest# ");
  console.type("echo $((6 * 7)) is the answer\r");
  await console.saw("42 is the answer");
  // 256 KiB, which a terminal takes slowly
  console.type("yes 0123456789abcde | head -c 262144; echo THE''END\r");
  await console.saw("THEEND");
  const second = await cli(["-c", uri, "domstate", "guest"]);
  assertEquals(second, { status: 0, stdout: "running\n", stderr: "" });
  console.type("\x1d");
  await console.saw("status 0");
  const { stdout } = await console.ended;
  const lines = stdout.split(/\r*\n/).filter((line) => line === "0123456789abcde").length;
  assertEquals(lines, 16384);

  const file = path.join(daemon.directory, "screen.png");
  const picture = await cli(["-c", uri, "screenshot", "guest", file]);
  assertEquals([picture.status, picture.stderr], [0, ""]);
  assertEquals(fs.readFileSync(file).subarray(1, 4).toString(), "PNG");

  const top = await cli(["-c", uri, "--json", "top", "--once", "--interval", "0.5"]);
  const [usage] = JSON.parse(top.stdout);
  assertEquals([usage.name, usage.memory, typeof usage.cpu], ["guest", 134217728, "number"]);
  const stats = JSON.parse((await cli(["-c", uri, "--json", "domstats", "--vcpu"])).stdout);
  assertEquals(stats[0].stats.vcpu.current, 1);

  const pcap = path.join(daemon.directory, "session.pcap");
  const captured = ["-c", uri, "--capture", pcap, "--timeout", "3", "event", "--all"];
  const events = await cli(captured);
  assertEquals([events.status, events.stdout], [1, ""]);
  assert(/Waiting .*: lifecycle, reboot, .*block-threshold/.test(events.stderr), events.stderr);
  const trace = (await cli(["--json", "decode", pcap])).stdout.trim().split("\n");
  const faults = trace.map((line) => JSON.parse(line)).filter(({ fault }) => fault !== undefined);
  assertEquals([faults, trace.length > 50], [[], true]);
}, { skip: skipWithoutGuest("9") || skipWithoutTerminal, timeout: 180_000 });

test("cli: libvirtd 9: asks for name and password on a terminal, and only there", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-sasl-"));
  try {
    const users = path.join(directory, "users.db");
    fs.writeFileSync(
      path.join(directory, "libvirt.conf"),
      `mech_list: scram-sha-256\nsasldb_path: ${users}\n`,
    );
    await run("saslpasswd2", ["-p", "-a", "libvirt", "-f", users, "-c", "tester"], {
      input: "secret word",
    });
    await using daemon = await startDaemon("9", {
      env: { SASL_CONF_PATH: directory },
      config: ['auth_unix_rw = "sasl"', 'auth_unix_ro = "sasl"'],
    });
    const args = ["-c", `test+unix:///default?socket=${daemon.socket}`, "list", "--name"];
    const answered = async (password: string, wanted: string) => {
      const asked = onTerminal(args, '"$@"; echo "status $?"');
      await asked.saw("name");
      asked.type("tester\r");
      await asked.saw("assword");
      asked.type(`${password}\r`);
      await asked.saw(wanted);
      const { stdout } = await asked.ended;
      assert(!stdout.includes(password), stdout);
      return stdout;
    };
    assertStringIncludes(await answered("secret word", "status 0"), "test\r\n");
    await answered("a wrong word", "status 1");

    const given = onTerminal(args, '"$@"; echo "status $?"');
    await given.saw("name");
    given.type("\x03");
    await given.saw("status 130");
    await given.ended;

    const alone = await cli(args);
    assertEquals([alone.status, alone.stdout], [1, ""]);
    assert(/^Error: .*(credential|name)/i.test(alone.stderr), alone.stderr);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}, {
  skip: skipWithoutDaemon("9") || skipWithoutTerminal ||
    !fs.existsSync("/usr/sbin/saslpasswd2") && "a daemon with users needs saslpasswd2",
  timeout: 120_000,
});

test("cli: libvirtd 12: a pool's and a volume's life, and a download that is stopped", async () => {
  await using daemon = await startDaemon("12");
  const uri = `qemu+unix:///system?socket=${daemon.socket}`;
  const file = (name: string) => path.join(daemon.directory, name);
  const said = async (...args: string[]) => {
    const { status, stdout, stderr } = await cli(["-c", uri, ...args]);
    assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  await said("pool-define-as", "p", "dir", "--target", file("pool"));
  for (const command of ["pool-build", "pool-start"]) await said(command, "p");
  const picture = crypto.getRandomValues(new Uint8Array(65536));
  fs.writeFileSync(file("from"), picture);
  fs.truncateSync(file("from"), 32 << 20);
  await said("vol-create-as", "p", "v", "32M", "--format", "raw");
  await said("vol-upload", "--pool", "p", "v", file("from"), "--sparse");
  assertEquals(fs.readFileSync(file("pool/v")).equals(fs.readFileSync(file("from"))), true);
  await said("vol-download", "--pool", "p", "v", file("to"));
  assertEquals(fs.readFileSync(file("to")).equals(fs.readFileSync(file("from"))), true);
  await said("vol-resize", "--pool", "p", "v", "64M");
  assertEquals(JSON.parse(await said("--json", "vol-info", file("pool/v"))).capacity, 64 << 20);

  await said("vol-resize", "--pool", "p", "v", "256G");
  const download = startCli(["-c", uri, "vol-download", "--pool", "p", "v", file("big")]);
  while (!fs.existsSync(file("big")) || fs.statSync(file("big")).size === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  download.kill("SIGINT");
  const { status, stderr } = await download.ended;
  assertEquals([status, stderr.includes("is not complete")], [130, true], stderr);
  fs.rmSync(file("big"));
  // the daemon has let go of it
  await said("vol-delete", "--pool", "p", "v");
  assertEquals(JSON.parse(await said("--json", "vol-list", "p")), []);
  await said("pool-destroy", "p");
  await said("pool-undefine", "p");
}, { skip: skipWithoutDaemon("12"), timeout: 120_000 });
