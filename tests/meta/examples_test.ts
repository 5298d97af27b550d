// Runs on: deno (it reads the source, which is the same everywhere)
/** Whatever is exported has an example, or belongs to what has one. */

import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { test } from "../harness.ts";
import { root } from "./repository.ts";

interface Documented {
  readonly name: string;
  readonly declarations: readonly { readonly location: { readonly filename: string } }[];
}

interface DocumentedModule {
  readonly module_doc?: unknown;
  readonly symbols: readonly Documented[];
}

/**
 * What is understood from the example of another: its counterpart, its parent, its elder sister.
 *
 * Types are understood from what takes or answers them, generated code from the module that has it.
 */
const BELONGS: Readonly<Record<string, string>> = {
  AdminClient: "connectAdmin",
  AdminConnection: "connectAdmin",
  AdminServer: "connectAdmin",
  AuthError: "LibvirtError",
  CONTENT_SECURITY_POLICY: "createProxy",
  ConnectionError: "LibvirtError",
  ConnectionEvent: "DomainEvent",
  DomainJob: "Domain",
  EventHub: "Driver",
  EventOverflowError: "EventStream",
  FILTER_PRESETS: "createProxy",
  Feature: "connect",
  Features: "connect",
  Keepalive: "RpcEngine",
  MessageStatus: "RpcEngine",
  NetworkPort: "Network",
  NodeDeviceEvent: "DomainEvent",
  NwFilter: "Connection",
  NwFilterBinding: "Connection",
  ObjectMaker: "ullong",
  ProtocolError: "LibvirtError",
  SecretEvent: "DomainEvent",
  StoragePoolEvent: "DomainEvent",
  StreamOverflowError: "DuplexStream",
  StreamState: "RpcEngine",
  TypedParamType: "ullong",
  TypedValue: "ullong",
  UnsupportedError: "isUnsupported",
  XdrError: "LibvirtError",
  authFailed: "LibvirtError",
  decodeTypedParam: "XdrReader",
  decodeVoid: "XdrReader",
  dialWebSocket: "connectWeb",
  double: "ullong",
  encodeTypedParam: "XdrWriter",
  encodeVoid: "XdrWriter",
  formatUri: "parseUri",
  fromObject: "ullong",
  int: "ullong",
  llong: "ullong",
  qemuAttach: "qemuMonitorCommand",
  resolveUri: "resolveEndpoint",
  runProcess: "main",
  saslServerExternal: "saslServerScram",
  saslServerPlain: "saslServerScram",
  serveTestUri: "createTestHypervisor",
  stringFlags: "ullong",
  toObject: "ullong",
  uint: "ullong",
  unsupported: "isUnsupported",
  uriParameter: "parseUri",
  uriTransport: "parseUri",
};

async function documentation(): Promise<Readonly<Record<string, DocumentedModule>>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...Object.values(denoJson.exports)],
    cwd: root,
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).nodes;
}

const HAS_EXAMPLE = '"kind":"example"';

test("meta: every export has an example or belongs to one that has", async () => {
  const modules = await documentation();
  const text = JSON.stringify(modules);
  const examples = text.matchAll(/"kind":"example","doc":"((?:[^"\\]|\\.)*)"/g);
  const words = new Set([...examples].flatMap(([, code]) => code!.match(/\w+/g) ?? []));
  const own = new Set<string>();
  const without = new Set<string>();
  for (const path of Object.values(denoJson.exports)) {
    const { href } = pathToFileURL(join(root, path));
    const module = modules[href];
    assert(module !== undefined, `deno doc says nothing of ${path}`);
    assert(JSON.stringify(module.module_doc).includes(HAS_EXAMPLE), `${path} has no example`);
    // types belong to what takes or answers them
    const values = new Set(Object.keys(await import(href)));
    for (const symbol of module.symbols) {
      const { name, declarations: [first] } = symbol;
      const generated = first!.location.filename.startsWith(
        new URL("gen/", pathToFileURL(`${root}/`)).href,
      );
      if (JSON.stringify(symbol).includes(HAS_EXAMPLE) || words.has(name)) own.add(name);
      else if (values.has(name) && !generated) without.add(name);
    }
  }
  const lacking = [...without].filter((name) => !own.has(name));
  assertEquals(lacking.filter((name) => !Object.hasOwn(BELONGS, name)), []);
  const stale = Object.entries(BELONGS).filter(([name, to]) => own.has(name) || !own.has(to));
  assertEquals(stale, []);
});
