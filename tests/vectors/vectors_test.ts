import { assert, assertEquals } from "@std/assert";
import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import type { RpcEvent } from "../../src/rpc/rpc_event.ts";
import { libvirtErrorOf } from "../../src/session/failure.ts";
import { toObject } from "../../src/typed_params.ts";
import type { NetMessageError } from "../../gen/rpc/error.ts";
import type { TypedParam } from "../../src/xdr/typed_param.ts";
import type { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { concat } from "../rpc/frames.ts";
import { decodePackets, encodePackets, type Packet } from "./packets.ts";
import { recording, recordings, sentBy } from "./recordings.ts";

const VERSIONS = ["9.0.0", "12.8.0"] as const;
const DOMAIN = { name: "test", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };

interface WireDomain {
  readonly name: string;
  readonly uuid: Uuid;
  readonly id: number;
}

function plain({ name, uuid, id }: WireDomain): typeof DOMAIN {
  return { name, uuid: uuid.toString(), id };
}

function replies(name: string): Packet[] {
  return decodePackets(sentBy("daemon", recording(name)));
}

function replyTo<T>(name: string, procedure: string): T {
  const found = replies(name).find((packet) => packet.name === procedure && packet.type === 1);
  assert(found !== undefined, `no reply to ${procedure} in ${name}`);
  return found.body as T;
}

for (const found of recordings) {
  for (const from of ["client", "daemon"] as const) {
    test(`vectors: ${found.name}: what the ${from} sent, decoded strictly and encoded again`, () => {
      const bytes = concat(...sentBy(from, found));
      const packets = decodePackets(sentBy(from, found));
      assert(packets.length >= 9);
      assertEquals(concat(...encodePackets(packets)), bytes);
      // and however it is cut
      const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
      assertEquals(concat(...encodePackets(decodePackets(bytewise))), bytes);
    });
  }

  test(`vectors: ${found.name}: our server's engine makes each of its calls of it`, () => {
    const server = new RpcEngine({ role: "server", programs: [remoteProgram], strict: true });
    const serials: number[] = [];
    for (const chunk of sentBy("client", found)) {
      for (const event of server.receive(chunk)) {
        assert(event.type === "call" && event.known, event.type);
        serials.push(event.call.serial);
      }
    }
    assertEquals(server.receiveEnd(), []);
    assertEquals(serials, serials.map((_, i) => i), "virsh counts from 0");
  });

  test(`vectors: ${found.name}: our client's engine matches each reply with its call`, () => {
    const client = new RpcEngine({ role: "client", programs: [remoteProgram], strict: true });
    const calls = decodePackets(sentBy("client", found));
    const events: RpcEvent[] = [];
    for (const chunk of found.chunks) {
      if (chunk.from === "client") {
        const [call] = calls.splice(0, 1);
        const address = { program: remoteProgram, number: call!.procedure, name: call!.name };
        client.sendCall({ ...address, encode: () => {}, decode: () => {} }, undefined, call!.name);
      } else {
        events.push(...client.receive(shifted(chunk.bytes)));
      }
    }
    assertEquals(calls, []);
    assertEquals(client.pendingCalls, 0);
    for (const event of events) {
      assert(event.type !== "failure", event.type === "failure" ? event.error.message : "");
      if (event.type === "reply") assertEquals(event.call.context, event.call.procedure.name);
    }
    assertEquals(client.receiveEnd(), []);
  });
}

for (const version of VERSIONS) {
  test(`vectors: ${version}: the domains of a list`, () => {
    const { domains } = replyTo<{ domains: WireDomain[] }>(
      `${version}-list`,
      "connectListAllDomains",
    );
    assertEquals(domains.map(plain), [DOMAIN]);
  });

  test(`vectors: ${version}: the statistics of a domain`, () => {
    const { retStats } = replyTo<{ retStats: { dom: WireDomain; params: TypedParam[] }[] }>(
      `${version}-domstats`,
      "connectGetAllDomainStats",
    );
    assertEquals(retStats.map(({ dom }) => plain(dom)), [DOMAIN]);
    assertEquals(toObject(retStats[0]!.params), { "state.state": 1, "state.reason": 0 });
  });

  test(`vectors: ${version}: a refusal`, () => {
    const error = libvirtErrorOf(
      replyTo<NetMessageError>(`${version}-error`, "domainLookupByName"),
      "domainLookupByName",
    );
    assertEquals([error.codeName, error.domainName, error.level], ["NO_DOMAIN", "TEST", 2]);
    assertEquals(error.message, "Domain not found");
    assertEquals([error.dom, error.net, error.int1, error.int2], [null, null, -1, -1]);
  });

  test(`vectors: ${version}: events`, () => {
    const packets = replies(`${version}-events`);
    const messages = packets.filter(({ type }) => type === 2);
    assertEquals(messages.map(({ name }) => name), [
      "domainEventCallbackLifecycle",
      "domainEventCallbackLifecycle",
    ]);
    const bodies = messages.map(({ body }) =>
      body as {
        callbackId: number;
        msg: { dom: WireDomain; event: number; detail: number };
      }
    );
    assertEquals(bodies.map(({ msg }) => plain(msg.dom)), [DOMAIN, DOMAIN]);
    assertEquals(bodies.map(({ msg: { event, detail } }) => [event, detail]), [[3, 0], [4, 0]]);
    const registered = packets.find(({ name }) => name === "connectDomainEventCallbackRegisterAny");
    const { callbackId } = registered!.body as { callbackId: number };
    assertEquals(bodies.map((body) => body.callbackId), [callbackId, callbackId]);
  });
}

// The serials of replies, counted from 1 as our engine does; messages keep their 0.
function shifted(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at < copy.length; at += view.getUint32(at)) {
    if (view.getUint32(at + 16) === 1) view.setUint32(at + 20, view.getUint32(at + 20) + 1);
  }
  return copy;
}
