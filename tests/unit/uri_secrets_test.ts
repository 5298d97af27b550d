import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { resolveEndpoint } from "../../src/endpoint.ts";
import { formatUri, parseUri } from "../../src/uri.ts";
import { withoutPassword, withoutSecrets } from "../../src/uri/secrets.ts";
import { sshLabel } from "../../transports/labels.ts";
import { test } from "../harness.ts";
import { factsOf } from "./endpoint_facts.ts";

const SECRET = "5f2bTopSecret";

/** A text, and what is shown of it. */
const SHOWN: readonly (readonly [text: string, shown: string])[] = [
  [`wss://h/t?token=${SECRET}`, "wss://h/t?token=***"],
  [`wss://h/t?ticket=${SECRET}&x=1`, "wss://h/t?ticket=***&x=1"],
  [`wss://h/t?TOKEN=${SECRET}&Ticket=${SECRET}`, "wss://h/t?TOKEN=***&Ticket=***"],
  [`wss://h/t?%74oke%6E=${SECRET}`, "wss://h/t?%74oke%6E=***"],
  [`wss://h/t?x=1;token=${SECRET}`, "wss://h/t?x=1;token=***"],
  [
    `wss://h/t?access_token=${SECRET}&client_secret=${SECRET}`,
    "wss://h/t?access_token=***&client_secret=***",
  ],
  [
    `https://h/o?X-Amz-Signature=${SECRET}&X-Amz-Date=1`,
    "https://h/o?X-Amz-Signature=***&X-Amz-Date=1",
  ],
  [`qemu+wss://h/system?target=t&token=${SECRET}`, "qemu+wss://h/system?target=t&token=***"],
  [
    `qemu+ext:///x?command=c&argv=--password%3D${SECRET}`,
    "qemu+ext:///x?command=c&argv=--password%3D***",
  ],
  [`qemu+ssh://root:${SECRET}@h:22/system`, "qemu+ssh://root:***@h:22/system"],
  [`qemu+ssh://root%3A${SECRET}@h/system`, "qemu+ssh://root%3A***@h/system"],
  [`qemu+ssh://:${SECRET}@h/system`, "qemu+ssh://:***@h/system"],
  [`ws://u:${SECRET}@[::1]:80/t?token=${SECRET}`, "ws://u:***@[::1]:80/t?token=***"],
  // what goes on behind the wrong sign
  [`wss://h/t&token=${SECRET}`, "wss://h/t&token=***"],
  [`wss://h/t#token=${SECRET}`, "wss://h/t#token=***"],
  [`wss://h/t?token=${SECRET}#${SECRET}`, "wss://h/t?token=***"],
  [`wss://h/t?token=a;${SECRET}&x=1`, "wss://h/t?token=***&x=1"],
  [`qemu+ssh://root:a@${SECRET}@h/system`, "qemu+ssh://root:***@h/system"],
  [`qemu+ssh://root:a/${SECRET}@h/system`, "qemu+ssh://root:***@h/system"],
  [`qemu+ssh://root:a?${SECRET}#@h/system`, "qemu+ssh://root:***@h/system"],
  [`qemu+ssh://root:/${SECRET}@h/system`, "qemu+ssh://root:***@h/system"],
  [`root:${SECRET}@h`, "root:***@h"],
  [` qemu+ssh://root:${SECRET}@h`, " qemu+ssh://root:***@h"],
  [`token=${SECRET}`, "token=***"],
];

/** What is shown as it is. */
const PLAIN: readonly string[] = [
  "",
  "hail",
  "qemu:///system",
  "test:///a:b@c",
  "test:/a:b@c",
  "qemu+ssh://root@host:22/system?keyfile=/home/me/key&no_tty=1",
  "qemu+ssh://root@[2001:db8::1]:22/system?keyfile=a@b",
  "qemu+tcp://[::1]:16509/a@b",
  "qemu+tcp://host:16509/a@b",
  "qemu+unix:///system?socket=/a:b@c",
  "wss://h/token/t?tokens=3&ticket=",
];

test("uri secrets: what is shown of a URI", () => {
  for (const [text, shown] of SHOWN) assertEquals(withoutSecrets(text), shown);
  for (const text of PLAIN) assertEquals(withoutSecrets(text), text);
});

test("uri secrets: what is shown of a part", () => {
  const text = `qemu+ssh://root:${SECRET}@h/system?token=${SECRET}`;
  const from = text.indexOf(SECRET);
  assertEquals(withoutSecrets(text, from + 1, from + 3), "***");
  assertEquals(withoutSecrets(text, from - 5, from + 3), "root:***");
  assertEquals(withoutSecrets(text, 0, from - 5), "qemu+ssh://");
  assertEquals(withoutSecrets(text, text.length - 3), "***");
  assertEquals(withoutSecrets(text, text.indexOf("@")), "@h/system?token=***");
});

test("uri secrets: a user's name may have a password in it", () => {
  for (
    const [user, shown] of [["root", "root"], ["root:", "root:"], [`a:b:${SECRET}\n`, "a:***"]]
  ) {
    assertEquals(withoutPassword(user!), shown);
  }
  const { endpoint } = resolveEndpoint(`qemu+ssh://root:${SECRET}@h/system`, factsOf({}));
  assert(endpoint.kind === "ssh");
  assertEquals([endpoint.user, sshLabel(endpoint)], [`root:${SECRET}`, "ssh:root:***@h"]);
});

test("uri secrets: they stay in what is sent", () => {
  const text = `qemu+wss://u:${SECRET}@h/system?target=t&token=${SECRET}`;
  const { endpoint, user } = resolveEndpoint(text, factsOf({}));
  assertEquals(user, `u:${SECRET}`);
  assertEquals(endpoint, { kind: "websocket", url: "wss://h/t", token: SECRET });
  assertEquals(parseUri(formatUri(parseUri(text))).user, `u:${SECRET}`);
});

/** URIs that nothing comes of, by what is wrong with them. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "a password": [
    "qemu+ssh://root:SECRET@host/sys tem",
    "qemu+ssh://root:SECRET@host:0/system",
    "qemu+ssh://root:SECRET@-host/system",
    "qemu+ssh://root:SECRET /x@host/system",
    "qemu+ssh://root:SECRET/x@host/system",
    "qemu+ssh://root:SECRET%@host/system",
    "qemu+ssh://root:SECRET%ff@host/system",
    "qemu+ssh://root:SECRET%00@host/system",
    "qemu+ssh://root:SECRET@host/system?netcat=nc&proxy=native",
    "qemu+ssh://root:SECRET@host/system?mode=direct",
    "qemu+ssh://root:SECRET@host/system?keyfile=",
    "qemu+ssh://root:SECRET@host/embed",
    "qemu+unix://root:SECRET@host/system",
    "qemu+sssh://root:SECRET@host/system",
    "qemu://root:SECRET@system",
    "qemu+ext://root:SECRET@host/system",
    "remote+ssh://root:SECRET@host/system?proxy=native",
    "esx://root:SECRET@host/",
    "root:SECRET@host",
  ],
  "a token": [
    "wss://host/target?token=SECRET#x",
    "wss://host/target?token=SEC RET",
    "wss://host/target?token=SECRET%",
    "wss://host/target?token=SECRET%ff",
    "wss://host/target?token=SECRET&ticket=",
    "wss:///target?token=SECRET",
    "wss://host:99999/target?token=SECRET",
    "wss:target?token=SECRET",
    "qemu+wss://host/system?token=SECRET",
    "qemu+wss://host/system?target=&ticket=SECRET",
    "qemu+wss://host/system?target=t&mode=other&ticket=SECRET",
    "?token=SECRET",
    "not a uri?token=SECRET",
    "1wss://host/target?token=SECRET",
    "esx://host/?token=SECRET",
  ],
};

for (const [what, texts] of Object.entries(REFUSED)) {
  test(`uri secrets: ${what} is in no message about the URI`, () => {
    for (const text of texts) {
      // parts of it are no less secret
      const uri = text.replace("SECRET", "tOpTopTop").replace("SEC RET", "tOp Top Top");
      const error = assertThrows(() => resolveEndpoint(uri, factsOf({})), Error);
      for (const said of [error.message, String(error), error.stack ?? "", String(error.cause)]) {
        assert(!/top/i.test(said.replaceAll(import.meta.url, "")), `${text}: ${said}`);
      }
      assertStringIncludes(error.message, "***", text);
    }
  });
}

test("uri secrets: an alias that is malformed", () => {
  const config = { uriAliases: [`ha il=wss://h/t?token=${SECRET}`] };
  const error = assertThrows(() => resolveEndpoint("hail", factsOf({ config })), TypeError);
  assertStringIncludes(error.message, '"ha il=wss://h/t?token=***"');
});
