/**
 * An edge worker that answers with the domains behind a proxy, over a WebSocket.
 *
 * It uses nothing but what every platform for workers has: `fetch` handlers, `WebSocket`, `Response`.
 *
 * @module
 */

import { connectWeb, DomainListFlags } from "@virtwire/libvirt/web";

/** What the platform gives the worker: set them as secrets. */
interface Env {
  /** Where the proxy is and the target behind it, as `wss://virt.example.com/production`. */
  readonly PROXY_URL: string;
  /** A token of the proxy's. */
  readonly PROXY_TOKEN: string;
}

const worker = {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname !== "/domains") {
      return new Response("Not found\n", { status: 404 });
    }
    // A worker lives as long as its request, and so does the connection.
    await using conn = await connectWeb(env.PROXY_URL, {
      token: env.PROXY_TOKEN,
      timeout: 10_000,
      keepalive: false, // it is over before it could fall silent
    });
    const running = await conn.listAllDomains({ flags: DomainListFlags.ACTIVE });
    return Response.json({
      host: await conn.getHostname(),
      running: running.map(({ name, uuid }) => ({ name, uuid })),
    });
  },
};

export default worker;
