import { assert, assertEquals, assertRejects } from "@std/assert";
import { childProcess, fs } from "../daemons/builtin.ts";
import { skipWithoutOpenssl } from "../daemons/pki.ts";
import { runtime, test } from "../harness.ts";
import { withPki } from "../transports/tls_servers.ts";
import { RawClient, withProxy } from "./proxies.ts";

const skip = skipWithoutOpenssl();

/** Runs a program of this runtime that trusts an authority, and answers what it prints. */
function runTrusting(ca: string, source: string): Promise<string> {
  const { process } = globalThis as unknown as {
    process: { execPath: string; env: Record<string, string | undefined> };
  };
  const root = new URL("../../", import.meta.url).pathname;
  const file = `${ca}.${runtime}.ts`;
  fs.writeFileSync(file, source.replaceAll("ROOT", root));
  const args = {
    deno: ["run", "-A", "--no-check", "--config", `${root}deno.json`, "--cert", ca, file],
    bun: [file],
    node: ["--import", `${root}tests/std_names.mjs`, file],
  }[runtime];
  return new Promise((resolve, reject) => {
    const child = childProcess.spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
    child.on("error", reject);
    child.on("close", (status) => status === 0 ? resolve(output) : reject(new Error(errors)));
  });
}

test("proxy: wss: with a certificate of one's own authority", () =>
  withPki(async ({ ca }) => {
    await ca.sign("proxy", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    const tls = {
      cert: fs.readFileSync(ca.cert("proxy"), "utf8"),
      key: fs.readFileSync(ca.key("proxy"), "utf8"),
    };
    await withProxy({ tls, limits: { handshakeTimeout: 1000 } }, async ({ uri, proxy, logged }) => {
      // who says nothing, or what is no TLS, is given up
      const silent = new RawClient(proxy.port);
      const plain = new RawClient(proxy.port);
      plain.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      const output = await runTrusting(
        ca.cert("ca"),
        `import { connect } from "ROOTmod.ts";
        await using conn = await connect(${JSON.stringify(uri("demo"))}, { timeout: 10_000 });
        console.log(await conn.getHostname(), conn.session.encrypted);`,
      );
      assertEquals(output.trim(), "localhost true");
      const closed = await logged(({ event }) => event === "closed");
      assertEquals([closed.user, closed.code], ["tester", 1000]);
      await Promise.all([silent.closed, plain.closed]);
      assert(!plain.text.includes("200"));
    });
  }), { skip });

test(
  "proxy: a certificate or a key that cannot be is refused at the start",
  () =>
    withPki(async ({ ca }) => {
      for (const name of ["one", "two"]) await ca.sign(name);
      const read = (file: string) => fs.readFileSync(file, "utf8");
      const cert = read(ca.cert("one"));
      const cases: [{ cert: string; key: string }, string][] = [
        [{ cert: "none", key: read(ca.key("one")) }, "the certificate is not"],
        [{ cert, key: "none" }, "the private key is not one"],
        [{ cert, key: read(ca.key("two")) }, "not that of the certificate"],
      ];
      for (const [tls, part] of cases) {
        await assertRejects(() => withProxy({ tls }, async () => {}), TypeError, part);
      }
    }),
  { skip },
);
