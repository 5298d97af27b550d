// Listens on its argument, answers the first call of its client and hangs up at once: run by a test.
import { remoteProgram } from "../../gen/remote/program.ts";
import { RpcEngine } from "../../src/rpc/engine.ts";
import { listenUnix } from "../../transports/listen.ts";

const { process } = globalThis as unknown as { process: { argv: readonly string[] } };
const listener = await listenUnix(process.argv[2]!);
const engine = new RpcEngine({ role: "server", programs: [remoteProgram] });
for await (const client of listener) {
  const reader = client.readable.getReader();
  const writer = client.writable.getWriter();
  const { value } = await reader.read();
  for (const event of engine.receive(value!)) {
    if (event.type !== "call") continue;
    engine.sendReply(event.call, (w, text: string) => w.string(text, 99, "answer"), "the answer");
  }
  for (const chunk of engine.takeOutput()) await writer.write(chunk);
  await writer.close();
  break;
}
