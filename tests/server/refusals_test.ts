import { assert, assertEquals } from "@std/assert";
import {
  connectDomainEventCallbackRegisterAny,
  connectGetHostname,
  connectOpen,
} from "../../gen/remote/connect.ts";
import { DomainEventId } from "../../gen/enums/domain.ts";
import {
  domainDefineXml,
  domainGetXmlDesc,
  domainLookupByName,
  domainSetLifecycleAction,
  domainSetMetadata,
} from "../../gen/remote/domain.ts";
import type { Procedure } from "../../src/procedure.ts";
import { LibvirtError } from "../../src/errors.ts";
import { test } from "../harness.ts";
import { connected, refused, serving } from "./connected.ts";

/** A call whose text is sent as it is, whatever it holds. */
function raw(procedure: { number: number; program: Procedure<unknown, unknown>["program"] }) {
  return {
    ...procedure,
    name: "raw",
    encode: (writer, text) => {
      const bytes = new TextEncoder().encode(text);
      writer.uint32(bytes.length, "length");
      writer.raw(bytes);
      writer.raw(new Uint8Array((4 - bytes.length % 4) % 4));
    },
    decode: (reader) => void reader.rest(),
  } satisfies Procedure<string, void>;
}

test("refusals: an error that quotes a NUL ends where C's would, and the server lives", async () => {
  await using client = await connected();
  const { session } = client;
  for (const text of ["<domain type='test'><name>a\0b</name></domain>", "<x\0y>", "\0", "a\0"]) {
    for (const procedure of [domainDefineXml, domainLookupByName]) {
      const error = await refused(session.call(raw(procedure), text));
      assert(error instanceof LibvirtError, String(error));
      assert(!error.message.includes("\0"));
    }
  }
  await session.call(connectGetHostname, undefined);
});

test("refusals: an error that quotes all that a packet holds is cut", async () => {
  await using client = await connected();
  const { session } = client;
  const error = await refused(session.call(raw(domainDefineXml), "<" + "x".repeat(4_194_303)));
  assert(error instanceof LibvirtError, String(error));
  assert(error.message.length <= 65_536, `${error.message.length}`);
  await session.call(connectGetHostname, undefined);
});

test("refusals: what a driver throws and nobody can send is an answer all the same", async () => {
  const odd = new LibvirtError("odd", {
    code: NaN,
    dom: { name: "x", uuid: "no uuid", id: 1 },
  });
  for (const late of [false, true]) {
    const { session } = serving({
      connectGetHostname: () => {
        if (!late) throw odd;
        return Promise.reject(odd);
      },
    });
    await session.call(connectOpen, { name: "any:///", flags: 0 });
    const error = await refused(session.call(connectGetHostname, undefined));
    assertEquals(error.message, "Unable to encode message payload");
    await session.close();
  }
});

test("refusals: an event that holds what cannot be sent is not, and the server lives", async () => {
  await using client = await connected();
  const { session } = client;
  await session.call(connectDomainEventCallbackRegisterAny, {
    eventId: DomainEventId.METADATA_CHANGE,
    dom: null,
  });
  const { dom } = await session.call(domainLookupByName, { name: "test" });
  const withNul: typeof domainSetMetadata = {
    ...domainSetMetadata,
    encode(writer, args) {
      domainSetMetadata.encode(writer, args);
      const bytes = writer.bytes();
      bytes[bytes.lastIndexOf("@".charCodeAt(0))] = 0;
    },
  };
  const element = { type: 2, metadata: "<a/>", key: "k", flags: 0 };
  await session.call(withNul, { dom, ...element, uri: "urn:a@b" }).catch(() => {});
  await session.call(connectGetHostname, undefined);
});

test("refusals: a lifecycle action that there is not changes nothing", async () => {
  await using client = await connected();
  const { session } = client;
  const { dom } = await session.call(domainLookupByName, { name: "test" });
  const before = await session.call(domainGetXmlDesc, { dom, flags: 0 });
  for (const [type, action] of [[0, 9], [7, 0], [0xffffffff, 0xffffffff]] as const) {
    const args = { dom, type, action, flags: 0 };
    const error = await refused(session.call(domainSetLifecycleAction, args));
    assert(error.message.includes("invalid lifecycle"), error.message);
  }
  assertEquals(await session.call(domainGetXmlDesc, { dom, flags: 0 }), before);
});
