// Connects to the socket that is its first argument, for which its second may have to be started,
// and prints what it is answered: run by a test.
import { dialUnix } from "../../transports/unix.ts";

const { process } = globalThis as unknown as {
  process: { argv: readonly string[]; stdout: { write(text: string): void } };
};
const [, , path, autostart] = process.argv as [string, string, string, string];
const duplex = await dialUnix({ kind: "unix", path, autostart });
const writer = duplex.writable.getWriter();
await writer.write(new TextEncoder().encode("hello\n"));
const reader = duplex.readable.getReader();
process.stdout.write(new TextDecoder().decode((await reader.read()).value));
await reader.cancel();
