import { assertEquals, assertThrows } from "@std/assert";
import { resolveEndpoint } from "../../src/endpoint.ts";
import { ConnectionError, UnsupportedError } from "../../src/errors.ts";
import type { UnixEndpoint } from "../../src/transport.ts";
import { test } from "../harness.ts";
import { factsOf, type Situation } from "./endpoint_facts.ts";

const SYSTEM = "/var/run/libvirt";
const SESSION = "/run/user/1000/libvirt";
const L = `${SYSTEM}/libvirt-sock`;
const Q = `${SYSTEM}/virtqemud-sock`;
const SL = `${SESSION}/libvirt-sock`;
const SQ = `${SESSION}/virtqemud-sock`;
const user = true;
const readOnly = true;
const started = { LIBVIRT_AUTOSTART: undefined };

type Row = [
  uri: string | undefined,
  situation: Situation,
  path: string,
  name: string,
  autostart?: string,
];

/**
 * The socket that virsh 9.0.0 and 12.8.0 of Debian connected to, watched by strace as root and as
 * another user with the sockets named, and the name that they sent where one listened.
 */
const OBSERVED: Row[] = [
  ["qemu:///system", {}, L, "qemu:///system"],
  ["qemu:///system", { exists: [L] }, L, "qemu:///system"],
  ["qemu:///system", { exists: [Q, L] }, Q, "qemu:///system"],
  ["qemu:///system", { exists: [L, `${L}-ro`], readOnly }, `${L}-ro`, "qemu:///system"],
  ["qemu:///system", { exists: [`${Q}-ro`, `${L}-ro`], readOnly }, `${Q}-ro`, "qemu:///system"],
  ["qemu:///system", { exists: [Q, L], readOnly }, `${L}-ro`, "qemu:///system"],
  ["qemu:///system?mode=legacy", { exists: [Q, L] }, L, "qemu:///system"],
  ["qemu:///system?mode=direct", { exists: [L] }, Q, "qemu:///system"],
  ["qemu:///system", { exists: [L], user }, L, "qemu:///system"],
  ["qemu:///session", { exists: [L] }, L, "qemu:///session"],
  ["qemu:///session", { exists: [`${L}-ro`], readOnly }, `${L}-ro`, "qemu:///session"],
  ["qemu:///session", { user }, SL, "qemu:///session"],
  ["qemu:///session", { user, readOnly }, SL, "qemu:///session"],
  ["qemu:///session", { user, exists: [SL] }, SL, "qemu:///session"],
  ["qemu:///session", { user, exists: [SQ] }, SQ, "qemu:///session"],
  ["qemu+unix:///session", { user, exists: [SL, `${SQ}-ro`], readOnly }, SL, "qemu:///session"],
  ["qemu+unix:///session?mode=direct", { user }, SQ, "qemu:///session"],
  [
    "qemu:///session",
    { user, env: { XDG_RUNTIME_DIR: undefined } },
    "/home/u/.cache/libvirt/libvirt-sock",
    "qemu:///session",
  ],
  [
    "qemu:///session",
    { user, env: { XDG_RUNTIME_DIR: "" } },
    "/home/u/.cache/libvirt/libvirt-sock",
    "qemu:///session",
  ],
  [
    "qemu:///session",
    { user, env: { XDG_RUNTIME_DIR: undefined, XDG_CACHE_HOME: "/tmp/xc" } },
    "/tmp/xc/libvirt/libvirt-sock",
    "qemu:///session",
  ],
  ["qemu:///session/", { user }, L, "qemu:///session/"],
  [
    "qemu:///session",
    { user, env: started, exists: ["/usr/sbin/libvirtd"] },
    SL,
    "qemu:///session",
    "/usr/sbin/libvirtd",
  ],
  [
    "qemu:///session",
    { user, env: { LIBVIRT_AUTOSTART: undefined, VIRTD_PATH: "/opt/d" } },
    SL,
    "qemu:///session",
    "/opt/d/libvirtd",
  ],
  ["qemu:///session?socket=/tmp/none", { user, env: started }, "/tmp/none", "qemu:///session"],
  ["test+unix:///default", { user }, SL, "test:///default"],
  ["test+unix:///default", { exists: [L] }, L, "test:///default"],
  [
    "test+unix:///default?socket=/tmp/s1",
    { user, env: started },
    "/tmp/s1",
    "test:///default",
  ],
  ["network:///session", { user }, SL, "network:///session"],
  [
    "storage:///session",
    { user, exists: [`${SESSION}/virtstoraged-sock`] },
    `${SESSION}/virtstoraged-sock`,
    "storage:///session",
  ],
  ["xen:///session", { user }, SL, "xen:///session"],
  ["lxc:///", { user }, L, "lxc:///"],
  ["qemu:/system", {}, L, "qemu:///system"],
  ["qemu://", {}, L, "qemu://"],
  ["TEST:///default", {}, L, "TEST:///default"],
  ["xen", {}, L, "xen:///system"],
  ["XEN", {}, L, "xen:///system"],
  ["xen://", {}, L, "xen:///system"],
  ["remote:///", {}, L, ""],
  ["remote+unix:///x", { exists: [L] }, L, ""],
  ["remote:///?mode=direct", {}, `${SYSTEM}/virtremoted-sock`, ""],
  ["qemu+UNIX:///system", { exists: [L] }, L, "qemu:///system"],
  ["qemu+unix:///system?socket=/tmp/s1", {}, "/tmp/s1", "qemu:///system"],
  ["qemu+unix:///system?SOCKET=/tmp/s1", { readOnly }, "/tmp/s1", "qemu:///system"],
  ["qemu:///system?socket=/tmp/s1&mode=direct", {}, "/tmp/s1", "qemu:///system"],
  ["qemu:///system?socket=/tmp/none&socket=/tmp/s1", {}, "/tmp/s1", "qemu:///system"],
  ["qemu+unix:///system?socket=@abs", {}, "@abs", "qemu:///system"],
  ["openvz+unix:///system", {}, L, "openvz:///system"],
  ["esx+unix:///x", { exists: [L] }, L, "esx:///x"],
  [undefined, {}, L, ""],
  ["", { exists: [L] }, L, ""],
  ["", { readOnly }, `${L}-ro`, ""],
  ["", { user }, SL, ""],
  ["", { user, readOnly }, SL, ""],
  ["", { env: { LIBVIRT_DEFAULT_URI: "qemu:///system" } }, L, "qemu:///system"],
  ["", { env: { LIBVIRT_DEFAULT_URI: "" } }, L, ""],
  ["qemu:///system", { config: { remoteMode: "direct" } }, Q, "qemu:///system"],
  ["qemu:///system?mode=auto", { config: { remoteMode: "direct" } }, L, "qemu:///system"],
  ["qemu:///system?mode=legacy", { config: { remoteMode: "foo" } }, L, "qemu:///system"],
  ["", { user, config: { remoteMode: "legacy" } }, SL, ""],
];

for (
  const driver of [
    ...["lxc", "xen", "bhyve", "vbox", "vz", "ch", "foo"],
    ...["network", "storage", "interface", "nodedev", "secret", "nwfilter"],
  ]
) {
  const path = `${SYSTEM}/virt${driver}d-sock`;
  const name = `${driver}:///system`;
  OBSERVED.push([name, { exists: [L] }, L, name], [name, { exists: [L, path] }, path, name]);
}

/** Where libvirt's choice is fixed when it is built (Debian's never starts a modular daemon). */
const OWN: Row[] = [
  // libvirt built for modular daemons starts these, as its newest probing without a URI does.
  [
    "qemu:///session",
    { user, env: started, exists: ["/usr/sbin/virtqemud", "/usr/sbin/libvirtd"] },
    SQ,
    "qemu:///session",
    "/usr/sbin/virtqemud",
  ],
  [
    "qemu:///session?mode=legacy",
    { user, env: started, exists: ["/usr/sbin/virtqemud", "/usr/sbin/libvirtd"] },
    SL,
    "qemu:///session",
    "/usr/sbin/libvirtd",
  ],
  [
    "qemu:///session?mode=direct",
    { user, env: { LIBVIRT_AUTOSTART: "1", LIBVIRTD_PATH: "/opt/l" } },
    SQ,
    "qemu:///session",
    "/opt/l/virtqemud",
  ],
  [
    "qemu:///session",
    { user, env: { ...started, VIRTD_PATH: "/v", LIBVIRTD_PATH: "/l" }, exists: ["/v/virtqemud"] },
    SQ,
    "qemu:///session",
    "/v/virtqemud",
  ],
  [
    "qemu:///session",
    { user, env: started, exists: [SL] },
    SL,
    "qemu:///session",
    "/usr/sbin/libvirtd",
  ],
  [
    "qemu:///session",
    { user, env: started, exists: [SL, "/usr/sbin/virtqemud"] },
    SL,
    "qemu:///session",
    "/usr/sbin/libvirtd",
  ],
  [
    "qemu:///session",
    { user, env: started, exists: [SQ] },
    SQ,
    "qemu:///session",
    "/usr/sbin/virtqemud",
  ],
  ["qemu:///session", { user, env: started }, SL, "qemu:///session", "libvirtd"],
  ["test+unix:///default", { user, env: started }, SL, "test:///default", "libvirtd"],
  ["qemu:///session?mode=direct", { user, env: started }, SQ, "qemu:///session", "virtqemud"],
  ["", { user, env: started }, SL, "", "libvirtd"],
  [
    "",
    { user, env: started, exists: ["/usr/sbin/virtvboxd"] },
    `${SESSION}/virtvboxd-sock`,
    "",
    "/usr/sbin/virtvboxd",
  ],
  ["", { user, exists: [SL, SQ] }, SQ, ""],
  ["", { exists: [Q] }, Q, ""],
  ["", { exists: [Q, `${SYSTEM}/virtxend-sock`] }, `${SYSTEM}/virtxend-sock`, ""],
  ["", { exists: [Q], config: { remoteMode: "direct" } }, Q, ""],
  ["", { exists: [Q, L], config: { remoteMode: "legacy" } }, L, ""],
  [
    "qemu:///system",
    { systemSocketDirectory: "/opt/run" },
    "/opt/run/libvirt-sock",
    "qemu:///system",
  ],
  [
    "qemu:///system",
    { systemSocketDirectory: "/opt/run", exists: ["/opt/run/virtqemud-sock"] },
    "/opt/run/virtqemud-sock",
    "qemu:///system",
  ],
  ["qemu+unix:///system?auth=polkit&authfile=/a", {}, L, "qemu:///system"],
];

for (const [table, rows] of [["as virsh", OBSERVED], ["own", OWN]] as const) {
  for (const [uri, situation, path, name, autostart] of rows) {
    test(`local socket, ${table}: ${uri} ${JSON.stringify(situation)}`, () => {
      const found = resolveEndpoint(uri, factsOf(situation), situation);
      const expected: UnixEndpoint = {
        kind: "unix",
        path,
        ...(autostart === undefined ? {} : { autostart }),
      };
      assertEquals(found.endpoint, expected);
      assertEquals(found.name, name);
      assertEquals(found.readOnly, situation.readOnly ?? false);
      assertEquals(found.host, "localhost");
    });
  }
}

test("local socket: no home and no runtime directory is a ConnectionError", () => {
  const facts = factsOf({ user, home: "", env: { XDG_RUNTIME_DIR: undefined } });
  assertThrows(
    () => resolveEndpoint("qemu:///session", facts),
    ConnectionError,
    "set XDG_RUNTIME_DIR, or give the path with socket=",
  );
});

test("local socket: remote_mode direct, no URI and no socket is refused as by virsh", () => {
  const facts = factsOf({ exists: [L], config: { remoteMode: "direct" } });
  assertThrows(() => resolveEndpoint("", facts), UnsupportedError, "no driver's socket exists");
});

test("local socket: a relative path is refused, where libvirt would use it", () => {
  assertThrows(
    () => resolveEndpoint("qemu:///system?socket=s1", factsOf({})),
    TypeError,
    'The URI "qemu:///system?socket=s1" has socket=s1, but a local socket needs an absolute path',
  );
});

/** What is asked of the host, in order: each question can cost a permission. */
const ASKED: [uri: string, situation: Situation, asked: string[]][] = [
  ["qemu:///system", { exists: [Q] }, [`exists ${Q}`]],
  ["qemu:///system", { exists: [L] }, [`exists ${Q}`]],
  ["qemu:///system?mode=legacy", {}, []],
  ["qemu:///system?socket=/s", {}, []],
  ["qemu:///session?socket=/s", {}, []],
  ["test:///default", {}, []],
  ["qemu+tcp://h/system", {}, []],
  ["qemu+tcp://h/session", { config: {} }, []],
  ["qemu+ext:///session?command=c", { config: {} }, []],
  ["qemu+wss://h/session?target=t", { config: {} }, []],
  ["qemu+tls://h/session", { config: {} }, ["config"]],
  ["qemu+ssh://h/system?mode=auto&proxy=auto", { config: {} }, []],
  ["qemu+ssh://h/session?mode=auto&proxy=native", { config: {} }, []],
  [
    "qemu:///session",
    { user, exists: [SL], env: started },
    [
      "isRoot",
      "env XDG_RUNTIME_DIR",
      "env LIBVIRT_AUTOSTART",
      `exists ${SQ}`,
      `exists ${SL}`,
      "env VIRTD_PATH",
      "env LIBVIRTD_PATH",
      `exists ${SL}`,
    ],
  ],
];

for (const [uri, situation, expected] of ASKED) {
  test(`facts asked: ${uri} ${JSON.stringify(situation)}`, () => {
    const asked: string[] = [];
    resolveEndpoint(uri, factsOf(situation, asked));
    assertEquals(asked, expected);
  });
}
