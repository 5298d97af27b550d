import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { connect, DomainEvent, ErrorNumber, LibvirtError } from "../../mod.ts";
import { test } from "../harness.ts";
import { freePort, fs, os, path, run } from "../daemons/builtin.ts";
import {
  type DaemonVersion,
  type RealDaemon,
  skipWithoutDaemon,
  startDaemon,
} from "../daemons/daemons.ts";
import { Authority, skipWithoutOpenssl } from "../daemons/pki.ts";
import { skipWithoutSshd, startSshd } from "../daemons/sshd.ts";
import { crypto, digest, MIB, newPool, newVolume } from "../streams/volumes.ts";
import { TOKEN, withProxy } from "./proxies.ts";

for (const version of ["9", "12"] as const) {
  const skip = skipWithoutDaemon(version);
  test(`proxy: libvirtd ${version} over its socket`, () => overSocket(version), { skip });
  test(
    `proxy: libvirtd ${version} over TLS, and over TCP with SASL's own encryption`,
    () => overNetwork(version),
    {
      skip: skip || skipWithoutOpenssl() ||
        !fs.existsSync("/usr/sbin/saslpasswd2") && "a daemon with users needs saslpasswd2",
    },
  );
}

test("proxy: libvirtd 9 over SSH", overSsh, { skip: skipWithoutDaemon("9") || skipWithoutSshd() });

async function overSsh(): Promise<void> {
  await using daemon = await startDaemon("9");
  await using sshd = await startSshd(daemon);
  const uri = (key: string) =>
    `test+ssh://root@127.0.0.1:${sshd.port}/default?keyfile=${key}&known_hosts=${sshd.knownHosts}` +
    "&no_tty=1";
  await withProxy({
    targets: { known: uri(sshd.key), stranger: uri(sshd.strangersKey) },
  }, async (proxy) => {
    await using conn = await connect(proxy.uri("known"), { strict: true });
    const domain = await conn.lookupDomainByName("test");
    const all = await Promise.all(Array.from({ length: 50 }, () => domain.getXmlDesc()));
    assertEquals(new Set(all).size, 1);
    await assertRejects(() => connect(proxy.uri("stranger")), Error);
    const { reason } = await proxy.logged(({ event }) => event === "failed");
    assertStringIncludes(reason!, "Permission denied");
  });
}

async function overSocket(version: DaemonVersion): Promise<void> {
  await using daemon = await startDaemon(version);
  const uri = `qemu+unix:///system?socket=${daemon.socket}`;
  await withProxy({
    targets: {
      all: uri,
      look: { uri, filter: "monitor" },
      run: { uri, filter: "operate" },
      test: `test+unix:///default?socket=${daemon.socket}`,
      look_only_socket: { uri: `qemu+unix:///system?socket=${daemon.readOnlySocket}` },
    },
  }, async (proxy) => {
    await transfers(daemon, proxy.uri("all"));
    await restricts(proxy.uri);
    // as libvirt's own names have it
    const named = `qemu+ws://${proxy.url.slice(5)}/system?target=all&token=${TOKEN}`;
    await using conn = await connect(named, { strict: true });
    assertEquals(await conn.getUri(), "qemu:///system");
    const wrong = `qemu+ws://${proxy.url.slice(5)}/session?target=all&token=${TOKEN}`;
    const { code } = await assertRejects(() => connect(wrong), LibvirtError);
    assertEquals(code, ErrorNumber.ACCESS_DENIED);
  });
}

/** Volumes go up and down whole, and streams that are given up leave their places free. */
async function transfers(daemon: RealDaemon, uri: string): Promise<void> {
  await using conn = await connect(uri, { strict: true });
  const pool = await newPool(daemon, conn);
  const [volume, file] = await newVolume(daemon, pool, "v");
  const bytes = new Uint8Array(crypto.randomBytes(24 * MIB));
  const writer = (await volume.upload()).getWriter();
  for (let at = 0; at < bytes.length; at += MIB) await writer.write(bytes.subarray(at, at + MIB));
  await writer.close();
  assertEquals(fs.statSync(file).size, bytes.length);
  const [sum, length] = await digest(await volume.download());
  assertEquals(length, bytes.length);
  assertEquals(sum, crypto.createHash("sha256").update(bytes).digest("hex"));
  // more than may be open at once
  for (let i = 0; i < 300; i++) {
    const reader = (await volume.download()).getReader();
    await reader.read();
    await reader.cancel();
  }
  assertEquals((await digest(await volume.download()))[0], sum);
}

async function restricts(uri: (target: string) => string): Promise<void> {
  const xml = "<domain type='test'><name>new</name><memory>1024</memory><os><type>hvm</type></os>" +
    "</domain>";
  for (const target of ["look", "run", "look_only_socket"]) {
    await using conn = await connect(uri(target), { strict: true });
    assertEquals(await conn.listAllDomains(), []);
    const error = await assertRejects(() => conn.defineDomainXml(xml), LibvirtError);
    const expected = target === "look_only_socket"
      ? ErrorNumber.OPERATION_DENIED
      : ErrorNumber.ACCESS_DENIED;
    assertEquals(error.code, expected);
    assert((await conn.getCapabilities()).includes("<host>"));
  }
  await using conn = await connect(uri("test"), { strict: true });
  await using events = conn.events(DomainEvent.LIFECYCLE);
  const first = events[Symbol.asyncIterator]().next();
  await events.ready;
  const domain = await conn.lookupDomainByName("test");
  const descriptions = await Promise.all(Array.from({ length: 200 }, () => domain.getXmlDesc()));
  assertEquals(new Set(descriptions).size, 1);
  await domain.suspend();
  assertEquals((await first).value?.eventName, "SUSPENDED");
  await domain.resume();
}

async function overNetwork(version: DaemonVersion): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-proxy-"));
  const file = (name: string) => path.join(directory, name);
  try {
    fs.writeFileSync(
      file("libvirt.conf"),
      `mech_list: digest-md5\nsasldb_path: ${file("users.db")}\n`,
    );
    const args = ["-p", "-a", "libvirt", "-f", file("users.db"), "-c", "tester"];
    await run("saslpasswd2", args, { input: "secret" });
    const ca = await Authority.create(directory, "ca");
    await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    await ca.sign("client");
    ca.pkiPath(file("pki"), "client");
    const [tcp, tls] = [await freePort(), await freePort()];
    await using _daemon = await startDaemon(version, {
      env: { SASL_CONF_PATH: directory },
      config: [
        ...["listen_tcp = 1", `tcp_port = "${tcp}"`, 'auth_tcp = "sasl"'],
        ...["listen_tls = 1", `tls_port = "${tls}"`, 'auth_tls = "none"'],
        `ca_file = "${ca.cert("ca")}"`,
        `cert_file = "${ca.cert("server")}"`,
        `key_file = "${ca.key("server")}"`,
      ],
    });
    const answers = { username: "tester", password: "secret", realm: null } as const;
    await withProxy({
      targets: {
        tls: `test+tls://127.0.0.1:${tls}/default?pkipath=${file("pki")}`,
        sasl: {
          uri: `test+tcp://127.0.0.1:${tcp}/default`,
          connect: { credentials: ({ kind }) => answers[kind] },
        },
        stranger: {
          uri: `test+tcp://127.0.0.1:${tcp}/default`,
          connect: { credentials: ({ kind }) => ({ ...answers, password: "wrong" })[kind] },
        },
      },
    }, async (proxy) => {
      for (const target of ["tls", "sasl"]) {
        await using conn = await connect(proxy.uri(target), { strict: true });
        const domain = await conn.lookupDomainByName("test");
        const all = await Promise.all(Array.from({ length: 50 }, () => domain.getXmlDesc()));
        assertEquals(new Set(all).size, 1);
      }
      const error = await assertRejects(() => connect(proxy.uri("stranger")), Error);
      assertStringIncludes(error.message, "cannot be reached");
      const { reason } = await proxy.logged(({ event }) => event === "failed");
      assertStringIncludes(reason!.toLowerCase(), "auth");
    });
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
