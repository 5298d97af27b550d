/**
 * GnuTLS priority strings, as far as a runtime's TLS can follow them.
 *
 * @module
 */

import { unsupported } from "../src/errors.ts";

/** A version of TLS that the runtimes have. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

const VERSIONS: Readonly<Record<string, TlsVersion>> = {
  "VERS-TLS1.2": "TLSv1.2",
  "VERS-TLS1.3": "TLSv1.3",
};
/** Versions that the runtimes do not have: they can be taken away, and added to no effect. */
const OLD_VERSIONS: ReadonlySet<string> = new Set([
  "VERS-SSL3.0",
  "VERS-TLS1.0",
  "VERS-TLS1.1",
]);
const ALL_VERSIONS: ReadonlySet<string> = new Set(["VERS-ALL", "VERS-TLS-ALL"]);

/**
 * The versions of TLS that a priority string allows, the lowest first.
 *
 * It may begin with `NORMAL`, which is the runtime's own choice, and go on with versions to add
 * (`+VERS-TLS1.3`) and to take away (`-VERS-ALL`, `!VERS-TLS1.2`).
 *
 * @throws {UnsupportedError} for anything else: it would be obeyed by GnuTLS alone.
 */
export function tlsVersions(priority: string): TlsVersion[] {
  const [first, ...changes] = priority.split(":");
  if (first !== "NORMAL") {
    throw refusal(priority, `"${first}" at its start is known to GnuTLS alone`);
  }
  const allowed = new Set<TlsVersion>(Object.values(VERSIONS));
  for (const change of changes) {
    const name = change.slice(1).toUpperCase();
    const version = VERSIONS[name];
    const versions = version !== undefined
      ? [version]
      : ALL_VERSIONS.has(name)
      ? Object.values(VERSIONS)
      : OLD_VERSIONS.has(name)
      ? []
      : undefined;
    if (versions === undefined || !/^[+!-]/.test(change)) {
      throw refusal(priority, `"${change}" cannot be told to this runtime's TLS`);
    }
    for (const each of versions) {
      if (change.startsWith("+")) allowed.add(each);
      else allowed.delete(each);
    }
  }
  if (allowed.size === 0) throw refusal(priority, "it leaves neither TLS 1.2 nor TLS 1.3");
  return [...allowed].sort();
}

function refusal(priority: string, why: string): Error {
  return unsupported(
    `Cannot use the TLS priority "${priority}": ${why}; leave tls_priority out, or use NORMAL with ` +
      "versions only, as in NORMAL:-VERS-ALL:+VERS-TLS1.3",
  );
}
