import { assertEquals, assertThrows } from "@std/assert";
import { formatUri, type LibvirtUri, parseUri } from "../../src/uri.ts";
import { withoutSecrets } from "../../src/uri/secrets.ts";
import { test } from "../harness.ts";

type Parts = Partial<Omit<LibvirtUri, "parameters">> & { parameters?: [string, string][] };

/** A URI and its parts; what is left out is absent, empty or without parameters. */
const PARSED: [text: string, parts: Parts][] = [
  ["qemu:///system", { driver: "qemu", path: "/system" }],
  ["qemu:/system", { driver: "qemu", path: "/system" }],
  ["qemu://", { driver: "qemu" }],
  ["qemu:", { driver: "qemu" }],
  ["qemu:///", { driver: "qemu", path: "/" }],
  ["qemu:////system", { driver: "qemu", path: "//system" }],
  ["xen://host", { driver: "xen", host: "host" }],
  ["xen://system/", { driver: "xen", host: "system", path: "/" }],
  ["Qemu:///system", { driver: "Qemu", path: "/system" }],
  ["q.e-m1:///x", { driver: "q.e-m1", path: "/x" }],
  ["qemu+unix:///system", { driver: "qemu", transport: "unix", path: "/system" }],
  ["qemu+UNIX:///system", { driver: "qemu", transport: "unix", path: "/system" }],
  ["qemu+tcp://h/system", { driver: "qemu", transport: "tcp", host: "h", path: "/system" }],
  ["qemu+tls://h/system", { driver: "qemu", transport: "tls", host: "h", path: "/system" }],
  ["qemu+ssh://h/system", { driver: "qemu", transport: "ssh", host: "h", path: "/system" }],
  ["qemu+libssh://h/x", { driver: "qemu", transport: "libssh", host: "h", path: "/x" }],
  ["qemu+LibSSH2://h/x", { driver: "qemu", transport: "libssh2", host: "h", path: "/x" }],
  ["qemu+ext:///x", { driver: "qemu", transport: "ext", path: "/x" }],
  ["qemu+ws://h/x", { driver: "qemu", transport: "ws", host: "h", path: "/x" }],
  ["qemu+wss://h/x", { driver: "qemu", transport: "wss", host: "h", path: "/x" }],
  ["wss://h/t", { driver: "", transport: "wss", host: "h", path: "/t" }],
  ["WS://[::1]:8/t", { driver: "", transport: "ws", host: "::1", port: 8, path: "/t" }],
  ["a+tcp://127.0.0.1:1", { driver: "a", transport: "tcp", host: "127.0.0.1", port: 1 }],
  ["a+tcp://h:65535/", { driver: "a", transport: "tcp", host: "h", port: 65535, path: "/" }],
  ["a+ssh://h:0022/", { driver: "a", transport: "ssh", host: "h", port: 22, path: "/" }],
  ["a+tcp://[::1]:2/b", { driver: "a", transport: "tcp", host: "::1", port: 2, path: "/b" }],
  ["a://[2001:DB8::1.2.3.4]", { driver: "a", host: "2001:DB8::1.2.3.4" }],
  ["a://[fe80::1%25eth0]/b", { driver: "a", host: "fe80::1%eth0", path: "/b" }],
  ["a://[fe80::1%eth0]/b", { driver: "a", host: "fe80::1%eth0", path: "/b" }],
  ["a://u@h", { driver: "a", user: "u", host: "h" }],
  ["a://u:pw@h:5/", { driver: "a", user: "u:pw", host: "h", port: 5, path: "/" }],
  ["a://u%40x@ho%2Dst/", { driver: "a", user: "u@x", host: "ho-st", path: "/" }],
  ["a+ssh://root@/system", { driver: "a", transport: "ssh", user: "root", path: "/system" }],
  ["a://u@[::1]/b", { driver: "a", user: "u", host: "::1", path: "/b" }],
  ["a://a_b!$&'()*+,;=~/c", { driver: "a", host: "a_b!$&'()*+,;=~", path: "/c" }],
  ["test:///a%20b/caf%C3%A9", { driver: "test", path: "/a b/café" }],
  ["test:///a/../b//c", { driver: "test", path: "/a/../b//c" }],
  ["a:///b%2Fc", { driver: "a", path: "/b/c" }],
  ["a:///b#c%20d?e/f", { driver: "a", path: "/b", fragment: "c d?e/f" }],
  ["a:///b#", { driver: "a", path: "/b", fragment: "" }],
  ["a:///b?", { driver: "a", path: "/b", query: "" }],
  ["a:?b=c", { driver: "a", query: "b=c", parameters: [["b", "c"]] }],
  ["a://h?b=c", { driver: "a", host: "h", query: "b=c", parameters: [["b", "c"]] }],
  ["a:///?b=c#d", {
    driver: "a",
    path: "/",
    query: "b=c",
    fragment: "d",
    parameters: [["b", "c"]],
  }],
];

/** A query and its parameters, as libvirt splits it. */
const QUERIES: [query: string, parameters: [string, string][]][] = [
  ["a=1&b=2&a=3", [["a", "1"], ["b", "2"], ["a", "3"]]],
  ["socket=/a/b?c", [["socket", "/a/b?c"]]],
  ["x=a+b%2Bc%20d", [["x", "a+b+c d"]]],
  ["x=a%26b%3Dc", [["x", "a&b=c"]]],
  ["x=a=b", [["x", "a=b"]]],
  ["x=caf%c3%a9", [["x", "café"]]],
  ["no%5Fverify=1", [["no_verify", "1"]]],
  ["flag", [["flag", ""]]],
  ["flag=", [["flag", ""]]],
  ["=dropped", []],
  ["&&a=1&&", [["a", "1"]]],
  ["a=1;b=2", [["a", "1"], ["b", "2"]]],
  ["a=1;b=2&c=3", [["a", "1;b=2"], ["c", "3"]]],
  ["c=3&a=1;b=2", [["c", "3"], ["a", "1"], ["b", "2"]]],
  ["a;b=1", [["a", ""], ["b", "1"]]],
  ["a=!$'()*,:@/?~", [["a", "!$'()*,:@/?~"]]],
];

const TRANSPORTS = "unix, tcp, tls, ssh, libssh, libssh2, ext, ws, wss";
const SYSTEM = "qemu:///system";

/** A text that is no URI, what the error says of it, and the correct one it gives. */
const MALFORMED: [text: string, problem: string, example: string][] = [
  ["", "it is empty", SYSTEM],
  ["qemu", "there is no driver name at position 1", "qemu:///system"],
  ["qemu/system", "there is no driver name at position 1", SYSTEM],
  ["/var/lib/libvirt", "there is no driver name at position 1", SYSTEM],
  ["//host/system", "there is no driver name at position 1", SYSTEM],
  [":///system", "there is no driver name at position 1", SYSTEM],
  ["?a:b", "there is no driver name at position 1", SYSTEM],
  ["1qemu:///", '"1" at position 1 cannot stand there in a driver name', SYSTEM],
  ["+ssh://h/", '"+" at position 1 cannot stand there in a driver name', SYSTEM],
  [" qemu:///", '" " at position 1 cannot stand there in a driver name', SYSTEM],
  ["qemu :///", '" " at position 5 cannot stand there in a driver name', SYSTEM],
  ["qému:///", '"é" at position 2 cannot stand there in a driver name', SYSTEM],
  ["q😀:///", '"😀" at position 2 cannot stand there in a driver name', SYSTEM],
  ["qemu:system", 'the path at position 6 must begin with "/"', SYSTEM],
  ["localhost:5", 'the path at position 11 must begin with "/"', "localhost:///5"],
  [
    "qemu+foo://h/",
    `the transport "foo" at position 6 is none of ${TRANSPORTS}`,
    "qemu+ssh://h/system",
  ],
  [
    "qemu+:///",
    `the transport "" at position 6 is none of ${TRANSPORTS}`,
    "qemu+ssh://host/system",
  ],
  [
    "a+unix+x:///",
    `the transport "unix+x" at position 3 is none of ${TRANSPORTS}`,
    "a+ssh://host/system",
  ],
  [
    "qemu+unix://h/system",
    'the host "h" at position 13 does not go with the transport unix, which is local',
    "qemu+ssh://h/system",
  ],
  ["qemu://system", '"system" at position 8 stands where a host is expected', SYSTEM],
  ["qemu://session/", '"session" at position 8 stands where a host is expected', "qemu:///session"],
  ["vbox://session", '"session" at position 8 stands where a host is expected', "vbox:///session"],
  ["vz://system", '"system" at position 6 stands where a host is expected', "vz:///system"],
  ["a+tcp://h:/x", "the port at position 11 is missing", "qemu+tcp://h:16509/system"],
  [
    "a+tcp://h:0/x",
    'the port at position 11 is "0", not a number from 1 to 65535',
    "qemu+tcp://h:16509/system",
  ],
  [
    "a+tcp://h:65536",
    'the port at position 11 is "65536", not a number from 1 to 65535',
    "qemu+tcp://h:16509/system",
  ],
  [
    "a+tcp://h:+1/x",
    'the port at position 11 is "+1", not a number from 1 to 65535',
    "qemu+tcp://h:16509/system",
  ],
  [
    "a+tcp://h:12x/x",
    'the port at position 11 is "12x", not a number from 1 to 65535',
    "qemu+tcp://h:16509/system",
  ],
  [
    "a+tcp://[::1]:x/",
    'the port at position 15 is "x", not a number from 1 to 65535',
    "qemu+tcp://[::1]:16509/system",
  ],
  [
    "a+tcp://:5/x",
    "the port at position 9 has no host before it",
    "qemu+tcp://localhost:16509/system",
  ],
  [
    "a://@h/x",
    'the user name before the "@" at position 5 is empty',
    "qemu+ssh://root@host/system",
  ],
  ["a://u@v@h/x", 'the "@" at position 6 must be written %40', "a://u%40v@h/x"],
  ["a://::1/x", "the IPv6 address at position 5 must stand in brackets", "a://[::1]/x"],
  [
    "a://u@2001:db8::1",
    "the IPv6 address at position 7 must stand in brackets",
    "a://u@[2001:db8::1]",
  ],
  [
    "a://[::1/x",
    'the "[" at position 5 does not begin an IPv6 address in brackets',
    "qemu+tcp://[2001:db8::1]:16509/system",
  ],
  [
    "a://[]/x",
    'the "[" at position 5 does not begin an IPv6 address in brackets',
    "qemu+tcp://[2001:db8::1]:16509/system",
  ],
  [
    "a://[v1.x]/x",
    'the "[" at position 5 does not begin an IPv6 address in brackets',
    "qemu+tcp://[2001:db8::1]:16509/system",
  ],
  [
    "a://[::1]x/y",
    'the "]" at position 9 must be followed by a port or a path',
    "qemu+tcp://[::1]:16509/system",
  ],
  [
    "a+ssh://-oProxyCommand=x/",
    '"-oProxyCommand=x" at position 9 is no host name',
    "qemu+ssh://root@host/system",
  ],
  ["a://h%2Fi/x", '"h%2Fi" at position 5 is no host name', "qemu+ssh://root@host/system"],
  ["a://h%0Ai/x", '"h%0Ai" at position 5 is no host name', "qemu+ssh://root@host/system"],
  ["a:///sys tem", 'the " " at position 9 must be written %20', "a:///sys%20tem"],
  ["a:///b c d", 'the " " at position 7 must be written %20', "a:///b%20c%20d"],
  ["a:///b c?d=e f", 'the " " at position 7 must be written %20', SYSTEM],
  ["a:///system ", 'the " " at position 12 must be written %20', "a:///system%20"],
  ['a:///"', 'the """ at position 6 must be written %22', "a:///%22"],
  ["a:///é", 'the "é" at position 6 must be written %C3%A9', "a:///%C3%A9"],
  ["a:///x?s=😀", 'the "😀" at position 10 must be written %F0%9F%98%80', "a:///x?s=%F0%9F%98%80"],
  ["a:///x?s=[1]", 'the "[" at position 10 must be written %5B', "a:///x?s=%5B1%5D"],
  ["a:///x?s=a|b&t={", 'the "|" at position 11 must be written %7C', SYSTEM],
  ["a:///x?a\\=1", 'the "\\" at position 9 must be written %5C', "a:///x?a%5C=1"],
  ["a:///x#y#z", 'the "#" at position 9 must be written %23', "a:///x#y%23z"],
  [
    "a:///%",
    'the "%" at position 6 must be followed by two hexadecimal digits or be written %25',
    "a:///%25",
  ],
  [
    "a:///%4",
    'the "%" at position 6 must be followed by two hexadecimal digits or be written %25',
    "a:///%254",
  ],
  [
    "a:///x?s=%zz",
    'the "%" at position 10 must be followed by two hexadecimal digits or be written %25',
    "a:///x?s=%25zz",
  ],
  [
    "a:///x?s=%00y",
    "%00 at position 10 stands for no character that libvirt can use",
    "a:///x?s=y",
  ],
  [
    "a:///%ff",
    'the percent-encoded bytes of "/%ff" at position 5 are not UTF-8',
    "test:///caf%C3%A9",
  ],
  ["wss:///t", "there is no host at position 5", "wss://host/target"],
  ["ws:", "there is no host at position 4", "ws://host/target"],
  ["wss://h/t#x", 'the "#" at position 10 cannot be part of a WebSocket URL', "wss://host/target"],
];

function partsOf({ parameters = [], ...parts }: Parts): LibvirtUri {
  return {
    driver: "",
    path: "",
    ...parts,
    parameters: parameters.map(([name, value]) => ({ name, value })),
  };
}

function withoutQuery({ query: _, ...uri }: LibvirtUri): LibvirtUri {
  return uri;
}

for (const [text, parts] of PARSED) {
  test(`parseUri: ${text}`, () => {
    const uri = parseUri(text);
    assertEquals(uri, partsOf(parts));
    assertEquals(withoutQuery(parseUri(formatUri(uri))), withoutQuery(uri), formatUri(uri));
  });
}

for (const [query, parameters] of QUERIES) {
  test(`parseUri: query ${query}`, () => {
    const uri = parseUri(`qemu:///system?${query}`);
    assertEquals(uri, partsOf({ driver: "qemu", path: "/system", query, parameters }));
    assertEquals(withoutQuery(parseUri(formatUri(uri))), withoutQuery(uri), formatUri(uri));
  });
}

for (const [text, problem, example] of MALFORMED) {
  test(`parseUri refuses: ${text}`, () => {
    const error = assertThrows(() => parseUri(text), TypeError);
    assertEquals(
      error.message,
      `Cannot parse the URI "${text}": ${problem}; a correct one is, for example, "${example}"`,
    );
    parseUri(example);
  });
}

test("parseUri answers any text with parts that format back, or a TypeError that names it", () => {
  const pieces = [
    ...'qemu:/?#[]@!%+;&=-._~ \\"<^`{|}é😀\ud800\n0aF',
    ...["://", "+ssh", "+ws", "%20", "%00", "%C3%A9", "%ff", "[::1]", ":22", "socket=", "wss:"],
  ];
  let seed = 20_230_115;

  function next(below: number): number {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  }

  const outcomes = { parsed: 0, refused: 0 };
  for (let round = 0; round < 4_000; round++) {
    let text = ["qemu", "qemu://", "a+tcp://h", "a:///b?", ""][next(5)] ?? "";
    for (let count = next(7); count > 0; count--) text += pieces[next(pieces.length)];
    let uri: LibvirtUri;
    try {
      uri = parseUri(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const example = /; a correct one is, for example, "([^"]*)"$/.exec(error.message)?.[1];
      const shown = withoutSecrets(text);
      assertEquals(error.message.startsWith(`Cannot parse the URI "${shown}": `), true);
      parseUri(example ?? "");
      outcomes.refused++;
      continue;
    }
    assertEquals(withoutQuery(parseUri(formatUri(uri))), withoutQuery(uri), text);
    outcomes.parsed++;
  }
  assertEquals(outcomes.parsed > 200 && outcomes.refused > 200, true, JSON.stringify(outcomes));
});
