/**
 * What somebody is told who has no luck.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hintFor } from "../../src/cli/hints.ts";
import { ConnectionError } from "../../src/errors.ts";
import { nodeTooOld } from "../../src/cli/version.ts";
import { fs, path, process } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { cli, COMMAND, newPlace, onTerminal, skipWithoutTerminal, start } from "./cli.ts";

const TEST = ["-c", "test:///default"];

/** Runs the command line with its output sent elsewhere by a shell. */
function redirected(where: string, ...args: string[]) {
  return start(["/bin/sh", "-c", `"$@" ${where}`, "sh", ...COMMAND, ...args]).ended;
}

test("cli: a full disk is a failure, whatever was to be printed on it", async () => {
  for (const args of [[...TEST, "list"], [...TEST, "capabilities"], ["help"]]) {
    const { status, stderr } = await redirected(">/dev/full", ...args);
    assertEquals(
      [status, stderr],
      [1, "Error: Cannot write to standard output: there is no space left\n"],
      args.join(" "),
    );
  }
}, { timeout: 60_000 });

test("cli: whoever reads no errors changes nothing", async () => {
  const { stdout } = await redirected("2>&1 | head -c 0; echo over", "nonsense");
  assertEquals(stdout, "over\n");
});

test("cli: nothing to do, and help for what does not exist, are wrong command lines", async () => {
  assertEquals((await cli([])).status, 2);
  const { status, stdout, stderr } = await cli(["help", "lst"]);
  assertEquals([status, stdout], [2, ""]);
  assertStringIncludes(stderr, "Error: Unknown command 'lst'\n(Did you mean list?)");
});

test("cli: a word that every object of JavaScript knows is no choice", async () => {
  for (
    const args of [
      ["shutdown", "test", "--mode"],
      ["domifaddr", "test", "--source"],
      ["dump", "test", "/nonexistent/x", "--memory-only", "--format"],
      ["completion"],
    ]
  ) {
    const { status, stdout, stderr } = await cli([...TEST, ...args, "constructor"]);
    assertEquals([status, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, /^Error: Cannot .*"constructor": expected/);
  }
}, { timeout: 60_000 });

test("cli: without a URI it is said how to name a host, with one it is not", () => {
  const before = process.env["LIBVIRT_DEFAULT_URI"];
  const error = new ConnectionError("Cannot connect", "error");
  try {
    process.env["LIBVIRT_DEFAULT_URI"] = "";
    assertStringIncludes(hintFor(error, undefined)!, "with --connect, as in -c qemu+ssh://");
    assertEquals(hintFor(error, "test:///default"), undefined);
    process.env["LIBVIRT_DEFAULT_URI"] = "test:///default";
    assertEquals(hintFor(error, undefined), undefined);
  } finally {
    process.env["LIBVIRT_DEFAULT_URI"] = before ?? "";
  }
});

test("cli: a program that leads nowhere is said to, not what was asked through it", async () => {
  const { status, stderr } = await cli(["-c", "qemu+ext:///system?command=/bin/false", "list"]);
  assertEquals(
    [status, stderr],
    [1, "Error: Cannot connect to ext:/bin/false: /bin/false ended with status 1\n"],
  );
});

test("cli: a directory that is missing is not called a file", async () => {
  for (
    const args of [["--capture", "/nonexistent/file", "list"], [
      "screenshot",
      "test",
      "/nonexistent/file",
    ]]
  ) {
    const { status, stderr } = await cli([...TEST, ...args]);
    assertEquals(
      [status, stderr],
      [1, 'Error: Cannot write "/nonexistent/file": its directory does not exist\n'],
    );
  }
});

test("cli: edit without a terminal starts no editor but one that was named", async () => {
  const { status, stderr } = await cli([...TEST, "edit", "test"], {
    env: { EDITOR: "", VISUAL: "" },
  });
  assertEquals(status, 1);
  assertStringIncludes(stderr, "standard input is not a terminal; name a program");
  const named = await cli([...TEST, "edit", "test"], { env: { EDITOR: "true", VISUAL: "" } });
  assertEquals([named.status, named.stdout], [0, 'Domain "test" not changed\n']);
});

test("cli: ctrl-C ends an upload, and says that the volume is not complete", async () => {
  await using place = await newPlace();
  const file = path.join(place.directory, "file");
  fs.writeFileSync(file, "");
  fs.truncateSync(file, 64 * 2 ** 30);
  await place.run("vol-create-as", "default-pool", "v", "64G");
  const args = ["-c", place.uri, "vol-upload", "--pool", "default-pool", "v", file];
  const upload = onTerminal(args, 'exec "$@"');
  await upload.saw("MiB of 64.00 GiB");
  upload.type("\x03");
  const { status, stdout } = await upload.ended;
  assertEquals(status, 130);
  assertMatch(stdout, /The volume "v" is not complete: about [\d.]+ [KMGTi]*B were sent/);
}, { skip: skipWithoutTerminal, timeout: 120_000 });

test("cli: who waits at a terminal is told so", async () => {
  await using place = await newPlace();
  const silent = path.join(place.directory, "silent");
  const { listenUnix } = await import("../../transports/listen.ts");
  const listener = await listenUnix(silent);
  const run = onTerminal(["-c", `test+unix:///default?socket=${silent}`, "list"]);
  await run.saw("No answer yet; ctrl-C gives up");
  await listener.close();
  assertEquals((await run.ended).status, 1);
}, { skip: skipWithoutTerminal, timeout: 60_000 });

test("cli: a Node that is too old is told, and nothing else", () => {
  assertEquals(nodeTooOld({ node: "22.3.0" }), undefined);
  assertEquals(nodeTooOld({ node: "24.0.1" }), undefined);
  assertEquals(nodeTooOld({ node: "20.20.2", bun: "1.4.5" }), undefined);
  assertEquals(nodeTooOld({ node: "20.20.2", deno: "2.9.6" }), undefined);
  assertMatch(nodeTooOld({ node: "22.2.9" })!, /^This is Node 22\.2\.9, and 22\.3 is the oldest/);
  assertMatch(nodeTooOld({ node: "20.20.2" })!, /install a newer one, or run it with Deno or Bun$/);
});
