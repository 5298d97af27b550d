import { assertEquals, assertStringIncludes } from "@std/assert";
import { fs, path } from "../daemons/builtin.ts";
import { skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { cli, newPlace } from "./cli.ts";

test("cli: secrets, filters and interfaces, defined and removed", async () => {
  await using place = await newPlace();
  const said = async (...args: string[]) => {
    const { status, stdout, stderr } = await place.run(...args);
    assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const file = (name: string, text: string) => {
    fs.writeFileSync(path.join(place.directory, name), text);
    return path.join(place.directory, name);
  };
  const uuid = crypto.randomUUID();
  const usage = "<usage type='ceph'><name>images</name></usage>";
  const xml = `<secret private='no'><uuid>${uuid}</uuid>${usage}</secret>`;
  assertEquals(await said("secret-define", file("s.xml", xml)), `Secret "${uuid}" defined\n`);
  await said("secret-set-value", uuid, "c2VjcmV0");
  assertEquals(await said("secret-get-value", uuid, "--plain"), "secret");
  await said("secret-set-value", "--secret", uuid, "--file", file("value", "other"), "--plain");
  assertEquals(await said("secret-get-value", uuid), "b3RoZXI=\n");
  const wrong = await place.run("secret-set-value", uuid, "not base64");
  assertEquals([wrong.status, wrong.stdout], [2, ""]);
  assertEquals(JSON.parse(await said("--json", "secret-list", "--no-private")).length, 1);
  assertEquals(JSON.parse(await said("--json", "secret-list", "--private")), []);
  await said("secret-undefine", uuid);
  assertEquals(JSON.parse(await said("--json", "secret-list")), []);

  await said("nwfilter-define", file("f.xml", "<filter name='mine'/>"));
  assertEquals((await said("nwfilter-list", "--name")).split("\n").includes("mine"), true);
  assertEquals(
    await said("nwfilter-dumpxml", "mine", "--xpath", "string(/filter/@name)"),
    "mine\n",
  );
  await said("nwfilter-undefine", "mine");

  await said("iface-begin");
  const nic = "<interface type='ethernet' name='eth9'><start mode='none'/></interface>";
  await said("iface-define", file("i.xml", nic));
  await said("iface-start", "eth9");
  assertEquals((await said("iface-list", "--name")).split("\n").includes("eth9"), true);
  assertEquals(await said("iface-name", "eth9"), "eth9\n");
  await said("iface-destroy", "eth9");
  await said("iface-undefine", "eth9");
  await said("iface-rollback");
}, { timeout: 120_000 });

test(
  "cli: libvirtd 9: disks and interfaces come and go, and a domain's state is kept in a file",
  async () => {
    await using daemon = await startDaemon("9");
    const uri = `qemu+unix:///system?socket=${daemon.socket}`;
    const file = (name: string) => path.join(daemon.directory, name);
    const run = (...args: string[]) => cli(["-c", uri, ...args]);
    const said = async (...args: string[]) => {
      const { status, stdout, stderr } = await run(...args);
      assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    fs.writeFileSync(file("disk"), "");
    fs.truncateSync(file("disk"), 1 << 20);
    fs.writeFileSync(
      file("d.xml"),
      "<domain type='qemu'><name>web</name><memory>65536</memory><vcpu current='1'>2</vcpu>" +
        "<os><type arch='x86_64'>hvm</type></os></domain>",
    );
    await said("define", file("d.xml"));
    const disk = [
      "attach-disk",
      "web",
      file("disk"),
      "vdb",
      "--subdriver",
      "raw",
      "--serial",
      "S1",
    ];
    assertStringIncludes(await said(...disk, "--print-xml"), `<source file='${file("disk")}'/>`);
    await said(...disk, "--config");
    const [attached] = JSON.parse(await said("--json", "domblklist", "web"));
    assertEquals([attached.target, attached.source], ["vdb", file("disk")]);
    const user = ["attach-interface", "--domain", "web", "--type", "user", "--model", "virtio"];
    await said(...user, "--mac", "52:54:00:00:00:07", "--config");
    assertEquals(JSON.parse(await said("--json", "domiflist", "web"))[0].mac, "52:54:00:00:00:07");
    assertEquals((await run("attach-interface", "web", "network", "--config")).status, 2);

    await said("start", "web", "--paused");
    assertEquals(JSON.parse(await said("--json", "vcpucount", "web")), [
      { where: "config", maximum: 2, current: 1 },
      { where: "live", maximum: 2, current: 1 },
    ]);
    assertEquals(await said("vcpucount", "web", "--maximum", "--live"), "2\n");
    await said("blockresize", "web", "vdb", "2M");
    assertEquals(fs.statSync(file("disk")).size, 2 << 20);
    const stats = JSON.parse(await said("--json", "domblkstat", "web", "vdb"));
    assertEquals([stats.wr_operations, "flush_operations" in stats], [0, true]);

    await said("dump", "web", file("core"), "--memory-only", "--format", "kdump-zlib", "--verbose");
    assertEquals(fs.readFileSync(file("core")).subarray(0, 8).toString(), "makedump");
    assertEquals((await run("dump", "web", file("core"), "--format", "elf")).status, 2);
    await said("save", "web", file("state"), "--paused");
    assertEquals(await said("domstate", "web"), "shut off\n");
    await said("restore", file("state"));
    assertEquals(await said("domstate", "web"), "paused\n");
    const job = await run("domjobabort", "web");
    assertEquals([job.status, job.stdout], [1, ""]);

    await said("destroy", "web");
    await said("detach-disk", "web", "vdb", "--config");
    await said("detach-interface", "web", "user", "--config");
    const nothing = await run("detach-disk", "web", "vdb", "--config");
    assertEquals([nothing.status, nothing.stderr.includes('no disk "vdb"')], [1, true]);
    assertEquals(JSON.parse(await said("--json", "domiflist", "web")), []);
  },
  { skip: skipWithoutDaemon("9"), timeout: 180_000 },
);
