/**
 * A proxy put together.
 *
 * @module
 */

import { type HttpRequest, listenWebSocket } from "../../transports/listen_websocket.ts";
import type { ConnectContext } from "../connect.ts";
import { Admission, mayReach, pathName } from "./admission.ts";
import { checkLimits, Places } from "./limits.ts";
import { Link } from "./link.ts";
import { logEntry, type LogFields } from "./log.ts";
import { ProxyMetrics } from "./metrics.ts";
import type { Proxy, ProxyOptions } from "./options.ts";
import { Origins } from "./origins.ts";
import { answerPage, CONTENT_SECURITY_POLICY } from "./pages.ts";
import { checkTargets } from "./targets.ts";
import { Tickets } from "./tickets.ts";
import { type ProxyUser, Tokens } from "./tokens.ts";

const PORT = 16580;
const CLOSE_TIMEOUT = 10_000;
/** Milliseconds between looks at each connection's time. */
const TICK = 1000;

/** Starts a proxy that reaches its targets by the context. */
export async function createProxyWith(
  context: ConnectContext,
  options: ProxyOptions,
): Promise<Proxy> {
  const { filter = "monitor", tokens = [], host = "127.0.0.1", log: write } = options;
  const rules = typeof filter === "string" ? { preset: filter } : filter;
  const targets = checkTargets(options.targets, rules, context);
  checkUsers(options, targets);
  const limits = checkLimits(options.limits ?? {});
  const metrics = new ProxyMetrics();
  for (const name of targets.keys()) metrics.target(name);
  const tickets = new Tickets(options.tickets);
  const places = new Places(limits);
  let accepting = true;
  const admission = new Admission({
    origins: new Origins(options.origins ?? []),
    tokens: new Tokens(tokens),
    tickets,
    targets,
    places,
    trustedProxies: options.trustedProxies ?? [],
    authorize: options.authorize,
    accepting: () => accepting,
  });
  const links = new Map<Link, Promise<void>>();
  let connection = 0;

  function log(fields: LogFields): void {
    write?.(logEntry(fields));
  }

  /** What is known of a client before it is let in. */
  function clientOf(request: HttpRequest): Pick<LogFields, "address"> & Partial<LogFields> {
    const origin = request.header("origin");
    return {
      address: admission.addressOf(request),
      target: pathName(request.path).slice(0, 100),
      ...(origin === undefined ? {} : { origin: origin.slice(0, 200) }),
    };
  }

  function metricsText(): string {
    for (const link of links.keys()) link.count();
    return metrics.text(listener.sockets);
  }

  const pages = {
    health: options.health ?? "open",
    metrics: options.metrics ?? "token",
    ui: options.ui ?? new Map(),
    contentSecurityPolicy: options.contentSecurityPolicy ?? CONTENT_SECURITY_POLICY,
    allowsOrigin: (request: HttpRequest) => admission.allowsOrigin(request),
    userOf: (request: HttpRequest) => admission.userOf(request),
    healthy: () => accepting,
    metricsText,
    targetsOf: (user: ProxyUser) =>
      [...targets.values()].filter(({ name }) => mayReach(user, name))
        .map(({ name, readOnly, filter }) => ({ name, readOnly, filter: filter.rules.preset })),
    issue: async (
      user: ProxyUser,
      target: string | undefined,
      request: HttpRequest,
    ) => {
      if (target !== undefined && !(targets.has(target) && mayReach(user, target))) {
        return undefined;
      }
      metrics.tickets++;
      log({
        event: "ticket",
        address: admission.addressOf(request),
        user: user.name,
        ...(target === undefined ? {} : { target }),
      });
      return await tickets.issue(user, target);
    },
  } as const;

  const listener = await listenWebSocket({
    host,
    port: options.port ?? PORT,
    tls: options.tls,
    maxMessage: limits.message,
    maxSockets: limits.connections * 2 + 64,
    handshakeTimeout: limits.handshakeTimeout,
    request: (request) => answerPage(request, pages),
    upgrade: async (request) => {
      const client = clientOf(request);
      const admitted = await admission.admit(request);
      if ("reason" in admitted) {
        metrics.refused(admitted.reason);
        log({ event: "refused", ...client, reason: admitted.reason });
        return admitted.answer;
      }
      const { target, user, protocol, release } = admitted;
      return {
        protocol,
        failed(): void {
          release();
          metrics.refused("handshake");
          log({ event: "refused", ...client, user: user.name, reason: "handshake" });
        },
        accepted(socket): void {
          const number = ++connection;
          const who = { connection: number, user: user.name, target: target.name };
          log({ event: "accepted", ...client, ...who });
          const link = new Link({
            socket,
            target,
            limits,
            metrics: metrics.target(target.name),
            log: (fields) => log({ ...who, ...fields }),
          });
          links.set(
            link,
            link.run().finally(() => {
              links.delete(link);
              release();
            }),
          );
          if (!accepting) link.drain();
        },
      };
    },
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const link of links.keys()) link.tick(now);
  }, TICK);
  log({ event: "listening", address: `${host}:${listener.port}` });

  async function stop(timeout: number): Promise<void> {
    accepting = false;
    log({ event: "stopping" });
    const closed = listener.close();
    for (const link of links.keys()) link.drain();
    const late = setTimeout(() => {
      for (const link of links.keys()) link.stop();
    }, timeout);
    while (links.size > 0) await Promise.all(links.values());
    clearTimeout(late);
    clearInterval(timer);
    await closed;
    log({ event: "stopped" });
  }

  let stopping: Promise<void> | undefined;
  function close({ timeout = CLOSE_TIMEOUT }: { timeout?: number | undefined } = {}) {
    return stopping ??= stop(timeout);
  }
  return {
    port: listener.port,
    get connections() {
      return links.size;
    },
    metrics: metricsText,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

function checkUsers(
  { tokens = [], authorize }: ProxyOptions,
  targets: ReadonlyMap<string, unknown>,
): void {
  if (tokens.length === 0 && authorize === undefined) {
    throw new TypeError(
      "Cannot make a proxy that nobody could use: give at least one of tokens, or authorize",
    );
  }
  for (const { name, targets: reachable = [] } of tokens) {
    const missing = reachable.find((target) => !targets.has(target));
    if (missing === undefined) continue;
    throw new TypeError(
      `The token of "${name}" is for the target "${missing}", which there is not`,
    );
  }
}
