/**
 * Numbers about the proxy, in the format of Prometheus.
 *
 * @module
 */

/** Why clients were not let in. */
export type RefusalReason =
  | "stopping"
  | "full"
  | "origin"
  | "credential"
  | "target"
  | "client_limit"
  | "handshake";

/** What is counted for one target. */
export class TargetMetrics {
  /** Connections that are open. */
  open = 0;
  /** Connections that there were. */
  connections = 0;
  /** Times that it could not be reached. */
  failures = 0;
  /** Calls that have passed. */
  calls = 0;
  /** Calls that were refused. */
  denied = 0;
  /** Bytes from clients. */
  received = 0;
  /** Bytes to clients. */
  sent = 0;
}

/** What is counted. */
export class ProxyMetrics {
  readonly #targets = new Map<string, TargetMetrics>();
  readonly #refused = new Map<RefusalReason, number>();
  readonly #started = Date.now();
  /** Tickets that were issued. */
  tickets = 0;

  /** The numbers of a target. */
  target(name: string): TargetMetrics {
    let metrics = this.#targets.get(name);
    if (metrics === undefined) this.#targets.set(name, metrics = new TargetMetrics());
    return metrics;
  }

  /** Counts a client that was not let in. */
  refused(reason: RefusalReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** All of it as text; `sockets` is how many connections there are below. */
  text(sockets: number): string {
    const lines: string[] = [];
    const family = (name: string, type: "counter" | "gauge", help: string) => {
      lines.push(`# HELP virtwire_proxy_${name} ${help}.`, `# TYPE virtwire_proxy_${name} ${type}`);
    };
    const sample = (name: string, value: number, labels: Record<string, string> = {}) => {
      const list = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
      lines.push(
        `virtwire_proxy_${name}${list.length === 0 ? "" : `{${list.join(",")}}`} ${value}`,
      );
    };
    const perTarget = (
      name: string,
      type: "counter" | "gauge",
      help: string,
      value: (metrics: TargetMetrics) => number,
    ) => {
      family(name, type, help);
      for (const [target, metrics] of this.#targets) sample(name, value(metrics), { target });
    };
    family("start_time_seconds", "gauge", "Unix time of the start");
    sample("start_time_seconds", this.#started / 1000);
    family("sockets", "gauge", "Connections from clients, WebSockets or not");
    sample("sockets", sockets);
    perTarget("connections", "gauge", "WebSockets that are open", (each) => each.open);
    perTarget("connections_total", "counter", "WebSockets accepted", (each) => each.connections);
    perTarget("target_failures_total", "counter", "Times that a target could not be reached", (
      each,
    ) => each.failures);
    perTarget("calls_total", "counter", "Calls that have passed", (each) => each.calls);
    perTarget("denied_calls_total", "counter", "Calls that were refused", (each) => each.denied);
    family("bytes_total", "counter", "Bytes of packets from and to clients");
    for (const [target, metrics] of this.#targets) {
      sample("bytes_total", metrics.received, { target, direction: "received" });
      sample("bytes_total", metrics.sent, { target, direction: "sent" });
    }
    family("refused_total", "counter", "Clients that were not let in");
    for (const [reason, count] of this.#refused) sample("refused_total", count, { reason });
    family("tickets_total", "counter", "Tickets issued");
    sample("tickets_total", this.tickets);
    return lines.join("\n") + "\n";
  }
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (found) => found === "\n" ? "\\n" : `\\${found}`);
}
