/**
 * A libvirtd that can be stopped, killed and started again where it was, in a network of its own on
 * request.
 *
 * @module
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { DaemonVersion } from "../daemons/daemons.ts";
import { noteRunning } from "../daemons/kept_directory.ts";

const SCRIPT = join(import.meta.dirname as string, "..", "daemons", "daemon.sh");

/** Runs a program to its end; throws with what it said, where it fails. */
export function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => errors += text);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args.join(" ")} ended with ${code}: ${errors}`));
    });
  });
}

/** Where and how it runs. */
export interface RestartableOptions {
  readonly version: DaemonVersion;
  /** Lines of libvirtd.conf. */
  readonly config?: readonly string[];
  /** The network namespace that it listens in. */
  readonly network?: string;
}

/** A libvirtd that comes and goes. */
export class RestartableDaemon implements AsyncDisposable {
  readonly #options: RestartableOptions;
  readonly #directory: string;
  readonly #forget: () => void;

  private constructor(options: RestartableOptions) {
    this.#options = options;
    this.#directory = mkdtempSync(join(tmpdir(), "virtwire-restart-"));
    this.#forget = noteRunning(SCRIPT, this.#directory);
  }

  /** Starts one in a new directory. */
  static async start(options: RestartableOptions): Promise<RestartableDaemon> {
    const daemon = new RestartableDaemon(options);
    await daemon.start();
    return daemon;
  }

  /** The socket that it listens on. */
  get socket(): string {
    return join(this.#directory, "run", "libvirt-sock");
  }

  /** Its process id. */
  get pid(): number {
    return Number(readFileSync(join(this.#directory, "pid"), "utf8"));
  }

  /** Starts it, after `stop()` or `kill()`, and waits until it answers. */
  async start(): Promise<void> {
    const { version, config = [], network } = this.#options;
    const start = [SCRIPT, "start", version, this.#directory, ...config];
    const all = network === undefined ? start : ["ip", "netns", "exec", network, ...start];
    await run(all[0]!, all.slice(1));
  }

  /** Has it end in good order. */
  async stop(): Promise<void> {
    await run(SCRIPT, ["stop", this.#directory]);
  }

  /** Kills it and waits until all of it is gone. */
  async kill(): Promise<void> {
    process.kill(this.pid, "SIGKILL");
    await this.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {}); // it may be stopped already
    this.#forget();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

let networks = 0;

/** A network namespace that is joined to this one by a cable. */
export class CabledNetwork implements AsyncDisposable {
  readonly name: string;
  /** Its address. */
  readonly address: string;
  readonly #cable: string;

  private constructor(number: number) {
    this.name = `virtwire${number}`;
    this.#cable = `vw${number}`;
    this.address = `10.${200 + number % 50}.${(number >> 6) % 256}.2`;
  }

  /** Why there can be none here, if so. */
  static missing(): string | false {
    const found = spawnSync("ip", ["netns", "list"], { encoding: "utf8" });
    if (found.status !== 0) return "there is no `ip netns` here";
    return process.getuid!() === 0 ? false : "network namespaces are for root";
  }

  /** Makes one. */
  static async make(): Promise<CabledNetwork> {
    const network = new CabledNetwork(process.pid % 10_000 * 4 + networks++ % 4);
    await network.#make();
    return network;
  }

  /** Pulls the cable at the other end: this end does not learn of it. */
  async pull(): Promise<void> {
    await run("ip", ["-n", this.name, "link", "set", `${this.#cable}b`, "down"]);
  }

  async #make(): Promise<void> {
    const { name, address } = this;
    const cable = this.#cable;
    const here = address.replace(/2$/, "1");
    const inside = ["-n", name];
    const steps = [
      ["netns", "add", name],
      ["link", "add", `${cable}a`, "type", "veth", "peer", "name", `${cable}b`, "netns", name],
      ["addr", "add", `${here}/30`, "dev", `${cable}a`],
      ["link", "set", `${cable}a`, "up"],
      [...inside, "addr", "add", `${address}/30`, "dev", `${cable}b`],
      [...inside, "link", "set", `${cable}b`, "up"],
      [...inside, "link", "set", "lo", "up"],
    ];
    for (const step of steps) await run("ip", step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("ip", ["netns", "del", this.name]).catch(() => {});
    await run("ip", ["link", "del", `${this.#cable}a`]).catch(() => {}); // it went with its other end
  }
}
