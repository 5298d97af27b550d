import { assertEquals, assertThrows } from "@std/assert";
import { parseClientConfig, readClientConfig } from "../../src/uri/client_config.ts";
import { resolveEndpoint } from "../../src/endpoint.ts";
import { test } from "../harness.ts";

const TEXT = `# These can be used in cases
uri_aliases = [
  "hail=qemu+ssh://root@hail.cloud.example.com/system", # a comment
  'sleet=qemu+tls://sleet/system',
]

uri_default = "qemu:///session"
remote_mode="direct"
remote_proxy = 'netcat'
tls_priority = """NORMAL"""
other = 5
`;

test("client config: every setting", () => {
  assertEquals(parseClientConfig(TEXT, "/c"), {
    uriAliases: [
      "hail=qemu+ssh://root@hail.cloud.example.com/system",
      "sleet=qemu+tls://sleet/system",
    ],
    uriDefault: "qemu:///session",
    remoteMode: "direct",
    remoteProxy: "netcat",
    tlsPriority: "NORMAL",
  });
  assertEquals(parseClientConfig("", "/c"), {});
  assertEquals(parseClientConfig("uri_aliases = []", "/c"), { uriAliases: [] });
});

test("client config: what is malformed is told by its line", () => {
  const cases: [string, string][] = [
    ["\nuri_default", "line 2"],
    ["uri_default =\n", "line 1"],
    ['uri_default = "x', "line 1"],
    ['a = 1\n\nuri_default = ["x" "y"]', "line 3"],
    ["uri_default = [1]", "line 1"],
    ["uri_default = 5", "uri_default must be a string"],
    ['uri_aliases = "x"', "uri_aliases must be a list"],
    ["= 5", "line 1"],
    ["a = b", "line 1"],
    ["?", "line 1"],
  ];
  for (const [text, message] of cases) {
    assertThrows(() => parseClientConfig(text, "/c"), TypeError, message);
  }
});

test("client config: the system's for root, else the user's own, never both", () => {
  function pathFor(root: boolean, env: Record<string, string>, home?: string): string[] {
    const read: string[] = [];
    readClientConfig({ isRoot: () => root, env: (name) => env[name], home: () => home }, (path) => {
      read.push(path);
      return undefined;
    });
    return read;
  }
  const env = { XDG_CONFIG_HOME: "/x" };
  assertEquals(pathFor(true, env, "/root"), ["/etc/libvirt/libvirt.conf"]);
  assertEquals(pathFor(false, env, "/home/u"), ["/x/libvirt/libvirt.conf"]);
  assertEquals(pathFor(false, {}, "/home/u"), ["/home/u/.config/libvirt/libvirt.conf"]);
  assertEquals(pathFor(false, {}), []);
});

test("client config: decides where a client connects", () => {
  const facts = {
    isRoot: () => true,
    env: () => undefined,
    home: () => "/root",
    exists: () => false,
    config: () => parseClientConfig(TEXT, "/c"),
  };
  const { endpoint } = resolveEndpoint("sleet", facts);
  assertEquals([endpoint.kind, endpoint.kind === "tls" && endpoint.priority], ["tls", "NORMAL"]);
  assertEquals(resolveEndpoint(undefined, facts).name, "qemu:///session");
});
