import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  AuthError,
  connect,
  type Connection,
  type ConnectOptions,
  UnsupportedError,
} from "../../mod.ts";
import { authSaslInit, authSaslStart } from "../../gen/remote/connect.ts";
import { Session } from "../../src/session/session.ts";
import { dialDefault } from "../../transports/default.ts";
import { test } from "../harness.ts";
import { freePort, fs, os, path, run } from "./builtin.ts";
import { type DaemonVersion, type RealDaemon, skipWithoutDaemon, startDaemon } from "./daemons.ts";
import { Authority } from "./pki.ts";

const PASSWORD = 'geheim, aber nicht "sehr"\\';
/** Not ASCII; Cyrus does not prepare passwords by SASLprep, which leaves this one as it is. */
const STRANGE = "pÄsswört\u0416\u20ac";

interface Setup {
  readonly daemon: RealDaemon;
  readonly directory: string;
  readonly tcp: number;
  readonly tls: number;
}

async function withDaemon(
  version: DaemonVersion,
  mechanisms: string,
  use: (setup: Setup) => Promise<void>,
): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-sasl-"));
  try {
    const file = (name: string) => path.join(directory, name);
    fs.writeFileSync(
      file("libvirt.conf"),
      `mech_list: ${mechanisms}\nsasldb_path: ${file("users.db")}\n`,
    );
    for (const [user, password] of [["tester", PASSWORD], ["strange", STRANGE]] as const) {
      const args = ["-p", "-a", "libvirt", "-f", file("users.db"), "-c", user];
      await run("saslpasswd2", args, { input: password });
    }
    const ca = await Authority.create(directory, "ca");
    await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    await ca.sign("client");
    ca.pkiPath(file("pki"), "client");
    const [tcp, tls] = [await freePort(), await freePort()];
    await using daemon = await startDaemon(version, {
      env: { SASL_CONF_PATH: directory },
      config: [
        ...['auth_unix_rw = "sasl"', 'auth_unix_ro = "sasl"'],
        ...["listen_tcp = 1", `tcp_port = "${tcp}"`, 'auth_tcp = "sasl"'],
        ...["listen_tls = 1", `tls_port = "${tls}"`, 'auth_tls = "sasl"'],
        `ca_file = "${ca.cert("ca")}"`,
        `cert_file = "${ca.cert("server")}"`,
        `key_file = "${ca.key("server")}"`,
      ],
    });
    await use({ daemon, directory, tcp, tls });
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

function uris({ daemon, directory, tcp, tls }: Setup): Record<"unix" | "tcp" | "tls", string> {
  return {
    unix: `test+unix:///default?socket=${daemon.socket}`,
    tcp: `test+tcp://127.0.0.1:${tcp}/default`,
    tls: `test+tls://127.0.0.1:${tls}/default?pkipath=${directory}/pki`,
  };
}

/** The ciphers in the daemon's challenge, of which this library has the strongest. */
async function offeredCiphers(port: number): Promise<string> {
  const session = new Session(await dialDefault({ kind: "tcp", host: "127.0.0.1", port }));
  try {
    await session.call(authSaslInit, undefined);
    const start = { mech: "DIGEST-MD5", nil: 1, data: new Uint8Array(0) };
    const { data } = await session.call(authSaslStart, start);
    return /cipher="([^"]*)"/.exec(new TextDecoder().decode(data))?.[1] ?? "";
  } finally {
    await session.close();
  }
}

function as(username: string, password: string, options: ConnectOptions = {}): ConnectOptions {
  const answers = { username, password, realm: null };
  return { ...options, credentials: ({ kind }) => answers[kind] };
}

async function assertWorks(connecting: Promise<Connection>): Promise<void> {
  const conn = await connecting;
  try {
    const [domain] = await conn.listAllDomains();
    assertEquals(domain!.name, "test");
    const descriptions = await Promise.all(
      Array.from({ length: 50 }, () => domain!.getXmlDesc()),
    );
    assertEquals(new Set(descriptions).size, 1);
  } finally {
    await conn.close();
  }
}

for (const version of ["9", "12"] as const) declareTests(version);

function declareTests(version: DaemonVersion): void {
  const skip = skipWithoutDaemon(version) ||
    !fs.existsSync("/usr/sbin/saslpasswd2") && "a daemon with users needs saslpasswd2";

  for (
    const mechanism of ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "PLAIN"]
  ) {
    test(
      `sasl: libvirtd ${version}: ${mechanism} where the transport is secure`,
      () =>
        withDaemon(version, mechanism.toLowerCase(), async (setup) => {
          const { unix, tls } = uris(setup);
          for (const uri of [unix, tls]) {
            await assertWorks(connect(uri, as("tester", PASSWORD)));
            await assertWorks(connect(uri, as("strange", STRANGE)));
            await assertRejects(() => connect(uri, as("tester", "wrong")), AuthError);
            await assertRejects(() => connect(uri, as("nobody", PASSWORD)), AuthError);
          }
        }),
      { skip },
    );
  }

  test(
    `sasl: libvirtd ${version}: ANONYMOUS where the transport is secure, and refused where not`,
    () =>
      withDaemon(version, "anonymous", async (setup) => {
        const { unix, tcp, tls } = uris(setup);
        for (const uri of [unix, tls]) await assertWorks(connect(uri));
        // over plain TCP the daemon wants a security layer, which the mechanism has not
        await assertRejects(() => connect(tcp), AuthError, "add one to its SASL configuration");
      }),
    { skip },
  );

  test(
    `sasl: libvirtd ${version}: DIGEST-MD5 protects a connection over plain TCP`,
    () =>
      withDaemon(version, "scram-sha-256 digest-md5 plain", async (setup) => {
        const { tcp } = uris(setup);
        assertMatch(await offeredCiphers(setup.tcp), /(^|,)rc4(,|$)/);
        const conn = await connect(tcp, as("tester", PASSWORD));
        assertEquals([conn.session.secure, conn.session.encrypted], [true, true]);
        assertEquals([await conn.isSecure(), await conn.isEncrypted()], [true, true]);
        await conn.close();
        await assertWorks(connect(tcp, as("tester", PASSWORD)));
        await assertWorks(connect(tcp, as("strange", STRANGE)));
        await assertRejects(() => connect(tcp, as("tester", "wrong")), AuthError);
        await assertRejects(
          () => connect(tcp, as("tester", PASSWORD, { authMechanisms: ["SCRAM-SHA-256"] })),
          UnsupportedError,
          "authMechanisms allows SCRAM-SHA-256",
        );
      }),
    { skip },
  );

  test(
    `sasl: libvirtd ${version}: the choice, and where credentials come from`,
    () =>
      withDaemon(version, "scram-sha-256 digest-md5 plain anonymous", async (setup) => {
        const { unix } = uris(setup);
        const asked: string[] = [];
        const ask = (password: string): ConnectOptions => ({
          credentials: ({ kind, mechanism, prompt, secret }) => {
            asked.push(`${mechanism} ${prompt} ${secret}`);
            return kind === "username" ? "tester" : password;
          },
        });
        await assertWorks(connect(unix, ask(PASSWORD)));
        assertEquals(asked.splice(0), [
          "SCRAM-SHA-256 User name for localhost false",
          "SCRAM-SHA-256 Password for localhost true",
        ]);
        await assertWorks(connect(`${unix}&auth=sasl.digest-md5`, ask(PASSWORD)));
        assertMatch(asked.splice(0).join(), /^DIGEST-MD5 .*DIGEST-MD5 /);
        await assertWorks(connect(unix, { ...ask(PASSWORD), authMechanisms: ["plain"] }));
        assertMatch(asked.splice(0).join(), /^PLAIN .*PLAIN /);
        await assertWorks(connect(unix, { authMechanisms: ["ANONYMOUS"] }));

        const authFile = `${setup.directory}/auth.conf`;
        const quoted = PASSWORD.replaceAll("\\", "\\\\");
        fs.writeFileSync(
          authFile,
          `[credentials-one]\nauthname=tester\npassword=${quoted}\n` +
            "[auth-libvirt-localhost]\ncredentials=one\n",
        );
        await assertWorks(connect(`${unix}&authfile=${authFile}`));
        await assertRejects(
          () => connect(unix.replace(":///", "://nobody@/") + `&authfile=${authFile}`),
          AuthError,
        );
        await assertRejects(
          () => connect(unix),
          AuthError,
          "there is no user name; give credentials",
        );
        await assertRejects(
          () => connect(unix, { credentials: () => null }),
          AuthError,
          "was given up",
        );
        await assertRejects(
          () => connect(`${unix}&auth=sasl.gssapi`),
          UnsupportedError,
          "the URI insists on GSSAPI",
        );
      }),
    { skip },
  );
}
