import { assertEquals, assertStringIncludes } from "@std/assert";
import { childProcess, fs, os, path, process } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { start } from "./cli.ts";

const ROOT = path.join(import.meta.dirname as string, "../..");

/** Bun is one of the project's own packages, or runs the test itself. */
function findBun(): string | undefined {
  if ("Bun" in globalThis) return process.execPath;
  const { status } = childProcess.spawnSync("bun", ["--version"]);
  return status === 0 ? "bun" : undefined;
}

const bun = findBun();

test("cli: one binary of it works anywhere", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-binary-"));
  try {
    const binary = path.join(directory, "virtwire");
    const entry = path.join(ROOT, "src/cli/bin.ts");
    const built = await start([bun!, "build", "--compile", entry, "--outfile", binary], {
      input: "",
    }).ended;
    assertEquals(built.status, 0, built.stderr);

    // nothing of the checkout is to be found from where it runs
    const running = (...args: string[]) =>
      start(["env", "-i", "--chdir=/", binary, ...args], { input: "" });
    const said = async (...args: string[]) => {
      const { status, stdout, stderr } = await running(...args).ended;
      assertEquals([status, stderr], [0, ""], `${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    const memory = ["-c", "test:///default"];
    const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, "deno.json"), "utf8"));
    assertEquals(await said("--version"), `${version}\n`);
    assertEquals(await said(...memory, "list", "--name"), "test\n");
    assertEquals(JSON.parse(await said(...memory, "--json", "dominfo", "test")).vcpus, 2);
    assertStringIncludes(await said("help", "migrate"), "<domain> <desturi>");

    const socket = path.join(directory, "socket");
    const served = ["-c", `test+unix:///default?socket=${socket}`];
    const server = running("serve", "--listen", `unix:${socket}`, "--extras");
    await server.saw("Serving");
    const pcap = path.join(directory, "session.pcap");
    assertStringIncludes(await said(...served, "--capture", pcap, "list"), "test   running");
    assertStringIncludes(await said("decode", pcap), "connectListAllDomains");
    assertStringIncludes(await said(...served, "top", "--once", "--interval", "0.1"), "running");
    assertStringIncludes(await said(...served, "dumpxml", "test"), "<name>test</name>");
    server.kill("SIGTERM");
    assertEquals((await server.ended).status, 0);

    const nowhere = await running("-c", "qemu+tcp://127.0.0.1:1/system", "list").ended;
    assertEquals([nowhere.status, nowhere.stdout], [1, ""]);
    assertEquals((await running("lits").ended).status, 2);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}, { skip: bun === undefined && "there is no bun", timeout: 120_000 });
