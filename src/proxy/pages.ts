/**
 * What the proxy answers over plain HTTP.
 *
 * @module
 */

import type { HttpAnswer, HttpRequest } from "../../transports/listen_websocket.ts";
import type { ProxyUser } from "./tokens.ts";

/** A file of a web page. */
export interface UiFile {
  /** The `Content-Type`, as `text/html; charset=utf-8`. */
  readonly type: string;
  /** The contents. */
  readonly body: string | Uint8Array;
}

/** Files by their path, as `/index.html`, which also stands for `/`. */
export type UiFiles = ReadonlyMap<string, UiFile>;

/** Who may read a page: anybody, whoever shows a token, or nobody. */
export type PageAccess = "open" | "token" | "off";

/** What the pages show, and to whom. */
export interface PagesOptions {
  readonly health: PageAccess;
  readonly metrics: PageAccess;
  readonly ui: UiFiles;
  readonly contentSecurityPolicy: string;
  /** Whether a page of this origin may ask. */
  allowsOrigin(request: HttpRequest): boolean;
  /** Who asks, by the token or whatever else is agreed on. */
  userOf(request: HttpRequest): Promise<ProxyUser | undefined>;
  /** Whether new connections are taken. */
  healthy(): boolean;
  /** The metrics as text. */
  metricsText(): string;
  /** The targets that a user may reach. */
  targetsOf(user: ProxyUser): readonly { name: string; readOnly: boolean; filter: string }[];
  /** A ticket for a user, or `undefined` where they may not reach the target. */
  issue(
    user: ProxyUser,
    target: string | undefined,
    request: HttpRequest,
  ): Promise<{ ticket: string; expires: number } | undefined>;
}

/**
 * What a page of the proxy's own host needs and no more: its own scripts and styles, connections to
 * where it came from, and nobody that shows it in a frame.
 */
export const CONTENT_SECURITY_POLICY: string =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";

/** Headers of every answer. */
const ALWAYS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Answers a request that asks for no WebSocket; never rejects. */
export async function answerPage(
  request: HttpRequest,
  options: PagesOptions,
): Promise<HttpAnswer> {
  try {
    const answer = await route(request, options);
    return { ...answer, headers: { ...ALWAYS, ...answer.headers } };
  } catch {
    return { ...text(500, "The proxy has failed"), headers: ALWAYS };
  }
}

async function route(request: HttpRequest, options: PagesOptions): Promise<HttpAnswer> {
  const reading = request.method === "GET" || request.method === "HEAD";
  switch (request.path) {
    case "/healthz":
      return await guarded(
        options.health,
        request,
        options,
        () => options.healthy() ? text(200, "ok") : text(503, "stopping"),
      );
    case "/metrics":
      return await guarded(options.metrics, request, options, () => ({
        status: 200,
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
        body: options.metricsText(),
      }));
    case "/ticket":
    case "/targets":
      return await forUsers(request, options);
  }
  if (!reading) return text(405, "Only GET is served here");
  return file(request.path, options);
}

async function guarded(
  access: PageAccess,
  request: HttpRequest,
  options: PagesOptions,
  answer: () => HttpAnswer,
): Promise<HttpAnswer> {
  if (access === "off") return text(404, "Nothing is here");
  if (access === "open" || await options.userOf(request) !== undefined) return answer();
  return unauthorized();
}

async function forUsers(request: HttpRequest, options: PagesOptions): Promise<HttpAnswer> {
  const origin = request.header("origin");
  if (!options.allowsOrigin(request)) {
    return text(403, "The proxy does not allow pages of this origin");
  }
  // a page of another origin that is allowed: its browser asks before it sends a token
  const sharing: Record<string, string> = origin === undefined ? {} : {
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "authorization",
    "access-control-allow-methods": "GET, POST",
    vary: "origin",
  };
  const shared = (answer: HttpAnswer) => ({
    ...answer,
    headers: { ...answer.headers, ...sharing },
  });
  if (request.method === "OPTIONS") return shared({ status: 204 });
  const wanted = request.path === "/ticket" ? "POST" : "GET";
  if (request.method !== wanted) return shared(text(405, `Only ${wanted} is served here`));
  const user = await options.userOf(request);
  if (user === undefined) return shared(unauthorized());
  if (request.path === "/targets") return shared(json(200, options.targetsOf(user)));
  const target = request.query.get("target") ?? undefined;
  const ticket = await options.issue(user, target, request);
  return shared(ticket === undefined ? text(404, "There is no such target") : json(200, ticket));
}

function file(path: string, { ui, contentSecurityPolicy }: PagesOptions): HttpAnswer {
  const found = ui.get(path.endsWith("/") ? `${path}index.html` : path);
  if (found === undefined) return text(404, "Nothing is here");
  return {
    status: 200,
    headers: {
      "content-type": found.type,
      "content-security-policy": contentSecurityPolicy,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-cache",
    },
    body: found.body,
  };
}

function unauthorized(): HttpAnswer {
  const answer = text(401, "Give a token that is valid as Authorization: Bearer TOKEN");
  return { ...answer, headers: { ...answer.headers, "www-authenticate": "Bearer" } };
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: { "content-type": TEXT }, body: `${body}\n` };
}

function json(status: number, value: unknown): HttpAnswer {
  return { status, headers: { "content-type": JSON_TYPE }, body: `${JSON.stringify(value)}\n` };
}
