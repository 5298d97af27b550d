import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fs, path } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { COMMAND, newPlace, onTerminal, skipWithoutTerminal, start, startCli } from "./cli.ts";

test("cli: events, one and many, and in vain", async () => {
  await using place = await newPlace();
  const one = startCli(["-c", place.uri, "event", "test"]);
  const many = startCli(["-c", place.uri, "--json", "event", "--all", "--loop"]);
  await Promise.all([one.saw("Waiting"), many.saw("Waiting")]);
  await place.run("suspend", "test");
  await place.run("resume", "test");
  const first = await one.ended;
  assertEquals([first.status, first.stdout], [
    0,
    "lifecycle  test  event=suspended  detail=paused\n",
  ]);
  await many.saw('"resumed"');
  many.kill("SIGINT");
  const { status, stdout } = await many.ended;
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([status, events.map(({ kind, domain, event }) => [kind, domain, event])], [130, [
    ["lifecycle", "test", "suspended"],
    ["lifecycle", "test", "resumed"],
  ]]);
  const none = await place.run("--timeout", "0.5", "event");
  assertEquals([none.status, none.stdout], [1, ""]);
  assertStringIncludes((await place.run("net-event", "--list")).stdout, "metadata-change");
}, { timeout: 120_000 });

test("cli: following ends when nobody reads any more", async () => {
  await using place = await newPlace();
  const quoted = COMMAND.map((word) => `'${word}'`).join(" ");
  const pipe = start([
    "bash",
    "-c",
    `${quoted} -c '${place.uri}' event --loop | head -1; echo "status \${PIPESTATUS[0]}"`,
  ], { input: "" });
  await pipe.saw("Waiting");
  // the first is read, the second finds nobody, on some runtimes the third
  for (const command of ["suspend", "resume", "suspend"]) await place.run(command, "test");
  const { stdout } = await pipe.ended;
  assertEquals(stdout, "lifecycle  test  event=suspended  detail=paused\nstatus 0\n");
}, { timeout: 120_000 });

test("cli: ctrl-C is status 130, SIGTERM 143", async () => {
  await using place = await newPlace();
  for (const [signal, wanted] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const waiting = startCli(["-c", place.uri, "event"]);
    await waiting.saw("Waiting");
    waiting.kill(signal);
    assertEquals((await waiting.ended).status, wanted);
  }
}, { timeout: 120_000 });

test("cli: top looks once, as a table and as JSON", async () => {
  await using place = await newPlace();
  const args = ["top", "--once", "--interval", "0.2"];
  const [table, json] = await Promise.all([place.run(...args), place.run("--json", ...args)]);
  assert(/^Name +State +CPU.*\ntest +running +\d+\.\d%/.test(table.stdout), table.stdout);
  const [row] = JSON.parse(json.stdout);
  assertEquals([row.name, typeof row.cpu, row.memory], ["test", "number", 2147483648]);
}, { timeout: 120_000 });

test("cli: top draws, follows events, sorts, and gives the terminal back", async () => {
  await using place = await newPlace();
  const state = path.join(place.directory, "stty");
  const code =
    `stty -g > ${state}; "$@"; echo "status $?"; stty -g | cmp - ${state} && echo restored`;
  for (const [key, wanted] of [["q", 0], ["\x03", 130]] as const) {
    const top = onTerminal(["-c", place.uri, "top", "--interval", "0.3"], code);
    await top.saw("\x1b[?1049h"); // the other screen
    await top.saw("q quits");
    await top.saw("test");
    top.type("m");
    await top.saw("by memory");
    await place.run(wanted === 0 ? "suspend" : "resume", "test");
    await top.saw(wanted === 0 ? "test: suspended" : "test: resumed");
    top.type(key);
    await top.saw(`status ${wanted}`);
    const { stdout } = await top.ended;
    assert(stdout.lastIndexOf("\x1b[?1049l") > stdout.lastIndexOf("\x1b[H"), "the screen is back");
    assertStringIncludes(stdout, "restored");
  }
}, { skip: skipWithoutTerminal, timeout: 120_000 });

test(
  "cli: top follows the terminal's size, and does without a terminal that cannot be drawn on",
  async () => {
    await using place = await newPlace();
    const small = path.join(place.directory, "small");
    const code =
      `(until [ -e ${small} ]; do sleep 0.05; done; stty rows 12 cols 50 </dev/tty) & "$@"`;
    const top = onTerminal(["-c", place.uri, "top", "--interval", "600"], code);
    await top.saw("arrows scroll");
    fs.writeFileSync(small, "");
    await top.saw("q quits; c m d n a sort by CPU, memory, disk, ne…");
    top.type("q");
    assertEquals((await top.ended).status, 0);

    const dumb = await onTerminal(["-c", place.uri, "top"], '"$@"', { TERM: "dumb" }).ended;
    assertEquals(dumb.status, 1);
    assert(/Error: .*TERM is dumb.*--once/.test(dumb.stdout), dumb.stdout);
    assert(!dumb.stdout.includes("\x1b[?"), dumb.stdout);
  },
  { skip: skipWithoutTerminal, timeout: 120_000 },
);

test("cli: a console on a terminal, left by its escape, and by the guest's end", async () => {
  await using place = await newPlace();
  const state = path.join(place.directory, "stty");
  const code =
    `stty -g > ${state}; "$@"; echo "status $?"; stty -g | cmp - ${state} && echo restored`;
  const console = onTerminal(["-c", place.uri, "console", "test"], code);
  await console.saw("Connected");
  console.type("hello\x03"); // ctrl-C is the guest's
  await console.saw("hello\x03");
  console.type("\x1d");
  await console.saw("status 0");
  const { stdout } = await console.ended;
  assertStringIncludes(stdout, "Left the console");
  assertStringIncludes(stdout, "restored");

  const other = onTerminal(["-c", place.uri, "console", "test", "--escape", "^A"], code);
  await other.saw("Connected");
  await place.run("destroy", "test");
  await other.saw("The console has ended");
  assertStringIncludes((await other.ended).stdout, "restored");

  const nowhere = await place.run("console", "test");
  assertEquals([nowhere.status, nowhere.stderr.includes("not a terminal")], [1, true]);
}, { skip: skipWithoutTerminal, timeout: 120_000 });

test("cli: edit, with an editor that changes something, nothing, or breaks it", async () => {
  await using place = await newPlace();
  const editor = path.join(place.directory, "editor.sh");
  const edit = async (script: string) => {
    fs.writeFileSync(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const running = startCli(["-c", place.uri, "edit", "--skip-validate", "test"], {
      env: { EDITOR: editor, VISUAL: "" },
    });
    return await running.ended;
  };
  const changed = await edit(
    `sed -i 's/<vcpu>2/<vcpu>3/; s/<vcpu placement=.static.>2/<vcpu>3/' "$1"`,
  );
  assertEquals(changed, { status: 0, stdout: 'Domain "test" changed\n', stderr: "" });
  assertStringIncludes((await place.run("dumpxml", "test", "--inactive")).stdout, ">3</vcpu>");
  assertEquals((await edit("true")).stdout, 'Domain "test" not changed\n');
  const broken = await edit(`echo '<domain' > "$1"`);
  assertEquals(broken.status, 1);
  const [, file] = /your changes are in (\S+)/.exec(broken.stderr)!;
  assertEquals(fs.readFileSync(file!, "utf8"), "<domain\n");
  fs.rmSync(path.dirname(file!), { recursive: true });
  const gone = await edit("exit 3");
  assertEquals([gone.status, gone.stderr.includes("status 3")], [1, true]);
}, { timeout: 120_000 });

test(
  "cli: snapshot-edit changes a snapshot's description, and makes another where that is said",
  async () => {
    await using place = await newPlace();
    const editor = path.join(place.directory, "editor.sh");
    const edit = (script: string, ...options: string[]) => {
      fs.writeFileSync(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const args = ["-c", place.uri, "snapshot-edit", "test", "one", ...options];
      return startCli(args, { env: { EDITOR: editor, VISUAL: "" } }).ended;
    };
    await place.run("snapshot-create-as", "test", "one", "before");
    const changed = await edit(`sed -i 's/before/after/' "$1"`);
    assertEquals(changed, { status: 0, stdout: 'Snapshot "one" changed\n', stderr: "" });
    const info = JSON.parse((await place.run("--json", "snapshot-info", "test", "one")).stdout);
    assertEquals([info.description, info.current], ["after", true]);
    const rename = `sed -i 's/<name>one/<name>two/' "$1"`;
    const unsaid = await edit(rename);
    assertEquals([unsaid.status, unsaid.stderr.includes("--rename or --clone")], [1, true]);
    const names = async () => (await place.run("snapshot-list", "test", "--name")).stdout;
    assertEquals(await names(), "one\n");
    assertEquals((await edit(rename, "--clone")).status, 0);
    assertEquals((await names()).split("\n").sort(), ["", "one", "two"]);
    assertEquals((await edit(rename, "--clone", "--rename")).status, 2);
    fs.rmSync(path.dirname(/your changes are in (\S+)/.exec(unsaid.stderr)![1]!), {
      recursive: true,
    });
  },
  { timeout: 120_000 },
);

test("cli: edit on a terminal asks what to do about a mistake", async () => {
  await using place = await newPlace();
  const editor = path.join(place.directory, "editor.sh");
  const again = path.join(place.directory, "again");
  // breaks it the first time, and mends it the second
  const script =
    `if [ -e ${again} ]; then sed -i 's/<broken>//; s/<name>test/<title>T<\\/title><name>test/' "$1"; ` +
    `else touch ${again}; sed -i 's/<name>/<broken><name>/' "$1"; fi`;
  fs.writeFileSync(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const args = ["-c", place.uri, "edit", "--skip-validate", "test"];
  const edit = onTerminal(args, '"$@"; echo "status $?"', { EDITOR: editor, VISUAL: "" });
  await edit.saw("Edit it again?");
  edit.type("y");
  await edit.saw("status 0");
  assertStringIncludes((await edit.ended).stdout, 'Domain "test" changed');
  assertStringIncludes(
    (await place.run("dumpxml", "test", "--inactive")).stdout,
    "<title>T</title>",
  );
}, { skip: skipWithoutTerminal, timeout: 120_000 });
