/**
 * A live view of what domains use.
 *
 * @module
 */

import process from "node:process";
import type { DomainLifecycleEvent } from "../../objects/mod.ts";
import { DomainEvent } from "../../objects/domain_event.ts";
import type { EventStream } from "../../events.ts";
import type { Handlers } from "../command.ts";
import { CommandError, UsageError } from "../failures.ts";
import type { Invocation } from "../invocation.ts";
import { stateText } from "../reasons.ts";
import { Sampler, SORTS, type Usage } from "../samples.ts";
import { sleep } from "../sleep.ts";
import { AlternateScreen, RawInput } from "../terminal.ts";
import { drawTop, type HostFacts } from "../top_view.ts";
import { bytes, parseSeconds, rate } from "../values.ts";

const KEYS: Readonly<Record<string, string>> = {
  c: "cpu",
  m: "memory",
  d: "disk",
  n: "network",
  a: "name",
};
const HELP = "q quits; c m d n a sort by CPU, memory, disk, network, name; arrows scroll";

interface Settings {
  readonly interval: number;
  readonly sort: string;
  readonly count: number;
}

async function top(run: Invocation): Promise<void> {
  const sort = run.text("sort") ?? "cpu";
  if (!Object.hasOwn(SORTS, sort)) {
    throw new UsageError(`Cannot sort by "${sort}": expected ${Object.keys(SORTS).join(", ")}`);
  }
  const settings = {
    interval: parseSeconds(run.text("interval") ?? "2", "the value of --interval") * 1000,
    sort,
    count: run.count("count") ?? Infinity,
  };
  const conn = await run.connect();
  const sampler = new Sampler(conn);
  if (run.flag("once")) return await once(run, sampler, settings);
  if (run.out.json) return await lines(run, sampler, settings);
  if (process.stdin.isTTY !== true || !run.out.isTerminal) {
    throw new CommandError("Cannot draw: this is not a terminal; use --once or --json");
  }
  if (process.env["TERM"] === "dumb") {
    throw new CommandError("Cannot draw on this terminal (TERM is dumb); use --once or --json");
  }
  const [hostname, type, { cpus, memory }] = await Promise.all([
    conn.getHostname(run.call),
    conn.getType(run.call),
    conn.getNodeInfo(run.call),
  ]);
  await using events = conn.events(DomainEvent.LIFECYCLE);
  await events.ready;
  const host = { hostname, type, cpus, memory: Number(memory) * 1024 };
  await new View(run, sampler, settings, host).show(events);
}

/** Two looks, for there is no rate in one. */
async function once(
  run: Invocation,
  sampler: Sampler,
  { interval, sort }: Settings,
): Promise<void> {
  await sampler.look(run.call);
  await sleep(interval, run.signal);
  const usages = (await sampler.look(run.call)).sort(SORTS[sort]);
  const speed = (value: number | null) => value === null ? "-" : rate(value);
  run.out.table(usages.map(row), [
    { key: "name", title: "Name" },
    { key: "state", title: "State" },
    {
      key: "cpu",
      title: "CPU",
      align: "right",
      show: (cpu: number | null) => cpu === null ? "-" : `${cpu.toFixed(1)}%`,
    },
    { key: "memory", title: "Memory", align: "right", show: (value: number) => bytes(value) },
    { key: "diskRead", title: "Disk read", align: "right", show: speed },
    { key: "diskWrite", title: "Disk write", align: "right", show: speed },
    { key: "netReceive", title: "Net in", align: "right", show: speed },
    { key: "netSend", title: "Net out", align: "right", show: speed },
  ]);
}

function row({ history: _, state, ...usage }: Usage) {
  return { ...usage, state: stateText(state) };
}

/** One object a look, a line each. */
async function lines(run: Invocation, sampler: Sampler, { interval, sort, count }: Settings) {
  for (let looks = 0; looks < count; looks++) {
    if (looks > 0) await sleep(interval, run.signal);
    const usages = (await sampler.look(run.call)).sort(SORTS[sort]);
    run.out.item({ time: new Date().toISOString(), domains: usages.map(row) }, "");
  }
}

/** The view while it is shown. */
class View {
  readonly #run: Invocation;
  readonly #sampler: Sampler;
  readonly #interval: number;
  readonly #count: number;
  readonly #host: HostFacts;
  readonly #done = Promise.withResolvers<void>();
  #wake: () => void = () => {};
  #usages: Usage[] = [];
  #sort: string;
  #scroll = 0;
  #notice = HELP;

  constructor(run: Invocation, sampler: Sampler, settings: Settings, host: HostFacts) {
    this.#run = run;
    this.#sampler = sampler;
    this.#host = host;
    this.#interval = settings.interval;
    this.#sort = settings.sort;
    this.#count = settings.count;
  }

  /** Shows it until it is left or the connection is lost. */
  async show(events: EventStream<DomainLifecycleEvent>): Promise<void> {
    const { stdin, stdout } = process;
    const { signal } = this.#run;
    const onKeys = (keys: Uint8Array) => this.#key(new TextDecoder().decode(keys));
    const onResize = () => this.#draw();
    const onAbort = () => this.#done.reject(signal.reason);
    using _screen = new AlternateScreen();
    using _raw = new RawInput();
    stdin.on("data", onKeys).resume();
    stdout.on("resize", onResize);
    signal.addEventListener("abort", onAbort);
    this.#follow(events).catch(this.#done.reject);
    this.#look().catch(this.#done.reject);
    try {
      await this.#done.promise;
    } finally {
      this.#over = true;
      this.#wake();
      signal.removeEventListener("abort", onAbort);
      stdout.off("resize", onResize);
      stdin.off("data", onKeys);
    }
  }

  #over = false;

  async #look(): Promise<void> {
    for (let looks = 0; looks < this.#count && !this.#over; looks++) {
      this.#usages = await this.#sampler.look(this.#run.call);
      this.#draw();
      // an event is a reason to look at once
      await new Promise<void>((resolve) => {
        const timer = setTimeout(
          resolve,
          looks === 0 ? Math.min(500, this.#interval) : this.#interval,
        );
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#done.resolve();
  }

  async #follow(events: EventStream<DomainLifecycleEvent>): Promise<void> {
    for await (const { domain, eventName, event } of events) {
      const time = new Date().toTimeString().slice(0, 8);
      this.#notice = `${time}  ${domain.name}: ${(eventName ?? `event ${event}`).toLowerCase()}`;
      this.#wake();
    }
  }

  #key(key: string): void {
    if (key === "q" || key === "Q" || key === "\x1b") return this.#done.resolve();
    if (key === "\x03") return this.#run.interrupt();
    this.#sort = KEYS[key] ?? this.#sort;
    if (key === "\x1b[A") this.#scroll--;
    if (key === "\x1b[B") this.#scroll++;
    if (key === "\x1b[5~") this.#scroll -= 10;
    if (key === "\x1b[6~") this.#scroll += 10;
    if (key === "?" || key === "h") this.#notice = HELP;
    this.#draw();
  }

  #draw(): void {
    if (this.#over) return;
    const { stdout } = process;
    this.#scroll = Math.max(0, Math.min(this.#scroll, this.#usages.length - 1));
    const lines = drawTop({
      host: this.#host,
      usages: this.#usages.sort(SORTS[this.#sort]),
      sort: this.#sort,
      scroll: this.#scroll,
      notice: this.#notice,
      columns: stdout.columns || 80,
      rows: stdout.rows || 24,
      colors: this.#run.out.colors,
    });
    // each line is drawn over the old one, so that nothing flickers
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
  }
}

/** The commands of this file. */
export const handlers: Handlers = { top };
