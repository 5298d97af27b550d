import { assertEquals, assertThrows } from "@std/assert";
import { resolveEndpoint, resolveUri } from "../../src/endpoint.ts";
import { UnsupportedError } from "../../src/errors.ts";
import { formatUri, parseUri } from "../../src/uri.ts";
import { test } from "../harness.ts";
import { factsOf, type Situation } from "./endpoint_facts.ts";

const user = true;

/** A URI whose parameters do not fit, and the whole message. */
const REFUSED: [uri: string, situation: Situation, message: string][] = [
  ["qemu:///system?mode=foo", {}, "has mode=foo, but mode must be auto, legacy or direct"],
  ["qemu:///system?mode=AUTO", {}, "has mode=AUTO, but mode must be auto, legacy or direct"],
  ["qemu:///system?mode=", {}, "has mode=, but mode must be auto, legacy or direct"],
  ["qemu+tcp://h/x?mode=foo", {}, "has mode=foo, but mode must be auto, legacy or direct"],
  ["qemu+ssh://h/x?proxy=bar", {}, "has proxy=bar, but proxy must be auto, native or netcat"],
  ["qemu+tcp://h/x?proxy=foo", {}, "has proxy=foo, but proxy must be auto, native or netcat"],
  ["qemu+ssh://h/x?no_verify=2", {}, "has no_verify=2, but no_verify must be 0 or 1"],
  ["qemu+ssh://h/x?no_verify=", {}, "has no_verify=, but no_verify must be 0 or 1"],
  ["qemu+ssh://h/x?NO_TTY=yes", {}, "has no_tty=yes, but no_tty must be 0 or 1"],
  ["qemu://h/x?no_sanity=-1", {}, "has no_sanity=-1, but no_sanity must be 0 or 1"],
  [
    "qemu+libssh2://h/x?known_hosts_verify=x",
    {},
    "has known_hosts_verify=x, but known_hosts_verify must be normal, auto or ignore",
  ],
  [
    "qemu+libssh2://h/x?sshauth=agent,,password",
    {},
    "has sshauth=, but sshauth must be agent, privkey, password or keyboard-interactive",
  ],
  [
    "qemu+libssh://h/x?sshauth=gssapi",
    {},
    "has sshauth=gssapi, but sshauth must be agent, privkey, password or keyboard-interactive",
  ],
  ...[..."socket command netcat keyfile known_hosts known_hosts_verify".split(" "), "sshauth"].map(
    (name): [string, Situation, string] => [
      `qemu+ssh://h/x?${name}=`,
      {},
      `has ${name}= without a value; give one or leave it out`,
    ],
  ),
  ["qemu://h/x?pkipath", {}, "has pkipath= without a value; give one or leave it out"],
  ["qemu://h/x?tls_priority=", {}, "has tls_priority= without a value; give one or leave it out"],
  ["qemu:///x?authfile=", {}, "has authfile= without a value; give one or leave it out"],
  ...["none", "foo", "", "sasl.", "polkit.x"].map((auth): [string, Situation, string] => [
    `qemu:///x?auth=${auth}`,
    {},
    `has auth=${auth}, but auth must be polkit, sasl or sasl. and a mechanism, as in ` +
    `auth=sasl.scram-sha-256`,
  ]),
  [
    "qemu+ssh://h/system?netcat=/n&proxy=native",
    {},
    "has netcat=/n, but virt-ssh-helper is used here, not netcat; add proxy=netcat, or leave " +
    "netcat= out",
  ],
  [
    "qemu+ssh://h/system?netcat=/n",
    { config: { remoteProxy: "native" } },
    "has netcat=/n, but virt-ssh-helper is used here, not netcat; add proxy=netcat, or leave " +
    "netcat= out",
  ],
  [
    "qemu+ssh://h/session?netcat=/n",
    { user },
    "has netcat=/n, but virt-ssh-helper is used here, not netcat (the default for a session); " +
    "add proxy=netcat, or leave netcat= out",
  ],
  [
    "remote+ssh://h/?proxy=native",
    {},
    "leaves the name empty, but virt-ssh-helper needs one; add a name, as in " +
    "name=qemu:///system, or use proxy=netcat",
  ],
  [
    "qemu+ext:///system",
    {},
    "has the transport ext but no command=; a correct one is, for example, " +
    '"qemu+ext:///system?command=/usr/local/bin/tunnel"',
  ],
  [
    "qemu+wss://h/system",
    {},
    "has the transport wss but no target=, which the proxy knows the daemon by; a correct one is, " +
    'for example, "qemu+wss://host/system?target=name"',
  ],
  [
    "qemu+wss://h/system?target=t&token=",
    {},
    "has token= without a value; give one or leave it out",
  ],
];

for (const [uri, situation, message] of REFUSED) {
  test(`resolveEndpoint refuses: ${uri} ${JSON.stringify(situation)}`, () => {
    const error = assertThrows(() => resolveEndpoint(uri, factsOf(situation)), TypeError);
    assertEquals(error.message, `The URI "${uri}" ${message}`);
  });
}

/** What libvirt serves by itself, and mode=direct away from this host. */
const UNSUPPORTED: [uri: string, situation: Situation, message: string][] = [
  ...["esx://h/", "esx:///", "ESX://h/", "vpx://h/dc/c", "gsx://h/", "hyperv://h/"].map(
    (
      uri,
    ): [string, Situation, string] => [
      uri,
      {},
      `libvirt serves the driver ${uri.split(":")[0]} inside its C library`,
    ],
  ),
  ["openvz:///system", {}, "libvirt serves the driver openvz inside its C library"],
  ["vmwareplayer:///session", {}, "libvirt serves the driver vmwareplayer inside its C library"],
  ["vmwarews:///session", {}, "libvirt serves the driver vmwarews inside its C library"],
  ["vmwarefusion:///session", {}, "libvirt serves the driver vmwarefusion inside its C library"],
  ["qemu:///embed?root=/x", {}, "an embedded driver runs inside libvirt's C library"],
  ["qemu+ssh://h/embed", {}, "an embedded driver runs inside libvirt's C library"],
  ...["ssh", "libssh", "libssh2", "tcp", "tls", "ext", "ws", "wss"].map(
    (transport): [string, Situation, string] => [
      `qemu+${transport}://h/system?mode=direct&command=c&socket=/s`,
      {},
      `mode=direct is for local sockets, not for the transport ${transport}`,
    ],
  ),
  ["qemu://h/system?mode=direct", {}, "not for the transport tls; use mode=auto or mode=legacy"],
  [
    "qemu+ssh://h/system",
    { config: { remoteMode: "direct" } },
    "remote_mode in libvirt.conf is direct, which is for local sockets, not for the transport " +
    "ssh; add mode=auto",
  ],
];

for (const [uri, situation, message] of UNSUPPORTED) {
  test(`resolveEndpoint cannot do: ${uri} ${JSON.stringify(situation)}`, () => {
    const resolve = () => resolveEndpoint(uri, factsOf(situation));
    const error = assertThrows(resolve, UnsupportedError, message);
    assertEquals(error.message.startsWith(`Cannot connect to "${uri}": `), true, error.message);
    assertEquals([error.origin, error.codeName], ["local", "NO_SUPPORT"]);
  });
}

/** What libvirt.conf makes of a text, or the error. */
const SETTLED: [text: string, situation: Situation, uri: string | undefined][] = [
  ["b", { config: { uriAliases: ["a=x:///", "b=xen+ssh://h/"] } }, "xen+ssh://h/"],
  ["a", { config: { uriAliases: ["a=x:///1", "a=x:///2"] } }, "x:///1"],
  ["a_-9", { config: { uriAliases: ["a_-9=x:///?y=z"] } }, "x:///?y=z"],
  ["xen", { config: { uriAliases: ["xen=lxc:///x"] } }, "xen:///system"],
  ["qemu:///x", { config: { uriAliases: ["a b=x:///"] } }, "qemu:///x"],
  ["", { config: { uriDefault: "qemu:///d" } }, "qemu:///d"],
  ["", { config: { uriDefault: "" } }, undefined],
  [
    "",
    { config: { uriDefault: "qemu:///d" }, env: { LIBVIRT_DEFAULT_URI: "lxc:///e" } },
    "lxc:///e",
  ],
  ["qemu:///x", { env: { LIBVIRT_DEFAULT_URI: "lxc:///e" } }, "qemu:///x"],
];

for (const [text, situation, uri] of SETTLED) {
  test(`resolveUri: "${text}" ${JSON.stringify(situation)}`, () => {
    const found = resolveUri(text, factsOf(situation));
    assertEquals(found === undefined ? undefined : formatUri(found), uri);
  });
}

/** Texts that stay no URI: an alias is replaced once, and only by its exact name. */
const UNSETTLED: [text: string, situation: Situation, message: string][] = [
  ["b", { config: { uriAliases: ["b=a", "a=x:///"] } }, 'Cannot parse the URI "a": there is no'],
  ["A", { config: { uriAliases: ["a=x:///"] } }, 'Cannot parse the URI "A": there is no'],
  ["zz", {}, 'Cannot parse the URI "zz": there is no driver name'],
  ["", { env: { LIBVIRT_DEFAULT_URI: "xen" } }, 'Cannot parse the URI "xen": there is no driver'],
  ["", { env: { LIBVIRT_DEFAULT_URI: "bad uri" } }, 'Cannot parse the URI "bad uri"'],
  ["c", { config: { uriAliases: ["c="] } }, 'The entry "c=" of uri_aliases in libvirt.conf is'],
  ["c", { config: { uriAliases: ["a b=x:///"] } }, 'The entry "a b=x:///" of uri_aliases'],
  ["c", { config: { uriAliases: ["noeq"] } }, 'an alias has only letters, digits, "_" and "-"'],
];

for (const [text, situation, message] of UNSETTLED) {
  test(`resolveUri refuses: "${text}" ${JSON.stringify(situation)}`, () => {
    assertThrows(() => resolveUri(text, factsOf(situation)), TypeError, message);
  });
}

test("resolveUri leaves aliases aside when told", () => {
  const facts = factsOf({ config: { uriAliases: ["a=qemu:///x"] } });
  assertThrows(() => resolveUri("a", facts, { noAliases: true }), TypeError, "no driver name");
});

test("libvirt.conf is checked where it is used", () => {
  const facts = factsOf({ config: { remoteMode: "foo", remoteProxy: "bar" } });
  const mode = assertThrows(() => resolveEndpoint("qemu:///system", facts), TypeError);
  assertEquals(
    mode.message,
    "libvirt.conf has remote_mode=foo, but remote_mode must be auto, legacy or direct",
  );
  const proxy = assertThrows(() => resolveEndpoint("qemu+ssh://h/system", facts), TypeError);
  assertEquals(
    proxy.message,
    "libvirt.conf has remote_proxy=bar, but remote_proxy must be auto, native or netcat",
  );
});

/** What authentication learns from a URI. */
const AUTH: [uri: string, host: string, rest: Record<string, unknown>][] = [
  ["qemu:///system", "localhost", {}],
  ["qemu+tcp://u@h/system?auth=sasl", "h", { user: "u", auth: { type: "sasl" } }],
  ["qemu+tls://[::1]/x?AUTH=Polkit", "::1", { auth: { type: "polkit" } }],
  [
    "qemu:///system?auth=SASL.scram-sha-256&authfile=/a/b",
    "localhost",
    { auth: { type: "sasl", mechanism: "SCRAM-SHA-256" }, authFile: "/a/b" },
  ],
  ["wss://u@h/t?auth=sasl.plain", "h", { user: "u", auth: { type: "sasl", mechanism: "PLAIN" } }],
];

for (const [text, host, rest] of AUTH) {
  test(`resolveEndpoint, for authentication: ${text}`, () => {
    const { endpoint: _, name: __, readOnly: ___, uri, ...found } = resolveEndpoint(
      text,
      factsOf({}),
    );
    assertEquals(found as Record<string, unknown>, { host, ...rest });
    assertEquals(uri, parseUri(text));
  });
}

test("resolveEndpoint takes a parsed URI, which no default or alias replaces", () => {
  const uri = parseUri("qemu+tcp://h/system");
  const facts = factsOf({ env: { LIBVIRT_DEFAULT_URI: "lxc:///" } });
  const { endpoint, uri: used } = resolveEndpoint(uri, facts);
  assertEquals(endpoint, { kind: "tcp", host: "h", port: 16509 });
  assertEquals(used, uri);
});
