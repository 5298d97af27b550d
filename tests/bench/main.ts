// deno-lint-ignore-file no-console
/**
 * `deno task bench WORKLOAD URI [key=value…]`: our side of the comparison with other clients.
 *
 * Prints one JSON line a repetition, in the form that the programs for the peers print, so that they
 * can be run and summed up together. `PEER_NAME` names the client, `PEER_VARIANT` the variant,
 * `PEER_DAEMON_PID` the daemon whose CPU time is to be reported, `PEER_TOGGLE` the command that makes
 * events.
 *
 * @module
 */

const WORKLOADS: Readonly<Record<string, () => Promise<Workload>>> = {
  seq: async () => (await import("./calls.ts")).seq,
  conc: async () => (await import("./calls.ts")).conc,
  list: async () => (await import("./bulk.ts")).list,
  stats: async () => (await import("./bulk.ts")).stats,
  vol: async () => (await import("./vol.ts")).vol,
  sparse: async () => (await import("./sparse.ts")).sparse,
  events: async () => (await import("./events.ts")).events,
  codec: async () => (await import("./codec.ts")).codec,
  proxy: async () => (await import("./proxy.ts")).proxy,
  names: async () => (await import("./names.ts")).names,
};

/** What a workload is told. */
export interface BenchOptions {
  /** Where to connect. */
  readonly uri: string;
  /** Timed repetitions. */
  readonly reps: number;
  /** A number given as `key=value`. */
  number(key: string, fallback: number): number;
}

/** Runs one workload. */
export type Workload = (options: BenchOptions) => Promise<void>;

const { Deno: deno, process: node } = globalThis as unknown as {
  Deno?: { args: string[]; exit(code: number): never };
  process: { argv: string[]; exit(code: number): never };
};
const [name = "", uri = "", ...pairs] = deno?.args ?? node.argv.slice(2);
const load = WORKLOADS[name];
if (load === undefined) {
  console.error(`Usage: deno task bench ${Object.keys(WORKLOADS).join("|")} URI [key=value…]`);
  (deno ?? node).exit(2);
} else {
  const values = new Map(pairs.map((pair) => pair.split("=", 2) as [string, string]));
  const number = (key: string, fallback: number) => Number(values.get(key) ?? fallback);
  try {
    await (await load())({ uri, reps: number("reps", 3), number });
  } catch (error) {
    console.error(`Error: ${error instanceof Error ? error.message : error}`);
    (deno ?? node).exit(1);
  }
}
