// Joins its standard input and output to the socket named by its argument: run by a test.
const { process } = globalThis as unknown as { process: typeof import("node:process") };
const net = process.getBuiltinModule("node:net");
const socket = net.connect({ path: process.argv[2]!, allowHalfOpen: true });
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on("error", (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
  process.stdin.destroy();
});
socket.on("close", () => process.stdin.destroy());
