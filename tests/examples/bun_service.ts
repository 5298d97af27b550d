// deno-lint-ignore-file no-console
/**
 * A small HTTP service on Bun: lists domains, starts and stops them, streams events.
 *
 *     LIBVIRT_DEFAULT_URI=qemu:///system bun bun_service.ts
 *
 * GET /domains, POST /domains/NAME/start, POST /domains/NAME/shutdown, GET /events (Server-Sent Events).
 *
 * @module
 */

import { env } from "node:process";
import {
  DomainEvent,
  DomainState,
  isNotFound,
  isUnsupported,
  LibvirtError,
  supervise,
} from "@virtwire/libvirt";

// One connection serves all requests: any number of calls can be under way on it. It is made again
// when the daemon was restarted.
const conn = await supervise(env["LIBVIRT_DEFAULT_URI"] ?? "test:///default");
console.log(`Connected to ${await conn.getHostname()}`);

async function listDomains(): Promise<Response> {
  const domains = await conn.listAllDomains();
  const rows = domains.map(async (domain) => {
    const { state } = await domain.getState();
    return { name: domain.name, uuid: domain.uuid, state: DomainState[state] };
  });
  return Response.json(await Promise.all(rows));
}

async function act(name: string, action: string): Promise<Response> {
  const domain = await conn.lookupDomainByName(name);
  if (action === "start") await domain.create();
  else await domain.shutdown();
  return new Response(null, { status: 204 });
}

function streamEvents(signal: AbortSignal): Response {
  const events = conn.events(DomainEvent.LIFECYCLE);
  signal.addEventListener("abort", () => events.close());
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      await events.ready;
      controller.enqueue(new TextEncoder().encode(": what happens from now on\n\n"));
    },
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) return controller.close();
      const data = JSON.stringify({ domain: value.domain.name, event: value.eventName });
      controller.enqueue(new TextEncoder().encode(`data: ${data}\n\n`));
    },
    cancel: () => events.close(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function statusOf(error: unknown): number {
  if (isNotFound(error)) return 404;
  if (isUnsupported(error)) return 501;
  return error instanceof LibvirtError ? 409 : 503;
}

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, name, action] = /^\/domains\/([^/]+)\/(start|shutdown)$/.exec(pathname) ?? [];
  if (request.method === "POST" && name) return await act(decodeURIComponent(name), action!);
  if (pathname === "/domains") return await listDomains();
  if (pathname === "/events") return streamEvents(request.signal);
  return new Response("Not found\n", { status: 404 });
}

interface Service {
  readonly hostname: string;
  readonly port: number;
  readonly idleTimeout: number;
  fetch(request: Request): Promise<Response>;
}

// Bun serves what a program's default export describes.
const service: Service = {
  hostname: "127.0.0.1",
  port: Number(env["PORT"] ?? 3000),
  idleTimeout: 0, // events may be far between
  async fetch(request) {
    try {
      return await answer(request);
    } catch (error) {
      return new Response(`${(error as Error).message}\n`, { status: statusOf(error) });
    }
  },
};

export default service;
