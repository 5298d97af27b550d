/**
 * Connections over TCP, in the clear.
 *
 * @module
 */

import type { ByteDuplex, DialOptions, TcpEndpoint } from "../src/transport.ts";
import { detectRuntime } from "./detect.ts";
import { type Attempt, failure } from "./failure.ts";
import { hostPort, tcpLabel } from "./labels.ts";

/**
 * Connects to a TCP port. The connection is neither secure nor encrypted.
 *
 * @throws {ConnectionError} when the connection cannot be made; the message says what to do.
 * @throws {TypeError} when the host is empty.
 * @throws {RangeError} when the port is not one from 1 to 65535.
 */
export async function dialTcp(
  endpoint: TcpEndpoint,
  options: DialOptions = {},
): Promise<ByteDuplex> {
  const { host, port } = endpoint;
  const { signal } = options;
  checkAddress(host, port);
  signal?.throwIfAborted();
  const runtime = detectRuntime();
  try {
    return await runtime.dialTcp(host, port, signal);
  } catch (error) {
    throw signal?.aborted ? signal.reason : failure(runtime, attemptAt(host, port), error);
  }
}

function attemptAt(host: string, port: number): Attempt {
  return {
    what: `Cannot connect to ${tcpLabel(host, port)}`,
    needs: [{ kind: "net", address: hostPort(host, port) }],
    advice: networkAdvice("TCP"),
  };
}

/** Checks a host and port before the system does, which has no clear word for a mistake in them. */
export function checkAddress(host: string, port: number): void {
  if (host === "") throw new TypeError("Cannot connect to a TCP port without a host");
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`Not a TCP port from 1 to 65535: ${port}`);
  }
}

/** What to say when a host cannot be reached; `service` is what the daemon has to be told to turn on. */
export function networkAdvice(service: string): Attempt["advice"] {
  const unreachable = "the host cannot be reached; check the network between here and there";
  const notFound = "host not found; check its name";
  return {
    ECONNREFUSED: `connection refused; start the libvirt daemon there with ${service} turned on, ` +
      "or check the port",
    ENOTFOUND: notFound,
    EAI_AGAIN: "host not found, the name server gives no answer; try again later",
    EAI_NODATA: notFound,
    ETIMEDOUT: "no answer; check the host, the port and any firewall in between",
    EHOSTUNREACH: unreachable,
    ENETUNREACH: unreachable,
  };
}
