/**
 * Authentication by SASL, the server's side: which mechanisms, and the exchange.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import { failure } from "./failure.ts";

/** What a mechanism makes of what the client said. */
export interface SaslServerStep {
  /** What to answer; `undefined` when there is nothing to say. */
  readonly data?: Uint8Array | undefined;
  /** Who the client is, once that is proved; until then the exchange goes on. */
  readonly user?: string | undefined;
}

/** One SASL mechanism, for one authentication of one client. */
export interface SaslServerMechanism {
  /**
   * Takes what the client says; `undefined` where it said nothing, which is not the same as data of
   * no length. Whatever it throws refuses the client, and the client does not learn why.
   */
  step(data: Uint8Array | undefined): SaslServerStep | Promise<SaslServerStep>;
}

/** Makes a mechanism for an authentication. */
export type SaslServerFactory = () => SaslServerMechanism;

/**
 * The mechanisms that a server offers, by their names, the strongest first.
 *
 * @example Clients that have a password
 * ```ts
 * import type { ByteDuplex, Driver } from "@virtwire/libvirt/server";
 * import { createScramUser, saslServerScram, ServerSession } from "@virtwire/libvirt/server";
 *
 * const users = new Map([["alice", await createScramUser("SHA-256", "wonderland")]]);
 *
 * function serve(duplex: ByteDuplex, driver: Driver): ServerSession {
 *   const sasl = { "SCRAM-SHA-256": saslServerScram("SHA-256", (user) => users.get(user)) };
 *   return new ServerSession(duplex, { driver, sasl });
 * }
 * ```
 */
export type SaslServerMechanisms = Readonly<Record<string, SaslServerFactory>>;

/** What a client says. */
interface Said {
  readonly nil: number;
  readonly data: Uint8Array;
}

interface Answer {
  readonly complete: number;
  readonly nil: number;
  readonly data: Uint8Array;
}

/** The authentication of one client. */
export class SaslServer {
  readonly #mechanisms: ReadonlyMap<string, SaslServerFactory>;
  #current: SaslServerMechanism | undefined;
  #initialized = false;
  #user: string | undefined;

  /** Takes the mechanisms; PLAIN is left out where others can read along. */
  constructor(mechanisms: SaslServerMechanisms, secure: boolean) {
    this.#mechanisms = new Map(
      Object.entries(mechanisms).map(([name, make]) => [name.toUpperCase(), make] as const)
        .filter(([name]) => secure || name !== "PLAIN"),
    );
  }

  /** Who the client is, once it has proved it. */
  get user(): string | undefined {
    return this.#user;
  }

  /** Answers which mechanisms there are. */
  init(): { mechlist: string } {
    // a second round after a success, or while one goes on, is refused as libvirtd does
    if (this.#initialized || this.#user !== undefined) throw refused();
    this.#initialized = true;
    return { mechlist: [...this.#mechanisms.keys()].join(",") };
  }

  /** Begins an exchange by a mechanism. */
  start({ mech, nil, data }: Said & { readonly mech: string }): Promise<Answer> {
    const make = this.#mechanisms.get(mech.toUpperCase());
    if (!this.#initialized || this.#current !== undefined || make === undefined) {
      return this.#refuse();
    }
    this.#current = make();
    return this.#advance({ nil, data });
  }

  /** Goes on with it. */
  step(said: Said): Promise<Answer> {
    return this.#current === undefined ? this.#refuse() : this.#advance(said);
  }

  async #advance({ nil, data }: Said): Promise<Answer> {
    const mechanism = this.#current!;
    let result: SaslServerStep;
    try {
      result = await mechanism.step(nil === 0 ? data : undefined);
    } catch {
      return await this.#refuse();
    }
    if (this.#current !== mechanism) return await this.#refuse(); // two steps at once
    if (result.user !== undefined) {
      this.#user = result.user;
      this.#current = undefined;
    }
    return {
      complete: result.user === undefined ? 0 : 1,
      nil: result.data === undefined ? 1 : 0,
      data: result.data ?? new Uint8Array(0),
    };
  }

  // The client may begin again, from the list of mechanisms on.
  #refuse(): Promise<never> {
    this.#current = undefined;
    this.#initialized = false;
    return Promise.reject(refused());
  }
}

// What libvirtd says, whatever was wrong: the reason is nobody's business.
function refused(): Error {
  return failure(ErrorDomain.RPC, ErrorNumber.AUTH_FAILED, "authentication failed");
}
