import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { AuthError, ConnectionError, UnsupportedError } from "../../src/errors.ts";
import type { TlsEndpoint } from "../../src/transport.ts";
import { dialDefault } from "../../transports/default.ts";
import { findPki } from "../../transports/pki.ts";
import { dialTls } from "../../transports/tls.ts";
import { tlsVersions } from "../../transports/tls_priority.ts";
import { fs } from "../daemons/builtin.ts";
import { skipWithoutOpenssl } from "../daemons/pki.ts";
import { runtime, test } from "../harness.ts";
import { release } from "./pairs.ts";
import { tlsEndpoint, withPki, withServer, withTcpServer } from "./tls_servers.ts";

const skip = skipWithoutOpenssl();
const HERE = "subjectAltName=IP:127.0.0.1";

async function refusalOf(
  endpoint: TlsEndpoint,
  kind: new (...args: never[]) => Error = ConnectionError,
): Promise<string> {
  const error = await assertRejects(() => dialTls(endpoint)) as Error;
  assertInstanceOf(error, kind as new () => Error);
  const what = `Cannot connect to tls:${endpoint.host}:${endpoint.port}: `;
  assertEquals(error.message.slice(0, what.length), what);
  return error.message.slice(what.length);
}

async function assertDials(endpoint: TlsEndpoint): Promise<void> {
  const duplex = await dialDefault(endpoint);
  assertEquals([duplex.secure, duplex.encrypted], [true, true]);
  await release(duplex);
}

test(
  "transports: tls: servers whose certificate is refused",
  () =>
    withPki(async ({ ca, other, pkiPath }) => {
      await ca.sign("good", { extensions: [HERE] });
      await ca.sign("elsewhere", { extensions: ["subjectAltName=DNS:a.example,DNS:b.example"] });
      await ca.sign("expired", { extensions: [HERE], days: -1 });
      await other.sign("foreign", { extensions: [HERE] });
      await withServer(ca, "good", {}, (port) => assertDials(tlsEndpoint(port, pkiPath)));
      const cases: [string, string][] = [
        [
          "elsewhere",
          "the server's certificate is for a.example, b.example, not for 127.0.0.1; " +
          "connect by a name that it has",
        ],
        ["expired", "the server's certificate has expired; renew it there"],
        [
          "foreign",
          `the server's certificate is not signed by the authority in ${pkiPath}/` +
          "cacert.pem; put the one there that has signed it",
        ],
      ];
      for (const [name, expected] of cases) {
        await withServer(ca, name, {}, async (port) => {
          assertEquals(await refusalOf(tlsEndpoint(port, pkiPath)), expected);
          await assertDials(tlsEndpoint(port, pkiPath, { verify: false }));
          await assertDials(tlsEndpoint(port, "/nonexistent", { verify: false }));
        });
      }
    }),
  { skip },
);

test("transports: tls: a revoked certificate", () =>
  withPki(async ({ ca, pkiPath }) => {
    await ca.sign("server", { extensions: [HERE] });
    fs.copyFileSync(await ca.revoke("server"), `${pkiPath}/cacrl.pem`);
    await withServer(ca, "server", {}, async (port) => {
      const endpoint = tlsEndpoint(port, pkiPath);
      if (runtime === "deno") {
        await assertRejects(() => dialTls(endpoint), UnsupportedError, "use Bun or Node");
      } else {
        assertMatch(await refusalOf(endpoint), /is revoked by .*\/cacrl\.pem; it needs another$/);
      }
      await assertDials({ ...endpoint, verify: false });
    });
  }), { skip });

test(
  "transports: tls: servers that refuse the client",
  () =>
    withPki(async ({ directory, ca, other, pkiPath }) => {
      await ca.sign("server", { extensions: [HERE] });
      await ca.sign("client");
      await other.sign("foreigner");
      const own = ca.pkiPath(`${directory}/own`, "client");
      const foreign = ca.pkiPath(`${directory}/foreign`);
      other.addClient(foreign, "foreigner");
      for (const version of ["-tls1_2", "-tls1_3"]) {
        const args = ["-Verify", "1", "-verify_return_error", "-CAfile", ca.cert("ca"), version];
        await withServer(ca, "server", { args }, async (port) => {
          await assertDials(tlsEndpoint(port, own));
          assertMatch(
            await refusalOf(tlsEndpoint(port, pkiPath), AuthError),
            /^the server refused us without a client certificate; put one into .*\/pki\/clientcert/,
          );
          assertMatch(
            await refusalOf(tlsEndpoint(port, foreign, { sanityCheck: false }), AuthError),
            /^the server does not trust the authority that signed the client certificate/,
          );
        });
      }
      await withServer(ca, "server", { greeting: "\x00" }, async (port) => {
        assertMatch(
          await refusalOf(tlsEndpoint(port, own), AuthError),
          /^the server refused the client certificate .*\(tls_allowed_dn_list in libvirtd\.conf\)/,
        );
      });
    }),
  { skip },
);

test(
  "transports: tls: servers that do not get to the point",
  () =>
    withPki(async ({ ca, pkiPath }) => {
      await ca.sign("server", { extensions: [HERE] });
      await withServer(ca, "server", { greeting: "" }, async (port) => {
        await assertRejects(
          () => dialTls(tlsEndpoint(port, pkiPath), { verdictWait: 100 }),
          ConnectionError,
          "the server did not say whether it accepts the client within 100 ms",
        );
        const controller = new AbortController();
        const reason = new Error("enough");
        const dialing = dialTls(tlsEndpoint(port, pkiPath), controller);
        setTimeout(() => controller.abort(reason), 20);
        await assertRejects(() => dialing, Error, "enough");
      });
      await withTcpServer(() => {}, async (port) => {
        await assertRejects(
          () => dialTls(tlsEndpoint(port, pkiPath), { verdictWait: 100 }),
          ConnectionError,
          "the server did not finish the handshake within 100 ms",
        );
      });
      await withTcpServer((socket) => socket.once("data", () => socket.end()), async (port) => {
        assertMatch(
          await refusalOf(tlsEndpoint(port, pkiPath)),
          /check that it has TLS turned on at this port$/,
        );
      });
      let port = 0;
      await withTcpServer(() => {}, (free) => Promise.resolve(void (port = free)));
      assertMatch(
        await refusalOf(tlsEndpoint(port, pkiPath)),
        /^connection refused; start the libvirt daemon there with TLS turned on, or check the port$/,
      );
    }),
  { skip },
);

test(
  "transports: tls: certificates that are unfit before anything is sent",
  () =>
    withPki(async ({ directory, ca, other, pkiPath }) => {
      await ca.sign("client");
      await ca.sign("old", { days: -1 });
      await other.sign("foreigner");
      const failing = (path: string, parts: Partial<TlsEndpoint> = {}) =>
        assertRejects(() => dialTls(tlsEndpoint(1, path, parts)), ConnectionError);
      assertEquals(
        (await failing("/nonexistent")).message,
        "Cannot connect to tls:127.0.0.1:1: there is no /nonexistent/cacert.pem; put the " +
          "certificate of the authority there that has signed the server's, or name a directory " +
          "that has it with pkipath=",
      );
      const old = ca.pkiPath(`${directory}/old`, "old");
      assertMatch(
        (await failing(old)).message,
        /^The client certificate .* expired on .*; replace/,
      );
      assertMatch((await failing(old, { sanityCheck: false })).message, /connection refused/);
      const foreign = ca.pkiPath(`${directory}/foreign`);
      other.addClient(foreign, "foreigner");
      assertMatch(
        (await failing(foreign)).message,
        /is not signed by the authority in .*no_sanity=1/,
      );
      fs.copyFileSync(ca.key("client"), `${foreign}/clientkey.pem`);
      assertMatch((await failing(foreign)).message, /clientkey\.pem is not that of the client/);
      fs.writeFileSync(`${foreign}/clientkey.pem`, "garbage");
      assertMatch(
        (await failing(foreign)).message,
        /^Cannot read the private key .*no private key/,
      );
      fs.writeFileSync(`${foreign}/clientcert.pem`, "garbage");
      assertMatch(
        (await failing(foreign)).message,
        /^Cannot read the client certificate .*not in PEM/,
      );
      fs.writeFileSync(`${pkiPath}/cacert.pem`, "garbage");
      assertMatch((await failing(pkiPath)).message, /cacert\.pem has no certificate/);
    }),
  { skip },
);

test("transports: tls: where certificates are looked for", () => {
  const find = (files: readonly string[], root = false, directory?: string) =>
    Object.values(findPki(directory, {
      isRoot: () => root,
      home: () => "/home/u",
      exists: (path) => files.includes(path),
    }));
  const system = [
    "/etc/pki/CA/cacert.pem",
    "/etc/pki/CA/cacrl.pem",
    "/etc/pki/libvirt/clientcert.pem",
    "/etc/pki/libvirt/private/clientkey.pem",
  ];
  const own = ["cacert", "cacrl", "clientcert", "clientkey"]
    .map((name) => `/home/u/.pki/libvirt/${name}.pem`);
  assertEquals(find([]), system);
  assertEquals(find(own), own);
  assertEquals(find(own, true), system);
  assertEquals(find([own[0]!]), [own[0]!, ...system.slice(1)]);
  assertEquals(find([own[1]!, own[2]!]), [system[0]!, own[1]!, system[2]!, system[3]!]);
  assertEquals(find([own[2]!, own[3]!]), [system[0]!, system[1]!, own[2]!, own[3]!]);
  assertEquals(find(own, false, "/p")[3], "/p/clientkey.pem");
});

test("transports: tls: priority strings", () => {
  const [both, new3, old2] = [["TLSv1.2", "TLSv1.3"], ["TLSv1.3"], ["TLSv1.2"]];
  const cases: [string, string[] | undefined][] = [
    ["NORMAL", both],
    ["NORMAL:-VERS-ALL:+VERS-TLS1.3", new3],
    ["NORMAL:-VERS-TLS-ALL:+VERS-TLS1.2:+VERS-TLS1.0", old2],
    ["NORMAL:!VERS-TLS1.3:-VERS-SSL3.0", old2],
    ["NORMAL:-VERS-ALL:+VERS-ALL", both],
  ];
  for (const [priority, versions] of cases) assertEquals(tlsVersions(priority), versions);
  for (
    const priority of [
      "SECURE256",
      "@SYSTEM",
      "",
      "NORMAL:+AES-128-CBC",
      "NORMAL:-VERS-ALL",
      "NORMAL:VERS-TLS1.3",
      "NORMAL:%SERVER_PRECEDENCE",
    ]
  ) {
    assertThrows(() => tlsVersions(priority), UnsupportedError, "leave tls_priority out");
  }
});

test("transports: tls: a priority is kept", () =>
  withPki(async ({ ca, pkiPath }) => {
    await ca.sign("server", { extensions: [HERE] });
    await withServer(ca, "server", { args: ["-tls1_2"] }, async (port) => {
      await assertDials(tlsEndpoint(port, pkiPath, { priority: "NORMAL:-VERS-TLS1.3" }));
      const priority = "NORMAL:-VERS-TLS1.2";
      await assertRejects(() => dialTls(tlsEndpoint(port, pkiPath, { priority })));
    });
  }), { skip });
