/**
 * One stream beside the call that opened it, in either role.
 *
 * Data goes both ways as packets with the call's procedure and serial. Each side ends what it sends:
 * an empty CONTINUE says that no more data comes, OK asks the other side to confirm the end with OK,
 * ERROR aborts. After an OK or ERROR from the server the stream is gone on both sides
 * (remote_daemon_stream.c, virnetclientstream.c).
 *
 * @module
 */

/** What a stream has been through. */
export class StreamState {
  /** Serial of the call that opened it. */
  readonly serial: number;
  /** Program number of that call. */
  readonly program: number;
  /** Program version of that call. */
  readonly version: number;
  /** Procedure number of that call. */
  readonly procedure: number;
  /** Whoever opened it; handed back with each event. */
  readonly context: unknown;
  /** `ending` once this side has sent OK or ERROR; `closed` once the peer's came. */
  phase: "open" | "ending" | "closed" = "open";
  /** Whether the peer has said that no more data comes. */
  ended = false;

  /** Starts open: a stream exists from the moment its call is sent. */
  constructor(
    call: { serial: number; program: number; version: number; procedure: number },
    context: unknown,
  ) {
    this.serial = call.serial;
    this.program = call.program;
    this.version = call.version;
    this.procedure = call.procedure;
    this.context = context;
  }
}
