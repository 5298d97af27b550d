import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AuthError, connect, ConnectionError } from "../../mod.ts";
import { test } from "../harness.ts";
import { freePort, fs, os, path } from "./builtin.ts";
import { type DaemonVersion, skipWithoutDaemon, startDaemon } from "./daemons.ts";
import { Authority, skipWithoutOpenssl } from "./pki.ts";

for (const version of ["9", "12"] as const) {
  const skip = skipWithoutDaemon(version) || skipWithoutOpenssl();
  test(`tls: libvirtd ${version}, which knows whom it lets in`, () => talk(version), { skip });
}

async function talk(version: DaemonVersion): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-pki-"));
  try {
    const ca = await Authority.create(directory, "ca");
    const other = await Authority.create(directory, "other");
    await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1,DNS:virt.test"] });
    for (const name of ["client", "stranger"]) await ca.sign(name);
    await ca.sign("expired", { days: -1 });
    await other.sign("foreigner");
    const port = await freePort();
    await using _daemon = await startDaemon(version, {
      config: [
        "listen_tls = 1",
        `tls_port = "${port}"`,
        `ca_file = "${ca.cert("ca")}"`,
        `cert_file = "${ca.cert("server")}"`,
        `key_file = "${ca.key("server")}"`,
        'tls_allowed_dn_list = ["CN=client"]',
        'auth_tls = "none"',
      ],
    });
    const pki = ca.pkiPath(`${directory}/pki`, "client");
    const uri = (pkiPath: string, more = "", host = "127.0.0.1") =>
      `test+tls://${host}:${port}/default?pkipath=${pkiPath}${more}`;

    for (const more of ["", "&tls_priority=NORMAL:-VERS-ALL:%2BVERS-TLS1.2"]) {
      const conn = await connect(uri(pki, more));
      assertEquals((await conn.listAllDomains()).map(({ name }) => name), ["test"]);
      assertEquals([await conn.isSecure(), await conn.isEncrypted()], [true, true]);
      await conn.close();
    }

    assertMatch(
      (await assertRejects(
        () => connect(uri(ca.pkiPath(`${directory}/stranger`, "stranger"))),
        AuthError,
      )).message,
      /stranger\/clientcert\.pem; its subject .*\(tls_allowed_dn_list in libvirtd\.conf\)/,
    );
    await assertRejects(
      () => connect(uri(ca.pkiPath(`${directory}/nobody`))),
      AuthError,
      "the server refused us without a client certificate; put one into",
    );
    const expired = uri(ca.pkiPath(`${directory}/expired`, "expired"));
    await assertRejects(() => connect(expired), ConnectionError, " expired on ");
    await assertRejects(() => connect(`${expired}&no_sanity=1`), AuthError, "clientcert.pem");
    const foreign = ca.pkiPath(`${directory}/foreign`);
    other.addClient(foreign, "foreigner");
    await assertRejects(
      () => connect(uri(foreign)),
      ConnectionError,
      "is not signed by the authority in",
    );
    await assertRejects(() => connect(uri(foreign, "&no_sanity=1")), AuthError, "clientcert.pem");

    await assertRejects(
      () => connect(uri(other.pkiPath(`${directory}/wrong-ca`))),
      ConnectionError,
      "the server's certificate is not signed by the authority in",
    );
    await assertRejects(
      () => connect(uri(pki, "", "localhost")),
      ConnectionError,
      "the server's certificate is for 127.0.0.1, virt.test, not for localhost",
    );
    const unverified = await connect(uri(pki, "&no_verify=1", "localhost"));
    await unverified.close();
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
