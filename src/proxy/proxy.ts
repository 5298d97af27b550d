/**
 * A proxy by which a browser, or anybody else, reaches libvirt over a WebSocket.
 *
 * It speaks libvirt's protocol: a client reaches only targets that the proxy names, by calls that it
 * lets through. The proxy itself connects to the target and authenticates there.
 *
 * @example
 * ```ts
 * import { createProxy } from "@virtwire/libvirt/proxy";
 *
 * await using proxy = await createProxy({
 *   targets: { demo: "test:///default" },
 *   tokens: [{ name: "ci", token: crypto.randomUUID() }],
 *   filter: "operate",
 *   port: 0,
 * });
 * console.log(`ws://127.0.0.1:${proxy.port}/demo`);
 * ```
 *
 * @module
 */

import { type HttpRequest, listenWebSocket } from "../../transports/listen_websocket.ts";
import type { ConnectContext } from "../connect.ts";
import { localContext } from "../local_context.ts";
import { Admission, type Authorize, mayReach, pathName } from "./admission.ts";
import type { FilterRules } from "./filter.ts";
import { checkLimits, Places, type ProxyLimits } from "./limits.ts";
import { Link } from "./link.ts";
import { logEntry, type LogFields, type ProxyLog } from "./log.ts";
import { ProxyMetrics } from "./metrics.ts";
import { Origins } from "./origins.ts";
import { answerPage, CONTENT_SECURITY_POLICY, type PageAccess, type UiFiles } from "./pages.ts";
import { checkTargets, type TargetOptions } from "./targets.ts";
import { type TicketOptions, Tickets } from "./tickets.ts";
import { type TokenOptions, Tokens } from "./tokens.ts";

/** What a proxy is made with. */
export interface ProxyOptions {
  /**
   * What clients can reach, by the name in their URL, `ws://host:port/NAME`: a libvirt URI, or more
   * about it.
   */
  readonly targets: Readonly<Record<string, TargetOptions | string>>;
  /** Who may use it; nobody may without any token and without `authorize`. */
  readonly tokens?: readonly TokenOptions[] | undefined;
  /** How tickets are made, which let in one connection each. */
  readonly tickets?: TicketOptions | undefined;
  /** Recognizes users by something else, such as a cookie; asked where there is no credential. */
  readonly authorize?: Authorize | undefined;
  /**
   * Origins of the web pages that may use it, as `https://console.example.com`; pages of the proxy's
   * own host when left out. A client that sends no `Origin` is no page.
   */
  readonly origins?: readonly string[] | undefined;
  /** Which calls pass, where a target does not say it; `monitor` when left out. */
  readonly filter?: FilterRules | FilterRules["preset"] | undefined;
  /** Host name or address to listen on; `127.0.0.1` when left out. */
  readonly host?: string | undefined;
  /** Port; 16580 when left out, 0 for one that is free. */
  readonly port?: number | undefined;
  /** Certificate chain and private key in PEM, for `wss:`. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /**
   * Addresses of proxies in front, as `127.0.0.1`: their `X-Forwarded-For` tells who the client is.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Limits, where they differ from the defaults. */
  readonly limits?: Partial<ProxyLimits> | undefined;
  /** Takes the log, a line at a time; must not throw. */
  readonly log?: ProxyLog | undefined;
  /** Who may read `/healthz`; anybody when left out. */
  readonly health?: PageAccess | undefined;
  /** Who may read `/metrics`; whoever shows a token when left out. */
  readonly metrics?: PageAccess | undefined;
  /** Files of a web page to serve. */
  readonly ui?: UiFiles | undefined;
  /** Takes the place of the `Content-Security-Policy` of those files. */
  readonly contentSecurityPolicy?: string | undefined;
}

/** A proxy that runs. */
export interface Proxy extends AsyncDisposable {
  /** The port that it listens on. */
  readonly port: number;
  /** WebSockets that are open. */
  readonly connections: number;
  /** Its metrics, as `/metrics` shows them. */
  metrics(): string;
  /**
   * Takes no more clients, and closes each connection once nothing is under way on it: no call
   * without an answer, no stream. After `timeout` ms, 10 s when left out, it closes what is left.
   */
  close(options?: { readonly timeout?: number | undefined }): Promise<void>;
}

const PORT = 16580;
const CLOSE_TIMEOUT = 10_000;
/** Milliseconds between looks at each connection's time. */
const TICK = 1000;

/**
 * Starts a proxy.
 *
 * @throws {TypeError} for a target, an origin, a filter or a token that cannot be, and where nobody
 * could use it.
 * @throws {RangeError} for a limit that cannot be.
 * @throws {ConnectionError} when the port cannot be had.
 */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  return await createProxyWith(localContext(), options);
}

/** {@linkcode createProxy} with other ways to connect. */
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
    targetsOf: (user: { readonly targets?: readonly string[] | undefined; name: string }) =>
      [...targets.values()].filter(({ name }) => mayReach(user, name))
        .map(({ name, readOnly, filter }) => ({ name, readOnly, filter: filter.rules.preset })),
    issue: async (
      user: { readonly targets?: readonly string[] | undefined; name: string },
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

export type { HttpRequest } from "../../transports/listen_websocket.ts";
export type { Authorize } from "./admission.ts";
export type { FilterRules } from "./filter.ts";
export { FILTER_PRESETS, type FilterPreset } from "./presets.ts";
export type { ProxyLimits } from "./limits.ts";
export type { ProxyLog, ProxyLogEntry } from "./log.ts";
export { CONTENT_SECURITY_POLICY, type PageAccess, type UiFile, type UiFiles } from "./pages.ts";
export type { TargetOptions } from "./targets.ts";
export type { TicketOptions } from "./tickets.ts";
export type { ProxyUser, TokenOptions } from "./tokens.ts";
