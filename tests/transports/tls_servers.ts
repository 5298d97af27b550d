/**
 * TLS servers that are not as they should be, by OpenSSL's own program.
 *
 * @module
 */

import type { TlsEndpoint } from "../../src/transport.ts";
import { childProcess, freePort, fs, net, os, path } from "../daemons/builtin.ts";
import { Authority } from "../daemons/pki.ts";

/** The certificates of a test. */
export interface Pki {
  readonly directory: string;
  readonly ca: Authority;
  readonly other: Authority;
  /** A directory for `pkipath=` that trusts `ca`. */
  readonly pkiPath: string;
}

/** Runs `use` with two authorities, of which the first is trusted. */
export async function withPki(use: (pki: Pki) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "virtwire-pki-"));
  try {
    const [ca, other] = await Promise.all([
      Authority.create(directory, "ca"),
      Authority.create(directory, "other"),
    ]);
    await use({ directory, ca, other, pkiPath: ca.pkiPath(`${directory}/pki`) });
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** How a server behaves. */
export interface ServerOptions {
  /** The bytes that it sends first; the byte that accepts the client when left out. */
  readonly greeting?: string;
  /** More arguments of `openssl s_server`. */
  readonly args?: readonly string[];
}

/** Runs `use` with a server that has a certificate of an authority's. */
export async function withServer(
  authority: Authority,
  name: string,
  options: ServerOptions,
  use: (port: number, processId: number) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const { greeting = "\x01", args = [] } = options;
  const child = childProcess.spawn("openssl", [
    ...["s_server", "-accept", `127.0.0.1:${port}`, "-naccept", "1000"],
    ...["-cert", authority.cert(name), "-key", authority.key(name), ...args],
  ], { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  child.stdin.on("error", () => {}); // it has ended
  child.stderr.resume();
  try {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("ACCEPT")) resolve();
        // it describes the session once the handshake is done
        if (text.includes("BEGIN SSL SESSION") && greeting !== "") child.stdin.write(greeting);
      });
      child.on("close", () => reject(new Error(`openssl ended: ${said}`)));
    });
    await use(port, child.pid!);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Runs `use` with a TCP server that treats each client as it is told to. */
export async function withTcpServer(
  take: (socket: import("node:net").Socket) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const sockets = new Set<import("node:net").Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as { port: number }).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** An endpoint on the loopback interface. */
export function tlsEndpoint(
  port: number,
  pkiPath: string,
  parts: Partial<TlsEndpoint> = {},
): TlsEndpoint {
  return {
    kind: "tls",
    host: "127.0.0.1",
    port,
    pkiPath,
    verify: true,
    sanityCheck: true,
    ...parts,
  };
}
