import { assertEquals } from "@std/assert";
import { resolveEndpoint } from "../../src/endpoint.ts";
import type { Endpoint, SshEndpoint } from "../../src/transport.ts";
import { test } from "../harness.ts";
import { factsOf, type Situation } from "./endpoint_facts.ts";

const SYSTEM = "qemu:///system";
const SESSION = "qemu:///session";
const SOCKET = "/var/run/libvirt/libvirt-sock";
const user = true;
const readOnly = true;

type Row = [uri: string, situation: Situation, endpoint: Endpoint, name: string];

/** An SSH endpoint, `auto` to the system's socket unless it says otherwise. */
function ssh(parts: Partial<SshEndpoint> = {}): SshEndpoint {
  const socket = parts.proxy === "native" ? {} : { socket: SOCKET };
  return {
    kind: "ssh",
    host: "h",
    proxy: "auto",
    remoteUri: SYSTEM,
    readOnly: false,
    verify: true,
    tty: true,
    ...socket,
    ...parts,
  };
}

function tcp(host: string, port: number): Endpoint {
  return { kind: "tcp", host, port };
}

function tls(parts: Partial<Extract<Endpoint, { kind: "tls" }>> = {}): Endpoint {
  return { kind: "tls", host: "h", port: 16514, verify: true, sanityCheck: true, ...parts };
}

function ext(command: string, ...args: string[]): Endpoint {
  return { kind: "ext", command, args };
}

/**
 * Where virsh 9.0.0 and 12.8.0 connected to over the network, and the program and command that they
 * ran, watched by strace; of TLS only the certificates that they looked for were seen. The names
 * were received by a server for TCP, and for SSH read off the command.
 */
const OBSERVED: Row[] = [
  ["qemu+tcp:///system", {}, tcp("localhost", 16509), SYSTEM],
  ["qemu+tcp://127.0.0.1/system", {}, tcp("127.0.0.1", 16509), SYSTEM],
  ["qemu+tcp://127.0.0.1:1/system", {}, tcp("127.0.0.1", 1), SYSTEM],
  ["qemu+tcp://[::1]/system", {}, tcp("::1", 16509), SYSTEM],
  ["qemu+tcp://[::1]:2/system", {}, tcp("::1", 2), SYSTEM],
  ["qemu+tcp:///session", { user }, tcp("localhost", 16509), SESSION],
  ["test+tcp:///default", { user }, tcp("localhost", 16509), "test:///default"],
  ["qemu+tcp://system/system", {}, tcp("system", 16509), SYSTEM],
  ["qemu+tcp://h/system", { config: { remoteMode: "direct" } }, tcp("h", 16509), SYSTEM],
  ["qemu+tls://h/system", {}, tls(), SYSTEM],
  ["qemu://h/system", {}, tls(), SYSTEM],
  ["qemu+tls:///system", {}, tls({ host: "localhost" }), SYSTEM],
  ["qemu://h/system?pkipath=/pki", {}, tls({ pkiPath: "/pki" }), SYSTEM],
  ["test://h/default", {}, tls(), "test:///default"],
  ["openvz://h/system", {}, tls(), "openvz:///system"],
  ["qemu+ssh://h/system", {}, ssh(), SYSTEM],
  ["qemu+ssh://h/system", { user }, ssh(), SYSTEM],
  ["qemu+ssh:///system", {}, ssh({ host: "localhost" }), SYSTEM],
  ["qemu+ssh://root@h:2222/system", {}, ssh({ user: "root", port: 2222 }), SYSTEM],
  ["qemu+ssh://root@/system", {}, ssh({ host: "localhost", user: "root" }), SYSTEM],
  ["qemu+ssh://[::1]/system", {}, ssh({ host: "::1" }), SYSTEM],
  ["qemu+ssh://[fe80::1%25eth0]/system", {}, ssh({ host: "fe80::1%eth0" }), SYSTEM],
  ["qemu+ssh://u%40x@ho%2Dst/system", {}, ssh({ host: "ho-st", user: "u@x" }), SYSTEM],
  ["qemu+ssh://u:pw@h/system", {}, ssh({ user: "u:pw" }), SYSTEM],
  ["qemu+ssh://h/system", { readOnly }, ssh({ readOnly, socket: `${SOCKET}-ro` }), SYSTEM],
  ["qemu+ssh://h/system?proxy=native", {}, ssh({ proxy: "native" }), SYSTEM],
  ["qemu+ssh://h/system?proxy=netcat", {}, ssh({ proxy: "netcat" }), SYSTEM],
  [
    "qemu+ssh://h/system?proxy=netcat",
    { readOnly },
    ssh({ proxy: "netcat", readOnly, socket: `${SOCKET}-ro` }),
    SYSTEM,
  ],
  ["qemu+ssh://h/system?netcat=/n", {}, ssh({ proxy: "netcat", netcat: "/n" }), SYSTEM],
  ["qemu+ssh://h/system?netcat=/n&proxy=auto", {}, ssh({ proxy: "netcat", netcat: "/n" }), SYSTEM],
  ["qemu+ssh://h/system?command=/b/myssh", {}, ssh({ command: "/b/myssh" }), SYSTEM],
  [
    "qemu+ssh://h/system?keyfile=/k&no_verify=1&no_tty=1",
    {},
    ssh({ keyFile: "/k", verify: false, tty: false }),
    SYSTEM,
  ],
  ["qemu+ssh://h/system?no_verify=0", {}, ssh(), SYSTEM],
  ["qemu+ssh://h/session", { user }, ssh({ proxy: "native", remoteUri: SESSION }), SESSION],
  [
    "qemu+ssh:///session",
    { user, env: { LIBVIRT_AUTOSTART: undefined } },
    ssh({ host: "localhost", proxy: "native", remoteUri: SESSION }),
    SESSION,
  ],
  [
    "qemu+ssh://h/session",
    { user, readOnly },
    ssh({ proxy: "native", remoteUri: SESSION, readOnly }),
    SESSION,
  ],
  [
    "qemu+ssh://h/session?proxy=netcat",
    { user },
    ssh({ proxy: "netcat", remoteUri: SESSION, socket: "/run/user/1000/libvirt/libvirt-sock" }),
    SESSION,
  ],
  [
    "qemu+ssh://h/session?proxy=auto",
    { user },
    ssh({ remoteUri: SESSION, socket: "/run/user/1000/libvirt/libvirt-sock" }),
    SESSION,
  ],
  ["qemu+ssh://h/session?proxy=netcat", {}, ssh({ proxy: "netcat", remoteUri: SESSION }), SESSION],
  ["test+ssh://h/default", {}, ssh({ remoteUri: "test:///default" }), "test:///default"],
  [
    "test+ssh://h/default",
    { user },
    ssh({ proxy: "native", remoteUri: "test:///default" }),
    "test:///default",
  ],
  [
    "qemu+ssh://h/system?name=xen:///system",
    {},
    ssh({ remoteUri: "xen:///system" }),
    "xen:///system",
  ],
  ["remote+ssh://h/?name=qemu:///system", {}, ssh(), SYSTEM],
  [
    "qemu+ssh://1.2.3.4/x?proxy=native&a=b;c=d",
    {},
    ssh({ host: "1.2.3.4", proxy: "native", remoteUri: "qemu:///x?a=b&c=d" }),
    "qemu:///x?a=b&c=d",
  ],
  ["qemu+ssh://h?proxy=native", {}, ssh({ proxy: "native", remoteUri: "qemu://" }), "qemu://"],
  ["qemu+ssh://h/system", { config: { remoteProxy: "netcat" } }, ssh({ proxy: "netcat" }), SYSTEM],
  [
    "qemu+ssh://h/system?proxy=native",
    { config: { remoteProxy: "netcat", remoteMode: "legacy" } },
    ssh({ proxy: "native" }),
    SYSTEM,
  ],
  ["a", { config: { uriAliases: ["a=qemu+ssh://h/system"] } }, ssh(), SYSTEM],
  [
    "",
    { config: { uriAliases: ["a=qemu+ssh://h/system"], uriDefault: "a" } },
    ssh(),
    SYSTEM,
  ],
  [
    "",
    { config: { uriAliases: ["a=qemu+ssh://h/system"] }, env: { LIBVIRT_DEFAULT_URI: "a" } },
    ssh(),
    SYSTEM,
  ],
  [
    "d",
    { config: { uriAliases: ["d=qemu+ssh://h=1/x"] } },
    ssh({ host: "h=1", remoteUri: "qemu:///x" }),
    "qemu:///x",
  ],
  ["ok", { config: { uriAliases: ["ok=qemu+ssh://h/system", "noeq"] } }, ssh(), SYSTEM],
  ["qemu+ext:///system?command=/b/mycmd", {}, ext("/b/mycmd"), SYSTEM],
  ["qemu+ext:///session?command=/b/mycmd", { user }, ext("/b/mycmd"), SESSION],
  ["qemu+ext://h/system?command=mycmd", {}, ext("mycmd"), SYSTEM],
  // 12.8.0: it keeps mode and socket in what virt-ssh-helper is given, and it knows argv.
  ["qemu+ssh://h/system?mode=legacy", {}, ssh({ remoteUri: `${SYSTEM}?mode=legacy` }), SYSTEM],
  [
    "qemu+ssh://h/system?socket=/s/x",
    {},
    ssh({ proxy: "netcat", socket: "/s/x", remoteUri: `${SYSTEM}?socket=%2Fs%2Fx` }),
    SYSTEM,
  ],
  [
    "qemu+ssh://h/session?socket=/s/x",
    { user },
    ssh({ proxy: "netcat", socket: "/s/x", remoteUri: `${SESSION}?socket=%2Fs%2Fx` }),
    SESSION,
  ],
  [
    "qemu+ssh://h/system?socket=/s/x&proxy=native",
    {},
    ssh({ proxy: "native", remoteUri: `${SYSTEM}?socket=%2Fs%2Fx` }),
    SYSTEM,
  ],
  [
    "qemu+ssh://h/system?socket=/s/x&proxy=auto",
    {},
    ssh({ socket: "/s/x", remoteUri: `${SYSTEM}?socket=%2Fs%2Fx` }),
    SYSTEM,
  ],
  [
    "qemu+ext:///system?command=/c&argv=-x&argv=&ARGV=a%20b",
    {},
    ext("/c", "-x", "", "a b"),
    SYSTEM,
  ],
  ["test:///default", {}, { kind: "memory", path: "/default" }, "test:///default"],
  ["test:///default", { user }, { kind: "memory", path: "/default" }, "test:///default"],
  ["test:///default?socket=/tmp/s1", {}, { kind: "memory", path: "/default" }, "test:///default"],
];

/** What virsh has not, does otherwise, or gave no sign of. */
const OWN: Row[] = [
  [
    "qemu+tls://h:1/system?no_verify=1&no_sanity=1",
    {},
    tls({ port: 1, verify: false, sanityCheck: false }),
    SYSTEM,
  ],
  [
    "qemu://h/system?tls_priority=NORMAL:-VERS-TLS1.2",
    {},
    tls({ priority: "NORMAL:-VERS-TLS1.2" }),
    SYSTEM,
  ],
  ["qemu://h/system", { config: { tlsPriority: "@SYSTEM" } }, tls({ priority: "@SYSTEM" }), SYSTEM],
  [
    "qemu://h/?tls_priority=P",
    { config: { tlsPriority: "@SYSTEM" } },
    tls({ priority: "P" }),
    "qemu:///",
  ],
  // As root libvirt takes auto here, whose netcat leads to the system's daemon.
  ["qemu+ssh://h/session", {}, ssh({ proxy: "native", remoteUri: SESSION }), SESSION],
  // libvirt runs the helper with an empty URI, which it refuses.
  ["remote+ssh://h/", {}, ssh({ proxy: "netcat", remoteUri: "" }), ""],
  ["remote+ssh://h/?proxy=auto", {}, ssh({ proxy: "netcat", remoteUri: "" }), ""],
  [
    "remote+ssh://h/session",
    { user },
    ssh({ proxy: "netcat", remoteUri: "", socket: "/run/user/1000/libvirt/libvirt-sock" }),
    "",
  ],
  ["qemu+ssh://h/system?name=", {}, ssh({ proxy: "netcat", remoteUri: "" }), ""],
  [
    "qemu+libssh2://h/system?known_hosts=/kh&known_hosts_verify=AUTO&sshauth=agent,Password",
    {},
    ssh({
      instead: "libssh2",
      knownHosts: "/kh",
      knownHostsVerify: "auto",
      authMethods: ["agent", "password"],
    }),
    SYSTEM,
  ],
  [
    "qemu+libssh://u@h:23/system",
    {},
    ssh({ instead: "libssh", user: "u", port: 23 }),
    SYSTEM,
  ],
  ["test:/default", {}, { kind: "memory", path: "/default" }, "test:///default"],
  ["test:///tmp/a%20b.xml", {}, { kind: "memory", path: "/tmp/a b.xml" }, "test:///tmp/a%20b.xml"],
  ["wss://h/target", {}, { kind: "websocket", url: "wss://h/target" }, ""],
  ["WS://u@h:80/a:b?k=x;y", {}, { kind: "websocket", url: "ws://h:80/a:b?k=x;y" }, ""],
  ["wss://h/t?token=a%2Fb", {}, { kind: "websocket", url: "wss://h/t", token: "a/b" }, ""],
  [
    "wss://h/t?Ticket=x&k=1&target=u",
    {},
    { kind: "websocket", url: "wss://h/t?k=1&target=u", ticket: "x" },
    "",
  ],
  ["ws://[::1]:8080", {}, { kind: "websocket", url: "ws://[::1]:8080" }, ""],
  ["wss://h/t?mode=foo&no_verify=2", {}, {
    kind: "websocket",
    url: "wss://h/t?mode=foo&no_verify=2",
  }, ""],
  ["wss://h/t?name=qemu:///system", {}, { kind: "websocket", url: "wss://h/t" }, SYSTEM],
  ["wss://h/t?k=a%2Fb&auth=sasl&l", {}, { kind: "websocket", url: "wss://h/t?k=a%2Fb&l=" }, ""],
  [
    "qemu+wss://h:8443/system?a=1&target=prod&ticket=x",
    {},
    { kind: "websocket", url: "wss://h:8443/prod", ticket: "x" },
    `${SYSTEM}?a=1`,
  ],
  [
    "qemu+ws:///system?target=/below/a%20b",
    {},
    { kind: "websocket", url: "ws://localhost/below/a%20b" },
    SYSTEM,
  ],
  ["remote+wss://h/?target=t", {}, { kind: "websocket", url: "wss://h/t" }, ""],
];

for (const [table, rows] of [["as virsh", OBSERVED], ["own", OWN]] as const) {
  for (const [uri, situation, endpoint, name] of rows) {
    test(`endpoint, ${table}: ${uri} ${JSON.stringify(situation)}`, () => {
      const found = resolveEndpoint(uri, factsOf(situation), situation);
      assertEquals(found.endpoint, endpoint);
      assertEquals(found.name, name);
      assertEquals(found.readOnly, situation.readOnly ?? false);
    });
  }
}
