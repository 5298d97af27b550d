import { assertEquals, assertRejects } from "@std/assert";
import { DomainEvent, type DomainLifecycleEvent, type EventStream } from "../../mod.ts";
import { spec } from "./targets.ts";

async function take(
  events: EventStream<DomainLifecycleEvent>,
  count: number,
): Promise<(string | undefined)[][]> {
  const seen: (string | undefined)[][] = [];
  for (let i = 0; i < count; i++) {
    const { value, done } = await events.next();
    if (done) break;
    seen.push([value.domain.name, value.eventName, value.detailName]);
  }
  return seen;
}

const XML = "<domain type='test'><name>other</name><memory>1024</memory>" +
  "<os><type>hvm</type></os></domain>";

spec("domain lifecycle events", {
  "come in the order of what happened": async (conn) => {
    await using events = conn.events(DomainEvent.LIFECYCLE);
    await events.ready;
    const domain = await conn.lookupDomainByName("test");
    await domain.suspend();
    await domain.resume();
    await domain.shutdown();
    await domain.create();
    await domain.destroy();
    assertEquals(await take(events, 5), [
      ["test", "SUSPENDED", "PAUSED"],
      ["test", "RESUMED", "UNPAUSED"],
      ["test", "STOPPED", "SHUTDOWN"],
      ["test", "STARTED", "BOOTED"],
      ["test", "STOPPED", "DESTROYED"],
    ]);
  },
  "tell of definitions": async (conn) => {
    await using events = conn.events(DomainEvent.LIFECYCLE);
    await events.ready;
    const domain = await conn.defineDomainXml(XML);
    await domain.undefine();
    assertEquals(await take(events, 2), [
      ["other", "DEFINED", "ADDED"],
      ["other", "UNDEFINED", "REMOVED"],
    ]);
  },
  "can be of one domain alone": async (conn) => {
    const other = await conn.createDomainXml(XML);
    await using events = conn.events(DomainEvent.LIFECYCLE, { domain: other });
    await events.ready;
    const domain = await conn.lookupDomainByName("test");
    await domain.suspend();
    await other.suspend();
    assertEquals(await take(events, 1), [["other", "SUSPENDED", "PAUSED"]]);
  },
  "reach every loop, and calls can be made inside one": async (conn) => {
    await using first = conn.events(DomainEvent.LIFECYCLE);
    await using second = conn.events(DomainEvent.LIFECYCLE);
    await Promise.all([first.ready, second.ready]);
    const domain = await conn.lookupDomainByName("test");
    await domain.suspend();
    for await (const event of first) {
      assertEquals(event.eventName, "SUSPENDED");
      assertEquals((await event.domain.getState()).state, 3);
      break;
    }
    await domain.resume();
    assertEquals((await take(second, 2)).map(([, name]) => name), ["SUSPENDED", "RESUMED"]);
  },
  "tell other connections too": async (conn, target) => {
    await using watcher = await target.open();
    await using events = watcher.events(DomainEvent.LIFECYCLE);
    await events.ready;
    await (await conn.lookupDomainByName("test")).suspend();
    assertEquals(await take(events, 1), [["test", "SUSPENDED", "PAUSED"]]);
  },
  "end with the connection, and with a signal": async (conn, target) => {
    const closing = await target.open();
    const ending = closing.events(DomainEvent.LIFECYCLE);
    await ending.ready;
    const end = ending.next();
    await closing.close();
    assertEquals((await end).done, true);

    const controller = new AbortController();
    const aborted = conn.events(DomainEvent.LIFECYCLE, { signal: controller.signal });
    await aborted.ready;
    const next = aborted.next();
    controller.abort(new RangeError("enough"));
    await assertRejects(() => next, RangeError, "enough");
  },
});
