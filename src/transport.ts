/**
 * The seam between the client and whatever carries its bytes: types only.
 *
 * @module
 */

/**
 * A connection that is already open: two byte streams and what is known about them.
 *
 * Chunk edges mean nothing. The end of `readable` means that the peer has closed; an error on
 * either stream fails the session once, with that error as its `cause`. Cancelling `readable` or
 * aborting `writable` releases the connection whatever state it is in. Closing `writable` ends it
 * after what was written has left; there is no promise that a half-closed connection still reads.
 */
export interface ByteDuplex {
  /** Bytes from the peer. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer; a write resolves once the transport has taken the bytes. */
  readonly writable: WritableStream<Uint8Array>;
  /** Whether nobody but the peer's host can read along: a local socket, TLS, SSH. */
  readonly secure: boolean;
  /** Whether the bytes are encrypted on their way. */
  readonly encrypted: boolean;
  /** Where it leads, for messages: `unix:/run/libvirt/libvirt-sock`. */
  readonly label: string;
  /**
   * Says whether this connection keeps the process alive while nothing is awaited. Transports that
   * cannot choose leave it out.
   */
  setKeepsAlive?(alive: boolean): void;
}

/** A unix socket by path. */
export interface UnixEndpoint {
  /** The kind of endpoint. */
  readonly kind: "unix";
  /** Absolute path of the socket. */
  readonly path: string;
  /** The daemon to start when nobody listens, if libvirt would: absolute path or program name. */
  readonly autostart?: string;
}

/** A TCP host and port, in the clear. */
export interface TcpEndpoint {
  /** The kind of endpoint. */
  readonly kind: "tcp";
  /** Host name or address; an IPv6 address without brackets. */
  readonly host: string;
  /** Port number, 1 to 65535. */
  readonly port: number;
}

/** A TLS server with libvirt's certificate rules. */
export interface TlsEndpoint {
  /** The kind of endpoint. */
  readonly kind: "tls";
  /** Host name or address; an IPv6 address without brackets. */
  readonly host: string;
  /** Port number, 1 to 65535. */
  readonly port: number;
  /** Directory that holds the certificates, where the URI names one (`pkipath`). */
  readonly pkiPath?: string;
  /** GnuTLS priority string, where the URI or libvirt.conf names one. */
  readonly priority?: string;
  /** Whether the server's certificate is checked (`no_verify=1` turns it off). */
  readonly verify: boolean;
  /** Whether the certificate files are checked before use (`no_sanity=1` turns it off). */
  readonly sanityCheck: boolean;
}

/** A daemon on another host, reached by running `ssh`. */
export interface SshEndpoint {
  /** The kind of endpoint. */
  readonly kind: "ssh";
  /** The transport that the URI names, where the user's own ssh stands in for it. */
  readonly instead?: "libssh" | "libssh2";
  /** Host as ssh is given it. */
  readonly host: string;
  /** Port, where the URI names one. */
  readonly port?: number;
  /** Remote user, where the URI names one. */
  readonly user?: string;
  /** The ssh program (`command=`), `ssh` by default. */
  readonly command?: string;
  /** How the remote socket is reached. */
  readonly proxy: "auto" | "native" | "netcat";
  /** The remote netcat program (`netcat=`), `nc` by default. */
  readonly netcat?: string;
  /** The remote socket, where netcat is to be used with it. */
  readonly socket?: string;
  /** The name that virt-ssh-helper is given: the URI which the remote side resolves itself. */
  readonly remoteUri: string;
  /** Whether the helper or socket is the read-only one. */
  readonly readOnly: boolean;
  /** Private key file (`keyfile=`). */
  readonly keyFile?: string;
  /** Known hosts file (`known_hosts=`). */
  readonly knownHosts?: string;
  /** What to do with an unknown host key (`known_hosts_verify=`). */
  readonly knownHostsVerify?: "normal" | "auto" | "ignore";
  /** Authentication methods in order (`sshauth=`). */
  readonly authMethods?: readonly string[];
  /** Whether host keys are checked (`no_verify=1` turns it off). */
  readonly verify: boolean;
  /** Whether ssh may ask on the terminal (`no_tty=1` turns it off). */
  readonly tty: boolean;
}

/** A program whose standard input and output carry the protocol. */
export interface ExtEndpoint {
  /** The kind of endpoint. */
  readonly kind: "ext";
  /** The program. */
  readonly command: string;
  /** Its arguments, the program's name left out. */
  readonly args: readonly string[];
}

/** A WebSocket that carries the protocol in binary frames. */
export interface WebSocketEndpoint {
  /** The kind of endpoint. */
  readonly kind: "websocket";
  /** A `ws:` or `wss:` URL. */
  readonly url: string;
  /** Lets one connection in, where the URI has one (`ticket=`); goes as a subprotocol. */
  readonly ticket?: string | undefined;
  /** Lets any connection in, where the URI has one (`token=`); goes as a subprotocol. */
  readonly token?: string | undefined;
}

/** The hypervisor in this process's memory, libvirt's test driver. */
export interface MemoryEndpoint {
  /** The kind of endpoint. */
  readonly kind: "memory";
  /** Path of the URI: `/default`, or the path of a test configuration file. */
  readonly path: string;
}

/** Somewhere a client can connect to. */
export type Endpoint =
  | UnixEndpoint
  | TcpEndpoint
  | TlsEndpoint
  | SshEndpoint
  | ExtEndpoint
  | WebSocketEndpoint
  | MemoryEndpoint;

/** What a dialer is told beside the endpoint. */
export interface DialOptions {
  /** Ends the attempt; the dial rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a connection to an endpoint.
 *
 * Passed as a value, never registered: two clients in one process may dial differently.
 */
export type Dial = (endpoint: Endpoint, options?: DialOptions) => Promise<ByteDuplex>;

/** A stretch of a file. */
export interface FileExtent {
  /** Where it begins. */
  readonly start: number;
  /** Where it ends, not part of it. */
  readonly end: number;
}

/** A file of this host, open for reading or for writing. */
export interface LocalFile {
  /** Its size when it was opened, in bytes. */
  readonly size: number;
  /**
   * Reads into the buffer and answers how many bytes it got; 0 at the end of the file. `inHole` says
   * that there is probably no data, which is then told sooner.
   */
  read(buffer: Uint8Array, position: number, inHole?: boolean): Promise<number>;
  /** Writes all of the bytes. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes it this long, in bytes; what is added is a hole. */
  truncate(size: number): Promise<void>;
  /**
   * The next stretch of data from a position on, or `undefined` when only a hole follows. Left out
   * where the runtime cannot tell.
   */
  dataFrom?(position: number): FileExtent | undefined;
  /** Whether all of the bytes are zero. */
  isZero(bytes: Uint8Array): boolean;
  /** Closes it. */
  close(): Promise<void>;
}
