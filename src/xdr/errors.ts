/**
 * Errors about bytes that do not follow the protocol.
 *
 * They live below everything else because the XDR reader throws them; `src/errors.ts` exports them
 * to users together with the rest.
 *
 * @module
 */

/**
 * The protocol was broken, by the peer (`remote`) or by the caller (`local`).
 *
 * A remote one ends the connection: after bytes that cannot be understood, nothing that follows can
 * be trusted to start where a packet starts.
 */
export class ProtocolError extends Error {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "ProtocolError";
  /** Who broke the rule. */
  readonly origin: "local" | "remote";

  /** Creates the error. */
  constructor(message: string, origin: "local" | "remote" = "remote", options?: ErrorOptions) {
    super(message, options);
    this.origin = origin;
  }
}

/** A value that cannot be decoded, or cannot be encoded, as the XDR type that it should have. */
export class XdrError extends ProtocolError {
  /** Class name, kept when the code is minified. */
  override readonly name: string = "XdrError";
  /** Where in the message body the value starts, in bytes. */
  readonly offset: number;
  /** The field's name; empty where the whole message is meant. */
  readonly field: string;

  /** Creates the error. */
  constructor(
    problem: string,
    offset: number,
    field = "",
    origin: "local" | "remote" = "remote",
  ) {
    const where = field === "" ? "" : ` in "${field}"`;
    super(`${problem} at byte ${offset}${where}`, origin);
    this.offset = offset;
    this.field = field;
  }
}
