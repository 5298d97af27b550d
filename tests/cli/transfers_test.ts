import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fs, path } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { cli, COMMAND, newPlace, onTerminal, skipWithoutTerminal, start, startCli } from "./cli.ts";

const SIZE = 3_000_000;

function someBytes(): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  for (let i = 0, x = 1; i < SIZE; i++) bytes[i] = x = x * 48271 % 0x7fffffff;
  return bytes;
}

test("cli: volumes from and to files, pipes and parts", async () => {
  await using place = await newPlace();
  const [from, to] = ["from", "to"].map((name) => path.join(place.directory, name)) as [
    string,
    string,
  ];
  const bytes = someBytes();
  fs.writeFileSync(from, bytes);
  await place.run("vol-create-as", "default-pool", "v", `${SIZE}`);
  const volume = ["--pool", "default-pool", "v"];

  const uploaded = await place.run("vol-upload", ...volume, from);
  assertEquals([uploaded.status, uploaded.stderr], [0, ""]);
  const downloaded = JSON.parse((await place.run("--json", "vol-download", ...volume, to)).stdout);
  assertEquals(downloaded.bytes, SIZE);
  assertEquals(fs.readFileSync(to).equals(bytes), true);

  // a reader that is slower than the daemon
  const piped = start([
    "/bin/sh",
    "-c",
    '"$@" | { sleep 0.5; cat; } | cmp - "$0"',
    from,
    ...COMMAND,
    "-c",
    place.uri,
    "vol-download",
    ...volume,
    "-",
  ], { input: "" });
  assertEquals(await piped.ended, { status: 0, stdout: "", stderr: "" });

  const part = ["--offset", "1M", "--length", "4096"];
  await cli(["-c", place.uri, "vol-upload", ...volume, "-", ...part], { input: "a".repeat(4096) });
  await place.run("vol-download", ...volume, to, ...part);
  assertEquals(fs.readFileSync(to, "utf8"), "a".repeat(4096));

  const sparse = await place.run("vol-download", ...volume, "-", "--sparse");
  assertEquals([sparse.status, sparse.stdout], [2, ""]);
}, { timeout: 120_000 });

test("cli: holes go over as holes, and stay holes", async () => {
  await using place = await newPlace();
  const [from, to] = ["from", "to"].map((name) => path.join(place.directory, name)) as [
    string,
    string,
  ];
  fs.writeFileSync(from, "head");
  fs.truncateSync(from, 64 << 20);
  await place.run("vol-create-as", "default-pool", "v", "64M");
  const volume = ["--sparse", "--pool", "default-pool", "v"];
  for (const [command, file] of [["vol-upload", from], ["vol-download", to]] as const) {
    const { status, stdout, stderr } = await place.run("--json", command, ...volume, file);
    assertEquals([status, stderr], [0, ""]);
    const { bytes, holeBytes } = JSON.parse(stdout);
    assertEquals([bytes + holeBytes, bytes <= 131072], [64 << 20, true], stdout);
  }
  const { size, blocks } = fs.statSync(to);
  assertEquals([size, blocks * 512 <= 1 << 20], [64 << 20, true], `${blocks} blocks`);
  assertEquals(fs.readFileSync(to).subarray(0, 5).toString(), "head\0");
}, { timeout: 120_000 });

test("cli: ctrl-C ends a download, and says that the file is not complete", async () => {
  await using place = await newPlace();
  const file = path.join(place.directory, "file");
  await place.run("vol-create-as", "default-pool", "v", "64G");
  const download = startCli(["-c", place.uri, "vol-download", "--pool", "default-pool", "v", file]);
  while (!fs.existsSync(file) || fs.statSync(file).size === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  download.kill("SIGINT");
  const { status, stderr } = await download.ended;
  assertEquals(status, 130, stderr);
  assertStringIncludes(stderr, `The file "${file}" is not complete`);
  // the daemon goes on with others
  assertEquals((await place.run("list", "--name")).stdout, "test\n");
}, { timeout: 120_000 });

test("cli: progress on a terminal, with rate and time left, and none without", async () => {
  await using place = await newPlace();
  const file = path.join(place.directory, "file");
  fs.writeFileSync(file, someBytes());
  await place.run("vol-create-as", "default-pool", "v", `${SIZE}`);
  const args = ["-c", place.uri, "vol-upload", "--pool", "default-pool", "v", file];
  const { status, stdout } = await onTerminal(args).ended;
  assertEquals(status, 0);
  assert(/v {2}█{24} {2}100% {2}2\.86 MiB {2}[\d.]+ [KMG]iB\/s {2}in \d:\d\d/.test(stdout), stdout);
  assert(stdout.includes("\x1b[?25h"), "the cursor is back");
  assertEquals((await cli(args)).stderr, "");
}, { skip: skipWithoutTerminal, timeout: 120_000 });
