/**
 * What a proxy is made with, and what it is then.
 *
 * @module
 */

import type { Authorize } from "./admission.ts";
import type { FilterRules } from "./filter.ts";
import type { ProxyLimits } from "./limits.ts";
import type { ProxyLog } from "./log.ts";
import type { PageAccess, UiFiles } from "./pages.ts";
import type { TargetOptions } from "./targets.ts";
import type { TicketOptions } from "./tickets.ts";
import type { TokenOptions } from "./tokens.ts";

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
