// Listens on its argument and greets every client with a byte, until one sends anything: run by a
// test.
import type { ByteDuplex } from "../../src/transport.ts";
import { listenUnix } from "../../transports/listen.ts";

const { process } = globalThis as unknown as { process: { argv: readonly string[] } };
const listener = await listenUnix(process.argv[2]!);

async function greet(client: ByteDuplex): Promise<void> {
  const reader = client.readable.getReader();
  try {
    await client.writable.getWriter().write(new Uint8Array([1]));
    if (!(await reader.read()).done) await listener.close();
  } catch {
    // It has left without waiting for its greeting.
  }
  await reader.cancel().catch(() => {});
}

for await (const client of listener) greet(client);
