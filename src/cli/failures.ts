/**
 * How a command ends, and the errors that say so.
 *
 * @module
 */

/** Exit statuses, as scripts expect them. */
export const ExitStatus = {
  /** All went well. */
  OK: 0,
  /** Something failed; standard error says what. */
  FAILURE: 1,
  /** The command line was wrong. */
  USAGE: 2,
  /** Ctrl-C: 128 and the number of SIGINT. */
  INTERRUPTED: 130,
  /** SIGTERM: 128 and its number. */
  TERMINATED: 143,
} as const;

/** The command line asks for something that makes no sense. */
export class UsageError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "UsageError";
}

/** The command failed, and why has been said, or is said by the message alone. */
export class CommandError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "CommandError";
}

/** A signal has ended the command. */
export class Interrupted extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "Interrupted";
  /** What the process exits with. */
  readonly status: number;

  /** Creates the error. */
  constructor(status: number) {
    super("Interrupted");
    this.status = status;
  }
}
