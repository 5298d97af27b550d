// Waits for an event in memory that comes only if waiting for it keeps the process alive: run by a
// test.
import { connect, DomainEvent } from "../../mod.ts";

const { process } = globalThis as unknown as {
  process: { stdout: { write(text: string): void } };
};
const later = globalThis as unknown as {
  setTimeout(work: () => void, milliseconds: number): { unref?: () => void };
};
await using conn = await connect("test:///default", { keepalive: false });
await using events = conn.events(DomainEvent.LIFECYCLE);
await events.ready;
const domain = await conn.lookupDomainByName("test");
later.setTimeout(() => domain.suspend(), 50).unref?.();
for await (const { eventName } of events) {
  process.stdout.write(`${eventName}\n`);
  break;
}
