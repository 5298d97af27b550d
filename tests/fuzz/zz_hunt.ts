import { Random } from "/work/main/tests/codec/random.ts";
import { callOfSomething, packets } from "/work/main/tests/fuzz/grammar.ts";
import { createTestHypervisor } from "/work/main/src/testing.ts";
import { connectOpen } from "/work/main/gen/remote/connect.ts";
import { remoteProgram } from "/work/main/gen/remote/program.ts";
import { RpcEngine } from "/work/main/src/rpc/engine.ts";
import { memoryPair } from "/work/main/transports/memory.ts";
import { FrameDecoder } from "/work/main/src/rpc/frame.ts";
import { TurnClock } from "/work/main/tests/faults/turn_clock.ts";
const clock = new TurnClock();
const h = createTestHypervisor({ seed: 1, extras: true });
const conn = await h.connect(); const t = await conn.lookupDomainByName("test");
for (let seed = 1; seed < 40; seed++) {
  const random = new Random(seed);
  for (let n = 0; n < 300; n++) {
    const bytes = packets(random, callOfSomething);
    const [near, far] = memoryPair(); h.serve(far);
    const e = new RpcEngine({ role: "client", programs: [remoteProgram] });
    e.sendCall(connectOpen, { name: "test:///default", flags: 0 }, null);
    const w = near.writable.getWriter(); w.closed.catch(() => {});
    for (const c of e.takeOutput()) w.write(c).catch(() => {});
    w.write(bytes).catch(() => {});
    for (let i = 0; i < 2; i++) await clock.sleep(1);
    await w.abort().catch(() => {}); await near.readable.cancel().catch(() => {});
    try { await t.getXmlDesc().catch((x: Error) => { if (/undefined/.test(x.message)) throw x; }); }
    catch (x) {
      console.log(seed, n, (x as Error).message);
      const dec = new FrameDecoder(); dec.push(bytes); const procs = [];
      try { for (let f = dec.next(); f; f = dec.next()) procs.push(f.program.toString(16) + ":" + f.procedure + " " + new TextDecoder("latin1").decode(f.body).slice(0, 200)); } catch {}
      console.log(procs); Deno.exit();
    }
  }
}
console.log("none"); Deno.exit();
