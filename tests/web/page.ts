// What a page does that manages a hypervisor; Chromium runs it, and the test reads what it has found.
import { connectWeb, type ConnectWebOptions, DomainEvent } from "../../src/web.ts";
import { noise, sha256 } from "./bytes.ts";

/** What the page has found. */
export interface Found {
  readonly domains: readonly string[];
  readonly events: readonly (string | undefined)[];
  readonly uploaded: string;
  readonly downloaded: string;
  readonly slowly: string;
  readonly echoed: string;
  readonly closed: string;
}

const SIZE = 24 * 1024 * 1024;

/** Which WebSocket the page uses: Chromium's `WebSocketStream`, or the standard's. */
export type Make = "stream" | "standard";

function optionsOf(make: Make): ConnectWebOptions {
  return make === "stream" ? {} : { webSocket: WebSocket };
}

/** Uses what is in order. */
export async function use(url: string, make: Make): Promise<Found> {
  const conn = await connectWeb(url, { ...optionsOf(make), ticket: () => "of the page" });
  const domains = (await conn.listAllDomains()).map(({ name }) => name);

  const domain = await conn.lookupDomainByName("test");
  const watched = conn.events(DomainEvent.LIFECYCLE, { domain });
  const iterator = watched[Symbol.asyncIterator]();
  await watched.ready;
  await domain.suspend();
  await domain.resume();
  const events = [];
  for (let i = 0; i < 2; i++) events.push((await iterator.next()).value!.eventName);
  await watched.close();

  const pool = await conn.lookupStoragePoolByName("default-pool");
  const volume = await pool.createVolumeXml(
    `<volume><name>${make}</name><capacity>${SIZE}</capacity></volume>`,
  );
  const bytes = noise(SIZE);
  await volume.uploadFrom(bytes);
  const body = await new Response(await volume.download()).arrayBuffer();
  const downloaded = await sha256(new Uint8Array(body));

  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of await volume.download()) {
    parts.push(chunk.slice());
    if (parts.length === 4) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const slowly = await sha256(new Uint8Array(await new Blob(parts).arrayBuffer()));

  const console = await domain.openConsole();
  const writer = console.writable.getWriter();
  const reader = console.readable.getReader();
  await writer.write(new TextEncoder().encode("hello"));
  const echoed = new TextDecoder().decode((await reader.read()).value);
  writer.releaseLock();
  reader.releaseLock();
  await console.close();

  await conn.close();
  const closed = await conn.closed;
  return {
    domains,
    events,
    uploaded: await sha256(bytes),
    downloaded,
    slowly,
    echoed,
    closed,
  };
}

/** What is said when it goes wrong, by path. */
export async function fail(url: string, make: Make): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const path of ["/status/403", "/policy", "/text", "/broken", "/silence"]) {
    try {
      const options = { ...optionsOf(make), timeout: path === "/silence" ? 200 : 60_000 };
      await connectWeb(url.replace("/target", path), options);
      said[path] = "nothing";
    } catch (error) {
      said[path] = String(error);
    }
  }
  return said;
}

Object.assign(globalThis, { use, fail });
