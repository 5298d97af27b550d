/**
 * Puts what went wrong in a TLS handshake into words.
 *
 * @module
 */

import { type AuthError, authFailed, ConnectionError } from "../src/errors.ts";
import type { Credentials } from "./pki.ts";

/** A handshake, for messages. */
export interface Handshake {
  /** Start of the message: `Cannot connect to tls:host:16514`. */
  readonly what: string;
  /** The host whose certificate it should have been. */
  readonly host: string;
  /** What we came with. */
  readonly credentials: Credentials;
}

/** What Node calls each reason for which a server's certificate is not trusted. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
]);

/** Words for a server's certificate that is refused; `undefined` when it is something else. */
export function serverFault(handshake: Handshake, error: unknown): ConnectionError | undefined {
  const { what, credentials: { paths } } = handshake;
  const code = codeOf(error);
  const found = code === "ERR_TLS_CERT_ALTNAME_INVALID"
    ? wrongHost(handshake, error)
    : code === "CERT_HAS_EXPIRED"
    ? "the server's certificate has expired; renew it there"
    : code === "CERT_NOT_YET_VALID"
    ? "the server's certificate is not valid yet; check the clocks here and there"
    : code === "CERT_REVOKED"
    ? `the server's certificate is revoked by ${paths.crl}; it needs another`
    : code === "INVALID_PURPOSE" || code.includes("KEY_USAGE")
    ? "the server's certificate is not one for servers; it needs another"
    : UNTRUSTED.has(code)
    ? `the server's certificate is not signed by the authority in ${paths.ca}; put the one there ` +
      "that has signed it"
    : undefined;
  return found === undefined
    ? undefined
    : new ConnectionError(`${what}: ${found}`, "error", { cause: error });
}

function wrongHost({ host }: Handshake, error: unknown): string {
  const { cert } = error as {
    cert?: { subjectaltname?: string; subject?: { CN?: string | string[] } };
  };
  const names = cert?.subjectaltname?.replaceAll(/\b(?:DNS|IP Address):/g, "") ??
    cert?.subject?.CN?.toString();
  const owner = names === undefined ? "another host" : names;
  return `the server's certificate is for ${owner}, not for ${host}; connect by a name that it has`;
}

/**
 * Words for a server that has refused us: it closes the connection, or says why in an alert. With
 * TLS 1.3 that comes after a handshake that went well.
 */
export function clientRefused(handshake: Handshake, error: unknown): AuthError {
  const { what, credentials: { paths, pair } } = handshake;
  const code = codeOf(error);
  const found = pair === undefined
    ? `the server refused us without a client certificate; put one into ${paths.cert} and its key ` +
      `into ${paths.key}, or name their directory with pkipath=`
    : /EXPIRED/.test(code)
    ? `the server says that the client certificate ${paths.cert} has expired; replace it`
    : /UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN/.test(code)
    ? `the server does not trust the authority that signed the client certificate ${paths.cert}; ` +
      "use a certificate of the server's own authority"
    : `the server refused the client certificate ${paths.cert}; its subject or this host's address ` +
      "is not among those that the daemon allows (tls_allowed_dn_list in libvirtd.conf), or its " +
      "authority is not the daemon's, whose log tells which";
  return authFailed(`${what}: ${found}`, { cause: error });
}

/** Whether an error is an alert by which the server refuses a client. */
export function isRefusal(error: unknown): boolean {
  return /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/
    .test(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}
