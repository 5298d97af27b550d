/**
 * Connections through a program of the user's choice.
 *
 * @module
 */

import type { ByteDuplex, DialOptions, ExtEndpoint } from "../src/transport.ts";
import { runProgram } from "./program.ts";

/**
 * Runs a program whose standard input and output carry the protocol; it ends with the connection.
 *
 * The connection is neither secure nor encrypted, whatever the program does: nothing is known of it.
 *
 * @throws {ConnectionError} when the program cannot be run; the message says what to do.
 */
export async function dialExt(
  endpoint: ExtEndpoint,
  options: DialOptions = {},
): Promise<ByteDuplex> {
  const { command, args } = endpoint;
  return await runProgram(
    {
      program: command,
      args,
      label: `ext:${command}`,
      secure: false,
      encrypted: false,
      install: "check command= in the URI",
    },
    options,
  );
}
