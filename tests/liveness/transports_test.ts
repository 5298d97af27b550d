/**
 * Daemons that stop or die, and lines that are cut, behind each transport.
 */

import { assert, assertEquals } from "@std/assert";
import { connect } from "../../mod.ts";
import { freePort, net, process } from "../daemons/builtin.ts";
import { type RealDaemon, skipWithoutDaemon, startDaemon } from "../daemons/daemons.ts";
import { Authority, skipWithoutOpenssl } from "../daemons/pki.ts";
import { skipWithoutSshd, startSshd } from "../daemons/sshd.ts";
import { test } from "../harness.ts";
import { withProxy } from "../proxy/proxies.ts";
import { withTempDir } from "../transports/host.ts";
import { awake, checkEnd, checkInTime, KEEPALIVE, pending, SLACK, SPAN } from "./pending.ts";

/** A line that can be cut: nothing passes any more, and nobody is told. */
class Line implements AsyncDisposable {
  readonly #server: import("node:net").Server;
  readonly #sockets = new Set<import("node:net").Socket>();
  #cut = false;

  private constructor(to: number) {
    this.#server = net.createServer((near) => {
      const far = net.connect(to, "127.0.0.1");
      for (const [from, into] of [[near, far], [far, near]] as const) {
        this.#sockets.add(from);
        from.on("data", (chunk: Uint8Array) => this.#cut || into.write(chunk));
        from.on("close", () => this.#cut || into.destroy());
        from.on("error", () => {});
      }
    });
  }

  /** Leads to a port of this host. */
  static async to(port: number): Promise<Line> {
    const line = new Line(port);
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  cut(): void {
    this.#cut = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A daemon, the port that leads to it and the URI by any port that leads there. */
interface Route {
  readonly daemon: RealDaemon;
  readonly port: number;
  uri(port: number): string;
}

const ROUTES: Readonly<Record<string, (use: (route: Route) => Promise<void>) => Promise<void>>> = {
  async TCP(use) {
    const port = await freePort();
    const config = ["listen_tcp = 1", `tcp_port = "${port}"`, 'auth_tcp = "none"'];
    await using daemon = await startDaemon("9", { config });
    await use({ daemon, port, uri: (port) => `test+tcp://127.0.0.1:${port}/default` });
  },
  TLS: (use) =>
    withTempDir(async (dir) => {
      const ca = await Authority.create(dir, "ca");
      await ca.sign("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
      await ca.sign("client");
      const port = await freePort();
      await using daemon = await startDaemon("9", {
        config: [
          ...["listen_tls = 1", `tls_port = "${port}"`, 'auth_tls = "none"'],
          `ca_file = "${ca.cert("ca")}"`,
          `cert_file = "${ca.cert("server")}"`,
          `key_file = "${ca.key("server")}"`,
        ],
      });
      const pki = ca.pkiPath(`${dir}/pki`, "client");
      await use({
        daemon,
        port,
        uri: (port) => `test+tls://127.0.0.1:${port}/default?pkipath=${pki}`,
      });
    }),
  async SSH(use) {
    await using daemon = await startDaemon("9");
    await using sshd = await startSshd(daemon);
    await use({
      daemon,
      port: sshd.port,
      uri: (port) =>
        `test+ssh://root@127.0.0.1:${port}/default?no_tty=1&keyfile=${sshd.key}` +
        "&known_hosts_verify=ignore",
    });
  },
  async "a proxy"(use) {
    await using daemon = await startDaemon("9");
    const targets = { there: `test+unix:///default?socket=${daemon.socket}` };
    await withProxy({ targets }, async ({ proxy, uri }) => {
      await use({
        daemon,
        port: proxy.port,
        uri: (port) => uri("there").replace(`:${proxy.port}/`, `:${port}/`),
      });
    });
  },
};

for (const [name, withRoute] of Object.entries(ROUTES)) {
  const skip = skipWithoutDaemon("9") || name === "TLS" && skipWithoutOpenssl() ||
    name === "SSH" && skipWithoutSshd();

  test(
    `liveness: behind ${name}: a daemon that stops, a line that is cut, a daemon that dies`,
    () =>
      withRoute(({ daemon, port, uri }) =>
        awake(async () => {
          const stopped = await connect(uri(port), { keepalive: KEEPALIVE });
          let started = 0;
          let waiting = await pending(stopped, () => {
            process.kill(daemon.pid, "SIGSTOP");
            started = performance.now();
          });
          try {
            await stopped.closed;
            checkInTime(started);
            await checkEnd(stopped, waiting, ["keepalive"]);
          } finally {
            process.kill(daemon.pid, "SIGCONT");
          }

          await using line = await Line.to(port);
          const cut = await connect(uri(line.port), { keepalive: KEEPALIVE });
          waiting = await pending(cut, () => {
            line.cut();
            started = performance.now();
          });
          await cut.closed;
          const took = performance.now() - started;
          assert(took < SPAN + SLACK, `noticed after ${took} ms`);
          await checkEnd(cut, waiting, ["keepalive"]);

          const dying = await connect(uri(port), { keepalive: { interval: 60_000, count: 5 } });
          waiting = await pending(dying, () => process.kill(daemon.pid, "SIGSTOP") && undefined);
          process.kill(daemon.pid, "SIGKILL");
          await checkEnd(dying, waiting, ["eof", "error"]);
          assertEquals(dying.isAlive, false);
        })
      ),
    { skip },
  );
}
