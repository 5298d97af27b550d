import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fs, net, path } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { cli, newPlace, onTerminal, skipWithoutTerminal } from "./cli.ts";

const MEMORY = "test:///default";

test("cli: lists in a table, in JSON, and as names", async () => {
  const [table, json, names] = await Promise.all([
    cli(["-c", MEMORY, "list", "--all"]),
    cli(["--json", "-c", MEMORY, "list", "--all"]),
    cli(["-c", MEMORY, "list", "--all", "--name", "--uuid"]),
  ]);
  assertEquals(table, {
    status: 0,
    stdout: "Id   Name   State\n 1   test   running\n",
    stderr: "",
  });
  const [row] = JSON.parse(json.stdout);
  assertEquals([row.id, row.name, row.state], [1, "test", "running"]);
  assertEquals(names.stdout, `${row.uuid} test\n`);
});

test("cli: a 64-bit number is a number in JSON as long as that is exact, else a string", async () => {
  const { stdout } = await cli(["-c", MEMORY, "--json", "dominfo", "test"]);
  const { maxMemory, cpuTime } = JSON.parse(stdout);
  assertEquals(maxMemory, 8388608);
  // since 1970 in nanoseconds: more than 2^53
  assertEquals([typeof cpuTime, /^\d{16,}$/.test(cpuTime)], ["string", true]);
});

test("cli: exit status and one sentence on standard error", async () => {
  const cases: [string[], number, string][] = [
    [["-c", MEMORY, "dominfo", "nobody"], 1, "virtwire list --all"],
    [["-c", "nonsense", "list"], 1, "nonsense"],
    [["-c", "qemu+unix:///system?socket=/nonexistent/socket", "list"], 1, "/nonexistent/socket"],
    [["-c", MEMORY, "-r", "destroy", "test"], 1, "--readonly"],
    [["lits"], 2, "Did you mean list"],
    [["list", "--nonsense"], 2, "--nonsense"],
    [["dominfo"], 2, "domain"],
    [["-c", MEMORY, "setmem", "test", "much"], 2, "512M"],
    [["-c", MEMORY, "define", "/nonexistent.xml"], 1, "it does not exist"],
  ];
  const ended = await Promise.all(cases.map(([args]) => cli(args)));
  ended.forEach(({ status, stdout, stderr }, i) => {
    const [args, wanted, text] = cases[i]!;
    assertEquals([status, stdout], [wanted, ""], `${args.join(" ")}: ${stderr}`);
    assertStringIncludes(stderr, text);
    assert(!/\n\s+at /.test(stderr), stderr);
  });
});

test("cli: help and version go to standard output", async () => {
  const help = await cli(["help", "vol-download"]);
  assertEquals([help.status, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "--sparse");
  const { version } = JSON.parse(
    fs.readFileSync(path.join(import.meta.dirname as string, "../../deno.json"), "utf8"),
  );
  assertEquals(await cli(["--version"]), { status: 0, stdout: `${version}\n`, stderr: "" });
});

test("cli: a domain's life", async () => {
  await using place = await newPlace();
  const file = path.join(place.directory, "domain.xml");
  fs.writeFileSync(
    file,
    "<domain type='test'><name>web</name><memory>1048576</memory><os><type>hvm</type></os></domain>",
  );
  const said = async (...args: string[]) => {
    const { status, stdout, stderr } = await place.run(...args);
    assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  assertEquals(await said("define", file), 'Domain "web" defined\n');
  assertEquals(await said("start", "web"), 'Domain "web" started\n');
  assertEquals(await said("domstate", "web", "--reason"), "running (booted)\n");
  assertEquals(await said("suspend", "web"), 'Domain "web" suspended\n');
  assertEquals(await said("list", "--state-paused", "--name"), "web\n");
  assertEquals(await said("-q", "resume", "web"), "");
  await said("setmem", "web", "512M");
  assertEquals(JSON.parse(await said("--json", "dominfo", "web")).usedMemory, 524288);
  await said("snapshot-create-as", "web", "before", "a description");
  assertEquals(await said("snapshot-list", "web", "--name"), "before\n");
  assertStringIncludes(await said("snapshot-dumpxml", "web", "before"), "a description");
  await said("snapshot-create-as", "web", "after");
  assertEquals(await said("snapshot-list", "web", "--tree"), "before\n└─ after\n");
  await said("snapshot-revert", "web", "before");
  assertEquals(await said("snapshot-current", "web", "--name"), "before\n");
  await said("snapshot-delete", "web", "before", "--children");
  assertStringIncludes(await said("dumpxml", "web"), "<name>web</name>");
  assertEquals(await said("autostart", "web"), 'Domain "web" starts with the host\n');
  assertEquals(await said("destroy", "web"), 'Domain "web" destroyed\n');
  assertEquals(await said("domrename", "web", "www"), 'Domain "web" renamed to "www"\n');
  assertEquals(await said("undefine", "www"), 'Domain "www" undefined\n');
}, { timeout: 120_000 });

test("cli: networks, pools, volumes and devices", async () => {
  await using place = await newPlace();
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await place.run("--json", ...args);
    assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
    return stdout === "" ? undefined : JSON.parse(stdout);
  };
  assertEquals((await json("net-info", "default")).bridge, "virbr0");
  await json("net-destroy", "default");
  assertEquals(await json("net-list"), []);
  assertEquals((await json("net-list", "--all"))[0].state, "inactive");
  await json("pool-define-as", "p", "dir", "--target", "/p");
  await json("pool-build", "p");
  await json("pool-start", "p");
  assertEquals((await json("pool-list")).map(({ name }: { name: string }) => name).sort(), [
    "default-pool",
    "p",
  ]);
  await json("vol-create-as", "p", "v", "1G", "--format", "raw");
  assertEquals((await json("vol-info", "--pool", "p", "v")).capacity, 1073741824);
  assertEquals((await json("vol-list", "p"))[0].path, "/p/v");
  await json("vol-delete", "/p/v");
  assertEquals(await json("vol-list", "p"), []);
  const devices = await json("nodedev-list", "--cap", "scsi_host");
  assertEquals(devices[0].capabilities.includes("scsi_host"), true);
  assertEquals((await json("nodeinfo")).cpus, 16);
  assertEquals((await json("iface-list"))[0].name, "eth1");
}, { timeout: 120_000 });

test("cli: XML from standard input, and a domain by UUID and by id", async () => {
  await using place = await newPlace();
  const xml =
    "<domain type='test'><name>new</name><memory>1024</memory><os><type>hvm</type></os></domain>";
  const made = await cli(["-c", place.uri, "create", "-"], { input: xml });
  assertEquals(made, { status: 0, stdout: 'Domain "new" created\n', stderr: "" });
  const uuid = (await place.run("domuuid", "new")).stdout.trim();
  const id = (await place.run("domid", uuid)).stdout.trim();
  assertEquals((await place.run("domname", id)).stdout, "new\n");
});

test("cli: a daemon that does not answer is given up with --timeout", async () => {
  await using place = await newPlace();
  // it takes the connection and says nothing
  const server = net.createServer((socket) => socket.resume()).listen(`${place.directory}/silent`);
  try {
    const uri = `test+unix:///default?socket=${place.directory}/silent`;
    const { status, stderr } = await cli(["-c", uri, "--timeout", "0.5", "list"]);
    assertEquals([status, stderr], [
      1,
      "Error: The daemon has not answered in time; give it longer with --timeout SECONDS\n",
    ]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test("cli: colours on a terminal alone, and not with NO_COLOR", async () => {
  const args = ["-c", MEMORY, "list", "--all"];
  const [colored, plain] = await Promise.all([
    onTerminal(args).ended,
    onTerminal(args, '"$@"', { NO_COLOR: "1" }).ended,
  ]);
  assertStringIncludes(colored.stdout, "\x1b[32mrunning\x1b[39m");
  assert(!plain.stdout.includes("\x1b[32m") && !plain.stdout.includes("\x1b[1m"), plain.stdout);
  assertStringIncludes(plain.stdout, "running");
}, { skip: skipWithoutTerminal });
