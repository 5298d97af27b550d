/**
 * Our own server asks who the client is: by EXTERNAL, which libvirtd never offers, and others.
 */

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AuthError,
  connect,
  type ConnectOptions,
  LibvirtError,
  UnsupportedError,
} from "../../mod.ts";
import { utf8 } from "../../src/auth/mechanism.ts";
import {
  createScramUser,
  saslServerExternal,
  type SaslServerMechanisms,
  saslServerPlain,
  saslServerScram,
  type ScramHash,
  ServerSession,
} from "../../src/server/mod.ts";
import { TestDriver } from "../../src/server/test_driver/hypervisor.ts";
import {
  authList,
  authSaslInit,
  authSaslStart,
  connectGetHostname,
  connectOpen,
} from "../../gen/remote/connect.ts";
import type { Session } from "../../src/session/session.ts";
import { listenTcp, listenUnix } from "../../transports/listen.ts";
import { childProcess, fs, process } from "../daemons/builtin.ts";
import { test } from "../harness.ts";
import { refused, serving } from "../server/connected.ts";
import { withTempDir } from "../transports/host.ts";

const NAME = "t,e=ster";
const PASSWORD = "pÄssw,=ört\u00a0x";

/** Serves on a unix socket and on TCP; tells who came in. */
async function withServer(
  sasl: SaslServerMechanisms,
  use: (
    uris: { unix: string; tcp: string; socket: string },
    users: () => unknown[],
  ) => Promise<void>,
): Promise<void> {
  await withTempDir(async (directory) => {
    const socket = `${directory}/s`;
    const listeners = [await listenUnix(socket), await listenTcp("127.0.0.1", 0)];
    const sessions: ServerSession[] = [];
    const serving = listeners.map(async (listener) => {
      for await (const duplex of listener) {
        sessions.push(new ServerSession(duplex, { driver: new TestDriver(), sasl }));
      }
    });
    const { endpoint } = listeners[1]!;
    const port = endpoint.kind === "tcp" ? endpoint.port : 0;
    try {
      await use(
        {
          socket,
          unix: `test+unix:///default?socket=${socket}`,
          tcp: `test+tcp://127.0.0.1:${port}/default`,
        },
        () => sessions.map(({ user }) => user),
      );
    } finally {
      for (const listener of listeners) await listener.close();
      await Promise.all(serving);
      for (const session of sessions) await session.close();
    }
  });
}

function as(username: string, password: string): ConnectOptions {
  return { credentials: ({ kind }) => kind === "username" ? username : password };
}

async function hostnameOf(uri: string, options: ConnectOptions = {}): Promise<string> {
  await using conn = await connect(uri, { strict: true, ...options });
  return await conn.getHostname();
}

test("sasl server: EXTERNAL lets in whom the server knows, asking nothing", () =>
  withServer({ EXTERNAL: saslServerExternal("root") }, async ({ unix, tcp }, users) => {
    const asked = () => {
      throw new Error("nothing is to be asked");
    };
    assertEquals(typeof await hostnameOf(unix, { credentials: asked }), "string");
    assertEquals(typeof await hostnameOf(`${tcp}?auth=sasl.external`), "string");
    assertEquals(users(), ["root", "root"]);
  }));

test("sasl server: EXTERNAL refuses whom it does not know", () =>
  withServer({ EXTERNAL: saslServerExternal(undefined) }, async ({ unix }, users) => {
    const error = await assertRejects(() => connect(unix), AuthError, "authentication failed");
    assertEquals(error.codeName, "AUTH_FAILED");
    assertEquals(users(), [undefined]);
  }));

test("sasl server: EXTERNAL is stronger than a password, and can be left aside", () =>
  withServer({
    PLAIN: saslServerPlain((user, password) => user === NAME && password === PASSWORD),
    EXTERNAL: saslServerExternal("root"),
  }, async ({ unix, tcp }, users) => {
    await hostnameOf(unix, as(NAME, PASSWORD));
    await hostnameOf(`${unix}&auth=sasl.plain`, as(NAME, PASSWORD));
    assertEquals(users(), ["root", NAME]);
    await assertRejects(() => connect(`${unix}&auth=sasl.plain`, as(NAME, "wrong")), AuthError);
    await assertRejects(
      () => connect(`${tcp}?auth=sasl.plain`, { ...as(NAME, PASSWORD), insecurePlain: true }),
      UnsupportedError,
      "the daemon offers the SASL mechanisms EXTERNAL", // a server never takes PLAIN in the open
    );
  }));

for (const hash of ["SHA-1", "SHA-256", "SHA-512"] satisfies ScramHash[]) {
  test(`sasl server: SCRAM-${hash} with what is kept of a password`, async () => {
    const kept = await createScramUser(hash, PASSWORD);
    const sasl = {
      [`SCRAM-${hash}`]: saslServerScram(hash, (user) => user === NAME ? kept : undefined),
    };
    await withServer(sasl, async ({ unix, tcp }, users) => {
      for (const uri of [unix, tcp]) await hostnameOf(uri, as(NAME, PASSWORD));
      assertEquals(users(), [NAME, NAME]);
      await assertRejects(() => connect(unix, as(NAME, "wrong")), AuthError);
      await assertRejects(() => connect(unix, as("nobody", PASSWORD)), AuthError);
      assertEquals(users(), [NAME, NAME, undefined, undefined]);
    });
  });
}

test("sasl server: nothing else is answered before", async () => {
  const { session, server } = serving({ connectGetHostname: () => ({ hostname: "here" }) }, {
    sasl: { EXTERNAL: saslServerExternal("root") },
  });
  try {
    const refusal = async (call: Promise<unknown>) => {
      const error = await refused(call);
      assertInstanceOf(error, LibvirtError);
      return [error.codeName, error.message];
    };
    const required = ["RPC", "authentication required"];
    const failed = ["AUTH_FAILED", "authentication failed: authentication failed"];
    assertEquals(await refusal(session.call(connectGetHostname, undefined)), required);
    assertEquals(await refusal(open(session)), required);
    assertEquals(await session.call(authList, undefined), { types: [1] });
    const start = (mech: string, text: string) =>
      session.call(authSaslStart, { mech, nil: 0, data: utf8(text) });
    assertEquals(await refusal(start("EXTERNAL", "")), failed); // not in this order
    assertEquals(await session.call(authSaslInit, undefined), { mechlist: "EXTERNAL" });
    assertEquals(await refusal(start("PLAIN", "\0a\0b")), failed);
    assertEquals((await session.call(authSaslInit, undefined)).mechlist, "EXTERNAL");
    assertEquals(await refusal(start("EXTERNAL", "somebody else")), failed);
    assertEquals(await refusal(open(session)), required);
    assertEquals(server.user, undefined);
    await session.call(authSaslInit, undefined);
    assertEquals((await start("external", "")).complete, 1);
    assertEquals(server.user, "root");
    assertEquals(await session.call(authList, undefined), { types: [0] });
    await open(session);
    assertEquals((await session.call(connectGetHostname, undefined)).hostname, "here");
    assertEquals(await refusal(session.call(authSaslInit, undefined)), failed);
  } finally {
    await session.close();
    await server.close();
  }
});

function open(session: Session): Promise<unknown> {
  return session.call(connectOpen, { name: "test:///default", flags: 0 });
}

const VIRSH = "/usr/bin/virsh";

test("sasl server: libvirt's own client comes in by SCRAM", async () => {
  const kept = await createScramUser("SHA-256", "secret");
  const find = (user: string) => user === "tester" ? kept : undefined;
  await withServer(
    { "SCRAM-SHA-256": saslServerScram("SHA-256", find) },
    async ({ socket }, users) => {
      for (const [password, status] of [["secret", 0], ["wrong", 1]] as const) {
        const file = `${socket}.conf`;
        fs.writeFileSync(
          file,
          `[credentials-a]\nauthname=tester\npassword=${password}\n` +
            "[auth-libvirt-localhost]\ncredentials=a\n",
        );
        const uri = `test+unix:///default?socket=${socket}`;
        const env = { ...process.env, LIBVIRT_AUTH_FILE: file, LC_ALL: "C" };
        const child = childProcess.spawn(VIRSH, ["-c", uri, "list", "--name"], { env });
        let output = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
        child.stderr.setEncoding("utf8").on("data", (text: string) => output += text);
        const code = await new Promise((resolve) => child.on("close", resolve));
        assertEquals(code, status, output);
        assertEquals(/^test$/m.test(output), status === 0, output);
      }
      assertEquals(users()[0], "tester");
      assertEquals(users()[1], undefined);
    },
  );
}, { skip: fs.existsSync(VIRSH) ? false : `there is no ${VIRSH}` });

test("auth: a question that nobody answers ends with the attempt", () =>
  withServer({ PLAIN: saslServerPlain(() => true) }, async ({ unix }) => {
    let asked = 0;
    const credentials = () => {
      asked++;
      return new Promise<never>(() => {});
    };
    const late = await refused(connect(unix, { credentials, timeout: 50 }));
    assertEquals([(late as Error).name, asked], ["TimeoutError", 1]);
    const controller = new AbortController();
    const given = connect(unix, {
      credentials: () => {
        queueMicrotask(() => controller.abort("enough"));
        return credentials();
      },
      signal: controller.signal,
    });
    assertEquals(await refused(given) as unknown, "enough");
  }));
