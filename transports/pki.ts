/**
 * Where libvirt's clients keep their certificates, and what is in them.
 *
 * @module
 */

import { ConnectionError } from "../src/errors.ts";
import type { Runtime } from "./runtime.ts";

/** The paths of a client's certificates; the files need not exist. */
export interface PkiPaths {
  /** The certificates of the authorities that sign servers. */
  readonly ca: string;
  /** The authorities' list of certificates that they have revoked. */
  readonly crl: string;
  /** The client's certificate. */
  readonly cert: string;
  /** The client's private key. */
  readonly key: string;
}

/** What finding certificates needs to know. */
export interface PkiFacts {
  /** Whether the user is root, who has no directory of his own for them. */
  isRoot(): boolean;
  /** The user's home directory. */
  home(): string | undefined;
  /** Whether a file exists. */
  exists(path: string): boolean;
}

const SYSTEM: PkiPaths = {
  ca: "/etc/pki/CA/cacert.pem",
  crl: "/etc/pki/CA/cacrl.pem",
  cert: "/etc/pki/libvirt/clientcert.pem",
  key: "/etc/pki/libvirt/private/clientkey.pem",
};

function pathsIn(directory: string): PkiPaths {
  return {
    ca: `${directory}/cacert.pem`,
    crl: `${directory}/cacrl.pem`,
    cert: `${directory}/clientcert.pem`,
    key: `${directory}/clientkey.pem`,
  };
}

/**
 * Chooses the certificates as libvirt does (virnettlscontext.c): those of the directory given and no
 * others, else of the user's directory whichever exist there, else the system's. Certificate and key
 * go together.
 */
export function findPki(directory: string | undefined, facts: PkiFacts): PkiPaths {
  if (directory !== undefined) return pathsIn(directory);
  const home = facts.isRoot() ? undefined : facts.home();
  if (home === undefined) return SYSTEM;
  const own = pathsIn(`${home}/.pki/libvirt`);
  const pair = facts.exists(own.cert) && facts.exists(own.key) ? own : SYSTEM;
  return {
    ca: facts.exists(own.ca) ? own.ca : SYSTEM.ca,
    crl: facts.exists(own.crl) ? own.crl : SYSTEM.crl,
    cert: pair.cert,
    key: pair.key,
  };
}

/** The texts of a client's certificates. */
export interface Credentials {
  /** Where they are from. */
  readonly paths: PkiPaths;
  /** The authorities' certificates, one a text; `undefined` when there is no such file. */
  readonly ca: readonly string[] | undefined;
  /** The list of revoked certificates. */
  readonly crl: string | undefined;
  /** The client's certificate and key, when there are both. */
  readonly pair: { readonly cert: string; readonly key: string } | undefined;
}

/** Reads the certificates, as far as the files exist. */
export async function readCredentials(paths: PkiPaths, runtime: Runtime): Promise<Credentials> {
  const [ca, crl, cert, key] = await Promise.all(
    [paths.ca, paths.crl, paths.cert, paths.key].map((path) => runtime.readTextFile(path)),
  );
  return {
    paths,
    ca: ca === undefined ? undefined : certificatesIn(ca),
    crl,
    pair: cert === undefined || key === undefined ? undefined : { cert, key },
  };
}

function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
}

// The part of Node's crypto that is used.
interface X509Certificate {
  readonly validFrom: string;
  readonly validTo: string;
  readonly publicKey: unknown;
  checkIssued(issuer: X509Certificate): boolean;
  checkPrivateKey(key: unknown): boolean;
  verify(publicKey: unknown): boolean;
}
interface Crypto {
  readonly X509Certificate: new (pem: string) => X509Certificate;
  createPrivateKey(pem: string): unknown;
}
const { process } = globalThis as unknown as {
  process: { getBuiltinModule(id: "node:crypto"): Crypto };
};

/**
 * Finds what is wrong with certificates before a handshake does, which would not tell as clearly.
 *
 * @param thorough Whether validity and signature count, not only whether they can be read.
 * @throws {ConnectionError} when something is wrong, with the file that it is wrong with.
 */
export function checkCredentials(
  { paths, ca = [], pair }: Credentials,
  thorough: boolean,
  now: number,
): void {
  const authorities = ca.map((pem) => parse(paths.ca, "the CA certificate", pem));
  const own = pair && {
    cert: parse(paths.cert, "the client certificate", certificatesIn(pair.cert)[0] ?? ""),
    key: parseKey(paths.key, pair.key),
  };
  if (own !== undefined && !own.cert.checkPrivateKey(own.key)) {
    throw new ConnectionError(
      `The private key ${paths.key} is not that of the client certificate ${paths.cert}; ` +
        "put the two that belong together there",
    );
  }
  if (!thorough) return;
  // One that is valid will do: a file may keep an authority that has been replaced.
  for (const fault of authorities.map((each) => validity(each, now))) {
    if (fault === undefined) break;
    if (authorities.every((each) => validity(each, now) !== undefined)) {
      throw new ConnectionError(`The CA certificate ${paths.ca} ${fault}; replace it`);
    }
  }
  if (own === undefined) return;
  const fault = validity(own.cert, now);
  if (fault !== undefined) {
    throw new ConnectionError(`The client certificate ${paths.cert} ${fault}; replace it`);
  }
  const signed = authorities.some((authority) =>
    own.cert.checkIssued(authority) && own.cert.verify(authority.publicKey)
  );
  // One that comes with its chain is left to the server to judge.
  if (!signed && authorities.length > 0 && certificatesIn(pair!.cert).length === 1) {
    throw new ConnectionError(
      `The client certificate ${paths.cert} is not signed by the authority in ${paths.ca}; ` +
        "use one that is, or add no_sanity=1 if the server trusts another authority",
    );
  }
}

function parse(path: string, what: string, pem: string): X509Certificate {
  try {
    return new (process.getBuiltinModule("node:crypto").X509Certificate)(pem);
  } catch (cause) {
    throw new ConnectionError(`Cannot read ${what} ${path}: it is not in PEM form`, "error", {
      cause,
    });
  }
}

function parseKey(path: string, pem: string): unknown {
  try {
    return process.getBuiltinModule("node:crypto").createPrivateKey(pem);
  } catch (cause) {
    const found = pem.includes("ENCRYPTED")
      ? "it is encrypted; decrypt it with openssl pkey, nobody is asked for its passphrase"
      : "it is no private key in PEM form";
    throw new ConnectionError(`Cannot read the private key ${path}: ${found}`, "error", { cause });
  }
}

function validity(certificate: X509Certificate, now: number): string | undefined {
  if (now > Date.parse(certificate.validTo)) return `expired on ${certificate.validTo}`;
  if (now < Date.parse(certificate.validFrom)) return `is not valid until ${certificate.validFrom}`;
  return undefined;
}
