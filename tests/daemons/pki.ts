/**
 * Certificates for tests, made by OpenSSL's own program.
 *
 * @module
 */

import { fs, path, run } from "./builtin.ts";

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Why a test with certificates cannot run here, if it cannot. */
export function skipWithoutOpenssl(): string | false {
  return fs.existsSync("/usr/bin/openssl") ? false : "certificates need /usr/bin/openssl";
}

/** What a certificate is made with. */
export interface CertificateOptions {
  /** Its extensions, as `subjectAltName=IP:127.0.0.1`. */
  readonly extensions?: readonly string[];
  /** Days from today until it expires; may be negative. */
  readonly days?: number;
}

/** An authority in a directory, and what it signs. */
export class Authority {
  readonly directory: string;
  readonly name: string;

  private constructor(directory: string, name: string) {
    this.directory = directory;
    this.name = name;
  }

  /** Makes an authority's certificate in a directory. */
  static async create(directory: string, name: string): Promise<Authority> {
    const authority = new Authority(directory, name);
    await run("openssl", [
      ...["req", "-x509", ...EC, "-keyout", authority.key(name), "-out", authority.cert(name)],
      ...["-subj", `/CN=${name}`, "-days", "30"],
      ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
    ]);
    return authority;
  }

  /** Path of a certificate. */
  cert(name: string): string {
    return path.join(this.directory, `${name}.pem`);
  }

  /** Path of a private key. */
  key(name: string): string {
    return path.join(this.directory, `${name}.key`);
  }

  /** Signs a new certificate for `CN=name`. */
  async sign(name: string, options: CertificateOptions = {}): Promise<void> {
    const file = (suffix: string) => path.join(this.directory, `${name}.${suffix}`);
    const { extensions = [], days = 30 } = options;
    fs.writeFileSync(file("ext"), `${extensions.join("\n")}\n`);
    await run("openssl", [
      ...["req", ...EC, "-keyout", this.key(name), "-subj", `/CN=${name}`, "-out", file("csr")],
    ]);
    await run("openssl", [
      ...["x509", "-req", "-in", file("csr"), "-CA", this.cert(this.name)],
      ...["-CAkey", this.key(this.name), "-CAcreateserial", "-extfile", file("ext")],
      ...["-days", `${days}`, "-out", this.cert(name)],
    ]);
  }

  /** Makes the list of revoked certificates, with one on it. */
  async revoke(name: string): Promise<string> {
    const file = (suffix: string) => path.join(this.directory, `crl.${suffix}`);
    fs.writeFileSync(file("index"), "");
    fs.writeFileSync(file("number"), "01\n");
    fs.writeFileSync(
      file("conf"),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${file("index")}\ncrlnumber=${file("number")}\n` +
        "default_md=sha256\ndefault_crl_days=30\n",
    );
    const ca = ["-config", file("conf"), "-keyfile", this.key(this.name)]
      .concat("-cert", this.cert(this.name));
    await run("openssl", ["ca", ...ca, "-revoke", this.cert(name)]);
    await run("openssl", ["ca", ...ca, "-gencrl", "-out", file("pem")]);
    return file("pem");
  }

  /** Makes a directory for `pkipath=`, with the certificate and key of a client if one is named. */
  pkiPath(directory: string, client?: string): string {
    fs.mkdirSync(directory, { recursive: true });
    fs.copyFileSync(this.cert(this.name), path.join(directory, "cacert.pem"));
    if (client !== undefined) this.addClient(directory, client);
    return directory;
  }

  /** Puts a client's certificate and key into a directory for `pkipath=`. */
  addClient(directory: string, client: string): void {
    fs.copyFileSync(this.cert(client), path.join(directory, "clientcert.pem"));
    fs.copyFileSync(this.key(client), path.join(directory, "clientkey.pem"));
  }
}
