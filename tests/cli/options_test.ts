import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { selectXml } from "../../src/cli/xml_output.ts";
import { UsageError } from "../../src/cli/failures.ts";
import { assignArguments, namedArguments } from "../../src/cli/named_arguments.ts";
import { ranges } from "../../src/cli/values.ts";
import { fs, path } from "../daemons/builtin.ts";
import { skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { test } from "../harness.ts";
import { cli, type Ended, newPlace } from "./cli.ts";

/** Runs commands on one hypervisor; each must go well, and say nothing on standard error. */
function said(run: (...args: string[]) => Promise<Ended>) {
  return async (...args: string[]) => {
    const { status, stdout, stderr } = await run(...args);
    assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
    return stdout;
  };
}

/** A domain's definition, with disks where they are said. */
function domainXml(type: string, name: string, disks: string = ""): string {
  return `<domain type='${type}'><name>${name}</name><memory>65536</memory>` +
    `<os><type arch='x86_64'>hvm</type></os><devices>${disks}</devices></domain>`;
}

test("cli: an argument by its name is the argument", () => {
  const command = {
    name: "c",
    summary: "",
    arguments: [["<domain>", ""], ["[file...]", ""]] as const,
    options: [["--file <file>", ""]] as const,
  };
  const [domain, file] = namedArguments(command);
  assertEquals([domain!.options, file!.options], [["--domain"], []]);
  const assign = (words: string[], options: Record<string, string> = {}) =>
    assignArguments([domain!, file!], words, (option) => options[option]);
  assertEquals(assign(["a", "b", "c"]), { values: { domain: "a", file: ["b", "c"] } });
  assertEquals(assign(["b"], { "--domain": "a" }), { values: { domain: "a", file: ["b"] } });
  assertEquals(assign([]), { wrong: "missing required argument 'domain'" });
  const one = namedArguments({ ...command, arguments: [["<volume>", ""]] });
  assertEquals(one[0]!.options, ["--vol", "--volume"]);
  assertEquals(assignArguments(one, ["b"], () => "a"), {
    wrong: "too many arguments: nobody takes 'b'",
  });
});

test("cli: what XPath selects", async () => {
  const xml = "<d type='q' xmlns:x='urn:x'><name>a</name><v n='1'>2</v><x:y/></d>";
  for (
    const [expression, selected] of [
      ["//v", ['<v n="1">2</v>']],
      ["/d/@type", ["q"]],
      ["//name/text()", ["a"]],
      ["string(//name)", ["a"]],
      ["count(//*)", ["4"]],
      ["//x:y", ['<x:y xmlns:x="urn:x"/>']],
      ["//nothing", []],
    ] as const
  ) assertEquals(await selectXml(xml, expression), [...selected], expression);
  const wrong = await selectXml(xml, "//[").catch((error) => error);
  assert(wrong instanceof UsageError, `${wrong}`);
  assertEquals(ranges([true, true, false, true, false, true, true]), "0-1,3,5-6");
});

test("cli: options that virsh has, on the hypervisor in memory", async () => {
  await using place = await newPlace();
  const run = said(place.run);
  const file = (name: string, text: string) => {
    fs.writeFileSync(path.join(place.directory, name), text);
    return path.join(place.directory, name);
  };
  assertEquals(
    await run("dumpxml", "--domain", "test", "--xpath", "//name"),
    "<name>test</name>\n",
  );
  assertEquals(
    await run("dumpxml", "test", "--xpath", "//name", "--wrap"),
    "<nodes>\n  <name>test</name>\n</nodes>\n",
  );
  assertEquals(JSON.parse(await run("--json", "net-dumpxml", "default", "--xpath", "//@name")), [
    "virbr0",
  ]);

  await run("define", "--file", file("d.xml", domainXml("test", "web")), "--validate");
  assertEquals(await run("list", "--name", "--inactive"), "web\n");
  await run("start", "web");
  await run("managedsave", "web", "--running", "--verbose");
  assert(/- {3}web +saved/.test(await run("list", "--all", "--managed-save", "--table")));
  assertEquals(await run("list", "--with-managed-save", "--all", "--name"), "web\n");
  assertEquals(await run("list", "--with-checkpoint", "--all", "--name"), "");
  await run("managedsave-remove", "web");
  const stats = JSON.parse(await run("--json", "domstats", "--list-shutoff", "--state"));
  assertEquals(stats.map(({ name }: { name: string }) => name), ["web"]);
  assert((await run("domstats", "--list-running", "--raw")).startsWith("test\n  state.state=1\n"));

  await run("snapshot-create-as", "--domain", "web", "--name", "a", "--description", "first");
  await run("snapshot-create-as", "web", "b");
  assertEquals(await run("snapshot-list", "web", "--name", "--no-leaves"), "a\n");
  assertEquals(await run("snapshot-list", "web", "--name", "--leaves"), "b\n");
  assertEquals(await run("snapshot-list", "web", "--name", "--from", "a"), "b\n");
  assertEquals(
    await run("snapshot-list", "web", "--name", "--inactive", "--topological"),
    "a\nb\n",
  );
  assertEquals(await run("snapshot-parent", "web", "--current"), "a\n");
  const both = await place.run("snapshot-info", "web", "a", "--current");
  assertEquals([both.status, both.stdout], [2, ""]);
  const printed = await run(
    ...["snapshot-create-as", "--print-xml", "--memspec", "/m,snapshot=external"],
    ...["--diskspec", "vda,snapshot=external,driver=qcow2,file=/a,,b", "--diskspec", "vdb"],
    ...["web", "c"],
  );
  assertStringIncludes(printed, "<memory snapshot='external' file='/m'/>");
  assertStringIncludes(printed, "<source file='/a,b'/>");
  assertStringIncludes(printed, "<disk name='vdb'/>");

  await run("pool-define-as", "--name", "p", "--type", "dir", "--target", "/p");
  await run("pool-start", "p");
  assertEquals(await run("pool-list", "--type", "logical,netfs", "--name"), "");
  assertEquals((await run("pool-list", "--type", "dir", "--name")).split("\n").includes("p"), true);
  await run("vol-create-as", "--pool", "p", "--name", "v", "--capacity", "1M");
  await run("vol-clone", "--pool", "p", "--vol", "v", "--newname", "w");
  assertEquals(JSON.parse(await run("--json", "vol-info", "/p/w")).capacity, 1 << 20);
  const volume = "<volume><name>x</name><capacity>1048576</capacity></volume>";
  await run("vol-create-from", "p", file("v.xml", volume), "w", "--inputpool", "p");
  await run("vol-wipe", "--pool", "p", "x", "--algorithm", "zero");
  assertEquals((await place.run("vol-wipe", "/p/x", "--algorithm", "fire")).status, 2);
  const uuid = (await run("pool-uuid", "p")).trim();
  assertEquals(await run("vol-pool", "/p/x", "--uuid"), `${uuid}\n`);
  const disk = (name: string, device = "disk") =>
    `<disk type='file' device='${device}'><source file='/p/${name}'/><target dev='vd${name}'/></disk>`;
  const disks = disk("v") + disk("w") + disk("x", "cdrom") + disk("gone");
  await run("define", file("s.xml", domainXml("test", "s", disks)));
  const wrong = await place.run("undefine", "s", "--storage", "vdq");
  assertEquals([wrong.status, wrong.stderr.includes('no disk "vdq"')], [1, true], wrong.stderr);
  const removed = await place.run("undefine", "s", "--remove-all-storage");
  assertEquals([removed.status, removed.stdout], [
    0,
    'Domain "s" undefined\nVolume "v" of pool "p" removed\nVolume "w" of pool "p" removed\n',
  ]);
  assertStringIncludes(removed.stderr, "/p/gone");
  assertEquals(JSON.parse(await run("--json", "vol-list", "p")).length, 1);

  const host = "<host mac='52:54:00:00:00:01' ip='192.168.122.9'/>";
  await run("net-update", "default", "add", "ip-dhcp-host", host, "--live", "--config");
  assertStringIncludes(await run("net-dumpxml", "default"), "192.168.122.9");
  assertEquals((await place.run("net-update", "default", "add", "roof", host)).status, 2);
  assertEquals((await run("nodecpumap", "--pretty")).includes("Map:"), true);
  assertEquals(JSON.parse(await run("--json", "secret-list", "--private")), []);
}, { timeout: 180_000 });

test("cli: libvirtd 9: options that virsh has, as virsh understands them", async () => {
  await using daemon = await startDaemon("9");
  const uri = `qemu+unix:///system?socket=${daemon.socket}`;
  const run = said((...args) => cli(["-c", uri, ...args]));
  const file = (name: string) => path.join(daemon.directory, name);
  await run("pool-define-as", "p", "dir", "--target", file("p"));
  await run("pool-start", "p", "--build");
  await run("vol-create-as", "p", "v.qcow2", "4M", "--format", "qcow2");
  await run("vol-clone", "--pool", "p", "v.qcow2", "w.qcow2", "--print-xml");
  await run("vol-clone", "--pool", "p", "v.qcow2", "w.qcow2");
  const info = JSON.parse(await run("--json", "vol-info", file("p/w.qcow2"), "--physical"));
  assertEquals([info.capacity, info.physical > 0], [4 << 20, true]);
  const disk = (name: string, target: string) =>
    `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>` +
    `<source file='${file(`p/${name}`)}'/><target dev='${target}' bus='virtio'/></disk>`;
  fs.writeFileSync(
    file("d.xml"),
    domainXml("qemu", "web", disk("v.qcow2", "vda") + disk("w.qcow2", "vdb")),
  );
  await run("define", "--validate", file("d.xml"));
  await run("start", "web", "--paused");
  const running = await cli(["-c", uri, "undefine", "web", "--remove-all-storage"]);
  assertEquals([running.status, running.stderr.includes("it runs")], [1, true], running.stderr);
  const external = file("overlay.qcow2");
  await run(
    ...["snapshot-create-as", "web", "s", "--disk-only", "--atomic", "--no-metadata"],
    ...["--diskspec", `vda,snapshot=external,file=${external}`],
    ...["--diskspec", "vdb,snapshot=no"],
  );
  assertEquals(
    await run("dumpxml", "web", "--xpath", "string(//disk[target/@dev='vda']/source/@file)"),
    `${external}\n`,
  );
  const stats = JSON.parse(
    await run("--json", "domstats", "--backing", "--block", "--list-paused", "--raw"),
  );
  assertEquals(stats[0].stats["block.count"], 3);

  const network = "<network><name>n</name><forward mode='bridge'/><bridge name='br9'/></network>";
  fs.writeFileSync(file("n.xml"), network);
  await run("net-create", "--validate", file("n.xml"));
  const uuid = crypto.randomUUID();
  const owner = `<owner><name>web</name><uuid>${
    (await run("domuuid", "web")).trim()
  }</uuid></owner>`;
  fs.writeFileSync(
    file("port.xml"),
    `<networkport><uuid>${uuid}</uuid>${owner}<mac address='52:54:00:00:00:01'/></networkport>`,
  );
  await run("net-port-create", "n", file("port.xml"));
  assertEquals(JSON.parse(await run("--json", "net-port-list", "n")), [{ uuid }]);
  assertEquals(await run("net-port-list", "n", "--uuid"), `${uuid}\n`);
  assertEquals(
    await run("net-port-dumpxml", "n", uuid, "--xpath", "string(//owner/name)"),
    "web\n",
  );
  await run("net-port-delete", "n", uuid);

  await run("dommemstat", "web", "--period", "5", "--live");
  await run("domjobinfo", "web", "--anystats");
  await run("destroy", "web", "--remove-logs");

  await run("snapshot-create-as", "web", "one");
  const renamed = await cli(["-c", uri, "snapshot-edit", "web", "one", "--rename"], {
    env: { EDITOR: "sed -i 's/<name>one/<name>two/'", VISUAL: "" },
  });
  assertEquals(renamed, { status: 0, stdout: 'Snapshot "one" changed\n', stderr: "" });
  assertEquals(await run("snapshot-list", "web", "--name", "--internal"), "two\n");
  await run("snapshot-delete", "web", "--current", "--metadata");

  assertEquals(
    await run("undefine", "web", "--storage", `vdb`, "--wipe-storage", "--nvram"),
    'Domain "web" undefined\nVolume "w.qcow2" of pool "p" removed\n',
  );
  assertEquals(fs.existsSync(file("p/w.qcow2")), false);
  assertEquals(fs.existsSync(file("p/v.qcow2")), true);
}, { skip: skipWithoutDaemon("9"), timeout: 180_000 });
