import { assertEquals, assertStringIncludes } from "@std/assert";
import { connect } from "../../mod.ts";
import { quoteForShell, readlineWord, splitShellLine } from "../../src/cli/shell_words.ts";
import { childProcess, fs, net, path, process } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { cli, COMMAND, newPlace, type Place, skipWithoutTerminal, start } from "./cli.ts";

/** How each shell is started without anybody's settings, and told to complete. */
const SHELLS = {
  bash: ["bash --norc --noprofile -i", 'eval "$(virtwire completion bash)"'],
  zsh: [
    "zsh -f -i",
    'autoload -Uz compinit; compinit -u -D; eval "$(virtwire completion zsh)"',
  ],
  fish: ["fish --no-config -i", "virtwire completion fish | source"],
} as const;

/** The `skip` of a test in a shell; with `VIRTWIRE_REQUIRE_SHELLS=1` the test fails instead. */
function skipWithoutShell(shell: string): string | false {
  if (process.env["VIRTWIRE_REQUIRE_SHELLS"] === "1") return false;
  const { status } = childProcess.spawnSync(shell, ["--version"]);
  return status === 0 ? skipWithoutTerminal : `there is no ${shell}`;
}

const NAMES = ["my dom", "it's", "costs$5", "表の名前", "a:b=c", "back\\slash", 'quo"te', "ex!cl"];

async function defineNames({ uri }: Place): Promise<void> {
  await using conn = await connect(uri);
  const escaped = (name: string) => name.replaceAll('"', "&quot;");
  for (const name of NAMES) {
    const domain = await conn.defineDomainXml(
      `<domain type="test"><name>${escaped(name)}</name><memory>1024</memory>` +
        `<os><type>hvm</type></os></domain>`,
    );
    if (name === "my dom") {
      await domain.createSnapshotXml("<domainsnapshot><name>snap one</name></domainsnapshot>");
    }
  }
}

/** What is typed before the tabulator, and the arguments that the program has then. */
function linesOf({ uri }: Place): readonly (readonly [typed: string, got: readonly string[]])[] {
  return [
    ["vol-download --spa", ["vol-download", "--sparse"]],
    ["nodedev-list --cap pci,scsi_h", ["nodedev-list", "--cap", "pci,scsi_host"]],
    ["dominfo my", ["dominfo", "my dom"]],
    ['dominfo "my', ["dominfo", "my dom"]],
    ["dominfo my\\ d", ["dominfo", "my dom"]],
    ["dominfo 'it", ["dominfo", "it's"]],
    ['dominfo "cos', ["dominfo", "costs$5"]],
    ["dominfo 表", ["dominfo", "表の名前"]],
    ["dominfo a:b", ["dominfo", "a:b=c"]],
    ["dominfo bac", ["dominfo", "back\\slash"]],
    ["dominfo quo", ["dominfo", 'quo"te']],
    ['dominfo "ex', ["dominfo", "ex!cl"]],
    ["--readonly dominfo --domain my", ["--readonly", "dominfo", "--domain", "my dom"]],
    ["snapshot-revert my\\ dom s", ["snapshot-revert", "my dom", "snap one"]],
    ["vol-list de", ["vol-list", "default-pool"]],
    ["define some", ["define", "some file.xml"]],
    ["--capture=some", ["--capture=some file.xml"]],
    [`-c test:///default dominfo te`, ["-c", "test:///default", "dominfo", "test"]],
    [`-rc '${uri}' dominfo my`, ["-rc", uri, "dominfo", "my dom"]],
    // nobody answers there, and nothing is printed
    ["-c 'test+unix:///default?socket=/nowhere' dominfo my", [
      "-c",
      "test+unix:///default?socket=/nowhere",
      "dominfo",
      "my",
    ]],
  ];
}

for (const [shell, [command, setup]] of Object.entries(SHELLS)) {
  test(`cli: ${shell} completes commands, options, values, names and files`, async () => {
    await using place = await newPlace();
    await defineNames(place);
    const { directory } = place;
    const quoted = COMMAND.map((word) => `'${word}'`).join(" ");
    fs.writeFileSync(
      path.join(directory, "virtwire"),
      `#!/bin/sh\n[ "$1" = completion ] && exec ${quoted} "$@"\nprintf 'got'; printf '<%s>' "$@"; echo\n`,
      { mode: 0o755 },
    );
    fs.writeFileSync(path.join(directory, "some file.xml"), "");
    const terminal = start([
      "script",
      "-qfec",
      `stty rows 50 cols 200; cd '${directory}'; exec ${command}`,
      "/dev/null",
    ], {
      env: {
        PATH: `${directory}:${process.env["PATH"]}`,
        HOME: directory,
        XDG_CONFIG_HOME: directory,
        XDG_DATA_HOME: directory,
        LC_ALL: "C.UTF-8",
        TERM: "xterm",
        SHELL: "/bin/sh",
        LIBVIRT_DEFAULT_URI: place.uri,
      },
    });
    // the quotes keep what is typed from being taken for what is printed
    const typed = async (line: string, i: number) => {
      terminal.type(`${line}; echo se''en-${i}.\r`);
      await terminal.saw(`seen-${i}.`);
    };
    await typed(setup, -1);
    const lines = linesOf(place);
    for (const [i, [line]] of lines.entries()) await typed(`virtwire ${line}\t`, i);
    terminal.type("exit\r");
    const { stdout } = await terminal.ended;
    assertEquals(
      [...stdout.matchAll(/got(<.*>)\r?\n/g)].map(([, got]) => got),
      lines.map(([, got]) => got.map((each) => `<${each}>`).join("")),
    );
  }, { skip: skipWithoutShell(shell), timeout: 180_000 });
}

test("cli: completion of a daemon that does not answer ends, and prints nothing", async () => {
  await using place = await newPlace();
  const server = net.createServer((socket) => socket.resume()).listen(`${place.directory}/silent`);
  try {
    const uri = `test+unix:///default?socket=${place.directory}/silent`;
    const ended = await cli(["completion", "--words", "--", "-c", uri, "dominfo", ""]);
    assertEquals(ended, { status: 0, stdout: "", stderr: "" });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  const csh = await cli(["completion", "csh"]);
  assertEquals([csh.status, csh.stdout], [2, ""]);
  assertStringIncludes(csh.stderr, "bash, zsh, fish");
}, { timeout: 120_000 });

test("cli: completion offers what a command can be done to", async () => {
  await using place = await newPlace();
  await defineNames(place);
  await place.run("net-destroy", "default");
  const names = async (...words: string[]) => {
    const { stdout } = await place.run(
      "completion",
      "--words",
      "--",
      "-c",
      place.uri,
      ...words,
      "",
    );
    return stdout.split("\n").map((line) => line.split("\t")[0]).filter((name) => name !== "");
  };
  assertEquals(await names("destroy"), ["test"]);
  assertEquals((await names("start")).toSorted(), [...NAMES].toSorted());
  assertEquals(await names("net-start"), ["default"]);
  assertEquals(await names("net-destroy"), []);
  assertEquals(await names("vol-create-as", "--pool"), ["default-pool"]);
  assertEquals(await names("domifstat", "--domain", "test"), await names("domifstat", "test"));
  assertEquals((await names("help")).includes("vol-download"), true);
}, { timeout: 120_000 });

test("cli: a line in bash's words, and names in bash's quotes", () => {
  const split = (line: string) => {
    const { words, raw, quote } = splitShellLine(line);
    return [words, raw, quote];
  };
  assertEquals(split('a \'b c\' "d\\"e" f\\ g'), [["a", "b c", 'd"e', "f g"], "f\\ g", ""]);
  assertEquals(split("a 'b c"), [["a", "b c"], "'b c", "'"]);
  assertEquals(split('a x"b '), [["a", "xb "], 'x"b ', '"']);
  assertEquals(split("a "), [["a", ""], "", ""]);
  assertEquals(quoteForShell("a b'c", "'"), "a b'\\''c");
  assertEquals(quoteForShell("$a!", '"'), '\\$a"\\!"');
  assertEquals(quoteForShell("表 の;", ""), "表\\ の\\;");
  const line = splitShellLine("virtwire -c test:///de");
  assertEquals(readlineWord(line, "test:///default", "///de"), "///default");
  assertEquals(readlineWord(splitShellLine("virtwire dominfo my\\"), "my dom", "my\\"), "my\\ dom");
});
