/**
 * What the proxy tells about who reaches what. Payloads are never part of it.
 *
 * @module
 */

/** A line of the log: what has happened, and to whom. */
export interface ProxyLogEntry {
  /** When, as ISO 8601 in UTC. */
  readonly time: string;
  /**
   * What has happened: `listening`, `refused` (a client was not let in), `accepted` (it has its
   * WebSocket), `opened` (the target has accepted us), `denied` (a call was refused; the first of
   * each procedure on a connection), `closed`, `ticket` (one was issued), `failed`, `stopping`,
   * `stopped`.
   */
  readonly event:
    | "listening"
    | "refused"
    | "accepted"
    | "opened"
    | "denied"
    | "closed"
    | "ticket"
    | "failed"
    | "stopping"
    | "stopped";
  /** Number of the connection, from 1. */
  readonly connection?: number;
  /** The client's address. */
  readonly address?: string;
  /** The user that its token or ticket names. */
  readonly user?: string;
  /** Origin of the web page that it runs on. */
  readonly origin?: string;
  /** The target that it has asked for. */
  readonly target?: string;
  /** Whether the target is opened read-only. */
  readonly readOnly?: boolean;
  /** The preset of the filter. */
  readonly filter?: string;
  /** Why. */
  readonly reason?: string;
  /** The procedure that was refused. */
  readonly procedure?: string;
  /** The WebSocket's closing code. */
  readonly code?: number;
  /** Seconds that the connection has lasted. */
  readonly seconds?: number;
  /** Calls that have passed. */
  readonly calls?: number;
  /** Calls that were refused. */
  readonly denied?: number;
  /** Bytes from the client. */
  readonly received?: number;
  /** Bytes to the client. */
  readonly sent?: number;
}

/** Takes lines of the log; must not throw. */
export type ProxyLog = (entry: ProxyLogEntry) => void;

/** What a line has beside its time. */
export type LogFields = Omit<ProxyLogEntry, "time">;

/** Puts the time to it; absent fields are left out. */
export function logEntry(fields: LogFields): ProxyLogEntry {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { time: new Date().toISOString(), ...Object.fromEntries(present) } as ProxyLogEntry;
}
