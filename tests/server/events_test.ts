import { assertEquals } from "@std/assert";
import { DomainEventId } from "../../gen/enums/domain.ts";
import { ClientEvents, EventHub } from "../../src/server/events.ts";
import {
  domainEventCallbackLifecycleMessage,
  domainEventLifecycleMessage,
} from "../../gen/remote/dispatch.ts";
import type { OutgoingMessage } from "../../src/procedure.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import { remoteProgram } from "../../gen/remote/program.ts";
import {
  connectDomainEventCallbackDeregisterAny,
  connectDomainEventCallbackRegisterAny,
  connectDomainEventRegister,
  connectOpen,
} from "../../gen/remote/connect.ts";
import { domainDestroy, domainLookupByName, domainSuspend } from "../../gen/remote/domain.ts";
import {
  decodeDomainEventCallbackLifecycleMsg,
  decodeDomainEventLifecycleMsg,
} from "../../gen/remote/events.ts";
import { connectWith } from "../../src/connect.ts";
import { NO_FACTS } from "../../src/endpoint.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { createTestHypervisor, type TestHypervisor } from "../../src/testing.ts";
import { XdrReader } from "../../src/xdr/reader.ts";
import type { Procedure } from "../../src/procedure.ts";
import { memoryPair } from "../../transports/memory.ts";
import { test } from "../harness.ts";

/** A client that notes in which order replies and events come. */
class Witness {
  readonly seen: string[] = [];
  readonly #engine = new RpcEngine({ role: "client", programs: [remoteProgram] });
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(hypervisor: TestHypervisor) {
    const [near, far] = memoryPair();
    hypervisor.serve(far);
    this.#writer = near.writable.getWriter();
    this.#reader = near.readable.getReader();
  }

  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const call = this.#engine.sendCall(procedure, args, undefined);
    for (const chunk of this.#engine.takeOutput()) await this.#writer.write(chunk);
    for (;;) {
      const { value } = await this.#reader.read();
      let result: { value: R } | undefined;
      for (const event of this.#engine.receive(value!)) {
        if (event.type === "message") this.#note(event.procedure, event.body);
        else if (event.type === "reply" && event.call === call) {
          this.seen.push(procedure.name);
          result = { value: procedure.decode(new XdrReader(event.body)) };
        } else throw new Error(`Unexpected ${event.type}`);
      }
      if (result !== undefined) return result.value;
    }
  }

  /** Reads until so much was seen. */
  async until(count: number): Promise<void> {
    while (this.seen.length < count) {
      const { value } = await this.#reader.read();
      for (const event of this.#engine.receive(value!)) {
        if (event.type === "message") this.#note(event.procedure, event.body);
      }
    }
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
  }

  #note(procedure: number, body: Uint8Array): void {
    const reader = new XdrReader(body);
    if (procedure === domainEventLifecycleMessage.number) {
      const { dom, event, detail } = decodeDomainEventLifecycleMsg(reader);
      this.seen.push(`legacy ${dom.name} ${event} ${detail}`);
    } else {
      const { callbackId, msg } = decodeDomainEventCallbackLifecycleMsg(reader);
      this.seen.push(`callback ${callbackId} ${msg.dom.name} ${msg.event} ${msg.detail}`);
    }
  }
}

const OPEN = { name: "test:///default", flags: 0 };

test("events: a call's reply comes before the event that it causes, in either style", async () => {
  const hypervisor = createTestHypervisor();
  const witness = new Witness(hypervisor);
  const other = new Witness(hypervisor);
  await witness.call(connectOpen, OPEN);
  await other.call(connectOpen, OPEN);
  const { dom } = await witness.call(domainLookupByName, { name: "test" });
  await witness.call(connectDomainEventRegister, undefined);
  const first = await witness.call(connectDomainEventCallbackRegisterAny, { eventId: 0, dom });
  const second = await other.call(connectDomainEventCallbackRegisterAny, { eventId: 0, dom: null });
  assertEquals([first.callbackId, second.callbackId], [1, 2]);
  witness.seen.length = 0;
  other.seen.length = 0;
  await witness.call(domainSuspend, { dom });
  await witness.until(3);
  assertEquals(witness.seen, ["domainSuspend", "legacy test 3 0", "callback 1 test 3 0"]);
  await other.until(1);
  assertEquals(other.seen, ["callback 2 test 3 0"]);

  await witness.call(connectDomainEventCallbackDeregisterAny, { callbackId: 1 });
  witness.seen.length = 0;
  await witness.call(domainDestroy, { dom });
  await witness.until(2);
  assertEquals(witness.seen, ["domainDestroy", "legacy test 5 1"]);
  await witness.close();
  await other.close();
  await hypervisor.close();
});

function collector(): { sent: unknown[]; events: ClientEvents; hub: EventHub } {
  const sent: unknown[] = [];
  const events = new ClientEvents((message: OutgoingMessage<never>, value: never) => {
    sent.push([message.number, value]);
  });
  const hub = new EventHub();
  events.attach(hub);
  return { sent, events, hub };
}

test("events: a filter lets its object through and nothing else", async () => {
  const { sent, events, hub } = collector();
  events.register("domain", DomainEventId.LIFECYCLE, "a");
  const event = { kind: "domain", id: DomainEventId.LIFECYCLE, fields: { event: 1 } } as const;
  hub.emit({ ...event, key: "b" });
  hub.emit({ ...event, key: "a" });
  hub.emit({ ...event, key: "a", id: DomainEventId.REBOOT });
  hub.emit({ ...event, key: "a", kind: "network" });
  await Promise.resolve();
  const message = { callbackId: 0, reason: 0, msg: { event: 1 } };
  assertEquals(sent, [[domainEventCallbackLifecycleMessage.number, message]]);
});

test("events: nothing comes after the client has gone", async () => {
  const { sent, events, hub } = collector();
  events.register("domain", 0, undefined);
  hub.emit({ kind: "domain", id: 0, key: "a", fields: {} });
  events.close();
  await Promise.resolve();
  assertEquals(sent, []);
});

test("events: libvirtd's words for what cannot be registered or ended", () => {
  const { events } = collector();
  const messageOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const cases: readonly (readonly [() => unknown, string])[] = [
    [() => events.register("domain", 30, undefined), "unsupported event ID 30"],
    [() => events.register("domain", 16, undefined, true), "unsupported event ID 16"],
    [() => events.register("network", 2, undefined), "unsupported network event ID 2"],
    [() => events.register("storagePool", 2, undefined), "unsupported storage pool event ID 2"],
    [() => events.register("nodeDevice", 2, undefined), "unsupported node device event ID 2"],
    [() => events.deregisterLegacy(0), "domain event 0 not registered"],
    [() => events.deregister("domain", 7), "domain event callback 7 not registered"],
    [() => events.deregister("network", 7), "network event callback 7 not registered"],
    [() => events.deregister("secret", 7), "node device event callback 7 not registered"],
  ];
  for (const [work, message] of cases) {
    assertEquals(messageOf(work), `internal error: ${message}`);
  }
});

test("events: a client that goes takes its registrations along, however it goes", async () => {
  const { listen } = EventHub.prototype;
  let listeners = 0;
  EventHub.prototype.listen = function (this: EventHub, listener): () => void {
    const unlisten = listen.call(this, listener);
    listeners++;
    return () => {
      listeners--;
      unlisten();
    };
  };
  try {
    await using hypervisor = createTestHypervisor();
    for (const how of ["deregisters", "closes", "breaks off", "is let go of"]) {
      const [near, far] = memoryPair();
      const server = hypervisor.serve(far);
      const conn = await connectWith(
        { dial: () => Promise.resolve(near), facts: NO_FACTS },
        "test:///default",
      );
      const events = conn.events(DomainEvent.LIFECYCLE);
      await events.ready;
      assertEquals(listeners, 1, how);
      if (how === "deregisters") {
        await events.close();
        assertEquals(listeners, 0, how);
      }
      if (how === "breaks off") conn.session.abort(new Error("cut"));
      else if (how === "is let go of") await server.close();
      await conn.close();
      await server.closed;
      assertEquals(listeners, 0, how);
      await events.close();
    }
  } finally {
    EventHub.prototype.listen = listen;
  }
});
