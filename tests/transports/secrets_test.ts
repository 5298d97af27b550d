import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connect, ConnectionError, DomainEvent, supervise } from "../../mod.ts";
import { createTestHypervisor } from "../../src/testing.ts";
import { freePort } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { TOKEN, withProxy } from "../proxy/proxies.ts";
import { fs, withTempDir } from "./host.ts";

const SECRET = "5f2bTopSecret";

/** All that an error says, and those of ours that it was caused by. */
function textsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const own = [error.message, String(error), error.stack ?? ""];
  const { cause } = error;
  return cause instanceof ConnectionError ? [...own, ...textsOf(cause)] : own;
}

async function failureOf(uri: string): Promise<string> {
  const error = await connect(uri, { timeout: 30_000 }).then(
    (conn) => conn.close().then(() => new Error("it connects")),
    (error: unknown) => error as Error,
  );
  for (const said of textsOf(error)) assert(!said.includes(SECRET), `${uri}: ${said}`);
  return error.message;
}

test("secrets: nobody listens", async () => {
  const place = `127.0.0.1:${await freePort()}`;
  for (
    const uri of [
      `test+tcp://u:${SECRET}@${place}/default`,
      `test+tls://u:${SECRET}@${place}/default?no_verify=1`,
      `test+ws://u:${SECRET}@${place}/default?target=t&token=${SECRET}`,
      `ws://u:${SECRET}@${place}/t?ticket=${SECRET}`,
      `ws://${place}/t&ticket=${SECRET}`,
    ]
  ) assertStringIncludes(await failureOf(uri), "Cannot connect to ");
  assertStringIncludes(await failureOf(`ws://${place}/t&ticket=${SECRET}`), "/t&ticket=***: ");
});

test("secrets: hosts, sockets, programs and files that there are not", async () => {
  for (
    const uri of [
      `test+tcp://u:${SECRET}@host.invalid/default`,
      `wss://u:${SECRET}@host.invalid/t?token=${SECRET}`,
      `test+unix:///default?socket=/nonexistent/socket&token=${SECRET}`,
      `test+ext:///default?command=/nonexistent/program&argv=--token=${SECRET}`,
      `test+ssh://u:${SECRET}@host/default?command=/nonexistent/ssh`,
      `test:///nonexistent/config.xml?token=${SECRET}`,
    ]
  ) assert(await failureOf(uri) !== "it connects", uri);
});

test("secrets: a program's last words", () =>
  withTempDir(async (dir) => {
    const program = `${dir}/ssh`;
    // what OpenSSH says, which names the user of -l
    fs.writeFileSync(
      program,
      `#!/bin/sh\nwhile [ "$1" != -l ]; do shift; done\n` +
        `echo "$2@host: Permission denied (publickey)." >&2\nexit 255\n`,
    );
    fs.chmodSync(program, 0o700);
    const message = await failureOf(`test+ssh://u:${SECRET}@host/default?command=${program}`);
    assertStringIncludes(message, "u:***@host: Permission denied (publickey)");
    assertStringIncludes(message, "Cannot connect to ssh:u:***@host:");
  }));

test("secrets: what a proxy refuses, and its log", () =>
  withProxy(
    { targets: { demo: "test:///default", away: `test+tcp://u:${SECRET}@127.0.0.1:1/default` } },
    async ({ url, log, logged }) => {
      const { host } = new URL(url);
      for (
        const uri of [
          `${url}/demo?token=${SECRET}`,
          `${url}/demo?ticket=${SECRET}`,
          `${url}/none?token=${SECRET}`,
          `test+ws://u:${SECRET}@${host}/default?target=demo&ticket=${SECRET}`,
          `${url}/away?token=${TOKEN}`,
        ]
      ) assert(await failureOf(uri) !== "it connects", uri);
      await logged(({ event }) => event === "failed");
      const lines = JSON.stringify(log);
      assert(!lines.includes(SECRET) && !lines.includes(TOKEN), lines);
    },
  ));

test("secrets: a proxy's target that cannot be", async () => {
  for (
    const [name, uri] of [
      ["demo", `wss://h/t?token=${SECRET}#x`],
      ["demo", `test+ssh://u:${SECRET}@h/default?netcat=nc&proxy=native`],
      [`test+ssh://u:${SECRET}@h/default?no_tty`, "1"],
    ] as const
  ) {
    const error = await withProxy({ targets: { [name]: uri } }, () => Promise.resolve()).then(
      () => new Error("it runs"),
      (error: unknown) => error,
    );
    const texts = textsOf(error);
    assertStringIncludes(texts[0]!, "***");
    for (const said of texts) assert(!said.includes(SECRET), said);
  }
});

test("secrets: a connection's label, and what is said when it is lost", async () => {
  await using hypervisor = createTestHypervisor();
  await withProxy({}, async ({ proxy, url }) => {
    const uri = `${url.replace("//", `//u:${SECRET}@`)}/demo?token=${TOKEN}`;
    const conn = await connect(uri);
    await using supervised = await supervise(uri, { reconnect: { retry: () => false } });
    const label = `${url}/demo`;
    assertEquals(conn.session.duplex.label, label);
    assertEquals(supervised.session.duplex.label, label);
    const waiting = conn.events(DomainEvent.LIFECYCLE)[Symbol.asyncIterator]().next();
    waiting.catch(() => {}); // looked at below
    await proxy.close({ timeout: 0 });
    await conn.closed;
    for (const call of [waiting, conn.getHostname(), supervised.getHostname()]) {
      const error = await call.then(() => undefined, (error: unknown) => error);
      for (const said of textsOf(error)) {
        assert(!said.includes(SECRET) && !said.includes(TOKEN), said);
      }
    }
  }, hypervisor);
});

test("secrets: a download's URL that is uploaded from", async () => {
  await using hypervisor = createTestHypervisor({ extras: true });
  await withProxy({}, async ({ uri, get }) => {
    await using conn = await connect(uri("demo"));
    const pool = await conn.lookupStoragePoolByName("default-pool");
    const volume = await pool.createVolumeXml(
      "<volume><name>disk</name><capacity>4096</capacity></volume>",
    );
    const response = await get(`/nothing?X-Amz-Credential=${SECRET}`);
    const error = await volume.uploadFrom(response).then(() => undefined, (error) => error);
    for (const said of textsOf(error)) assert(!said.includes(SECRET), said);
    assertStringIncludes(error.message, "/nothing");
    await response.body?.cancel();
  }, hypervisor);
});
