// deno-lint-ignore-file no-console
/**
 * Serves the statistics of all domains to Prometheus, from one bulk call a scrape.
 *
 *     deno run -A prometheus.ts qemu:///system 9177
 *
 * @module
 */

import { createServer } from "node:http";
import { argv } from "node:process";
import { type Connection, DomainState, nestStats, supervise } from "@virtwire/libvirt";

const METRICS = {
  libvirt_domain_state: ["gauge", "State of the domain"],
  libvirt_domain_cpu_seconds_total: ["counter", "CPU time used"],
  libvirt_domain_memory_bytes: ["gauge", "Memory that the domain has"],
  libvirt_domain_block_read_bytes_total: ["counter", "Bytes read from a disk"],
  libvirt_domain_block_written_bytes_total: ["counter", "Bytes written to a disk"],
  libvirt_domain_net_received_bytes_total: ["counter", "Bytes received by an interface"],
  libvirt_domain_net_sent_bytes_total: ["counter", "Bytes sent by an interface"],
} as const;

type Metric = keyof typeof METRICS;

async function scrape(conn: Connection): Promise<string> {
  const samples = new Map<Metric, string[]>();
  function add(metric: Metric, labels: Record<string, string>, value: bigint | number | undefined) {
    if (value === undefined) return; // not every driver knows everything
    const text = Object.entries(labels).map(([name, label]) => `${name}=${JSON.stringify(label)}`);
    const lines = samples.get(metric) ?? [];
    lines.push(`${metric}{${text.join(",")}} ${value}`);
    samples.set(metric, lines);
  }
  for (const { domain: { name: domain }, stats } of await conn.getAllDomainStats()) {
    const { state, cpu, balloon, block = [], net = [] } = nestStats(stats);
    add("libvirt_domain_state", { domain, state: DomainState[state?.state ?? 0] ?? "?" }, 1);
    if (cpu?.time !== undefined) {
      add("libvirt_domain_cpu_seconds_total", { domain }, Number(cpu.time) / 1e9);
    }
    if (balloon?.current !== undefined) {
      add("libvirt_domain_memory_bytes", { domain }, balloon.current * 1024n);
    }
    for (const { name: device = "", rd, wr } of block) {
      add("libvirt_domain_block_read_bytes_total", { domain, device }, rd?.bytes);
      add("libvirt_domain_block_written_bytes_total", { domain, device }, wr?.bytes);
    }
    for (const { name: device = "", rx, tx } of net) {
      add("libvirt_domain_net_received_bytes_total", { domain, device }, rx?.bytes);
      add("libvirt_domain_net_sent_bytes_total", { domain, device }, tx?.bytes);
    }
  }
  return [...samples].map(([metric, lines]) => {
    const [type, help] = METRICS[metric];
    return `# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n${lines.join("\n")}\n`;
  }).join("");
}

const [uri = "test:///default", port = "9177"] = argv.slice(2);
const conn = await supervise(uri); // connects again when the daemon was restarted
const server = createServer((_request, response) => {
  scrape(conn).then(
    (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text),
    (error) => response.writeHead(503).end(`${error.message}\n`),
  );
});
server.listen(Number(port), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Serving http://127.0.0.1:${port}/metrics`);
});
