// Connects to the socket named by its argument and has nothing else to do: run by a test.
import { listenTcp } from "../../transports/listen.ts";
import { dialUnix } from "../../transports/unix.ts";

const { process } = globalThis as unknown as {
  process: { argv: readonly string[]; stdout: { write(text: string): void } };
};
const listener = await listenTcp("127.0.0.1", 0);
listener.setKeepsAlive(false);
const client = await dialUnix({ kind: "unix", path: process.argv[2]! });
client.setKeepsAlive!(false);
process.stdout.write("connected\n");
