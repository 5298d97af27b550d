/**
 * The options of the tools that are run by hand.
 *
 * @module
 */

import process from "node:process";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

/**
 * Reads a tool's options, or ends the process: with 0 after `--help`, with 2 after what is wrong.
 */
export function readOptions<T extends ParseArgsOptionsConfig>(
  usage: string,
  options: T,
): ReturnType<typeof parseArgs<{ options: T }>>["values"] {
  if (process.argv.slice(2).some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(`Usage: ${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs<{ options: T }>({ options }).values;
  } catch (error) {
    process.stderr.write(`Error: ${(error as Error).message}\nUsage: ${usage}\n`);
    process.exit(2);
  }
}
