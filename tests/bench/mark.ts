// deno-lint-ignore-file no-console
/**
 * A repetition's clock and its line of JSON.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { runtime } from "../harness.ts";

const CLOCK_TICKS = 100; // sysconf(_SC_CLK_TCK) on every Linux that libvirt runs on

function daemonCpu(): number {
  const pid = process.env["PEER_DAEMON_PID"];
  if (pid === undefined) return 0;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  } catch {
    return 0;
  }
}

/** Measures from its creation to its report. */
export class Mark {
  readonly #start: number;
  readonly #cpu: { user: number; system: number };
  readonly #daemon: number;

  /** Starts. */
  constructor() {
    this.#daemon = daemonCpu();
    this.#cpu = process.cpuUsage();
    this.#start = performance.now();
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Prints the line. */
  report(
    workload: string,
    rep: number,
    n: number,
    extra: Readonly<Record<string, unknown>> = {},
    seconds: number = this.seconds,
  ): void {
    const used = process.cpuUsage(this.#cpu);
    console.log(JSON.stringify({
      peer: process.env["PEER_NAME"] ?? `virtwire-${runtime}`,
      workload,
      variant: process.env["PEER_VARIANT"] ?? "",
      rep,
      n,
      seconds,
      ops_per_s: n / seconds,
      cpu_self_s: (used.user + used.system) / 1e6,
      cpu_daemon_s: daemonCpu() - this.#daemon,
      ...extra,
    }));
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
