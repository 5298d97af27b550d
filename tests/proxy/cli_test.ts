import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { connect, ErrorNumber, LibvirtError } from "../../mod.ts";
import { childProcess, fs, os, path, process } from "../daemons/builtin.ts";
import { runtime, test } from "../harness.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

interface Run {
  /** Resolves with the first match in what it has printed. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** What it has written to standard error. */
  errors(): string;
  kill(signal: "SIGTERM" | "SIGINT"): boolean;
  readonly ended: Promise<number | null>;
}

function start(args: readonly string[], env: Record<string, string> = {}): Run {
  const runner = {
    deno: ["run", "-A"],
    bun: ["run"],
    node: ["--import", "./tests/std_names.mjs"],
  }[runtime];
  const child = childProcess.spawn(process.execPath, [...runner, "src/cli/proxy.ts", ...args], {
    cwd: ROOT,
    env: { ...process.env, VIRTWIRE_PROXY_TOKEN: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, errors] = ["", ""];
  const looks = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    for (const look of [...looks]) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found !== null) resolve(found);
        };
        looks.add(look);
        look();
        ended.then(() => reject(new Error(`Ended without ${pattern}: ${errors}`)));
      }),
    errors: () => errors,
    // Deno's child.kill() takes the signal for the end, whatever the program makes of it
    kill: (signal) => process.kill(child.pid!, signal),
    ended,
  };
}

const LISTEN = ["--listen", "127.0.0.1:0"];

test("proxy command: serves, makes up a token, logs JSON, ends in order at a signal", async () => {
  const run = start([...LISTEN, "--target", "demo=test:///default", "--filter", "operate"]);
  const [, url] = await run.printed(/^Serving (ws:\S+\/demo)$/m);
  const [, token] = await run.printed(/^Token: (\S+)$/m);
  await using conn = await connect(`${url}?token=${token}`);
  const domain = await conn.lookupDomainByName("test");
  await domain.suspend();
  const { code } = await assertRejects(() => domain.undefine(), LibvirtError);
  assertEquals(code, ErrorNumber.ACCESS_DENIED);
  run.kill("SIGTERM");
  assertEquals(await run.ended, 0);
  const lines = run.errors().trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines[0].event, "listening");
  assertEquals(lines.at(-1).event, "stopped");
  assert(!run.errors().includes(token!));
});

test("proxy command: reads tokens, targets, limits and a page from files", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-proxy-"));
  try {
    const file = (name: string, text: string) => {
      fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
      fs.writeFileSync(path.join(directory, name), text);
      return path.join(directory, name);
    };
    const tokens = file("tokens", "# who\nalice aaaaaaaaaaaaaaaa\nbob bbbbbbbbbbbbbbbb one\n");
    const config = file(
      "config.json",
      JSON.stringify({
        targets: { one: "test:///default", two: { uri: "test:///default", readOnly: true } },
        limits: { connectionsPerClient: 1 },
        filter: { preset: "all", deny: ["domainDestroy"] },
      }),
    );
    file("ui/index.html", "<!doctype html>");
    file("ui/js/app.js", "//");
    const ui = path.join(directory, "ui");
    const run = start([...LISTEN, "--config", config, "--token-file", tokens, "--files", ui]);
    const [, url] = await run.printed(/^Serving (ws:\S+)\/one$/m);
    {
      await using conn = await connect(`${url}/one?token=bbbbbbbbbbbbbbbb`);
      const domain = await conn.lookupDomainByName("test");
      const { code } = await assertRejects(() => domain.destroy(), LibvirtError);
      assertEquals(code, ErrorNumber.ACCESS_DENIED);
      await assertRejects(() => connect(`${url}/one?token=aaaaaaaaaaaaaaaa`), Error);
    }
    await assertRejects(() => connect(`${url}/two?token=bbbbbbbbbbbbbbbb`), Error);
    const http = url!.replace("ws:", "http:");
    const headers = { connection: "close" };
    assertEquals(await (await fetch(`${http}/`, { headers })).text(), "<!doctype html>");
    const script = await fetch(`${http}/js/app.js`, { headers });
    assertMatch(script.headers.get("content-type")!, /^text\/javascript/);
    await script.body?.cancel();
    run.kill("SIGINT");
    assertEquals(await run.ended, 0);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});

test("proxy command: says what is wrong, and what is right", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-proxy-"));
  try {
    const config = path.join(directory, "config.json");
    fs.writeFileSync(
      config,
      JSON.stringify({ targets: { a: { uri: "test:///x", readonly: true } } }),
    );
    const cases: [string[], number, string][] = [
      [[], 2, "--target"],
      [["--target", "demo"], 2, "NAME=URI"],
      [["--target", "a=test:///default", "--listen", "nowhere"], 2, "HOST:PORT"],
      [["--target", "a=test:///default", "--cert", "x"], 2, "--key"],
      [["--target", "a=test:///default", "--filter", "read"], 1, "monitor, operate, all"],
      [["--target", "a=test:///default", "--allow", "domainDestory"], 1, "domainDestory"],
      [["--config", config], 2, '"readonly"'],
    ];
    const ended = cases.map(async ([args, status, part]) => {
      const run = start([...LISTEN, ...args]);
      assertEquals(await run.ended, status, `${args}: ${run.errors()}`);
      assertStringIncludes(run.errors(), part);
    });
    await Promise.all(ended);
    const help = start(["--help"]);
    await help.printed(/--token-file/);
    assertEquals(await help.ended, 0);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});
