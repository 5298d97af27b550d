// deno-lint-ignore-file no-console
/**
 * `deno task demo [URI]`: looks at a host and its domains and watches what happens to them.
 *
 * On the test driver it suspends and resumes a domain, so that there is something to see; on any
 * other it only looks.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import {
  connect,
  type Connection,
  type Domain,
  DomainEvent,
  type DomainLifecycleEvent,
  DomainState,
  type EventStream,
} from "../../mod.ts";
import { explain } from "./explain.ts";

const USAGE = `Usage: deno task demo [URI] [--watch SECONDS]

  URI              what to look at; test:///default, the hypervisor in memory, when left out
  --watch SECONDS  how long to watch for events; 10 when left out, or until ctrl-C
                   (the test driver makes its own events and needs no time)
`;

const KIB = 1024;
// as long as a timer takes
const WATCH_MAX = 2_000_000;

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { watch: { type: "string", default: "10" }, help: { type: "boolean", short: "h" } },
  });
}

async function main(args: string[]): Promise<number> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    console.error(`Error: ${explain(error)}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = given;
  const seconds = Number(values.watch);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.length > 1 || !(seconds >= 0 && seconds <= WATCH_MAX)) {
    console.error(USAGE);
    return 2;
  }
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  try {
    await show(positionals[0] ?? "test:///default", seconds * 1000, interrupted.signal);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted && error === interrupted.signal.reason) return 130;
    console.error(`Error: ${explain(error)}`);
    return 1;
  }
}

async function show(uri: string, watchFor: number, signal: AbortSignal): Promise<void> {
  await using conn = await connect(uri, { signal, timeout: 30_000 });
  await using events = conn.events(DomainEvent.LIFECYCLE);
  await events.ready;
  const domains = await showHost(conn, signal);

  const driver = await conn.getType({ signal });
  const running = driver.toUpperCase() === "TEST"
    ? await firstInState(domains, DomainState.RUNNING, signal)
    : undefined;
  if (running !== undefined) {
    console.log("\nWatching lifecycle events:");
    const seen = printEvents(events, 2);
    await running.suspend({ signal });
    await running.resume({ signal });
    await seen;
  } else {
    console.log(`\nWatching lifecycle events for ${watchFor / 1000} s, or until ctrl-C:`);
    const enough = () => events.close();
    const timer = setTimeout(enough, watchFor);
    signal.addEventListener("abort", enough, { once: true });
    const count = await printEvents(events, Infinity);
    clearTimeout(timer);
    if (count === 0) console.log("  none in this time");
  }
  await conn.close();
  console.log(`\nClosed (${await conn.closed})`);
}

async function showHost(conn: Connection, signal: AbortSignal): Promise<Domain[]> {
  const [type, version, library, hostname, node, domains] = await Promise.all([
    conn.getType({ signal }),
    conn.getVersion({ signal }),
    conn.getLibVersion({ signal }),
    conn.getHostname({ signal }),
    conn.getNodeInfo({ signal }),
    conn.listAllDomains({ signal }),
  ]);
  console.log(`${type} ${dotted(version)} on ${hostname}, libvirt ${dotted(library)}`);
  console.log(`${node.cpus} CPUs (${node.model}), ${mib(node.memory)} MiB of memory\n`);

  const table = new Table({ head: ["Id", "Name", "State", "vCPUs", "Memory"], style: PLAIN });
  const infos = await Promise.all(domains.map((domain) => domain.getInfo({ signal })));
  domains.forEach((domain, i) => {
    const info = infos[i]!;
    table.push([
      domain.id < 0 ? "-" : domain.id,
      domain.name,
      (DomainState[info.state] ?? `${info.state}`).toLowerCase(),
      info.nrVirtCpu,
      `${mib(info.memory)} MiB`,
    ]);
  });
  console.log(domains.length === 0 ? "No domains" : table.toString());
  return domains;
}

const PLAIN = { head: [], border: [] };

async function firstInState(
  domains: Domain[],
  wanted: number,
  signal: AbortSignal,
): Promise<Domain | undefined> {
  for (const domain of domains) {
    if ((await domain.getInfo({ signal })).state === wanted) return domain;
  }
  return undefined;
}

async function printEvents(
  events: EventStream<DomainLifecycleEvent>,
  enough: number,
): Promise<number> {
  let count = 0;
  for await (const { domain, eventName, detailName } of events) {
    console.log(`  ${domain.name}: ${eventName} (${detailName})`);
    if (++count === enough) break;
  }
  return count;
}

function mib(kib: bigint): string {
  return (kib / BigInt(KIB)).toString();
}

// libvirt's version numbers: 1,000,000 × major + 1,000 × minor + release
function dotted(version: bigint): string {
  return `${version / 1_000_000n}.${version / 1_000n % 1_000n}.${version % 1_000n}`;
}

process.exitCode = await main(process.argv.slice(2));
