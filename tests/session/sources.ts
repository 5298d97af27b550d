/**
 * Event sources and sinks for tests of sessions.
 *
 * @module
 */

import {
  connectDomainEventCallbackDeregisterAny,
  connectDomainEventCallbackRegisterAny,
} from "../../gen/remote/connect.ts";
import {
  domainEventCallbackLifecycle,
  type DomainEventCallbackLifecycleMsg,
  domainEventCallbackReboot,
  type DomainEventCallbackRebootMsg,
} from "../../gen/remote/events.ts";
import { EventStream, type EventStreamOptions } from "../../src/events.ts";
import type { EventSource, Sink } from "../../src/session/registrations.ts";
import type { Session } from "../../src/session/session.ts";
import { concat, message, reply, text, words } from "../rpc/frames.ts";
import type { PeerCall } from "./peer.ts";

/** The number of the call that registers. */
export const REGISTER = 316;
/** The number of the call that deregisters. */
export const DEREGISTER = 317;
/** The number of the message that carries a lifecycle event. */
export const LIFECYCLE = 318;

/** Lifecycle events; sources of the same key share a registration. */
export function lifecycleSource(key = "lifecycle"): EventSource<DomainEventCallbackLifecycleMsg> {
  return {
    key,
    message: domainEventCallbackLifecycle,
    register: async (caller, standing) => {
      const args = { eventId: 0, dom: null };
      await caller.call(connectDomainEventCallbackRegisterAny, args, {
        onReply: ({ callbackId }) => standing(callbackId),
      });
    },
    deregister: async (caller, callbackId) => {
      await caller.call(connectDomainEventCallbackDeregisterAny, { callbackId });
    },
    callbackIdOf: ({ callbackId }) => callbackId,
  };
}

/** Reboot events, which come in messages of another procedure. */
export function rebootSource(): EventSource<DomainEventCallbackRebootMsg> {
  return { ...lifecycleSource(), key: "reboot", message: domainEventCallbackReboot };
}

/** The answer to a registering call. */
export function registered(call: PeerCall, callbackId: number): Uint8Array {
  return reply(call.procedure, call.serial, words(callbackId));
}

/** A lifecycle event; `detail` tells it from others. */
export function lifecycle(callbackId: number, detail: number): Uint8Array {
  const uuid = new Uint8Array(16).fill(7);
  return message(LIFECYCLE, concat(words(callbackId), text("vm"), uuid, words(1, 2, detail)));
}

/** Notes what it is told, in one line each. */
export class RecordingSink implements Sink<{ callbackId: number; msg: object }> {
  /** What it was told. */
  readonly log: string[] = [];

  /** A message. */
  message({ callbackId, msg }: { callbackId: number; msg: object }): void {
    this.log.push(`${callbackId}:${(msg as { detail?: number }).detail}`);
  }

  /** Messages that were lost. */
  lost(count: number): void {
    this.log.push(`lost ${count}`);
  }

  /** The end. */
  end(error: Error | undefined): void {
    this.log.push(`end ${error?.message}`);
  }
}

/** Lifecycle events as a stream of their details, as a connection would offer them. */
export function lifecycleEvents(
  session: Session,
  options: EventStreamOptions = {},
  key?: string,
): EventStream<number> {
  return new EventStream<number>((stream) => {
    const subscribed = session.subscribe(lifecycleSource(key), {
      message: ({ msg }) => stream.push(msg.detail),
      lost: (count) => stream.lost(count),
      end: (error) => error === undefined ? stream.end() : stream.fail(error),
    });
    return {
      ready: subscribed.then(() => {}),
      release: () => subscribed.then((leave) => leave(), () => {}),
    };
  }, options);
}
