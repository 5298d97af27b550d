import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { connect, type Connection, ConnectionError } from "../../mod.ts";
import { test } from "../harness.ts";
import { freePort, fs, process } from "./builtin.ts";
import { type RealDaemon, skipWithoutDaemon, startDaemon } from "./daemons.ts";
import { skipWithoutSshd, type Sshd, startSshd } from "./sshd.ts";

const skip = skipWithoutDaemon("9") || skipWithoutSshd();

interface Hosts {
  readonly daemon: RealDaemon;
  readonly sshd: Sshd;
}

/** A daemon behind an sshd. */
async function withHosts(
  use: (hosts: Hosts) => Promise<void>,
  programs?: readonly string[],
): Promise<void> {
  await using daemon = await startDaemon("9");
  await using sshd = await startSshd(daemon, programs);
  await use({ daemon, sshd });
}

function uriOf({ sshd }: Hosts, parameters: Readonly<Record<string, string>> = {}): string {
  const all = {
    no_tty: "1",
    keyfile: sshd.key,
    known_hosts: sshd.knownHosts,
    ...parameters,
  };
  const query = Object.entries(all).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `test+ssh://root@127.0.0.1:${sshd.port}/default?${query.join("&")}`;
}

async function assertWorks(conn: Connection): Promise<void> {
  try {
    const domains = await conn.listAllDomains();
    assertEquals(domains.map(({ name }) => name), ["test"]);
    assertEquals(await Promise.all(domains.map((domain) => domain.isActive())), [true]);
    assertEquals(sshChildren().length, 1);
  } finally {
    await conn.close();
  }
  assertEquals(sshChildren(), []);
}

/** The process ids of our ssh children. */
function sshChildren(): number[] {
  return fs.readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, comm, rest] = /^\d+ \((.*)\) (.*)$/s.exec(
        fs.readFileSync(`/proc/${name}/stat`, "utf8"),
      )!;
      return comm === "ssh" && rest!.split(" ")[1] === `${process.pid}`;
    } catch {
      return false; // it ended between the two reads
    }
  }).map(Number);
}

async function failureOf(uri: string): Promise<string> {
  const error = await assertRejects(() => connect(uri), ConnectionError);
  assertEquals(sshChildren(), [], error.message);
  return error.message;
}

test("ssh: virt-ssh-helper, found and asked for", () =>
  withHosts(async (hosts) => {
    await assertWorks(await connect(uriOf(hosts)));
    await assertWorks(await connect(uriOf(hosts, { proxy: "native" })));
    await assertWorks(
      await connect(uriOf(hosts, { sshauth: "privkey", known_hosts_verify: "normal" })),
    );
    const conn = await connect(uriOf(hosts), { readOnly: true });
    assertEquals([conn.session.secure, conn.session.encrypted], [true, true]);
    await assertRejects(() => conn.defineDomainXml("<domain/>"), Error, "read only");
    await conn.close();
  }), { skip });

test(
  "ssh: the user's own ssh stands in for libssh and libssh2, and the name says so",
  () =>
    withHosts(async (hosts) => {
      for (const transport of ["libssh", "libssh2"]) {
        const uri = uriOf(hosts).replace("+ssh:", `+${transport}:`);
        const conn = await connect(uri);
        const label = `ssh:root@127.0.0.1:${hosts.sshd.port}, in place of ${transport}`;
        assertEquals(conn.session.duplex.label, label);
        assertEquals([await conn.isSecure(), await conn.isEncrypted()], [true, true]);
        await assertWorks(conn);
        const broken = uri.replace(/:\d+\//, ":1/");
        assertStringIncludes(
          await failureOf(broken),
          `ssh:root@127.0.0.1:1, in place of ${transport}`,
        );
      }
    }),
  { skip },
);

test("ssh: netcat, asked for and fallen back to", () =>
  withHosts(async (hosts) => {
    await assertWorks(await connect(uriOf(hosts, { proxy: "netcat" })));
    await assertWorks(await connect(uriOf(hosts, { socket: hosts.daemon.socket })));
    await assertWorks(await connect(uriOf(hosts)));
    assertMatch(
      await failureOf(uriOf(hosts, { proxy: "native" })),
      /virt-ssh-helper: not found.*ended with status 127.*install it there, or add proxy=netcat/,
    );
    assertMatch(
      await failureOf(uriOf(hosts, { netcat: "/nonexistent/nc" })),
      /\/nonexistent\/nc: not found.*name another netcat with netcat=/,
    );
    assertMatch(
      await failureOf(uriOf(hosts, { socket: "/nonexistent/sock" })),
      /No such file or directory/,
    );
  }, ["sh", "grep", "nc"]), { skip });

test("ssh: host keys", () =>
  withHosts(async (hosts) => {
    const wrong = { known_hosts: hosts.sshd.wrongHosts };
    assertMatch(
      await failureOf(uriOf(hosts, wrong)),
      /Host key verification failed.*name a file that has it with known_hosts=/,
    );
    const empty = { known_hosts: `${hosts.daemon.directory}/new hosts` };
    assertMatch(await failureOf(uriOf(hosts, empty)), /Host key verification failed/);
    await assertWorks(await connect(uriOf(hosts, { ...wrong, known_hosts_verify: "ignore" })));
    assert(!fs.existsSync(empty.known_hosts));
    await assertWorks(await connect(uriOf(hosts, { ...empty, known_hosts_verify: "auto" })));
    await assertWorks(await connect(uriOf(hosts, empty)));
    assertMatch(
      await failureOf(uriOf(hosts, { ...wrong, known_hosts_verify: "auto" })),
      /Host key verification failed/,
    );
    fs.rmSync(empty.known_hosts);
    await assertWorks(await connect(uriOf(hosts, { ...empty, no_verify: "1" })));
  }), { skip });

test("ssh: what cannot be reached or is refused", () =>
  withHosts(async (hosts) => {
    const stranger = uriOf(hosts, { keyfile: hosts.sshd.strangersKey, sshauth: "privkey" });
    assertMatch(
      await failureOf(stranger),
      /Permission denied \(publickey\).*check the user in the URI and the key/,
    );
    const withPassword = await failureOf(stranger.replace("//root@", "//root:5f2b@"));
    assertMatch(withPassword, /root:\*\*\*@127\.0\.0\.1: Permission denied \(publickey\)/);
    assert(!withPassword.includes("5f2b"), withPassword);
    const port = await freePort();
    assertMatch(
      await failureOf(`test+ssh://127.0.0.1:${port}/default?no_tty=1`),
      /Connection refused/,
    );
    assertMatch(
      await failureOf("test+ssh://h/default?command=/nonexistent/ssh"),
      /no such program; install the OpenSSH client/,
    );
  }), { skip });

test(
  "ssh: a killed ssh ends the connection and what is pending on it",
  () =>
    withHosts(async (hosts) => {
      const conn = await connect(uriOf(hosts));
      const [child] = sshChildren();
      process.kill(child!, "SIGSTOP");
      const pending = assertRejects(() => conn.getHostname(), ConnectionError, "ended by SIGKILL");
      process.kill(child!, "SIGKILL");
      await pending;
      assertEquals(await conn.closed, "error");
      await conn.close();
      assertEquals(sshChildren(), []);
    }),
  { skip },
);

test("ssh: an sshd that ends takes the connection with it", () =>
  withHosts(async (hosts) => {
    const conn = await connect(uriOf(hosts));
    await hosts.sshd.stop();
    assertEquals(await conn.closed, "error");
    await assertRejects(() => conn.getHostname(), ConnectionError, "closed by remote host");
    await conn.close();
    assertEquals(sshChildren(), []);
  }), { skip });
