/**
 * What these tests need of the machine, by Node's built-ins on every runtime.
 *
 * @module
 */

interface Child {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  on(event: "close", listener: (code: number | null) => void): void;
}
interface FileSystem {
  chmodSync(path: string, mode: number): void;
  existsSync(path: string): boolean;
  lstatSync(path: string): { readonly mode: number };
  readdirSync(path: string): string[];
  mkdtempSync(prefix: string): string;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { recursive: boolean }): void;
  writeFileSync(path: string, text: string): void;
}
interface Process {
  getBuiltinModule(id: "node:fs"): FileSystem;
  getBuiltinModule(id: "node:os"): { tmpdir(): string; homedir(): string };
  getBuiltinModule(id: "node:child_process"): {
    spawn(program: string, args: readonly string[], options: { stdio: string[] }): Child;
  };
  readonly env: Record<string, string | undefined>;
  readonly execPath: string;
  getuid(): number;
  seteuid?(id: number): void;
  umask(mask: number): number;
}

/** Node's `process`, which Deno and Bun have too. */
export const process: Process = (globalThis as unknown as { process: Process }).process;

/** Node's file system. */
export const fs: FileSystem = process.getBuiltinModule("node:fs");

/** Runs `use` with a new directory, which is removed afterwards. */
export async function withTempDir(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = fs.mkdtempSync(`${process.getBuiltinModule("node:os").tmpdir()}/transports-`);
  try {
    await use(dir);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/** How a child has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of our files by this runtime, with all permissions; `setup` is shell code to run first. */
export async function runChild(
  file: URL,
  args: readonly string[],
  setup: string = "true",
): Promise<Ended> {
  const whole = [process.execPath, ...("Deno" in globalThis ? ["run", "-A"] : [])];
  const child = process.getBuiltinModule("node:child_process").spawn(
    "/bin/sh",
    ["-c", `${setup}; exec "$@"`, "sh", ...whole, file.pathname, ...args],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let whole = "";
  for await (const chunk of chunks) whole += decoder.decode(chunk, { stream: true });
  return whole + decoder.decode();
}
