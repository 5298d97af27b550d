import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { childProcess, fs, path } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { cli, COMMAND, newPlace, start } from "./cli.ts";

test("cli: a session is recorded, and its trace tells what went over", async () => {
  await using place = await newPlace();
  const pcap = path.join(place.directory, "session.pcap");
  const { status } = await place.run("--capture", pcap, "dominfo", "test");
  assertEquals(status, 0);
  assertEquals(fs.statSync(pcap).mode & 0o777, 0o600);
  const trace = await cli(["decode", pcap]);
  assertEquals([trace.status, trace.stderr], [0, ""]);
  assert(/→ call +\d+ domainLookupByName \{name: "test"\}\n/.test(trace.stdout), trace.stdout);
  assert(
    /← reply +\d+ domainGetInfo \{state: 1, maxMem: 8388608,/.test(trace.stdout),
    trace.stdout,
  );

  const { stdout } = await cli(["--json", "decode", pcap]);
  const packets = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(packets.every(({ fault }) => fault === undefined), true);
  assertEquals([packets[0].kind, packets[0].procedure, packets[0].from], [
    "call",
    "authList",
    "client",
  ]);
  const calls = packets.filter(({ kind }) => kind === "call").length;
  assertEquals(packets.filter(({ kind }) => kind === "reply" || kind === "error").length, calls);

  // tcpdump reads what we write, where there is one
  const tcpdump = childProcess.spawnSync("tcpdump", ["-nvvr", pcap], { encoding: "utf8" });
  if (tcpdump.status === 0) {
    assertEquals(/bad cksum|incorrect/.test(tcpdump.stdout), false, tcpdump.stdout);
    assertStringIncludes(tcpdump.stdout, "127.0.0.1.50000 > 127.0.0.1.16509");
  }
  const raw = await cli(["decode", pcap, "--from", "client"]);
  assertStringIncludes(raw.stderr, "is it encrypted, or does its start lack?");
}, { timeout: 120_000 });

/** A packet: length, program, version, procedure, type, serial, status, body. */
function packet(words: readonly number[], body: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(28 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  words.forEach((word, i) => view.setUint32(4 + i * 4, word));
  bytes.set(body, 28);
  return bytes;
}

const REMOTE = 0x20008086;
const SASL_START = 68;
const PASSWORD = [0, 0, 0, 5, 80, 76, 65, 73, 78, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 97, 1, 98];

test("cli: raw bytes of both sides are decoded, passwords only when asked for", async () => {
  await using place = await newPlace();
  const [client, daemon] = ["client", "daemon"].map((name) => path.join(place.directory, name)) as [
    string,
    string,
  ];
  const nilAndData = [...PASSWORD.slice(0, 12), 0, 0, 0, 0, ...PASSWORD.slice(16)];
  fs.writeFileSync(client, packet([REMOTE, 1, SASL_START, 0, 1, 0], nilAndData));
  fs.writeFileSync(daemon, packet([REMOTE, 1, SASL_START, 1, 1, 0]).subarray(0, 20));
  const both = await cli(["decode", "--from", "client", client, daemon]);
  assertEquals(both.status, 0);
  assertStringIncludes(both.stdout, "→ call       1 authSaslStart");
  assertStringIncludes(both.stdout, "--secrets shows it");
  assertStringIncludes(both.stderr, "daemon: The last packet lacks its end");
  const open = await cli(["decode", "--from", "client", client, "--secrets"]);
  assert(/mech: "PLAIN"|cannot be decoded/.test(open.stdout), open.stdout);
  fs.writeFileSync(client, "HTTP/1.1 400 Bad Request\r\n\r\n");
  const wrong = await cli(["decode", "--from", "client", client]);
  assertStringIncludes(wrong.stderr, "this is not a libvirt daemon");
  const not = await cli(["decode", client]);
  assertEquals([not.status, not.stderr.includes("is not a pcap file")], [1, true]);
}, { timeout: 120_000 });

test("cli: who reads no more ends a listing quietly", async () => {
  const quoted = COMMAND.map((word) => `'${word}'`).join(" ");
  const { status, stdout, stderr } = await start(
    ["bash", "-c", `set -o pipefail; ${quoted} --help | head -1`],
    { input: "" },
  ).ended;
  assertEquals([stdout, stderr], ["Usage: virtwire [options] [command]\n", ""]);
  assert(status === 0 || status === 2, `${status}`);
});
