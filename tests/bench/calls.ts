/**
 * Calls one after another, and many at once.
 *
 * @module
 */

import { connect } from "../../mod.ts";
import type { BenchOptions } from "./main.ts";
import { Mark } from "./mark.ts";

/**
 * Look-ups by name, then XML descriptions, each after the answer to the one before.
 *
 * Without keepalive, as the peers: libvirt's library asks for it only where a program has an event
 * loop, and a daemon that was asked spends 2 to 3 µs a message on its own timer. `keepalive=1`
 * measures with it.
 */
export async function seq({ uri, reps, number }: BenchOptions): Promise<void> {
  const n = number("n", 20_000);
  const nXml = number("xml", 5_000);
  const keepalive = number("keepalive", 0) === 0 ? false : undefined;
  await using conn = await connect(uri, { keepalive });
  for (let rep = 1; rep <= reps; rep++) {
    const mark = new Mark();
    for (let i = 0; i < n; i++) await conn.lookupDomainByName("test");
    mark.report("rpc-seq-lookup", rep, n);
  }
  const domain = await conn.lookupDomainByName("test");
  for (let rep = 1; rep <= reps; rep++) {
    const mark = new Mark();
    for (let i = 0; i < nXml; i++) await domain.getXmlDesc();
    mark.report("rpc-seq-xml", rep, nXml);
  }
}

/**
 * Look-ups, `window` of them outstanding.
 *
 * The peers put all of them on the wire, so this does too (`callsInFlight`); `inflight=4` measures
 * what a program gets that does not ask for more.
 */
export async function conc({ uri, reps, number }: BenchOptions): Promise<void> {
  const n = number("n", 20_000);
  const window = number("window", 64);
  const callsInFlight = number("inflight", window);
  await using conn = await connect(uri, { callsInFlight });
  for (let rep = 1; rep <= reps; rep++) {
    let left = n;
    const work = async () => {
      while (left-- > 0) await conn.lookupDomainByName("test");
    };
    const mark = new Mark();
    await Promise.all(Array.from({ length: window }, work));
    mark.report("rpc-concurrent", rep, n, { window, inflight: callsInFlight });
  }
}
