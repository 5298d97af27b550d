/**
 * The events of secrets.
 *
 * @module
 */

import { type SecretEventId, SecretEventLifecycleType } from "../../gen/enums/secret.ts";
import type { NonnullSecret } from "../../gen/remote/common.ts";
import {
  connectSecretEventDeregisterAny,
  connectSecretEventRegisterAny,
} from "../../gen/remote/connect.ts";
import {
  secretEventLifecycle,
  type SecretEventLifecycleMsg,
  secretEventValueChanged,
  type SecretEventValueChangedMsg,
} from "../../gen/remote/events.ts";
import type { EventKind, EventSpec, EventSubject } from "./event_kind.ts";
import { Secret } from "./secret.ts";

/** What secret events can be filtered by. */
export interface SecretEventFilter {
  /** Only events of this secret; of every secret when left out. */
  readonly secret?: Secret | undefined;
}

/** A kind of secret event. */
export type SecretEventKind<T> = EventKind<T, SecretEventFilter>;

/** What every secret event holds. */
export interface AnySecretEvent {
  /** The secret. */
  readonly secret: Secret;
}

/** A secret was defined or undefined. */
export interface SecretLifecycleEvent extends AnySecretEvent {
  /** What happened: a value of `SecretEventLifecycleType`. */
  readonly event: number;
  /** Its name, `DEFINED`; `undefined` for one that is newer than this library. */
  readonly eventName: string | undefined;
  /** Meant for why; daemons send 0. */
  readonly detail: number;
}

/** The value of a secret was set; it does not tell to what. */
export interface SecretValueChangedEvent extends AnySecretEvent {}

const secretEvents: EventSubject<SecretEventFilter> = {
  name: "secret",
  key: ({ secret }) => secret?.uuid ?? "",
  object(message: { readonly secret: NonnullSecret }, caller, { secret }) {
    return secret === undefined || secret.handle.uuid.equals(message.secret.uuid)
      ? new Secret(caller, message.secret)
      : undefined;
  },
  register: (caller, eventId, { secret }, standing) =>
    caller.call(
      connectSecretEventRegisterAny,
      { eventId, secret: secret?.handle ?? null },
      { onReply: ({ callbackId }) => standing(callbackId) },
    ),
  deregister: (caller, _, callbackId) =>
    caller.call(connectSecretEventDeregisterAny, { callbackId }),
};

type Spec<M, T> = EventSpec<M, Secret, T, SecretEventFilter>;

/**
 * The kinds of secret events, by the names of `virSecretEventID`; each can be filtered by secret.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-secret.html#virSecretEventID
 */
export const SecretEvent: {
  /** A secret was defined or undefined. */
  readonly LIFECYCLE: SecretEventKind<SecretLifecycleEvent>;
  /** The value of a secret was set. */
  readonly VALUE_CHANGED: SecretEventKind<SecretValueChangedEvent>;
} = {
  LIFECYCLE: {
    id: 0 satisfies typeof SecretEventId.LIFECYCLE,
    name: "secret lifecycle",
    since: "3.0.0",
    subject: secretEvents,
    message: secretEventLifecycle,
    event: ({ event, detail }, secret) => ({
      secret,
      event,
      eventName: SecretEventLifecycleType[event],
      detail,
    }),
  } satisfies Spec<SecretEventLifecycleMsg, SecretLifecycleEvent>,
  VALUE_CHANGED: {
    id: 1 satisfies typeof SecretEventId.VALUE_CHANGED,
    name: "secret value changed",
    since: "3.0.0",
    subject: secretEvents,
    message: secretEventValueChanged,
    event: (_, secret) => ({ secret }),
  } satisfies Spec<SecretEventValueChangedMsg, SecretValueChangedEvent>,
};
