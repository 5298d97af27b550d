/**
 * The command line as a process of its own, on the runtime that runs the test.
 *
 * @module
 */

import { childProcess, fs, os, path, process } from "../daemons/builtin.ts";
import { runtime } from "../harness.ts";

const ROOT = path.join(import.meta.dirname as string, "../..");
const BIN = path.join(ROOT, "src/cli/bin.ts");

/** What runs the command line: a program and its first arguments. */
export const COMMAND: readonly string[] = [
  process.execPath,
  ...({
    deno: ["run", "-A"],
    bun: [],
    node: ["--import", path.join(ROOT, "tests/std_names.mjs")],
  }[runtime]),
  BIN,
];

/** How a command has ended. */
export interface Ended {
  /** Its exit status, or the signal that has ended it. */
  readonly status: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is started with. */
export interface StartOptions {
  /** What it reads; nothing when left out. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that runs. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves when its output, or errors, hold a text; rejects where it ends before. */
  saw(text: string): Promise<void>;
  type(text: string): void;
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void;
}

/** Starts any program. */
export function start(command: readonly string[], options: StartOptions = {}): Running {
  const { input, env = {} } = options;
  const child = childProcess.spawn(command[0]!, command.slice(1), {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      NO_COLOR: "",
      LIBVIRT_DEFAULT_URI: "",
      NODE_COMPILE_CACHE: path.join(os.tmpdir(), "virtwire-node-cache"),
      ...env,
    },
  });
  let [stdout, stderr] = ["", ""];
  let isOver = false;
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((each) => each());
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    wake();
  });
  child.stdin.on("error", () => {}); // it may end without reading
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      isOver = true;
      wake();
      resolve({ status: status ?? signal, stdout, stderr });
    });
  });
  return {
    ended,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!(stdout + stderr).includes(text)) {
            if (!isOver) return;
            reject(new Error(`Ended before ${JSON.stringify(text)}: ${stdout}\n${stderr}`));
          } else resolve();
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    type: (text) => void child.stdin.write(text),
    // child.kill() of Deno's node:child_process tells of that signal however the child ends
    kill: (signal) => void process.kill(child.pid!, signal),
  };
}

/** Starts the command line. */
export function startCli(args: readonly string[], options: StartOptions = {}): Running {
  return start([...COMMAND, ...args], { input: "", ...options });
}

/** Runs the command line to its end. */
export function cli(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startCli(args, options).ended;
}

/** A directory that goes with the test, and what runs in it. */
export interface Place extends AsyncDisposable {
  readonly directory: string;
  /** The URI of a hypervisor in memory that all commands of the test share. */
  readonly uri: string;
  readonly socket: string;
  /** Runs the command line on that hypervisor. */
  run(...args: string[]): Promise<Ended>;
}

/** Serves a hypervisor by the command line's own `serve`. */
export async function newPlace(): Promise<Place> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-cli-"));
  const socket = path.join(directory, "socket");
  const server = startCli(["serve", "--listen", `unix:${socket}`, "--extras"]);
  await server.saw("Serving");
  const uri = `test+unix:///default?socket=${socket}`;
  return {
    directory,
    uri,
    socket,
    run: (...args) => cli(["-c", uri, ...args]),
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      const { status, stderr } = await server.ended;
      fs.rmSync(directory, { recursive: true, force: true });
      if (status !== 0) throw new Error(`The server ended with ${status}: ${stderr}`);
    },
  };
}

/** Whether there is a pseudo terminal to be had: `script` of Debian's bsdutils. */
export const skipWithoutTerminal: string | false =
  childProcess.spawnSync("script", ["--version"]).status === 0 ? false : "there is no script(1)";

/** Starts shell code on a terminal of 24 lines and 100 columns; `"$@"` is the command line. */
export function onTerminal(
  args: readonly string[],
  code: string = '"$@"',
  env: Readonly<Record<string, string>> = {},
): Running {
  const quoted = [...COMMAND, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const whole = `stty rows 24 cols 100; set -- ${quoted.join(" ")}; ${code}`;
  return start(["script", "-qfec", whole, "/dev/null"], {
    env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
  });
}
