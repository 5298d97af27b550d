import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import {
  domainEventCallbackLifecycleMessage,
  domainEventCallbackPmsuspendMessage,
  domainEventLifecycleMessage,
} from "../../gen/remote/dispatch.ts";
import { connectGetLibVersion as ping } from "../../gen/remote/connect.ts";
import { ConnectionError, LibvirtError, UnsupportedError } from "../../src/errors.ts";
import { ConnectionEvent } from "../../src/objects/connection_event.ts";
import { Domain } from "../../src/objects/domain.ts";
import { DomainEvent } from "../../src/objects/domain_event.ts";
import { NetworkEvent } from "../../src/objects/network_event.ts";
import { QemuEvent } from "../../src/qemu/monitor_event.ts";
import { Uuid } from "../../src/xdr/uuid.ts";
import { test } from "../harness.ts";
import { DOM } from "./event_cases.ts";
import { type EventDaemon, next, unknownEvent, withEventDaemon } from "./event_daemon.ts";

const OTHER = { ...DOM, name: "other", uuid: Uuid.parse("00000000-0000-0000-0000-000000000001") };

function sendLifecycle(daemon: EventDaemon, callbackId: number, detail: number, dom = DOM): void {
  daemon.send(domainEventCallbackLifecycleMessage, {
    callbackId,
    msg: { dom, event: 2, detail },
  });
}

test("event registration: loops of one kind share it, the last one ends it", () =>
  withEventDaemon(async ({ daemon, events }) => {
    const first = events(DomainEvent.LIFECYCLE);
    const second = events(DomainEvent.LIFECYCLE);
    await Promise.all([first.ready, second.ready]);
    assertEquals(daemon.got, [
      ["connectDomainEventCallbackRegisterAny", { eventId: 0, dom: null }],
    ]);
    sendLifecycle(daemon, 1, 0);
    const [one, two] = [await next(first), await next(second)];
    assertEquals([one.detailName, two.detailName], ["BOOTED", "BOOTED"]);
    assert(one !== two && one.domain !== two.domain, "what one loop does to it another cannot see");
    await first.close();
    assertEquals(daemon.got.length, 1);
    sendLifecycle(daemon, 1, 1);
    assertEquals((await next(second)).detailName, "MIGRATED");
    await second.close();
    assertEquals(daemon.got.at(-1), ["connectDomainEventCallbackDeregisterAny", { callbackId: 1 }]);
    assertEquals(daemon.got.length, 2);
  }));

test("event registration: each filter has its own", () =>
  withEventDaemon(async ({ session, daemon, events }) => {
    const mine = events(DomainEvent.LIFECYCLE, { domain: new Domain(session, DOM) });
    await mine.ready;
    const same = events(DomainEvent.LIFECYCLE, { domain: new Domain(session, { ...DOM, id: -1 }) });
    await same.ready;
    const other = events(DomainEvent.LIFECYCLE, { domain: new Domain(session, OTHER) });
    await other.ready;
    const all = events(DomainEvent.LIFECYCLE);
    await all.ready;
    const reboots = events(DomainEvent.REBOOT);
    await reboots.ready;
    assertEquals(daemon.got.map(([, args]) => args), [
      { eventId: 0, dom: DOM },
      { eventId: 0, dom: OTHER },
      { eventId: 0, dom: null },
      { eventId: 1, dom: null },
    ]);
    sendLifecycle(daemon, 3, 1, OTHER);
    sendLifecycle(daemon, 2, 2, OTHER);
    sendLifecycle(daemon, 1, 3);
    assertEquals((await next(all)).domain.name, "other");
    assertEquals((await next(other)).detail, 2);
    assertEquals([(await next(mine)).detail, (await next(same)).detail], [3, 3]);
    for (const { queued } of [all, other, mine, same, reboots]) assertEquals(queued, 0);
  }));

test("event registration: a daemon without callbacks filters nothing, one registration serves all", () =>
  withEventDaemon(async ({ session, daemon, events }) => {
    const all = events(DomainEvent.LIFECYCLE);
    const mine = events(DomainEvent.LIFECYCLE, { domain: new Domain(session, DOM) });
    const other = events(DomainEvent.LIFECYCLE, { domain: new Domain(session, OTHER) });
    await Promise.all([all.ready, mine.ready, other.ready]);
    assertEquals(daemon.got, [["connectDomainEventRegisterAny", { eventId: 0 }]]);
    daemon.send(domainEventLifecycleMessage, { dom: DOM, event: 2, detail: 0 });
    daemon.send(domainEventLifecycleMessage, { dom: OTHER, event: 5, detail: 1 });
    assertEquals([(await next(all)).domain.name, (await next(all)).domain.name], ["vm", "other"]);
    assertEquals((await next(mine)).eventName, "STARTED");
    assertEquals((await next(other)).eventName, "STOPPED");
    assertEquals([mine.queued, other.queued], [0, 0]);
    await Promise.all([all.close(), mine.close()]);
    assertEquals(daemon.got.length, 1);
    await other.close();
    assertEquals(daemon.got.at(-1), ["connectDomainEventDeregisterAny", { eventId: 0 }]);
  }, { features: [] }));

test("event registration: without a callback id it is made again only after its end", () =>
  withEventDaemon(async ({ daemon, events }) => {
    let first = events(ConnectionEvent.CLOSED);
    await first.ready;
    for (let i = 0; i < 3; i++) {
      const closing = first.close();
      first = events(ConnectionEvent.CLOSED);
      await Promise.all([closing, first.ready]);
    }
    await first.close();
    const pair = ["connectRegisterCloseCallback", "connectUnregisterCloseCallback"];
    assertEquals(daemon.names, [...pair, ...pair, ...pair, ...pair]);
  }));

test("event registration: who leaves before it stands does not take it from who comes then", () =>
  withEventDaemon(async ({ daemon, events }) => {
    const hasty = events(DomainEvent.LIFECYCLE);
    const closing = hasty.close();
    const patient = events(DomainEvent.LIFECYCLE);
    await Promise.all([closing, patient.ready]);
    assertEquals(daemon.names, ["connectDomainEventCallbackRegisterAny"]);
    sendLifecycle(daemon, 1, 0);
    assertEquals((await next(patient)).domain.name, "vm");
  }));

test("event registration: an event that comes before the reply is not lost", () => {
  let early: (id: number) => void;
  return withEventDaemon(async ({ daemon, events }) => {
    early = (id) => sendLifecycle(daemon, id, 0);
    const stream = events(DomainEvent.LIFECYCLE);
    assertEquals((await next(stream)).detailName, "BOOTED");
  }, { before: (name, id) => /Register/.test(name) && early(id) });
});

test("event registration: the qemu monitor's filter goes to the daemon, and there always is one", () =>
  withEventDaemon(async ({ session, daemon, events }) => {
    const domain = new Domain(session, DOM);
    const filters = [
      {},
      { event: "STOP" },
      { event: "STOP" },
      { event: "^BLOCK_JOB", flags: 3 },
      { domain, event: "STOP" },
    ];
    const streams = filters.map((filter) => events(QemuEvent.MONITOR, filter));
    await Promise.all(streams.map(({ ready }) => ready));
    assertEquals(daemon.got.map(([, args]) => args), [
      { dom: null, event: ".*", flags: 1 },
      { dom: null, event: "STOP", flags: 0 },
      { dom: null, event: "^BLOCK_JOB", flags: 3 },
      { dom: DOM, event: "STOP", flags: 0 },
    ]);
    await Promise.all(streams.map((stream) => stream.close()));
    assertEquals(daemon.names.slice(4), Array(4).fill("qemuConnectDomainMonitorEventDeregister"));
  }));

test("event registration: the reason of a sleep comes from around the older message", () =>
  withEventDaemon(async ({ daemon, events }) => {
    const stream = events(DomainEvent.PMSUSPEND);
    await stream.ready;
    const message = { callbackId: 1, reason: 5, msg: { dom: DOM } };
    daemon.send(domainEventCallbackPmsuspendMessage, message);
    assertEquals((await next(stream)).reason, 5);
  }));

test("event registration: a daemon too old for an event is told from other refusals", async () => {
  const refuse = (name: string): void => {
    if (/Register/.test(name)) throw unknownEvent();
  };
  await withEventDaemon(async ({ daemon, events }) => {
    const stream = events(DomainEvent.CHANNEL_LIFECYCLE);
    const error = await assertRejects(() => stream.ready, UnsupportedError, "libvirt 12.4.0");
    assertEquals(error.origin, "remote");
    assertInstanceOf(error.cause, LibvirtError);
    assertEquals(error.code, ErrorNumber.INTERNAL_ERROR);
    assertEquals(await assertRejects(() => stream.next(), UnsupportedError), error);
    assertEquals(daemon.names, ["connectDomainEventCallbackRegisterAny", "connectGetLibVersion"]);
    await stream.close();
  }, { libVer: 12_003_000n, before: refuse });

  await withEventDaemon(async ({ events }) => {
    const stream = events(DomainEvent.CHANNEL_LIFECYCLE);
    const error = await assertRejects(() => stream.ready, LibvirtError, "unsupported event ID");
    assert(!(error instanceof UnsupportedError), "this daemon ought to know it");
    assertEquals(error.cause, undefined);
  }, { libVer: 12_004_000n, before: refuse });

  await withEventDaemon(async ({ events }) => {
    await assertRejects(() => events(DomainEvent.REBOOT).ready, LibvirtError, "unsupported event");
  }, { before: () => refuse("Register") }); // not even its release is to be had

  await withEventDaemon(async ({ daemon, events }) => {
    const stream = events(DomainEvent.REBOOT);
    const error = await assertRejects(() => stream.ready, LibvirtError, "access denied");
    assertEquals(error.code, ErrorNumber.ACCESS_DENIED);
    assertEquals(daemon.got.length, 1);
  }, {
    before: () => {
      throw new LibvirtError("access denied", { code: ErrorNumber.ACCESS_DENIED });
    },
  });
});

test("event registration: a daemon too old for the procedure, or for callbacks", async () => {
  await withEventDaemon(async ({ events }) => {
    const error = await assertRejects(
      () => events(NetworkEvent.LIFECYCLE).ready,
      UnsupportedError,
      "libvirt 1.2.1",
    );
    assertEquals(error.procedure, "connectNetworkEventRegisterAny");
  }, {
    before: () => {
      const fields = { code: ErrorNumber.RPC, domain: ErrorDomain.RPC };
      throw new LibvirtError("unknown procedure: 313", fields);
    },
  });
  await withEventDaemon(async ({ daemon, events }) => {
    for (const kind of [DomainEvent.BLOCK_JOB_2, DomainEvent.VCPU_REMOVED] as const) {
      const error = await assertRejects(
        () => events<unknown, object>(kind).ready,
        UnsupportedError,
        `libvirt ${kind.since}`,
      );
      assertEquals(error.origin, "local");
    }
    await assertRejects(
      () => events(ConnectionEvent.CLOSED).ready,
      UnsupportedError,
      'Cannot register for "connection closed" events: they came with libvirt 1.3.3',
    );
    assertEquals(daemon.got, []);
  }, { features: [] });
});

test("event registration: a refusal by the driver is an UnsupportedError as it is", () =>
  withEventDaemon(async ({ daemon, events }) => {
    await assertRejects(
      () => events(NetworkEvent.LIFECYCLE).ready,
      UnsupportedError,
      "this function is not supported",
    );
    assertEquals(daemon.got.length, 1);
  }, {
    before: () => {
      throw new LibvirtError("this function is not supported by the connection driver", {
        code: ErrorNumber.NO_SUPPORT,
      });
    },
  }));

test("event registration: a signal that has aborted registers nothing", () =>
  withEventDaemon(async ({ daemon, events }) => {
    const stream = events(DomainEvent.LIFECYCLE, { signal: AbortSignal.abort("enough") });
    assertEquals(await stream.ready.catch((reason) => reason), "enough");
    assertEquals(await stream.next().catch((reason) => reason), "enough");
    assertEquals(await stream.next(), { done: true, value: undefined });
    await stream.close();
    assertEquals(daemon.got, []);
  }));

test("event registration: a signal that aborts before it stands undoes it", () =>
  withEventDaemon(async ({ daemon, events }) => {
    const abort = new AbortController();
    const stream = events(DomainEvent.LIFECYCLE, { signal: abort.signal });
    const error = new Error("enough");
    abort.abort(error);
    assertEquals(await assertRejects(() => stream.ready, Error), error);
    // it was on its way: what came of it is undone
    await stream.close();
    assertEquals(daemon.names, [
      "connectDomainEventCallbackRegisterAny",
      "connectDomainEventCallbackDeregisterAny",
    ]);
  }));

test("event registration: closing the session ends the loop, losing it throws", async () => {
  await withEventDaemon(async ({ session, daemon, events }) => {
    const stream = events(DomainEvent.LIFECYCLE);
    await stream.ready;
    sendLifecycle(daemon, 1, 0);
    await session.call(ping, undefined);
    const closing = session.close();
    const details: number[] = [];
    for await (const { detail } of stream) details.push(detail);
    assertEquals(details, [0], "what had come is delivered first");
    await closing;
    assertEquals(daemon.names.at(-1), "connectDomainEventCallbackDeregisterAny");
  });
  await withEventDaemon(async ({ daemon, events }) => {
    const stream = events(DomainEvent.LIFECYCLE);
    await stream.ready;
    sendLifecycle(daemon, 1, 0);
    await daemon.hangUp();
    assertEquals((await next(stream)).detail, 0);
    const error = await assertRejects(() => stream.next(), ConnectionError);
    assertEquals(error.reason, "eof");
    assertEquals(await stream.next(), { done: true, value: undefined });
    await stream.close();
  });
});
