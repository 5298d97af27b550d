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
  /** The field, as a path from the message: `domains[3].name`; empty where none is known. */
  field: string;
  readonly #problem: string;

  /** Creates the error. */
  constructor(
    problem: string,
    offset: number,
    field = "",
    origin: "local" | "remote" = "remote",
  ) {
    super(describe(problem, offset, field), origin);
    this.#problem = problem;
    this.offset = offset;
    this.field = field;
  }

  /** Puts an outer field in front of the path: called while the error passes through the codecs. */
  within(outer: string): this {
    this.field = this.field === ""
      ? outer
      : this.field.startsWith("[")
      ? outer + this.field
      : `${outer}.${this.field}`;
    this.message = describe(this.#problem, this.offset, this.field);
    return this;
  }
}

function describe(problem: string, offset: number, field: string): string {
  return field === "" ? `${problem} at byte ${offset}` : `${problem} at byte ${offset} in "${field}"`;
}
