/**
 * What the daemon answers itself, whichever driver is behind it.
 *
 * @module
 */

import { ErrorDomain, ErrorNumber } from "../../gen/enums/errors.ts";
import type { RemoteHandlers } from "../../gen/remote/dispatch.ts";
import { ConnectFlags } from "../../gen/enums/host.ts";
import type { CallContext, DriverConnection } from "./driver.ts";
import type { ClientEvents } from "./events.ts";
import { failure } from "./failure.ts";
import type { SaslServer } from "./sasl.ts";

/** What the built-in handlers do to their session. */
export interface BuiltinSession {
  /** The driver's connection, once it is open. */
  connection(): DriverConnection | undefined;
  readonly events: ClientEvents;
  /** How the client says who it is, where it has to. */
  readonly sasl: SaslServer | undefined;
  /** Opens the driver's connection. */
  open(name: string | null, flags: number): void | Promise<void>;
  /** Closes after the reply. */
  closeSoon(): void;
  /** Starts to ping the client. */
  startKeepalive(): boolean;
}

/** A handler that may be called before the connection is open, and maybe before authentication. */
export type Builtins = RemoteHandlers<CallContext>;

/** Procedures that a client may call before it is authenticated. */
export const BEFORE_AUTHENTICATION: ReadonlySet<string> = new Set([
  "authList",
  "authSaslInit",
  "authSaslStart",
  "authSaslStep",
  "authPolkit",
]);

/** Procedures that need no open connection. */
export const BEFORE_OPEN: ReadonlySet<string> = new Set([
  ...BEFORE_AUTHENTICATION,
  "connectOpen",
  "connectClose",
  "connectSupportsFeature",
]);

const Feature = {
  PROGRAM_KEEPALIVE: 10,
  REMOTE_EVENT_CALLBACK: 14,
  REMOTE_CLOSE_CALLBACK: 15,
} as const;

// `remote_auth_type`
const NONE = 0;
const SASL = 1;

// 12.8.0: the release whose behaviour this server has
const LIBRARY_VERSION = 12008000n;

/** The handlers of one session. */
export function builtinHandlers(session: BuiltinSession): Builtins {
  const { events, sasl } = session;
  let closeCallback = false;
  return {
    // a client that is known already is asked no more
    authList: () => ({ types: [sasl === undefined || sasl.user !== undefined ? NONE : SASL] }),
    authSaslInit: () => sasl === undefined ? refuseSasl() : sasl.init(),
    authSaslStart: (args) => sasl === undefined ? refuseSasl() : sasl.start(args),
    authSaslStep: (args) => sasl === undefined ? refuseSasl() : sasl.step(args),
    authPolkit() {
      throw internal("authentication failed");
    },
    connectOpen({ name, flags }, { readOnly }) {
      if (session.connection() !== undefined) throw internal("connection already open");
      return session.open(name, readOnly ? flags | ConnectFlags.RO : flags);
    },
    connectClose: () => session.closeSoon(),
    connectSupportsFeature({ feature }) {
      if (feature === Feature.PROGRAM_KEEPALIVE) {
        return { supported: session.startKeepalive() ? 1 : 0 };
      }
      const connection = session.connection();
      if (connection === undefined) throw internal("hypervisor connection not open");
      const own = feature === Feature.REMOTE_EVENT_CALLBACK ||
        feature === Feature.REMOTE_CLOSE_CALLBACK;
      return { supported: own || connection.features.has(feature) ? 1 : 0 };
    },
    connectGetLibVersion: () => ({ libVer: LIBRARY_VERSION }),
    connectSetIdentity() {},
    connectRegisterCloseCallback() {
      if (closeCallback) {
        throw failure(
          ErrorDomain.NONE,
          ErrorNumber.OPERATION_INVALID,
          "A close callback is already registered",
        );
      }
      closeCallback = true;
    },
    connectUnregisterCloseCallback() {
      closeCallback = false;
    },
    connectDomainEventRegister() {
      events.register("domain", 0, undefined, true);
      return { cbRegistered: 0 };
    },
    connectDomainEventDeregister() {
      events.deregisterLegacy(0);
      return { cbRegistered: 0 };
    },
    connectDomainEventRegisterAny({ eventId }) {
      events.register("domain", eventId, undefined, true);
    },
    connectDomainEventDeregisterAny: ({ eventId }) => events.deregisterLegacy(eventId),
    connectDomainEventCallbackRegisterAny({ eventId, dom }) {
      return { callbackId: events.register("domain", eventId, dom?.uuid.toString()) };
    },
    connectDomainEventCallbackDeregisterAny: ({ callbackId }) =>
      events.deregister("domain", callbackId),
    connectNetworkEventRegisterAny({ eventId, net }) {
      return { callbackId: events.register("network", eventId, net?.uuid.toString()) };
    },
    connectNetworkEventDeregisterAny: ({ callbackId }) => events.deregister("network", callbackId),
    connectStoragePoolEventRegisterAny({ eventId, pool }) {
      return { callbackId: events.register("storagePool", eventId, pool?.uuid.toString()) };
    },
    connectStoragePoolEventDeregisterAny: ({ callbackId }) =>
      events.deregister("storagePool", callbackId),
    connectNodeDeviceEventRegisterAny({ eventId, dev }) {
      return { callbackId: events.register("nodeDevice", eventId, dev?.name) };
    },
    connectNodeDeviceEventDeregisterAny: ({ callbackId }) =>
      events.deregister("nodeDevice", callbackId),
    connectSecretEventRegisterAny({ eventId, secret }) {
      return { callbackId: events.register("secret", eventId, secret?.uuid.toString()) };
    },
    connectSecretEventDeregisterAny: ({ callbackId }) => events.deregister("secret", callbackId),
  };
}

function internal(detail: string): Error {
  return failure(ErrorDomain.RPC, ErrorNumber.INTERNAL_ERROR, detail);
}

// What libvirtd answers to SASL on a socket that wants no authentication.
function refuseSasl(): never {
  throw failure(ErrorDomain.RPC, ErrorNumber.AUTH_FAILED, "authentication failed");
}
