/**
 * What a client can be connected to.
 *
 * @module
 */

import { authenticateWith, type ConnectContext, type ConnectOptions } from "../connect.ts";
import { deadline } from "../deadline.ts";
import { resolveEndpoint } from "../endpoint.ts";
import { withoutSecrets } from "../uri/secrets.ts";
import { type FilterRules, ProcedureFilter } from "./filter.ts";
import { type HandedOver, Handover } from "./handover.ts";

/** A target: a daemon or a hypervisor in memory, and what may be done with it. */
export interface TargetOptions {
  /** Any libvirt URI that `connect()` takes. */
  readonly uri: string;
  /** Whether it is opened read-only. */
  readonly readOnly?: boolean | undefined;
  /** Which calls pass: rules, or a preset alone; the proxy's own when left out. */
  readonly filter?: FilterRules | FilterRules["preset"] | undefined;
  /** How the proxy says who it is, as `connect()` takes it. */
  readonly connect?:
    | Pick<
      ConnectOptions,
      "credentials" | "authMechanisms" | "saslMechanisms" | "insecurePlain" | "ticket" | "token"
    >
    | undefined;
}

/** A target, checked. */
export interface Target {
  /** What clients call it. */
  readonly name: string;
  /** Which calls pass. */
  readonly filter: ProcedureFilter;
  /** Whether it is opened read-only. */
  readonly readOnly: boolean;
  /** The name that the daemon is opened by. */
  readonly opensAs: string;
  /** Connects to it, and says there who we are. */
  open(signal: AbortSignal, timeout: number): Promise<HandedOver>;
}

/** Letters that stand for themselves in a URL, so that a target has one spelling. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._~-]*(\/[A-Za-z0-9][A-Za-z0-9._~-]*)*$/;

/**
 * Checks the targets; nothing is connected to yet.
 *
 * @throws {TypeError} for a name or a URI that cannot be.
 * @throws {UnsupportedError} for a URI that libvirt serves inside its own library.
 */
export function checkTargets(
  targets: Readonly<Record<string, TargetOptions | string>>,
  filter: FilterRules,
  context: ConnectContext,
): Map<string, Target> {
  const checked = new Map<string, Target>();
  for (const [name, given] of Object.entries(targets)) {
    checkName(name);
    const options = typeof given === "string" ? { uri: given } : given;
    checked.set(name, checkTarget(name, options, filter, context));
  }
  if (checked.size === 0) throw new TypeError("Cannot make a proxy without any target");
  return checked;
}

function checkName(name: string): void {
  if (NAME.test(name) && !RESERVED.has(name)) return;
  const found = RESERVED.has(name)
    ? "the proxy answers there itself"
    : "it cannot be part of a URL";
  throw new TypeError(
    `Cannot name a target "${withoutSecrets(name)}": ${found}; use letters, digits, "-", "_" ` +
      `and "."`,
  );
}

/** Paths of the proxy's own. */
export const RESERVED: ReadonlySet<string> = new Set(["healthz", "metrics", "targets", "ticket"]);

function checkTarget(
  name: string,
  options: TargetOptions,
  otherwise: FilterRules,
  context: ConnectContext,
): Target {
  const { uri, filter: rules = otherwise } = options;
  const filter = new ProcedureFilter(typeof rules === "string" ? { preset: rules } : rules);
  const readOnly = options.readOnly === true || filter.rules.preset === "monitor";
  if (uri === "") throw new TypeError(`Cannot use the target "${name}": its URI is empty`);
  const resolved = resolveEndpoint(uri, context.facts, { readOnly });
  return {
    name,
    filter,
    readOnly,
    opensAs: resolved.name,
    async open(signal, timeout) {
      let handover: Handover | undefined;
      const { session } = await authenticateWith(
        context,
        uri,
        { ...options.connect, readOnly, signal: deadline({ signal, timeout }) },
        (duplex) => (handover = new Handover(duplex)).lent,
      );
      const handed = handover!.take();
      session.abort(new Error("The connection is handed over"));
      return handed;
    },
  };
}
