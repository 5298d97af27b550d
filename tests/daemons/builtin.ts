/**
 * Node's built-ins, which Deno and Bun have too.
 *
 * @module
 */

/** Node's `process`. */
export const process: typeof import("node:process") = (globalThis as unknown as {
  process: typeof import("node:process");
}).process;

function builtin<T>(name: string): T {
  return process.getBuiltinModule(name) as T;
}

/** Node's child processes. */
export const childProcess: typeof import("node:child_process") = builtin("node:child_process");
/** Node's file system. */
export const fs: typeof import("node:fs") = builtin("node:fs");
/** Node's sockets. */
export const net: typeof import("node:net") = builtin("node:net");
/** Node's operating system. */
export const os: typeof import("node:os") = builtin("node:os");
/** Node's paths. */
export const path: typeof import("node:path") = builtin("node:path");

/** A TCP port of the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** What a program is run with. */
export interface RunOptions {
  /** What it reads from its standard input; nothing when left out. */
  readonly input?: string;
  /** Its environment; ours when left out. */
  readonly env?: typeof process.env;
}

/**
 * Runs a program to its end, and returns what it has written to its output.
 *
 * @throws {Error} with what it has written to its standard error, where it fails
 */
export function run(
  program: string,
  args: readonly string[],
  { input = "", env = process.env }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = childProcess.spawn(program, [...args], { env, stdio: ["pipe", "pipe", "pipe"] });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) return resolve(output);
      const command = [program, ...args].join(" ");
      reject(new Error(`${command} ended with ${status ?? signal}: ${errors}`));
    });
    child.stdin.on("error", () => {}); // it may end without reading
    child.stdin.end(input);
  });
}
