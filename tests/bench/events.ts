/**
 * Lifecycle events while another program toggles domains.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { connect, DomainEvent } from "../../mod.ts";
import type { BenchOptions } from "./main.ts";
import { Mark } from "./mark.ts";

const PATIENCE = 10_000; // for the events that are still on their way when the toggler ends

function toggle(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`PEER_TOGGLE ended with ${code}`));
    });
  });
}

/** Counts events; `lost` says how many of the toggler's did not come. */
export async function events({ uri, reps, number }: BenchOptions): Promise<void> {
  const command = process.env["PEER_TOGGLE"];
  if (command === undefined) throw new Error("Set PEER_TOGGLE to the command that makes events");
  const expected = 2 * number("n", 10_000);
  await using conn = await connect(uri);
  for (let rep = 1; rep <= reps; rep++) {
    await using stream = conn.events(DomainEvent.LIFECYCLE, { queue: expected });
    await stream.ready;
    const mark = new Mark();
    let count = 0;
    let last = mark.seconds;
    const all = (async () => {
      for await (const _ of stream) {
        last = mark.seconds;
        if (++count === expected) break;
      }
    })();
    await toggle(command);
    const timer = setTimeout(() => stream.close(), PATIENCE);
    await all;
    clearTimeout(timer);
    mark.report("events", rep, count, { lost: expected - count }, last);
  }
}
